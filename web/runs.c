/* Runs: the list, one, and what belongs to it. What can be done with them: web/run_actions.c. */
#include "web/runs.h"
#include "base/ulid.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { LIST_STATE, LIST_TRIGGER, LIST_ASSET, LIST_SINCE, LIST_BEFORE, LIST_LIMIT };

static const char *const states[] = {"queued",   "running",     "succeeded", "failed",
                                     "canceled", "interrupted", NULL};

static const struct web_parameter list_parameters[] = {
    [LIST_STATE] = {"state", WEB_CHOICE, .choices = states},
    [LIST_TRIGGER] = {"trigger", WEB_TEXT, .max = WEB_TEXT_BYTES},
    [LIST_ASSET] = {"asset", WEB_TEXT, .max = WEB_TEXT_BYTES},
    [LIST_SINCE] = {"since", WEB_TIME, .fallback = 0},
    [LIST_BEFORE] = {"before", WEB_TEXT, .max = 26},
    [LIST_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

static void write_error(struct json_writer *json, enum err_code code, const char *message)
{
    json_write_key(json, "error");
    if (message == NULL) {
        json_write_null(json);
        return;
    }
    json_write_object(json);
    web_write_text(json, "code", err_code_name(code));
    web_write_text(json, "message", message);
    json_write_end(json);
}

static void write_run(struct json_writer *json, const void *item)
{
    const struct store_run *run = item;

    web_write_text(json, "id", run->id);
    web_write_text(json, "pipeline", run->pipeline);
    web_write_text(json, "target", run->target);
    web_write_text(json, "state", store_state_name(run->state));
    web_write_text(json, "trigger", run->trigger);
    web_write_text(json, "actor", run->actor);
    web_write_text(json, "selection", run->selection);
    web_write_int(json, "priority", run->priority);
    web_write_text(json, "of_run", run->of_run);
    web_write_text(json, "backfill", run->backfill_id);
    web_write_time(json, "created_at", run->created_us);
    web_write_time(json, "started_at", run->started_us);
    web_write_time(json, "ended_at", run->ended_us);
    write_error(json, run->error_code, run->error_message);
    json_write_key(json, "counts");
    json_write_object(json);
    web_write_int(json, "steps", run->step_count);
    web_write_int(json, "ok", run->ok_count);
    web_write_int(json, "failed", run->failed_count);
    web_write_int(json, "skipped", run->skipped_count);
    json_write_end(json);
}

/* ---- the list -------------------------------------------------------------------------------- */

static void list(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct web_value *since = web_value(exchange, LIST_SINCE);
    struct store_run_filter filter = {
        .state = web_value(exchange, LIST_STATE)->text,
        .trigger = web_value(exchange, LIST_TRIGGER)->text,
        .asset = web_value(exchange, LIST_ASSET)->text,
        .before_id = web_value(exchange, LIST_BEFORE)->text,
        .limit = web_value(exchange, LIST_LIMIT)->number,
    };
    char least[ULID_SIZE + 1];
    struct store_run *runs;
    size_t count;
    struct err err;

    if (since->text != NULL) {
        ulid_floor(since->number, least);
        filter.since_id = least;
    }
    if (store_filter_runs(reader, &filter, &exchange->arena, &runs, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list page = {WEB_LIST("runs", runs, count, write_run),
                                  WEB_PAGE(filter.limit, WEB_CURSOR_TEXT, struct store_run, id)};
    web_list_answer(exchange, &page);
}

/* ---- one ------------------------------------------------------------------------------------- */

static void write_step(struct json_writer *json, const void *item)
{
    const struct store_step *step = item;

    web_write_text(json, "asset", step->asset);
    web_write_int(json, "position", step->position);
    web_write_text(json, "kind", step->kind);
    web_write_text(json, "state", store_state_name(step->state));
    web_write_text(json, "reason", step->reason);
    web_write_text(json, "executor", step->executor);
    web_write_int(json, "attempts", step->attempts);
    web_write_time(json, "started_at", step->started_us);
    web_write_time(json, "ended_at", step->ended_us);
    web_write_count(json, "rows", step->rows);
    write_error(json, step->error_code, step->error_message);
}

/* The run of the path; NULL: the answer is there. */
static struct store_run *find(struct web_exchange *exchange, struct store_reader *reader,
                              const char *id)
{
    struct store_run *run;
    struct err err;

    if (store_read_run(reader, id, &exchange->arena, &run, &err) < 0) {
        web_read_failed(exchange, &err);
        return NULL;
    }
    if (run == NULL)
        web_problem(exchange, 404, "there is no run \"%.40s\"", id);
    return run;
}

void web_run_answer(struct web_exchange *exchange, struct store_reader *reader, const char *id,
                    int status)
{
    struct store_run *run = find(exchange, reader, id);
    struct store_step *steps;
    size_t count;
    struct err err;

    if (run == NULL)
        return;
    if (store_read_steps(reader, id, &exchange->arena, &steps, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    store_count_steps(run, steps, count);
    struct json_writer *json = web_json(exchange, status);
    json_write_object(json);
    write_run(json, run);
    web_list_write(json, &(const struct web_list){WEB_LIST("steps", steps, count, write_step)});
    json_write_end(json);
    if (status == 202)
        web_header_add(exchange, "Location",
                       arena_printf(&exchange->arena, "/api/v1/runs/%s", run->id));
}

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    web_run_answer(exchange, reader, exchange->parts[0], 200);
}

static void get_steps(struct web_exchange *exchange, struct store_reader *reader)
{
    struct store_step *steps;
    size_t count;
    struct err err;

    if (find(exchange, reader, exchange->parts[0]) == NULL)
        return;
    if (store_read_steps(reader, exchange->parts[0], &exchange->arena, &steps, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    web_list_answer(exchange,
                    &(const struct web_list){WEB_LIST("steps", steps, count, write_step)});
}

/* ---- checks ---------------------------------------------------------------------------------- */

static void write_check(struct json_writer *json, const void *item)
{
    const struct store_check_result *result = item;

    web_write_text(json, "asset", result->asset);
    web_write_text(json, "check", result->check);
    web_write_text(json, "run", result->run_id);
    web_write_text(json, "status", result->status);
    web_write_text(json, "severity", result->severity);
    web_write_int(json, "failures", result->failures);
    web_write_raw(json, "sample", result->sample);
    web_write_time(json, "at", result->at_us);
}

void web_checks_answer(struct web_exchange *exchange, struct store_reader *reader,
                       const char *asset)
{
    struct store_check_result *results;
    size_t count;
    struct err err;

    if (store_read_last_checks(reader, asset, &exchange->arena, &results, &count, &err) < 0)
        web_read_failed(exchange, &err);
    else
        web_list_answer(exchange,
                        &(const struct web_list){WEB_LIST("checks", results, count, write_check)});
}

static void get_checks(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *id = exchange->parts[0];
    struct store_check_result *results;
    size_t count;
    struct err err;

    if (find(exchange, reader, id) == NULL)
        return;
    if (store_read_check_results(reader, id, &exchange->arena, &results, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    web_list_answer(exchange,
                    &(const struct web_list){WEB_LIST("checks", results, count, write_check)});
}

static void last_checks(struct web_exchange *exchange, struct store_reader *reader)
{
    web_checks_answer(exchange, reader, NULL);
}

/* ---- the log --------------------------------------------------------------------------------- */

enum { LOG_AFTER, LOG_LIMIT };

static const struct web_parameter log_parameters[] = {
    [LOG_AFTER] = {"after", WEB_INT, .min = 0, .max = INT64_MAX},
    [LOG_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 1000, .fallback = 200},
    {0},
};

static void write_event(struct json_writer *json, const void *item)
{
    const struct store_event *event = item;

    web_write_int(json, "id", event->id);
    web_write_int(json, "sequence", event->sequence);
    web_write_time(json, "at", event->at_us);
    web_write_text(json, "asset", event->asset);
    web_write_text(json, "kind", event->kind);
    web_write_raw(json, "detail", event->detail);
}

static void get_log(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *id = exchange->parts[0];
    int64_t limit = web_value(exchange, LOG_LIMIT)->number;
    struct store_event *events;
    size_t count;
    struct err err;

    if (find(exchange, reader, id) == NULL)
        return;
    if (store_read_events(reader, id, web_value(exchange, LOG_AFTER)->number, limit,
                          &exchange->arena, &events, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list page = {WEB_LIST("events", events, count, write_event),
                                  WEB_PAGE(limit, WEB_CURSOR_INT, struct store_event, sequence)};
    web_list_answer(exchange, &page);
}

const struct web_route web_runs_routes[] = {
    {"GET", "/api/v1/runs", WEB_VIEWER, .parameters = list_parameters, .is_polled = true,
     .read = list},
    {"GET", "/api/v1/runs/{id}", WEB_VIEWER, .is_polled = true, .read = get},
    {"GET", "/api/v1/runs/{id}/steps", WEB_VIEWER, .is_polled = true, .read = get_steps},
    {"GET", "/api/v1/runs/{id}/checks", WEB_VIEWER, .is_polled = true, .read = get_checks},
    {"GET", "/api/v1/runs/{id}/logs", WEB_VIEWER, .parameters = log_parameters, .is_polled = true,
     .read = get_log},
    {"GET", "/api/v1/checks", WEB_VIEWER, .is_polled = true, .read = last_checks},
    {0},
};

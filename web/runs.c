/* Runs: the list, one, and what belongs to it. What can be done with them: web/run_actions.c. */
#include "web/runs.h"
#include "base/ulid.h"
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

static void write_run_members(struct json_writer *json, const struct store_run *run)
{
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
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    json_write_key(json, "runs");
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        json_write_object(json);
        write_run_members(json, &runs[i]);
        json_write_end(json);
    }
    json_write_end(json);
    web_write_text(json, "next",
                   count > 0 && (int64_t)count == filter.limit ? runs[count - 1].id : NULL);
    json_write_end(json);
}

/* ---- one ------------------------------------------------------------------------------------- */

static void write_steps(struct json_writer *json, const struct store_step *steps, size_t count)
{
    json_write_key(json, "steps");
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct store_step *step = &steps[i];
        json_write_object(json);
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
        json_write_end(json);
    }
    json_write_end(json);
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
    const struct store_run *run = find(exchange, reader, id);
    struct store_step *steps;
    size_t count;
    struct err err;

    if (run == NULL)
        return;
    if (store_read_steps(reader, id, &exchange->arena, &steps, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    struct json_writer *json = web_json(exchange, status);
    json_write_object(json);
    write_run_members(json, run);
    write_steps(json, steps, count);
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
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    write_steps(json, steps, count);
    json_write_end(json);
}

/* ---- checks ---------------------------------------------------------------------------------- */

void web_write_checks(struct json_writer *json, const struct store_check_result *results,
                      size_t count)
{
    json_write_key(json, "checks");
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct store_check_result *result = &results[i];
        json_write_object(json);
        web_write_text(json, "asset", result->asset);
        web_write_text(json, "check", result->check);
        web_write_text(json, "run", result->run_id);
        web_write_text(json, "status", result->status);
        web_write_text(json, "severity", result->severity);
        web_write_int(json, "failures", result->failures);
        web_write_raw(json, "sample", result->sample);
        web_write_time(json, "at", result->at_us);
        json_write_end(json);
    }
    json_write_end(json);
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
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    web_write_checks(json, results, count);
    json_write_end(json);
}

/* What the checks of all assets said last. */
static void last_checks(struct web_exchange *exchange, struct store_reader *reader)
{
    struct store_check_result *results;
    size_t count;
    struct err err;

    if (store_read_last_checks(reader, NULL, &exchange->arena, &results, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    web_write_checks(json, results, count);
    json_write_end(json);
}

/* ---- the log --------------------------------------------------------------------------------- */

enum { LOG_AFTER, LOG_LIMIT };

static const struct web_parameter log_parameters[] = {
    [LOG_AFTER] = {"after", WEB_INT, .min = 0, .max = INT64_MAX},
    [LOG_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 1000, .fallback = 200},
    {0},
};

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
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    json_write_key(json, "events");
    json_write_array(json);
    for (size_t i = 0; i < count; i++) {
        json_write_object(json);
        web_write_int(json, "id", events[i].id);
        web_write_int(json, "sequence", events[i].sequence);
        web_write_time(json, "at", events[i].at_us);
        web_write_text(json, "asset", events[i].asset);
        web_write_text(json, "kind", events[i].kind);
        web_write_raw(json, "detail", events[i].detail);
        json_write_end(json);
    }
    json_write_end(json);
    json_write_key(json, "next");
    if (count > 0 && (int64_t)count == limit)
        json_write_int(json, events[count - 1].sequence);
    else
        json_write_null(json);
    json_write_end(json);
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

/* Runs: the list, one, what belongs to it, and what can be done with it. */
#include "base/units.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { LIST_STATE, LIST_TRIGGER, LIST_ASSET, LIST_SINCE, LIST_BEFORE, LIST_LIMIT };

static const char *const states[] = {"queued",   "running",     "succeeded", "failed",
                                     "canceled", "interrupted", NULL};

static const struct web_parameter list_parameters[] = {
    [LIST_STATE] = {"state", WEB_CHOICE, .choices = states},
    [LIST_TRIGGER] = {"trigger", WEB_TEXT},
    [LIST_ASSET] = {"asset", WEB_TEXT},
    [LIST_SINCE] = {"since", WEB_TIME},
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
    json_write_key(json, "steps");
    json_write_object(json);
    web_write_int(json, "total", run->step_count);
    web_write_int(json, "ok", run->ok_count);
    web_write_int(json, "failed", run->failed_count);
    web_write_int(json, "skipped", run->skipped_count);
    json_write_end(json);
}

/* ---- the list -------------------------------------------------------------------------------- */

static void list(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct store_run_page page = {
        .state = web_value(exchange, LIST_STATE)->text,
        .before_id = web_value(exchange, LIST_BEFORE)->text,
        .limit = web_value(exchange, LIST_LIMIT)->number,
    };
    struct store_run *runs;
    size_t count;
    struct err err;

    if (store_read_runs(reader, &page, &exchange->arena, &runs, &count, &err) < 0) {
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
                   count > 0 && (int64_t)count == page.limit ? runs[count - 1].id : NULL);
    json_write_end(json);
}

/* ---- one ------------------------------------------------------------------------------------- */

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *id = exchange->parts[0];
    struct store_run *run;
    struct err err;

    if (store_read_run(reader, id, &exchange->arena, &run, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    if (run == NULL) {
        web_problem(exchange, 404, "there is no run \"%.40s\"", id);
        return;
    }
    struct json_writer *json = web_json(exchange, 200);
    json_write_object(json);
    write_run_members(json, run);
    json_write_end(json);
}

const struct web_route web_runs_routes[] = {
    {"GET", "/api/v1/runs", WEB_VIEWER, .parameters = list_parameters, .is_polled = true,
     .read = list},
    {"GET", "/api/v1/runs/{id}", WEB_VIEWER, .is_polled = true, .read = get},
    {0},
};

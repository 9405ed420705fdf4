/* What can be done with runs: one is asked for, canceled, repeated, or begun as a schedule would. */
#include "base/limits.h"
#include "base/ulid.h"
#include "web/ask.h"
#include "web/create.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/runs.h"
#include "web/site.h"
#include "web/stream.h"

#include <stdio.h>
#include <string.h>

enum { RUN_WAIT };

static const struct web_parameter run_parameters[] = {
    [RUN_WAIT] = {"wait", WEB_INT, .min = 0, .max = 3600},
    {0},
};

/* What is sent, for a new run or the same once more. */
struct sent_run {
    struct web_texts select, exclude, partitions;
    bool full_refresh, discard_history, force, fail_fast, only_failed;
    const char *vars; /* a JSON object */
    int64_t threads, priority;
};

static const struct record_field run_fields[] = {
    RECORD_FIELD(sent_run, select, TEXTS),
    RECORD_FIELD(sent_run, exclude, TEXTS),
    RECORD_FIELD(sent_run, partitions, TEXTS),
    RECORD_FIELD(sent_run, full_refresh, BOOL),
    RECORD_FIELD(sent_run, discard_history, BOOL),
    RECORD_FIELD(sent_run, force, BOOL),
    RECORD_FIELD(sent_run, fail_fast, BOOL),
    RECORD_FIELD(sent_run, vars, JSON),
    RECORD_FIELD(sent_run, threads, INT),
    RECORD_FIELD(sent_run, priority, INT),
    {0},
};
static const struct record_shape run_shape = {run_fields, sizeof(struct sent_run)};

static const struct record_field repeat_fields[] = {
    RECORD_FIELD(sent_run, select, TEXTS), RECORD_FIELD(sent_run, only_failed, BOOL), {0}};
static const struct record_shape repeat_shape = {repeat_fields, sizeof(struct sent_run)};

/* ---- what is heard --------------------------------------------------------------------------- */

struct asked_run {
    char id[64]; /* when it was accepted */
    bool waits, has_ended;
    struct web_watch watch;
};

static void read_accepted(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asked_run *asked = web_ask_state(exchange);

    web_run_answer(exchange, reader, asked->id, 202);
}

static void read_ended(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asked_run *asked = web_ask_state(exchange);

    web_run_answer(exchange, reader, asked->id, 200);
}

static void read_if_over(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asked_run *asked = web_ask_state(exchange);
    struct store_run *run;
    struct err err;

    if (store_read_run(reader, asked->id, &exchange->arena, &run, &err) < 0)
        web_read_failed(exchange, &err);
    else if (run == NULL || store_run_is_over(run))
        web_run_answer(exchange, reader, asked->id, 200);
}

static void hear_end(struct web_exchange *exchange)
{
    struct asked_run *asked = web_ask_state(exchange);

    asked->has_ended = true;
    if (!exchange->is_reading && !exchange->is_answered)
        web_read(exchange, read_ended);
}

/* It was not over when it was read: it may have ended since, or it will. */
static void go_on_waiting(struct web_exchange *exchange)
{
    const struct asked_run *asked = web_ask_state(exchange);

    if (asked->has_ended)
        web_read(exchange, read_ended);
}

/* The run is one that was there before: it ends without this listener. */
static void watch(struct web_exchange *exchange, struct asked_run *asked)
{
    asked->watch = (struct web_watch){.exchange = exchange, .run = asked->id, .ended = hear_end};
    exchange->watch = &asked->watch;
    exchange->unread = go_on_waiting;
    web_streams_watch(exchange->site->streams, &asked->watch);
    web_read(exchange, read_if_over);
}

static void hear_run(struct web_exchange *exchange, const struct event *event)
{
    struct asked_run *asked = web_ask_state(exchange);

    if (strcmp(event->type, "accepted") == 0 && event->run != NULL) {
        snprintf(asked->id, sizeof asked->id, "%s", event->run);
        if (!asked->waits)
            web_read(exchange, read_accepted);
    } else if (strcmp(event->type, "ended") == 0 && asked->id[0] != '\0') {
        if (event->state != NULL && strcmp(event->state, "queued") == 0)
            watch(exchange, asked);
        else
            web_read(exchange, read_ended);
    }
}

/* It is not over: where to look. */
static void run_late(struct web_exchange *exchange)
{
    const struct asked_run *asked = web_ask_state(exchange);

    if (asked->id[0] != '\0') {
        web_read(exchange, read_accepted);
        return;
    }
    web_header_add(exchange, "Retry-After", "5");
    web_problem(exchange, 503,
                "the daemon has not taken the run yet: ask again, with the same "
                "Idempotency-Key");
    web_done(exchange);
}

static const struct web_ask_kind running = {.hear = hear_run, .late = run_late};

/* ---- what is asked --------------------------------------------------------------------------- */

static void ask(struct web_exchange *exchange, struct request *request)
{
    struct asked_run *asked = arena_alloc(&exchange->arena, sizeof *asked);
    int64_t wait_s = web_value(exchange, RUN_WAIT)->number;

    if (web_key_fill(exchange, request) < 0) {
        web_done(exchange);
        return;
    }
    asked->waits = wait_s > 0;
    request->trigger = "api";
    request->detaches = !asked->waits;
    web_ask(exchange, request, &running, asked, wait_s > 0 ? wait_s * 1000 : 60000);
}

static void create(struct web_exchange *exchange)
{
    static const struct sent_run nothing;
    const struct sent_run *sent = exchange->sent != NULL ? exchange->sent : &nothing;
    struct request request = {
        .verb = "run",
        .select = sent->select.texts,
        .select_count = sent->select.count,
        .exclude = sent->exclude.texts,
        .exclude_count = sent->exclude.count,
        .full_refresh = sent->full_refresh,
        .discard_history = sent->discard_history,
        .force = sent->force,
        .fail_fast = sent->fail_fast,
        .threads = sent->threads,
    };

    if (sent->threads < 0 || sent->threads > LIMIT_THREADS) {
        web_problem(exchange, 400, "field \"threads\" must be from 0 to %d, not %lld",
                    LIMIT_THREADS, (long long)sent->threads);
        web_done(exchange);
        return;
    }
    if (web_priority_fill(exchange, sent->priority, &request) < 0 ||
        web_vars_fill(exchange, sent->vars, &request) < 0 ||
        web_partitions_fill(exchange, &sent->partitions, &request) < 0)
        web_done(exchange);
    else
        ask(exchange, &request);
}

static void trigger(struct web_exchange *exchange, const char *kind)
{
    struct request request = {
        .verb = "tick",
        .subject = arena_printf(&exchange->arena, "%s:%s", kind, exchange->parts[0]),
    };

    ask(exchange, &request);
}

/* What a schedule would do at its next tick. */
static void trigger_schedule(struct web_exchange *exchange)
{
    trigger(exchange, "schedule");
}

/* What a sensor would do if it found something. */
static void trigger_sensor(struct web_exchange *exchange)
{
    trigger(exchange, "sensor");
}

/* A part of an id would do for the daemon, and nobody means that here. False: the answer is there. */
static bool is_whole(struct web_exchange *exchange)
{
    if (strlen(exchange->parts[0]) == ULID_SIZE)
        return true;
    web_problem(exchange, 404, "there is no run \"%.40s\"", exchange->parts[0]);
    web_done(exchange);
    return false;
}

static void repeat(struct web_exchange *exchange)
{
    static const struct sent_run nothing;
    const struct sent_run *sent = exchange->sent != NULL ? exchange->sent : &nothing;
    struct request request = {
        .verb = "reexecute",
        .of = exchange->parts[0],
        .select = sent->select.texts,
        .select_count = sent->select.count,
        .only_failed = sent->only_failed,
    };

    if (is_whole(exchange))
        ask(exchange, &request);
}

/* ---- cancel ---------------------------------------------------------------------------------- */

static void read_canceled(struct web_exchange *exchange, struct store_reader *reader)
{
    web_run_answer(exchange, reader, exchange->parts[0], 202);
}

static void hear_canceled(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->type, "ended") == 0)
        web_read(exchange, read_canceled);
}

/* It is not at work: is it over, or was there none? */
static void read_whether_over(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *id = exchange->parts[0];
    struct store_run *run;
    struct err err;

    if (store_read_run(reader, id, &exchange->arena, &run, &err) < 0)
        web_read_failed(exchange, &err);
    else if (run == NULL)
        web_problem(exchange, 404, "there is no run \"%.40s\"", id);
    else
        web_problem(exchange, 409, "run %.40s is over: it has %s", id,
                    run->state == STATE_CANCELED      ? "been canceled"
                    : run->state == STATE_INTERRUPTED ? "been interrupted"
                                                      : store_state_name(run->state));
}

static void cancel_refused(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->state, "missing") == 0)
        web_read(exchange, read_whether_over);
    else
        web_ask_refuse(exchange, event);
}

static void cancel(struct web_exchange *exchange)
{
    static const struct web_ask_kind canceling = {.hear = hear_canceled, .refused = cancel_refused};
    const struct request request = {
        .verb = "cancel",
        .of = exchange->parts[0],
    };

    if (is_whole(exchange))
        web_ask(exchange, &request, &canceling, NULL, 10000);
}

const struct web_route web_run_action_routes[] = {
    {"POST", "/api/v1/runs", WEB_OPERATOR, .parameters = run_parameters, .body = &run_shape,
     .now = create},
    {"POST", "/api/v1/runs/{id}/reexecute", WEB_OPERATOR, .parameters = run_parameters,
     .body = &repeat_shape, .now = repeat},
    {"POST", "/api/v1/schedules/{name}/trigger", WEB_OPERATOR, .parameters = run_parameters,
     .now = trigger_schedule},
    {"POST", "/api/v1/sensors/{name}/trigger", WEB_OPERATOR, .parameters = run_parameters,
     .now = trigger_sensor},
    {"POST", "/api/v1/runs/{id}/cancel", WEB_OPERATOR, .now = cancel},
    {0},
};

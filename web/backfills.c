/* Backfills: many partitions, a run each. What each of its runs became is told by the runs. */
#include "store/backfills.h"
#include "base/limits.h"
#include "base/ulid.h"
#include "run/run.h"
#include "web/ask.h"
#include "web/create.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

struct listed {
    const struct store_backfill *backfill;
    const char *id, *selection;
};

static void write_backfill(struct json_writer *json, const void *item)
{
    const struct listed *listed = item;
    const struct store_backfill *backfill = listed->backfill;

    web_write_text(json, "id", backfill->id);
    web_write_text(json, "state", backfill->state);
    web_write_text(json, "target", backfill->target);
    web_write_text(json, "selection", listed->selection);
    web_write_text(json, "from", backfill->first);
    web_write_text(json, "to", backfill->last);
    web_write_int(json, "priority", backfill->priority);
    web_write_int(json, "at_once", backfill->at_once);
    web_write_text(json, "actor", backfill->actor);
    web_write_time(json, "created_at", backfill->created_us);
    web_write_time(json, "ended_at", backfill->ended_us);
    json_write_key(json, "counts");
    json_write_object(json);
    web_write_int(json, "total", backfill->total);
    web_write_int(json, "waiting", backfill->waiting);
    web_write_int(json, "queued", backfill->queued);
    web_write_int(json, "succeeded", backfill->succeeded);
    web_write_int(json, "failed", backfill->failed);
    web_write_int(json, "canceled", backfill->canceled);
    json_write_end(json);
}

/* ---- the list -------------------------------------------------------------------------------- */

enum { LIST_STATE, LIST_BEFORE, LIST_LIMIT };

static const char *const states[] = {"running", "succeeded", "failed", "canceled", NULL};

static const struct web_parameter list_parameters[] = {
    [LIST_STATE] = {"state", WEB_CHOICE, .choices = states},
    [LIST_BEFORE] = {"before", WEB_TEXT, .max = ULID_SIZE},
    [LIST_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 500, .fallback = 50},
    {0},
};

static void list(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct store_backfill_page page = {
        .state = web_value(exchange, LIST_STATE)->text,
        .before_id = web_value(exchange, LIST_BEFORE)->text,
        .limit = web_value(exchange, LIST_LIMIT)->number,
    };
    struct store_backfill *backfills;
    size_t count;
    struct err err;

    if (store_read_backfills(reader, &page, &exchange->arena, &backfills, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    struct listed *listed = arena_calloc(&exchange->arena, count, sizeof *listed);
    for (size_t i = 0; i < count; i++)
        listed[i] = (struct listed){&backfills[i], backfills[i].id,
                                    run_describe_stored(backfills[i].request, &exchange->arena)};
    const struct web_list answer = {WEB_LIST("backfills", listed, count, write_backfill),
                                    WEB_PAGE(page.limit, WEB_CURSOR_TEXT, struct listed, id)};
    web_list_answer(exchange, &answer);
}

/* ---- one ------------------------------------------------------------------------------------- */

/* NULL: the answer is there. */
static const struct store_backfill *find(struct web_exchange *exchange, struct store_reader *reader,
                                         const char *id)
{
    const struct store_backfill_page page = {.prefix = id, .limit = 1};
    struct store_backfill *backfills;
    size_t count;
    struct err err;

    if (store_read_backfills(reader, &page, &exchange->arena, &backfills, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return NULL;
    }
    if (count == 1 && strcmp(backfills->id, id) == 0)
        return backfills;
    web_problem(exchange, 404, "there is no backfill \"%.40s\"", id);
    return NULL;
}

static void answer(struct web_exchange *exchange, struct store_reader *reader, const char *id,
                   int status)
{
    const struct store_backfill *backfill = find(exchange, reader, id);

    if (backfill == NULL)
        return;
    const struct listed listed = {backfill, id,
                                  run_describe_stored(backfill->request, &exchange->arena)};
    struct json_writer *json = web_json(exchange, status);
    json_write_object(json);
    write_backfill(json, &listed);
    json_write_end(json);
    if (status == 202)
        web_header_add(exchange, "Location",
                       arena_printf(&exchange->arena, "/api/v1/backfills/%s", id));
}

static void get(struct web_exchange *exchange, struct store_reader *reader)
{
    answer(exchange, reader, exchange->parts[0], 200);
}

/* ---- its partitions -------------------------------------------------------------------------- */

enum { PARTS_STATE, PARTS_AFTER, PARTS_LIMIT };

static const char *const part_states[] = {"waiting", "queued",   "succeeded",
                                          "failed",  "canceled", NULL};

static const struct web_parameter part_parameters[] = {
    [PARTS_STATE] = {"state", WEB_CHOICE, .choices = part_states},
    [PARTS_AFTER] = {"after", WEB_INT, .min = 0, .max = INT64_MAX, .fallback = -1},
    [PARTS_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 1000, .fallback = 100},
    {0},
};

static void write_part(struct json_writer *json, const void *item)
{
    const struct store_backfill_partition *part = item;

    web_write_int(json, "position", part->position);
    web_write_text(json, "partition", part->key);
    web_write_text(json, "state", part->state);
    web_write_text(json, "run", part->run_id);
    web_write_text(json, "run_state", part->run_state);
}

static void get_parts(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct store_backfill_part_page page = {
        .id = exchange->parts[0],
        .state = web_value(exchange, PARTS_STATE)->text,
        .after_position = web_value(exchange, PARTS_AFTER)->number,
        .limit = web_value(exchange, PARTS_LIMIT)->number,
    };
    struct store_backfill_partition *parts;
    size_t count;
    struct err err;

    if (find(exchange, reader, page.id) == NULL)
        return;
    if (store_read_backfill_partitions(reader, &page, &exchange->arena, &parts, &count, &err) < 0) {
        web_read_failed(exchange, &err);
        return;
    }
    const struct web_list list = {
        WEB_LIST("partitions", parts, count, write_part),
        WEB_PAGE(page.limit, WEB_CURSOR_INT, struct store_backfill_partition, position)};
    web_list_answer(exchange, &list);
}

/* ---- a new one ------------------------------------------------------------------------------- */

struct sent_backfill {
    struct web_texts select, exclude, partitions, only;
    const char *from, *to, *vars;
    bool full_refresh;
    int64_t at_once, priority;
};

static const struct record_field backfill_fields[] = {
    RECORD_FIELD(sent_backfill, select, TEXTS),
    RECORD_FIELD(sent_backfill, exclude, TEXTS),
    RECORD_FIELD(sent_backfill, partitions, TEXTS),
    RECORD_FIELD(sent_backfill, only, TEXTS),
    RECORD_FIELD(sent_backfill, from, TEXT),
    RECORD_FIELD(sent_backfill, to, TEXT),
    RECORD_FIELD(sent_backfill, vars, JSON),
    RECORD_FIELD(sent_backfill, full_refresh, BOOL),
    RECORD_FIELD(sent_backfill, at_once, INT),
    RECORD_FIELD(sent_backfill, priority, INT),
    {0},
};
static const struct record_shape backfill_shape = {backfill_fields, sizeof(struct sent_backfill)};

struct asked_backfill {
    const char *id;
};

static void read_asked(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct asked_backfill *asked = web_ask_state(exchange);

    answer(exchange, reader, asked->id, 202);
}

static void hear_backfill(struct web_exchange *exchange, const struct event *event)
{
    struct asked_backfill *asked = web_ask_state(exchange);

    if (strcmp(event->type, "accepted") == 0 && event->message != NULL)
        asked->id = arena_strdup(&exchange->arena, event->message);
    else if (strcmp(event->type, "ended") == 0 && asked->id != NULL)
        web_read(exchange, read_asked);
}

static const struct web_ask_kind creating = {.hear = hear_backfill};

/* The partitions of the body as texts of the request: keys, ranges, and from with to. */
static int fill_range(struct web_exchange *exchange, const struct sent_backfill *sent,
                      struct request *request)
{
    if ((sent->from == NULL) != (sent->to == NULL)) {
        web_problem(exchange, 400, "send \"from\" and \"to\", or neither");
        return -1;
    }
    if (web_partitions_fill(exchange, &sent->partitions, request) < 0)
        return -1;
    if (sent->from != NULL)
        request->partitions[request->partition_count++] =
            arena_printf(&exchange->arena, "%s..%s", sent->from, sent->to);
    if (request->partition_count > 0 || sent->only.count > 0)
        return 0;
    web_problem(exchange, 400,
                "which partitions? send \"from\" and \"to\", \"partitions\" or \"only\"");
    return -1;
}

static void create(struct web_exchange *exchange)
{
    const struct sent_backfill *sent = exchange->sent;
    struct request request = {
        .verb = "backfill",
        .select = sent->select.texts,
        .select_count = sent->select.count,
        .exclude = sent->exclude.texts,
        .exclude_count = sent->exclude.count,
        .only = sent->only.texts,
        .only_count = sent->only.count,
        .full_refresh = sent->full_refresh,
        .at_once = sent->at_once,
    };

    if (sent->at_once < 0 || sent->at_once > LIMIT_THREADS)
        web_problem(exchange, 400, "field \"at_once\" must be from 1 to %d", LIMIT_THREADS);
    else if (web_priority_fill(exchange, sent->priority, &request) == 0 &&
             fill_range(exchange, sent, &request) == 0 &&
             web_vars_fill(exchange, sent->vars, &request) == 0 &&
             web_key_fill(exchange, &request) == 0) {
        web_ask(exchange, &request, &creating,
                arena_alloc(&exchange->arena, sizeof(struct asked_backfill)), 60000);
        return;
    }
    web_done(exchange);
}

/* ---- cancel, retry --------------------------------------------------------------------------- */

static void read_changed(struct web_exchange *exchange, struct store_reader *reader)
{
    answer(exchange, reader, exchange->parts[0], 202);
}

static void hear_changed(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->type, "ended") == 0)
        web_read(exchange, read_changed);
}

/* It is not at work: is it over, or was there none? */
static void read_whether_over(struct web_exchange *exchange, struct store_reader *reader)
{
    const struct store_backfill *backfill = find(exchange, reader, exchange->parts[0]);

    if (backfill != NULL)
        web_problem(exchange, 409, "backfill %s is over: it has %s%s", backfill->id,
                    strcmp(backfill->state, "canceled") == 0 ? "been " : "", backfill->state);
}

static void change_refused(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->state, "missing") == 0)
        web_read(exchange, read_whether_over);
    else
        web_ask_refuse(exchange, event);
}

static void change(struct web_exchange *exchange, const char *verb)
{
    static const struct web_ask_kind changing = {.hear = hear_changed, .refused = change_refused};
    const struct request request = {.verb = verb, .of = exchange->parts[0]};

    if (strlen(request.of) == ULID_SIZE) { /* a part of an id would do, which nobody means here */
        web_ask(exchange, &request, &changing, NULL, 30000);
        return;
    }
    web_problem(exchange, 404, "there is no backfill \"%.40s\"", request.of);
    web_done(exchange);
}

static void cancel(struct web_exchange *exchange)
{
    change(exchange, "cancel_backfill");
}

static void retry(struct web_exchange *exchange)
{
    change(exchange, "retry_backfill");
}

const struct web_route web_backfills_routes[] = {
    {"GET", "/api/v1/backfills", WEB_VIEWER, .parameters = list_parameters, .is_polled = true,
     .read = list},
    {"POST", "/api/v1/backfills", WEB_OPERATOR, .body = &backfill_shape, .needs_body = true,
     .now = create},
    {"GET", "/api/v1/backfills/{id}", WEB_VIEWER, .is_polled = true, .read = get},
    {"GET", "/api/v1/backfills/{id}/partitions", WEB_VIEWER, .parameters = part_parameters,
     .is_polled = true, .read = get_parts},
    {"POST", "/api/v1/backfills/{id}/cancel", WEB_OPERATOR, .now = cancel},
    {"POST", "/api/v1/backfills/{id}/retry", WEB_OPERATOR, .now = retry},
    {0},
};

/* What is asked of the warehouse: SQL that only reads, an asset's own SQL, its first rows. The
 * executor keeps the limits of rows, bytes and time, and lets nothing but reading through. */
#include "base/units.h"
#include "web/ask.h"
#include "web/assets.h"
#include "web/create.h"
#include "web/problem.h"
#include "web/routes.h"

#include <jansson.h>
#include <string.h>

enum {
    ROWS = 1000,             /* unless asked for otherwise */
    MOST_ROWS = 100000,      /* of an answer that is one text in memory, */
    BYTES = 8 * 1024 * 1024, /* and at most that long */
    TIMEOUT_MS = 30 * 1000,
    LONGEST_MS = 300 * 1000,
    SPARE_MS = 10 * 1000, /* the executor ends it; else we do */
};

struct asked_query {
    bool has_rows, has_fields;
};

/* ---- what is heard --------------------------------------------------------------------------- */

static void hear_query(struct web_exchange *exchange, const struct event *event)
{
    struct asked_query *asked = web_ask_state(exchange);
    struct json_writer *json = &exchange->json;

    if (strcmp(event->type, "fields") == 0 && !asked->has_fields) {
        asked->has_fields = true;
        web_json(exchange, 200);
        json_write_object(json);
        json_write_key(json, "columns");
        json_write_array(json);
        for (size_t i = 0; i < event->line_count; i++)
            json_write_str(json, event->lines[i]);
        json_write_end(json);
        buf_append_str(&exchange->answer, ",\"rows\":[");
    } else if (strcmp(event->type, "ended") == 0) {
        if (!asked->has_fields)
            buf_append_str(web_text(exchange, 200, "application/json"),
                           "{\"columns\":[],\"rows\":[");
        buf_printf(&exchange->answer, "],\"has_more\":%s}", event->has_more ? "true" : "false");
        web_done(exchange);
    }
}

/* A list of rows, [[1,"a"],[2,"b"]]: it goes on where the last one ended. */
static bool take_rows(struct web_exchange *exchange, const struct frame *frame)
{
    struct asked_query *asked = web_ask_state(exchange);

    if (frame->size <= 2 || exchange->answer.size + frame->size > 2 * (size_t)BYTES)
        return frame->size <= 2;
    if (asked->has_rows)
        buf_append_char(&exchange->answer, ',');
    asked->has_rows = true;
    buf_append(&exchange->answer, frame->text + 1, frame->size - 2);
    return true;
}

static const struct web_ask_kind querying = {
    .hear = hear_query, .rows = take_rows, .is_question = true};

/* ---- what is asked --------------------------------------------------------------------------- */

struct sent_query {
    const char *sql, *question, *timeout;
    const char *vars; /* a JSON object */
    int64_t limit;
};

static const struct record_field query_fields[] = {
    RECORD_FIELD(sent_query, sql, TEXT),     RECORD_FIELD(sent_query, question, TEXT),
    RECORD_FIELD(sent_query, vars, JSON),    RECORD_FIELD(sent_query, limit, INT),
    RECORD_FIELD(sent_query, timeout, TEXT), {0},
};
static const struct record_shape query_shape = {query_fields, sizeof(struct sent_query)};

static void ask(struct web_exchange *exchange, struct request *request,
                const struct web_ask_kind *kind)
{
    request->limit_bytes = BYTES;
    if (request->timeout_ms == 0)
        request->timeout_ms = TIMEOUT_MS;
    web_ask(exchange, request, kind, arena_alloc(&exchange->arena, sizeof(struct asked_query)),
            request->timeout_ms + SPARE_MS);
}

static void query(struct web_exchange *exchange)
{
    const struct sent_query *sent = exchange->sent;
    struct request request = {.verb = "query", .limit = ROWS};

    if (sent->limit != 0)
        request.limit = sent->limit;
    request.sql = sent->sql;
    request.question = sent->question;
    if ((sent->sql == NULL) == (sent->question == NULL))
        web_problem(exchange, 400, "send either \"sql\" or \"question\"");
    else if (sent->sql != NULL && sent->vars != NULL)
        web_problem(exchange, 400,
                    "field \"vars\" is for a \"question\": \"sql\" is sent as it is");
    else if (request.limit < 1 || request.limit > MOST_ROWS)
        web_problem(exchange, 400, "field \"limit\" must be from 1 to %d", MOST_ROWS);
    else if (sent->timeout != NULL &&
             (!units_parse_duration_ms(sent->timeout, &request.timeout_ms) ||
              request.timeout_ms < 1 || request.timeout_ms > LONGEST_MS))
        web_problem(exchange, 400, "field \"timeout\" must be a time like 30s, at most 5m");
    else if (web_vars_fill(exchange, sent->vars, &request) == 0) {
        ask(exchange, &request, &querying);
        return;
    }
    web_done(exchange);
}

/* ---- assets ---------------------------------------------------------------------------------- */

/* The asset of the path; NULL: the answer is there. */
static const struct asset *find(struct web_exchange *exchange)
{
    const struct asset *asset = web_asset_find(exchange);

    if (asset == NULL)
        web_done(exchange);
    return asset;
}

static bool take_sql(struct web_exchange *exchange, const struct frame *frame)
{
    json_t *rows = json_loadb(frame->text, frame->size, 0, NULL);
    const json_t *row = json_array_get(rows, 0);
    const char *sql = json_string_value(json_array_get(row, 0));

    if (sql != NULL) {
        struct json_writer *json = web_json(exchange, 200);
        json_write_object(json);
        web_write_text(json, "asset", exchange->parts[0]);
        web_write_text(json, "sql", sql);
        web_write_bool(json, "is_incremental", json_is_true(json_array_get(row, 1)));
        json_write_end(json);
    }
    json_decref(rows);
    return true;
}

static void hear_sql(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->type, "ended") != 0)
        return;
    if (exchange->status == 0)
        web_problem(exchange, 404, "asset \"%.100s\" has no SQL", exchange->parts[0]);
    web_done(exchange);
}

/* The SQL of a model as a run would send it now. */
static void get_sql(struct web_exchange *exchange)
{
    static const struct web_ask_kind showing = {
        .hear = hear_sql, .rows = take_sql, .is_question = true};
    const struct asset *asset = find(exchange);

    if (asset == NULL)
        return;
    if (asset->template == NULL) {
        web_problem(exchange, 404, "asset \"%s\" has no SQL: it is a %s", asset->key,
                    asset_kind_names[asset->kind]);
        web_done(exchange);
        return;
    }
    const char *select[] = {asset->key};
    struct request request = {.verb = "show", .select = select, .select_count = 1};
    ask(exchange, &request, &showing);
}

enum { PREVIEW_LIMIT };

static const struct web_parameter preview_parameters[] = {
    [PREVIEW_LIMIT] = {"limit", WEB_INT, .min = 1, .max = 1000, .fallback = 50},
    {0},
};

/* "a""b": as SQL has names; the parser of assets lets no others than plain ones through anyway. */
static void append_name(struct buf *sql, const char *name)
{
    buf_append_char(sql, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"')
            buf_append_char(sql, '"');
        buf_append_char(sql, *name);
    }
    buf_append_char(sql, '"');
}

static void get_preview(struct web_exchange *exchange)
{
    const struct asset *asset = find(exchange);
    struct request request = {.verb = "query", .limit = web_value(exchange, PREVIEW_LIMIT)->number};
    struct buf sql;

    if (asset == NULL)
        return;
    if (!asset_is_relation(asset)) {
        web_problem(exchange, 404, "asset \"%s\" is no table: it is a %s", asset->key,
                    asset_kind_names[asset->kind]);
        web_done(exchange);
        return;
    }
    buf_init(&sql);
    buf_append_str(&sql, "SELECT * FROM ");
    append_name(&sql, asset->schema);
    buf_append_char(&sql, '.');
    append_name(&sql, asset->table);
    buf_printf(&sql, " LIMIT %lld", (long long)request.limit + 1); /* whether there are more */
    request.sql = sql.data;
    ask(exchange, &request, &querying);
    buf_release(&sql);
}

const struct web_route web_queries_routes[] = {
    {"POST", "/api/v1/queries", WEB_OPERATOR, .body = &query_shape, .needs_body = true,
     .now = query},
    {"GET", "/api/v1/assets/{key}/sql", WEB_VIEWER, .wants_pipeline = true, .now = get_sql},
    {"GET", "/api/v1/assets/{key}/preview", WEB_VIEWER, .parameters = preview_parameters,
     .wants_pipeline = true, .now = get_preview},
    {0},
};

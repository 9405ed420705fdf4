/* The connections of the target, and whether whoever is behind them can be reached. No option is
 * told: some stand for secrets. */
#include "web/ask.h"
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"

#include <string.h>

enum { TEST_MS = 15 * 1000, SPARE_MS = 10 * 1000 };

struct listed {
    const struct connection *connection;
    int64_t assets; /* that read from it, or are in it */
};

static void write_connection(struct json_writer *json, const void *item)
{
    const struct listed *listed = item;
    const struct connection *connection = listed->connection;
    bool is_limited = connection->slots.count > 0;

    web_write_text(json, "name", connection->name);
    web_write_text(json, "connector", connection->connector->name);
    web_write_text(json, "summary", connection->connector->summary);
    web_write_bool(json, "is_embedded", connection->is_embedded);
    web_write_count(json, "max_steps", is_limited ? connection->slots.count : -1);
    web_write_int(json, "assets", listed->assets);
}

static int64_t count_assets(const struct graph *graph, const struct connection *connection)
{
    int64_t count = 0;

    for (size_t i = 0; i < graph->count; i++)
        count += graph->assets[i]->from.connection == connection ||
                 graph->assets[i]->into.connection == connection;
    return count;
}

static void list(struct web_exchange *exchange)
{
    const struct target *target = exchange->loaded->pipeline.target;
    size_t count = target->connection_count;
    struct listed *listed = arena_calloc(&exchange->arena, count, sizeof *listed);

    for (size_t i = 0; i < count; i++)
        listed[i] = (struct listed){&target->connections[i], count_assets(&exchange->loaded->graph,
                                                                          &target->connections[i])};
    web_list_answer(exchange, &(const struct web_list){
                                  WEB_LIST("connections", listed, count, write_connection)});
    web_done(exchange);
}

/* ---- test ------------------------------------------------------------------------------------ */

static void hear_test(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->type, "tested") == 0) {
        struct json_writer *json = web_json(exchange, 200);
        json_write_object(json);
        web_write_text(json, "connection", exchange->parts[0]);
        web_write_text(json, "state", event->state);
        web_write_text(json, "code", event->reason);
        web_write_text(json, "message", event->message);
        json_write_key(json, "seconds");
        json_write_double(json, event->seconds);
        json_write_end(json);
    } else if (strcmp(event->type, "ended") == 0) {
        web_done(exchange);
    }
}

static void test(struct web_exchange *exchange)
{
    static const struct web_ask_kind testing = {.hear = hear_test, .is_question = true};
    const struct request request = {
        .verb = "test", .subject = exchange->parts[0], .timeout_ms = TEST_MS};

    web_ask(exchange, &request, &testing, NULL, TEST_MS + SPARE_MS);
}

const struct web_route web_connections_routes[] = {
    {"GET", "/api/v1/connections", WEB_VIEWER, .wants_pipeline = true, .is_polled = true,
     .now = list},
    {"POST", "/api/v1/connections/{name}/test", WEB_OPERATOR, .now = test},
    {0},
};

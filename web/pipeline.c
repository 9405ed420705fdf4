/* The pipeline as it was last read, and reading it again. */
#include "web/ask.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/site.h"

#include <string.h>

static void write_pipeline(struct web_exchange *exchange, const struct loaded *loaded)
{
    const struct pipeline *pipeline = &loaded->pipeline;
    struct json_writer *json = web_json(exchange, 200);

    json_write_object(json);
    web_write_text(json, "name", pipeline->name);
    web_write_text(json, "target", pipeline->target->name);
    web_write_int(json, "assets", (int64_t)loaded->graph.count);
    web_write_time(json, "loaded_at", loaded->loaded_us);
    json_write_key(json, "targets");
    json_write_array(json);
    for (size_t i = 0; i < pipeline->target_count; i++)
        json_write_str(json, pipeline->targets[i].name);
    json_write_end(json);
    json_write_key(json, "connections");
    json_write_array(json);
    for (size_t i = 0; i < pipeline->target->connection_count; i++) {
        const struct connection *connection = &pipeline->target->connections[i];
        json_write_object(json);
        web_write_text(json, "name", connection->name);
        web_write_text(json, "connector", connection->connector->name);
        json_write_end(json);
    }
    json_write_end(json);
    json_write_end(json);
}

static void get(struct web_exchange *exchange)
{
    write_pipeline(exchange, exchange->loaded);
    web_done(exchange);
}

/* ---- reload ---------------------------------------------------------------------------------- */

static void hear_reload(struct web_exchange *exchange, const struct event *event)
{
    const struct web_backend *backend = exchange->site->backend;

    if (strcmp(event->type, "ended") != 0)
        return;
    exchange->loaded = backend->loaded(backend->arg);
    if (exchange->loaded != NULL)
        write_pipeline(exchange, exchange->loaded);
    else
        web_problem(exchange, 503, "the pipeline has not been read yet");
    web_done(exchange);
}

static void reload(struct web_exchange *exchange)
{
    static const struct web_ask_kind reloading = {.hear = hear_reload};
    const struct request request = {.verb = "reload", .actor = exchange->actor.name};

    web_ask(exchange, &request, &reloading, NULL, 60000);
}

const struct web_route web_pipeline_routes[] = {
    {"GET", "/api/v1/pipeline", WEB_VIEWER, .wants_pipeline = true, .is_polled = true, .now = get},
    {"POST", "/api/v1/pipeline/reload", WEB_OPERATOR, .now = reload},
    {0},
};

/* The streams that the daemon keeps running, and how they are. */
#include "web/list.h"
#include "web/problem.h"
#include "web/routes.h"
#include "web/site.h"

#include <string.h>

static void write_stream(struct json_writer *json, const void *item)
{
    const struct stream_state *stream = item;

    web_write_text(json, "asset", stream->asset);
    web_write_text(json, "state", stream->state);
    web_write_time(json, "since", stream->since_us);
    web_write_text(json, "run", stream->run);
    web_write_text(json, "error", stream->error);
    web_write_int(json, "records", stream->records);
    web_write_count(json, "lag", stream->lag);
    web_write_text(json, "watermark", stream->watermark);
    json_write_key(json, "records_per_second");
    json_write_double(json, stream->records_per_second);
    web_write_int(json, "restarts", stream->restarts);
    web_write_time(json, "next_start_at", stream->next_start_us);
}

static struct stream_state *kept(struct web_exchange *exchange, size_t *count)
{
    const struct web_backend *backend = exchange->site->backend;

    return backend->streams(backend->arg, &exchange->arena, count);
}

static void list(struct web_exchange *exchange)
{
    size_t count;
    const struct stream_state *streams = kept(exchange, &count);

    web_list_answer(exchange,
                    &(const struct web_list){WEB_LIST("streams", streams, count, write_stream)});
    web_done(exchange);
}

static void get(struct web_exchange *exchange)
{
    size_t count;
    const struct stream_state *streams = kept(exchange, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(streams[i].asset, exchange->parts[0]) == 0) {
            struct json_writer *json = web_json(exchange, 200);
            json_write_object(json);
            write_stream(json, &streams[i]);
            json_write_end(json);
            web_done(exchange);
            return;
        }
    web_problem(exchange, 404, "there is no stream \"%.100s\"", exchange->parts[0]);
    web_done(exchange);
}

const struct web_route web_stream_list_routes[] = {
    {"GET", "/api/v1/streams", WEB_VIEWER, .is_polled = true, .now = list},
    {"GET", "/api/v1/streams/{name}", WEB_VIEWER, .is_polled = true, .now = get},
    {0},
};

#include "web/exchange.h"

#include "base/clock.h"
#include "base/hash.h"
#include "web/ask.h"
#include "web/problem.h"
#include "web/site.h"
#include "web/stream.h"

#include <stdio.h>
#include <string.h>

void web_exchange_init(struct web_exchange *exchange, struct web_site *site)
{
    memset(exchange, 0, sizeof *exchange);
    exchange->site = site;
    arena_init(&exchange->arena);
    buf_init(&exchange->body);
    buf_init(&exchange->answer);
}

void web_exchange_reset(struct web_exchange *exchange)
{
    struct web_exchange kept = *exchange;

    web_ask_forget(exchange);
    if (exchange->watch != NULL)
        web_streams_unwatch(exchange->site->streams, exchange->watch);
    web_stream_free(exchange->stream);
    loaded_release(exchange->loaded);
    memset(exchange, 0, sizeof *exchange);
    exchange->site = kept.site;
    exchange->connection = kept.connection;
    exchange->address = kept.address;
    exchange->arena = kept.arena;
    exchange->body = kept.body;
    exchange->answer = kept.answer;
    arena_reset(&exchange->arena);
    buf_reset(&exchange->body);
    buf_reset(&exchange->answer);
}

void web_exchange_release(struct web_exchange *exchange)
{
    web_exchange_reset(exchange);
    arena_release(&exchange->arena);
    buf_release(&exchange->body);
    buf_release(&exchange->answer);
}

/* ---- answers --------------------------------------------------------------------------------- */

struct json_writer *web_json(struct web_exchange *exchange, int status)
{
    json_writer_init(&exchange->json, web_text(exchange, status, "application/json"));
    return &exchange->json;
}

struct buf *web_text(struct web_exchange *exchange, int status, const char *content_type)
{
    exchange->status = status;
    exchange->content_type = content_type;
    exchange->is_cacheable = exchange->route != NULL && exchange->route->is_polled && status == 200;
    buf_reset(&exchange->answer);
    return &exchange->answer;
}

void web_header_add(struct web_exchange *exchange, const char *name, const char *value)
{
    if (exchange->header_count < WEB_HEADERS)
        exchange->headers[exchange->header_count++] =
            (struct web_header){name, arena_strdup(&exchange->arena, value)};
}

void web_tag(struct web_exchange *exchange)
{
    if (exchange->is_cacheable)
        snprintf(exchange->tag, sizeof exchange->tag, "\"%016llx\"",
                 (unsigned long long)hash_words(exchange->answer.data, exchange->answer.size));
}

void web_read_failed(struct web_exchange *exchange, const struct err *err)
{
    web_header_add(exchange, "Retry-After", "1");
    web_problem(exchange, 503, "%s", err->message);
}

const struct web_value *web_value(const struct web_exchange *exchange, size_t parameter)
{
    return &exchange->values[parameter];
}

/* ---- members --------------------------------------------------------------------------------- */

void web_write_time(struct json_writer *json, const char *key, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];

    json_write_key(json, key);
    json_write_str(json, us != 0 ? clock_format_iso(text, us, 6) : NULL);
}

void web_write_count(struct json_writer *json, const char *key, int64_t count)
{
    json_write_key(json, key);
    if (count < 0)
        json_write_null(json);
    else
        json_write_int(json, count);
}

void web_write_text(struct json_writer *json, const char *key, const char *text)
{
    json_write_key(json, key);
    json_write_str(json, text);
}

void web_write_int(struct json_writer *json, const char *key, int64_t value)
{
    json_write_key(json, key);
    json_write_int(json, value);
}

void web_write_bool(struct json_writer *json, const char *key, bool value)
{
    json_write_key(json, key);
    json_write_bool(json, value);
}

void web_write_raw(struct json_writer *json, const char *key, const char *text)
{
    json_write_key(json, key);
    if (text == NULL)
        json_write_null(json);
    else
        json_write_raw(json, text, strlen(text));
}

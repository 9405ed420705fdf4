#include "web/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *title;
} titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

const char *problem_title(int status)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

/* The object, but for its end. */
static void begin(struct json_writer *json, int status, const char *detail)
{
    json_write_object(json);
    web_write_text(json, "type", "about:blank");
    web_write_text(json, "title", problem_title(status));
    web_write_int(json, "status", status);
    web_write_text(json, "detail", detail);
}

static struct json_writer *begin_answer(struct web_exchange *exchange, int status,
                                        const char *detail)
{
    struct json_writer *json = web_json(exchange, status);

    exchange->content_type = PROBLEM_TYPE;
    exchange->is_cacheable = false;
    begin(json, status, detail);
    web_write_text(json, "instance", exchange->path);
    return json;
}

void web_problem(struct web_exchange *exchange, int status, const char *fmt, ...)
{
    char detail[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    json_write_end(begin_answer(exchange, status, detail));
}

void web_problem_list(struct web_exchange *exchange, int status, const char *detail,
                      const char *const *lines, size_t count)
{
    struct json_writer *json = begin_answer(exchange, status, count == 1 ? lines[0] : detail);

    json_write_key(json, "errors");
    json_write_array(json);
    for (size_t i = 0; i < count; i++)
        json_write_str(json, lines[i]);
    json_write_end(json);
    json_write_end(json);
}

void problem_message(struct buf *out, int status, const char *detail)
{
    struct json_writer json;
    struct buf body;

    buf_init(&body);
    json_writer_init(&json, &body);
    begin(&json, status, detail);
    json_write_end(&json);
    buf_printf(out,
               "HTTP/1.1 %d %s\r\nContent-Type: " PROBLEM_TYPE "\r\nContent-Length: %zu\r\n"
               "Retry-After: 1\r\nConnection: close\r\n\r\n%s",
               status, problem_title(status), body.size, body.data);
    buf_release(&body);
}

/* What happens, as it happens: of all runs, and of one. */
#include "web/problem.h"
#include "web/routes.h"
#include "web/stream.h"

#include <errno.h>
#include <stdlib.h>

enum { EVENTS_AFTER };

static const struct web_parameter parameters[] = {
    [EVENTS_AFTER] = {"after", WEB_INT, .min = 0, .max = INT64_MAX, .fallback = -1},
    {0},
};

/* Where it goes on: Last-Event-ID, which a browser sends when it connects again, then ?after=.
 * -1 if neither was given; false if it is none. */
static bool read_cursor(struct web_exchange *exchange, int64_t *cursor)
{
    const char *id = exchange->last_event_id;
    char *end;

    *cursor = web_value(exchange, EVENTS_AFTER)->number;
    if (id == NULL || id[0] == '\0')
        return true;
    errno = 0;
    *cursor = strtoll(id, &end, 10);
    if (*end == '\0' && errno == 0 && *cursor >= 0 && id[0] >= '0' && id[0] <= '9')
        return true;
    web_problem(exchange, 400, "header Last-Event-ID: \"%.40s\" is no event's id", id);
    return false;
}

static void all_events(struct web_exchange *exchange)
{
    int64_t cursor;

    if (read_cursor(exchange, &cursor))
        web_stream_begin(exchange, NULL, cursor >= 0 ? cursor : WEB_STREAM_FROM_NOW, false);
    web_done(exchange);
}

/* A run's events from its first. Of one that is over the stream ends; who has seen all of it gets
 * 204, after which a browser does not ask again. */
static void run_events(struct web_exchange *exchange, struct store_reader *reader)
{
    const char *id = exchange->parts[0];
    struct store_event *events;
    struct store_run *run;
    int64_t cursor;
    size_t count;
    struct err err;

    if (!read_cursor(exchange, &cursor))
        return;
    if (cursor < 0)
        cursor = 0;
    if (store_read_run(reader, id, &exchange->arena, &run, &err) < 0 ||
        store_read_events_behind(reader, id, cursor, 1, &exchange->arena, &events, &count, &err) <
            0) {
        web_read_failed(exchange, &err);
        return;
    }
    if (run == NULL) {
        web_problem(exchange, 404, "there is no run \"%.40s\"", id);
        return;
    }
    bool is_over = store_run_is_over(run);
    if (is_over && count == 0)
        web_text(exchange, 204, NULL);
    else
        web_stream_begin(exchange, id, cursor, is_over);
}

const struct web_route web_events_routes[] = {
    {"GET", "/api/v1/events", WEB_VIEWER, .parameters = parameters, .now = all_events},
    {"GET", "/api/v1/runs/{id}/events", WEB_VIEWER, .parameters = parameters, .read = run_events},
    {0},
};

/* What can be paused and resumed: schedules, sensors, streams. */
#include "web/ask.h"
#include "web/routes.h"

#include <stdio.h>
#include <string.h>

static void hear(struct web_exchange *exchange, const struct event *event)
{
    if (strcmp(event->type, "ended") != 0)
        return;
    web_text(exchange, 204, NULL);
    web_done(exchange);
}

static void ask(struct web_exchange *exchange, const char *verb, const char *kind)
{
    static const struct web_ask_kind asking = {.hear = hear};
    const struct request request = {
        .verb = verb,
        .subject = arena_printf(&exchange->arena, "%s:%s", kind, exchange->parts[0]),
    };

    web_ask(exchange, &request, &asking, NULL, 30000);
}

static void pause_schedule(struct web_exchange *exchange)
{
    ask(exchange, "pause", "schedule");
}

static void resume_schedule(struct web_exchange *exchange)
{
    ask(exchange, "resume", "schedule");
}

static void pause_sensor(struct web_exchange *exchange)
{
    ask(exchange, "pause", "sensor");
}

static void resume_sensor(struct web_exchange *exchange)
{
    ask(exchange, "resume", "sensor");
}

static void pause_stream(struct web_exchange *exchange)
{
    ask(exchange, "pause", "stream");
}

static void resume_stream(struct web_exchange *exchange)
{
    ask(exchange, "resume", "stream");
}

const struct web_route web_subjects_routes[] = {
    {"POST", "/api/v1/schedules/{name}/pause", WEB_OPERATOR, .now = pause_schedule},
    {"POST", "/api/v1/schedules/{name}/resume", WEB_OPERATOR, .now = resume_schedule},
    {"POST", "/api/v1/sensors/{name}/pause", WEB_OPERATOR, .now = pause_sensor},
    {"POST", "/api/v1/sensors/{name}/resume", WEB_OPERATOR, .now = resume_sensor},
    {"POST", "/api/v1/streams/{name}/pause", WEB_OPERATOR, .now = pause_stream},
    {"POST", "/api/v1/streams/{name}/resume", WEB_OPERATOR, .now = resume_stream},
    {0},
};

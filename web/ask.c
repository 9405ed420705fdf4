#include "web/ask.h"

#include "base/alloc.h"
#include "web/problem.h"
#include "web/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct web_ask {
    struct listener listener; /* first */
    struct web_exchange *exchange;
    const struct web_ask_kind *kind;
    void *state;
    int64_t until_ms; /* 0: no such time */
    bool is_over;     /* it has ended or was refused */
};

/* What the daemon's refusals are in HTTP. */
static const struct {
    const char *state;
    int status;
    const char *retry_after_s, *detail;
} refusals[] = {
    {"config", 422, NULL, "the request cannot be carried out"},
    {"missing", 404, NULL, "there is no such thing"},
    {"conflict", 409, NULL, "the request contradicts what is there"},
    {"busy", 503, "5", "the daemon cannot take it now"},
};

void web_ask_refuse(struct web_exchange *exchange, const struct event *event)
{
    size_t found = 0;

    for (size_t i = 0; event->state != NULL && i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i].state, event->state) == 0)
            found = i;
    if (refusals[found].retry_after_s != NULL)
        web_header_add(exchange, "Retry-After", refusals[found].retry_after_s);
    if (event->line_count > 0)
        web_problem_list(exchange, refusals[found].status, refusals[found].detail, event->lines,
                         event->line_count);
    else
        web_problem(exchange, refusals[found].status, "%s",
                    event->message != NULL ? event->message : refusals[found].detail);
    web_done(exchange);
}

static void hear_event(struct web_ask *ask, const struct frame *frame)
{
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0 &&
        event.type != NULL) {
        bool is_refused = strcmp(event.type, "refused") == 0;
        ask->is_over = is_refused || strcmp(event.type, "ended") == 0;
        bool is_config = event.state == NULL || strcmp(event.state, "config") == 0;
        if (is_refused && !is_config && ask->kind->refused != NULL)
            ask->kind->refused(ask->exchange, &event);
        else if (is_refused)
            web_ask_refuse(ask->exchange, &event);
        else
            ask->kind->hear(ask->exchange, &event);
    }
    arena_release(&arena);
}

static void hear(struct listener *listener, const struct frame *frame)
{
    struct web_ask *ask = (struct web_ask *)listener;

    if (ask->exchange->is_answered || ask->exchange->is_reading)
        return;
    if (frame->kind == MESSAGE_EVENT)
        hear_event(ask, frame);
    else if (frame->kind == MESSAGE_ROWS && ask->kind->rows != NULL &&
             !ask->kind->rows(ask->exchange, frame))
        listener->wants_no_more = true;
}

void web_ask(struct web_exchange *exchange, const struct request *request,
             const struct web_ask_kind *kind, void *state, int64_t for_ms)
{
    const struct web_backend *backend = exchange->site->backend;
    struct web_ask *ask = alloc_zeroed(1, sizeof *ask);
    struct request whole = *request;

    whole.version = MESSAGE_VERSION;
    whole.actor = exchange->actor.name;
    whole.address = exchange->address; /* for the audit log */
    ask->listener.hear = hear;
    ask->exchange = exchange;
    ask->kind = kind;
    ask->state = state;
    ask->until_ms = for_ms > 0 ? exchange->site->now_ms + for_ms : 0;
    exchange->asked = ask;
    backend->request(backend->arg, &whole, &ask->listener);
}

void *web_ask_state(const struct web_exchange *exchange)
{
    const struct web_ask *ask = exchange->asked;

    return ask->state;
}

static void give_up(struct web_exchange *exchange, int status, const char *detail)
{
    const struct web_ask *ask = exchange->asked;

    if (exchange->is_answered)
        return;
    if (ask->kind->late != NULL) {
        ask->kind->late(exchange);
        return;
    }
    web_problem(exchange, status, "%s", detail);
    web_done(exchange);
}

void web_ask_sweep(struct web_exchange *exchange, int64_t now_ms)
{
    const struct web_ask *ask = exchange->asked;

    if (ask->until_ms != 0 && now_ms >= ask->until_ms)
        give_up(exchange, 504, "the daemon has not answered in time");
}

void web_ask_stop(struct web_exchange *exchange)
{
    give_up(exchange, 503, "the server is stopping");
}

void web_ask_forget(struct web_exchange *exchange)
{
    const struct web_backend *backend = exchange->site->backend;
    struct web_ask *ask = exchange->asked;

    if (ask == NULL)
        return;
    exchange->asked = NULL;
    if (ask->kind->is_question && !ask->is_over)
        backend->cancel(backend->arg, &ask->listener);
    backend->forget(backend->arg, &ask->listener);
    free(ask);
}

/*
 * A request to the daemon on behalf of an exchange: what it answers, heard by a handler.
 *
 *     static const struct web_ask_kind canceling = {.hear = hear_cancel};
 *     web_ask(exchange, &request, &canceling, 0);
 *
 * A refusal becomes a problem by itself. A handler that has its answer says web_done; what comes
 * later is passed over. Whoever hangs up is forgotten: what he asked for goes on without him if it
 * is a run, and is canceled if it is a question.
 */
#ifndef AORTA_WEB_ASK_H
#define AORTA_WEB_ASK_H

#include "web/exchange.h"

struct web_ask_kind {
    /* An event that is no refusal; its texts live until this returns. */
    void (*hear)(struct web_exchange *exchange, const struct event *event);
    /* Rows (MESSAGE_ROWS), or NULL: there are none. False: no more are wanted, and the request is
     * canceled. */
    bool (*rows)(struct web_exchange *exchange, const struct frame *frame);
    /* The time is over, or the server stops: answers, now or by web_read. NULL: a problem, 504 or
     * 503. */
    void (*late)(struct web_exchange *exchange);
    /* It was refused with a state that is not "config": answers likewise. NULL: a problem. */
    void (*refused)(struct web_exchange *exchange, const struct event *event);
    bool is_question; /* nobody wants the end of it if nobody reads it */
};

/* On the loop. Who asks, and from where, is added. The request's texts are lent until this returns. for_ms: how long the answer may
 * take, 0: as long as it takes. state is the handler's, in the arena: see web_ask_state. */
void web_ask(struct web_exchange *exchange, const struct request *request,
             const struct web_ask_kind *kind, void *state, int64_t for_ms);

/* The refusal as a problem, by its state. */
void web_ask_refuse(struct web_exchange *exchange, const struct event *event);

void *web_ask_state(const struct web_exchange *exchange);

/* Of client.c: the time is looked at; the server stops; the exchange is over. */
void web_ask_sweep(struct web_exchange *exchange, int64_t now_ms);
void web_ask_stop(struct web_exchange *exchange);
void web_ask_forget(struct web_exchange *exchange);

#endif

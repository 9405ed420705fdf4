/*
 * Whoever made a request, and hears what becomes of it: the command itself, another process behind
 * the control socket, a client of the API.
 */
#ifndef AORTA_MESSAGE_LISTENER_H
#define AORTA_MESSAGE_LISTENER_H

#include "message/frame.h"

#include <stdbool.h>
#include <stddef.h>

struct listener {
    /* A frame (event or rows) for him. */
    void (*hear)(struct listener *listener, const struct frame *frame);
    /* What he has not read yet; NULL: he always has. */
    size_t (*backlog_bytes)(const struct listener *listener);
    /* Set by `hear`: nobody reads the rows that he passes on, so the query is canceled. */
    bool wants_no_more;
    /* Called every LISTENER_TICK_MS while he waits; NULL: he is only told what happens. */
    void (*tick)(struct listener *listener);
    /* A signal has canceled what he asked for; NULL: that is logged. */
    void (*canceling)(struct listener *listener);
};

enum { LISTENER_TICK_MS = 100 };

#endif

/*
 * The life of a daemon, however long: its loop with what hangs on it, opened and closed in order.
 * Whoever holds the state folder's lock lives one: a command for its one request (daemon.c), or
 * `aorta serve` until it is told to end (serve.c).
 */
#ifndef AORTA_DAEMON_LIFE_H
#define AORTA_DAEMON_LIFE_H

#include "daemon/client.h"
#include "daemon/work.h"

enum { LIFE_SIGNALS = 3 };

struct life {
    struct daemon daemon; /* first: the daemon's callbacks find the life by it */
    uv_loop_t loop;
    uv_signal_t signals[LIFE_SIGNALS];
    size_t signal_count;
    uv_timer_t closing; /* ends it, but not in the middle of what asked for that */
    uv_timer_t ticking; /* whoever lives it uses this one */
    struct client_server *server;
    struct err *err;
    void (*leaving)(struct life *life); /* it is about to close all; or NULL */
    bool has_failed;                    /* the store: err says why */
    bool is_closing;
};

/* Ends the executors of a daemon that died, opens the store and the control socket. *life is to be
 * given to life_end also after -1. */
int life_begin(struct life *life, const char *state_folder, struct err *err);

/* Calls on the loop for each such signal; the handle's data is the life. */
void life_watch_signal(struct life *life, int signal, uv_signal_cb call);

/* Lets nobody in any more, asks the executors to close their files, and stops the loop when they
 * have, or after some seconds. To be called from a timer. */
void life_leave(struct life *life);

/* Kills the executors and stops the loop. To be called from a timer, or at the end. */
void life_leave_at_once(struct life *life);

/* Runs the loop until one of the two. */
void life_run(struct life *life);

/* Frees all that is left: 0, or -1 if the store had failed. */
int life_end(struct life *life);

#endif

/*
 * `aorta serve`: the daemon that stays.
 *
 *     begin ─▶ takes up what was queued or interrupted ─▶ ready ─▶ … ─▶ SIGTERM: drains ─▶ end
 *
 * Draining begins nothing new, lets streams write what they have read, and waits some seconds for
 * running steps; what is still at work then is ended with its executor, and taken up again by the
 * next daemon. A second signal ends at once, which is no loss either.
 */
#ifndef AORTA_DAEMON_SERVE_H
#define AORTA_DAEMON_SERVE_H

#include "daemon/work.h"

struct serving {
    const char *state_folder;
    struct request request; /* folder and target of the pipeline */
    struct loaded *loaded;  /* what has been read of it, without a problem */

    /* Called on the loop: when all is there to serve others, and when it is to end. */
    int (*begin)(void *arg, struct daemon *daemon, struct err *err);
    void (*end)(void *arg);
    void *arg;
};

/* Serves until it is told to end. -1 with err: the folder has a daemon (named), the store is
 * broken, `begin` failed. */
int serve(const struct serving *serving, struct err *err);

/* What the living daemon can say of itself. */
struct serve_counts {
    int64_t queued_runs, running_runs, running_steps, executors;
    int64_t succeeded_runs, failed_runs, canceled_runs; /* since the daemon began */
    int64_t loads, failed_loads, commits;
    bool is_held_up; /* the run store waits for room */
};

void serve_count(const struct daemon *daemon, struct serve_counts *counts);

#endif

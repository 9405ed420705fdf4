/*
 * One thing at a time that another thread does while this one goes on.
 *
 *     background_start(&background, push, stream)     push(stream, &err) begins
 *     …
 *     background_await(&background, &err)             it has ended; its result, its error
 *
 * What it works on belongs to it between the two. Used by one thread.
 */
#ifndef AORTA_EXECUTOR_BACKGROUND_H
#define AORTA_EXECUTOR_BACKGROUND_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>

struct background {
    int (*run)(void *arg, struct err *err); /* NULL: nothing was started */
    void *arg;
    int result;
    struct err err;

    pthread_mutex_t lock; /* guards has_ended */
    pthread_cond_t ended;
    bool has_ended;
};

void background_init(struct background *background);
void background_release(struct background *background); /* nothing may be under way */

/* Begins run(arg, err) in a worker (executor/worker.h), or does it now if there is no thread to be
 * had. What was started before must have been awaited. */
void background_start(struct background *background, int (*run)(void *arg, struct err *err),
                      void *arg);

/* Whether something was started and not awaited yet. */
bool background_is_busy(const struct background *background);

/* Waits for the end of what was started and gives its result; 0 if there is nothing to wait for. */
int background_await(struct background *background, struct err *err);

#endif

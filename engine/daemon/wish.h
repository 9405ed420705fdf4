/*
 * What is wished for by whatever makes runs by itself: the run of a schedule's tick, of what a sensor
 * has found.
 */
#ifndef AORTA_DAEMON_WISH_H
#define AORTA_DAEMON_WISH_H

#include "config/keys.h"

#include <stdint.h>

struct job;
struct request;

struct wish {
    const char *trigger; /* "schedule:nightly" */
    const struct texts *select, *exclude;
    const char **assignments;
    size_t assignment_count;
    int64_t priority;
};

/* The wish as a request; its texts are lent. */
void wish_fill(const struct wish *wish, struct request *request);

/* A person wants it now: the job's request becomes the wish, his name is kept. In the job's arena:
 * what is loaded may go before the job does. */
void wish_take(const struct wish *wish, struct job *job);

#endif

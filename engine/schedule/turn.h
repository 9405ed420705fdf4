/*
 * Whose turn it is: which of the queued runs begins next. Pure.
 *
 * The highest priority; of those, the source of which the fewest runs are running, so that a
 * backfill of a thousand runs and a person who wants one take turns; of those, the oldest.
 */
#ifndef AORTA_SCHEDULE_TURN_H
#define AORTA_SCHEDULE_TURN_H

#include <stddef.h>
#include <stdint.h>

struct job;

struct turn {
    int64_t priority;
    const char *source; /* "manual", "schedule:nightly", "backfill:…": its part before the colon */
    const char *id;     /* sorts by age */
    struct job *job;    /* the caller's own */
};

/* The index of the next one; count > 0. */
size_t turn_next(const struct turn *queued, size_t count, const struct turn *running,
                 size_t running_count);

#endif

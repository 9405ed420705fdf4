/*
 * Whose turn it is: which of the queued runs begins next, and which of the ready steps. Pure.
 *
 * The highest priority; of those, the source of which the fewest runs are running, so that a
 * backfill of a thousand runs and a person who wants one take turns; of those, the oldest.
 */
#ifndef AORTA_SCHEDULE_TURN_H
#define AORTA_SCHEDULE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;

struct turn {
    int64_t priority;
    const char *source; /* "manual", "schedule:nightly", "backfill:…": its part before the colon */
    const char *id;     /* sorts by age */
    struct job *job;    /* the caller's own */
    size_t ahead;       /* filled in by turn_sort: how many of its source are running */
};

/* Whether the trigger is of that source: of "schedule:nightly" is "schedule:hourly", too. */
bool turn_is_of_source(const char *trigger, const char *source);

/* A source, and how many steps of its runs are running. */
struct turn_source {
    const char *name;
    size_t running;
};

/* The next step of a run, which is one of several that could begin. */
struct step_turn {
    int64_t run_priority;
    size_t source_running; /* steps of all runs of its source that are running */
    int64_t step_priority;
    size_t run_running; /* of its own run */
    const char *run;    /* its id */
};

/* Whether a begins before b: see daemon/ready.h. */
bool step_turn_goes_before(const struct step_turn *a, const struct step_turn *b);

/* The index of the next one; count > 0. */
size_t turn_next(const struct turn *queued, size_t count, const struct turn *running,
                 size_t running_count);

/* Puts the queued ones into the order in which they would begin if each that ends were followed by
 * another of its source: how many stand before one is about how many begin before it. */
void turn_sort(struct turn *queued, size_t count, const struct turn *running, size_t running_count);

#endif

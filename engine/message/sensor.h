/*
 * What a daemon knows of a sensor now.
 */
#ifndef AORTA_MESSAGE_SENSOR_H
#define AORTA_MESSAGE_SENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sensor_state {
    const char *name, *kind;
    int64_t every_ms, minimum_gap_ms, priority;
    const char *const *select, *const *exclude;
    size_t select_count, exclude_count;
    bool is_paused;
    const char *state;    /* "watching"; "pending": a run waits for the gap or the run before;
                           * "failing"; "paused" */
    const char *run;      /* the newest one, or NULL */
    const char *error;    /* why it cannot look, or why there was no run; or NULL */
    const char *cursor;   /* what it has seen, as it compares it; NULL: it has not looked yet */
    int64_t looked_us;    /* the last look; wall clock, 0: none */
    int64_t next_look_us; /* wall clock; 0: it does not look */
    int64_t requested_us; /* the newest run; 0: none */
    int64_t looks, failed_looks, requests; /* since the daemon began */
    int64_t failures;                      /* looks in a row */
};

#endif

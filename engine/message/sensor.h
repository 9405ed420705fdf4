/*
 * What a daemon knows of a sensor now.
 */
#ifndef AORTA_MESSAGE_SENSOR_H
#define AORTA_MESSAGE_SENSOR_H

#include <stdint.h>

struct sensor_state {
    const char *name;
    const char *state;    /* "watching"; "pending": a run waits for the gap or the run before;
                           * "failing"; "paused" */
    const char *run;      /* the newest one, or NULL */
    const char *error;    /* why it cannot look, or why there was no run; or NULL */
    const char *cursor;   /* what it has seen, as it compares it; NULL: it has not looked yet */
    int64_t looked_us;    /* the last look; wall clock, 0: none */
    int64_t next_look_us; /* wall clock; 0: it does not look */
    int64_t requested_us; /* the newest run; 0: none */
    int64_t looks, failures, requests; /* since the daemon began */
};

#endif

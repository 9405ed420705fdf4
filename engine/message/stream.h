/*
 * What a daemon knows of a stream that it keeps running.
 */
#ifndef AORTA_MESSAGE_STREAM_H
#define AORTA_MESSAGE_STREAM_H

#include <stdint.h>

struct stream_state {
    const char *asset;     /* its key */
    const char *state;     /* "starting", "running", "ending", "waiting", "paused" */
    const char *run;       /* the newest one, or NULL */
    const char *error;     /* why the last one ended, or NULL */
    const char *watermark; /* event time of the partition that is furthest back, or NULL */
    int64_t records;       /* of the newest run */
    int64_t lag;           /* records in the log that are not in the lake; -1: not known */
    double records_per_second;
    int64_t restarts;      /* since the daemon began */
    int64_t since_us;      /* in this state; wall clock */
    int64_t next_start_us; /* waiting: wall clock, or 0 */
};

#endif

/*
 * What an executor says of its steps: progress now and then, and one report at the end.
 */
#ifndef AORTA_MESSAGE_REPORT_H
#define AORTA_MESSAGE_REPORT_H

#include "message/record.h"

#include <stdbool.h>
#include <stdint.h>

/* The first message of an executor. */
struct hello {
    int64_t version; /* MESSAGE_VERSION */
    int64_t pid;
    const char *address; /* of an embedded server */
};

extern const struct record_shape hello_shape;

struct progress {
    int64_t step;
    int64_t rows;  /* so far */
    int64_t total; /* about how many there will be; 0: not known */
    int64_t lag;   /* of a stream: records that are in the log and not in the lake; -1: not known */
    const char
        *watermark;     /* of a stream: the newest event of the partition that is furthest back */
    const char **hours; /* of a stream: those of newly sealed objects (executor/hours.h), */
    size_t hour_count;
    const char *lake_position; /* and where they end; NULL: nothing is said of hours */
};

extern const struct record_shape progress_shape;

struct check_report {
    const char *name;
    const char *column;
    const char *status; /* "pass", "warn", "fail" */
    int64_t failures;
    const char *severity; /* "warn", "error" */
    const char *detail;   /* one line for a person, when it did not pass */
    const char *sample;   /* JSON: a few of the rows */
};

struct report {
    int64_t step;
    const char *outcome; /* "published", "fresh", "rejected", "failed", "canceled" */
    const char *error_code, *error;
    int64_t rows;       /* written by this step */
    int64_t table_rows; /* in the relation now; -1: not known */
    int64_t version;
    const char *fingerprint;
    const char **partitions; /* published: keys, or FROM..TO; none: it is made as one */
    size_t partition_count;
    const char **hours; /* likewise, of what was read from folders: executor/hours.h */
    size_t hour_count;
    bool is_whole;    /* and nothing else is there */
    bool confirms;    /* of what was made of others before, nothing has changed */
    const char *why;  /* it ran or not: "fresh", "first build", … */
    const char *note; /* lines that a person should read: dead letters, a view that broke, … */
    struct check_report *checks;
    size_t check_count;

    /* Of an order that only looks: its outcome is "stale", "fresh", "failed" (it would), or
     * "unreachable" (the destination could not be asked). */
    const char *action; /* what building it is: "build", "append", "view", "replace", "read" */
    const char *cause;  /* a word; the sentence is the note */
    bool is_conditional, restarts;

    bool has_more; /* of a query: its limit left rows out */

    const char *found; /* of a sensor: the value (schedule/sensor.h); NULL: it could not be asked */
};

extern const struct record_shape report_shape;

#endif

/*
 * The finished objects of a window of event hours, in a lake that the sink wrote: what a source of
 * its topic reads for a partition.
 *
 *     topics/hr/year=2024/month=04/day=18/hour=00/     is listed           hr+3+0000000000.json
 *     topics/hr/_plans/3/                              is searched for     the plan of number 0
 *     its seal                                         says                done: the object counts
 *
 * A chain may be years long, and events of one hour may be in any of its entries; so it is not read
 * from its beginning. Numbers ascend along it: the entry of an object is found by halving, and that
 * of the next object is near.
 *
 * What no finished plan names is not given, as to any reader of a lake. What a plan names and is gone
 * is not found, either: it is the business of whoever reads the chain, who says so.
 *
 * Used by one thread.
 */
#ifndef AORTA_EXECUTOR_LAKE_WINDOW_H
#define AORTA_EXECUTOR_LAKE_WINDOW_H

#include "executor/sink_lake.h"

#include <stdatomic.h>

struct lake_window_object {
    const char *key, *etag; /* etag: "" where the store has none */
    int64_t modified_us;
    int64_t size_bytes;
    int32_t partition;
    int64_t first;    /* number of its first record */
    int64_t count;    /* of its records */
    bool is_finished; /* by the chain: those that are given are */
    bool is_ahead;    /* of the position: who goes on there would read it */
};

struct lake_window {
    struct sink_lake_place place;
    int64_t from_hour, until_hour; /* since 1970-01-01T00Z: those in [from, until) */
    const char *position;          /* of the source, or NULL */
    struct arena *arena;           /* of all that is found */
    atomic_int *cancel;            /* or NULL: it cannot be */

    struct lake_window_object *objects; /* keys ascending */
    size_t count;
    size_t ahead; /* how many of them are */
};

/* Finds them; all but the last three members are the caller's to set. ERR_CONFIG if there are more
 * than LIMIT_LOAD_FILES. */
int lake_window_find(struct lake_window *window, struct err *err);

#endif

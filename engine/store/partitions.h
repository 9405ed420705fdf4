/*
 * What the run store knows of partitions: when each was published last, and what became of it
 * since. What was never made has no row. Writes are queued as those of write.h, reads are as those
 * of read.h.
 *
 * Many are written by one command: a run may make years of them at once.
 */
#ifndef AORTA_STORE_PARTITIONS_H
#define AORTA_STORE_PARTITIONS_H

#include "store/read.h"
#include "store/store.h"

/* Those that a step makes together. */
struct store_window {
    const char *asset;
    const char *target;
    const char *run_id;
    const char *list; /* JSON: [["2024-04-04", start_us, end_us], …] */
    int64_t at_us;
    int64_t among; /* failed: that many together, because of their rows; 0: it was not that */
    bool is_whole; /* published: whatever else was there is gone */
};

struct store_partition {
    const char *key;
    int64_t start_us, end_us;       /* of a list: 0 */
    int64_t published_us, began_us; /* and when the attempt began that did; 0: never */
    const char *run_id;             /* that published it */
    int64_t failed_us;              /* after that; 0: no */
    const char *failed_run_id;
    int64_t failed_among;       /* as among above; 1: by itself */
    const char *running_run_id; /* that is at work on it, if its daemon is alive */
};

/* ---- writing --------------------------------------------------------------------------------- */

void store_partitions_begin(struct store *store, const struct store_window *window);
void store_partitions_publish(struct store *store, const struct store_window *window);
/* All that were published before are as they would be if the window's run had made them. */
void store_partitions_confirm(struct store *store, const struct store_window *window);
void store_partitions_fail(struct store *store, const struct store_window *window);

/* The run's step is over, or waits again: nobody is at work on what it had begun. */
void store_partitions_end(struct store *store, const struct store_window *window);

/* The hours of a stream are known up to that position of its lake. */
void store_lake_position_put(struct store *store, const char *asset, const char *target,
                             const char *position);

/* ---- reading --------------------------------------------------------------------------------- */

/* Those of an asset in a target, by time, then by key. */
int store_read_partitions(struct store_reader *reader, const char *asset, const char *target,
                          struct arena *arena, struct store_partition **partitions, size_t *count,
                          struct err *err);

/* *position is NULL if nothing is known. */
int store_read_lake_position(struct store_reader *reader, const char *asset, const char *target,
                             struct arena *arena, const char **position, struct err *err);

#endif

/*
 * Backfills, and how far each has come. Writes are queued as those of write.h, reads are as those of
 * read.h.
 *
 *     backfill    running ─▶ succeeded │ failed │ canceled ─▶ running, when it is retried
 *     partition   waiting ─▶ queued (it has a run) ─▶ succeeded │ failed │ canceled ─▶ waiting
 */
#ifndef AORTA_STORE_BACKFILLS_H
#define AORTA_STORE_BACKFILLS_H

#include "store/read.h"
#include "store/store.h"

struct store_backfill {
    const char *id;
    const char *request; /* JSON: what each of its runs asks for, but the partition */
    const char *target;
    const char *state;
    int64_t priority;
    int64_t at_once; /* runs */
    const char *actor;
    int64_t created_us, ended_us; /* ended 0: no */
    /* When read: how many of its partitions. */
    int64_t total, waiting, queued, succeeded, failed, canceled;
    const char *first, *last; /* the keys of its range */
};

struct store_backfill_partition {
    int64_t position; /* from 0 */
    const char *key;
    const char *state;
    const char *run_id; /* or NULL */
    /* When read: how its run stands; NULL: it has none, or that is forgotten. */
    const char *run_state;
};

/* ---- writing --------------------------------------------------------------------------------- */

/* With partitions that wait, from a JSON list of their keys. */
void store_backfill_insert(struct store *store, const struct store_backfill *backfill,
                           const char *keys);

/* ended_us 0: it is not over. */
void store_backfill_change(struct store *store, const char *id, const char *state,
                           int64_t ended_us);

/* run_id NULL keeps what was there. */
void store_backfill_partition(struct store *store, const char *id, int64_t position,
                              const char *state, const char *run_id);

/* Partitions that wait are canceled. */
void store_backfill_cancel(struct store *store, const char *id);

/* Partitions that failed or were canceled wait again; it is running. `done` hears of the commit. */
void store_backfill_retry(struct store *store, const char *id, struct store_done done);

/* ---- reading --------------------------------------------------------------------------------- */

/* Which backfills: the newest first. */
struct store_backfill_page {
    const char *prefix;    /* whose id begins with that; NULL: any */
    const char *before_id; /* older than that; NULL: from the newest */
    const char *state;     /* NULL: any */
    int64_t limit;
};

int store_read_backfills(struct store_reader *reader, const struct store_backfill_page *page,
                         struct arena *arena, struct store_backfill **backfills, size_t *count,
                         struct err *err);

/* Which partitions of a backfill, in their order. */
struct store_backfill_part_page {
    const char *id;
    const char *state;      /* NULL: any */
    int64_t after_position; /* -1: from the first */
    int64_t limit;          /* 0: all */
};

int store_read_backfill_partitions(struct store_reader *reader,
                                   const struct store_backfill_part_page *page, struct arena *arena,
                                   struct store_backfill_partition **partitions, size_t *count,
                                   struct err *err);

#endif

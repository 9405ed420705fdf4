/*
 * What can be read from the run store: through a connection that cannot write, beside the writer,
 * in this or another process. It sees what is committed when a function begins.
 *
 * A reader belongs to one thread. Results live in the arena that is passed. Reading blocks for as
 * long as the disk takes: a page of rows is a fraction of a millisecond.
 */
#ifndef AORTA_STORE_READ_H
#define AORTA_STORE_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>

struct store_reader;

/* CONFIG if there is no store at the path yet, or a newer or older version wrote it. */
int store_reader_open(const char *path, struct store_reader **reader, struct err *err);
void store_reader_close(struct store_reader *reader);

/* What is read from `begin` to `end` is of one moment, that of the first read. The writer goes on
 * meanwhile, but its log cannot begin anew: keep it short. */
void store_reader_begin(struct store_reader *reader);
void store_reader_end(struct store_reader *reader);

/* Which runs: the newest first. */
struct store_run_page {
    const char *before_id;       /* older than that; NULL: from the newest */
    const char *prefix;          /* whose id begins with that; NULL: any */
    const char *target;          /* NULL: all */
    const char *state;           /* by name; NULL: all */
    bool running_is_interrupted; /* no daemon lives: the one counts as the other */
    int64_t limit;
};

/* All but the prefix counts. */
int store_read_runs(struct store_reader *reader, const struct store_run_page *page,
                    struct arena *arena, struct store_run **runs, size_t *count, struct err *err);

/* As many runs as a program wants to know, the newest first. Each filter has an index of its own: a
 * page takes as long among a million runs as among a thousand. Of several the narrowest leads (asset,
 * trigger, state), and what it finds is looked through. */
struct store_run_filter {
    const char *state, *trigger, *asset; /* NULL: any; asset: it was a step of the run */
    const char *since_id;                /* not older; NULL: any */
    const char *before_id;               /* older than that; NULL: from the newest */
    int64_t limit;
};

int store_filter_runs(struct store_reader *reader, const struct store_run_filter *filter,
                      struct arena *arena, struct store_run **runs, size_t *count, struct err *err);

/* Only prefix, target and limit count. */
int store_find_runs(struct store_reader *reader, const struct store_run_page *page,
                    struct arena *arena, struct store_run **runs, size_t *count, struct err *err);

/* *run is NULL if there is none of that id. Its steps are not counted: see store_count_steps. */
int store_read_run(struct store_reader *reader, const char *id, struct arena *arena,
                   struct store_run **run, struct err *err);

/* The runs that a daemon that stays has to take up: queued ones, and those that were interrupted;
 * the oldest first. */
int store_read_unfinished(struct store_reader *reader, struct arena *arena, struct store_run **runs,
                          size_t *count, struct err *err);

/* The idempotency keys that are younger than that, the newest first. */
int store_read_keys(struct store_reader *reader, int64_t after_us, int64_t limit,
                    struct arena *arena, struct store_key **keys, size_t *count, struct err *err);

/* The number of the newest event that there was; 0: there was none. */
int store_read_last_event(struct store_reader *reader, int64_t *id, struct err *err);

/* The steps of a run in the order of its plan, each with its last attempt's facts. */
int store_read_steps(struct store_reader *reader, const char *run_id, struct arena *arena,
                     struct store_step **steps, size_t *count, struct err *err);

/* Counts them as the lists of runs do. */
void store_count_steps(struct store_run *run, const struct store_step *steps, size_t count);

/* A run's log behind `after_sequence`, at most `limit` events. */
int store_read_events(struct store_reader *reader, const char *run_id, int64_t after_sequence,
                      int64_t limit, struct arena *arena, struct store_event **events,
                      size_t *count, struct err *err);

/* Events behind the one with that id, oldest first, at most `limit`: of all runs, or of one. A batch
 * that is not full holds all that was committed. */
int store_read_events_behind(struct store_reader *reader, const char *run_id, int64_t id,
                             int64_t limit, struct arena *arena, struct store_event **events,
                             size_t *count, struct err *err);

/* The latest materialization of each asset, by name: of one target's runs, and of runs that have
 * been forgotten. */
int store_read_materializations(struct store_reader *reader, const char *target,
                                struct arena *arena,
                                struct store_materialization **materializations, size_t *count,
                                struct err *err);

/* The latest of one asset, likewise; NULL: there is none. */
int store_read_newest(struct store_reader *reader, const char *asset, const char *target,
                      struct arena *arena, struct store_materialization **newest, struct err *err);

/* Those of one asset, the newest first: older than the one with that id, 0: from the newest. */
int store_read_history(struct store_reader *reader, const char *asset, int64_t before_id,
                       int64_t limit, struct arena *arena,
                       struct store_materialization **materializations, size_t *count,
                       struct err *err);

/* The newest step of each asset in one target's runs, by name. */
int store_read_last_steps(struct store_reader *reader, const char *target, struct arena *arena,
                          struct store_last_step **steps, size_t *count, struct err *err);

/* The check results of a run in the order in which they came. */
int store_read_check_results(struct store_reader *reader, const char *run_id, struct arena *arena,
                             struct store_check_result **results, size_t *count, struct err *err);

/* What the checks of an asset said last, those of all assets for NULL: the results of the newest run
 * that has any of it. */
int store_read_last_checks(struct store_reader *reader, const char *asset, struct arena *arena,
                           struct store_check_result **results, size_t *count, struct err *err);

#endif

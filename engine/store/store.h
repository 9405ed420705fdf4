/*
 * The run store: SQLite, written by one thread.
 *
 *     the loop                              the store thread
 *     store_run_insert(store, …)  ┐
 *     store_step_insert(store, …) ├ queue
 *     …                           ┘
 *     store_submit(store)         ───────▶  BEGIN; all that was submitted; COMMIT (FULL)
 *                                           wake()
 *     store_reap(store)           ◀───────  done
 *       └ each command's completion
 *
 * The loop never waits for a disk: what it wants written it queues (write.h), with the values
 * copied, and at the end of its turn submits all of it. What was submitted together is committed
 * together; what piles up while the disk is busy shares the next commit. A completion is called
 * only after the COMMIT, so whatever answers or messages depend on a change leave from there
 * (invariant 1).
 *
 * Of commands that fail one by one (a state that is not the expected one) only they fail. If the
 * transaction fails (the disk is full) all its commands fail with the same error, TRANSIENT where
 * it may pass; a patient store (of a daemon that stays) tries such a one again until it passes, and
 * what is submitted meanwhile waits behind it. A failure without a completion to hear it is
 * returned by store_reap and store_flush: none is silent.
 *
 * The file is locked against a second writer for as long as it is open. Everything here and in
 * write.h is for one thread, the one that opened the store.
 */
#ifndef AORTA_STORE_STORE_H
#define AORTA_STORE_STORE_H

#include "base/err.h"
#include "store/record.h"

#include <stddef.h>

struct store;

struct store_options {
    const char *path;
    /* Called by the store thread when something can be reaped: uv_async_send, say. It may not call
     * the store. May be NULL. */
    void (*wake)(void *arg);
    void *wake_arg;
    int64_t max_pages; /* for tests: the file grows no further; 0: no limit */
};

/* Called by store_reap and store_flush, err NULL if the command is committed. */
struct store_done {
    void (*call)(void *arg, const struct err *err);
    void *arg;
};

#define STORE_NO_DONE ((struct store_done){0})

/* Opens the file, or creates it; brings its tables up to date; starts the thread. TRANSIENT if
 * another process has it; CONFIG if it cannot be written or a newer version wrote it; BROKEN if it
 * is damaged. Blocks. */
int store_open(const struct store_options *options, struct store **store, struct err *err);

/* Submits and commits what is left, without completions; accepts NULL. Blocks. */
void store_close(struct store *store);

/* Hands all that was queued to the thread, as one transaction or a part of one. */
void store_submit(struct store *store);

/* Calls the completions of what is done, in the order of queueing; they may queue more. Returns -1
 * with the first failure that had no completion. */
int store_reap(struct store *store, struct err *err);

/* Whether a transaction that fails with TRANSIENT is tried again until it passes. Not at first. */
void store_be_patient(struct store *store, bool is_patient);

/* Whether such a one waits for its next try: then err says why it failed. `wake` is called when that
 * begins and when it is over. */
bool store_is_held_up(struct store *store, struct err *err);

/* Submits, waits until all of it is done, and reaps it. Blocks. */
int store_flush(struct store *store, struct err *err);

struct store_recovery {
    int64_t runs;
    int64_t steps;
    int64_t attempts;
};

/* Makes every run, step and attempt that is found running interrupted (invariant 5), and counts
 * them. To be called when their executors are known to be dead: after store_open, and then each of
 * the runs has seen a daemon die; or by a daemon that ends in order. Blocks. */
int store_recover(struct store *store, bool is_death, int64_t now_us,
                  struct store_recovery *recovery, struct err *err);

/* Transactions committed since it was opened; for measuring. */
int64_t store_commit_count(struct store *store);

#endif

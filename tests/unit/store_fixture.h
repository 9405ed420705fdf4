/*
 * A run store in the test's own folder, and what its tests put into it again and again. A call that
 * fails ends the test.
 */
#ifndef AORTA_TESTS_STORE_FIXTURE_H
#define AORTA_TESTS_STORE_FIXTURE_H

#include "store/read.h"
#include "store/write.h"

#include <stdint.h>

const char *store_fixture_path(void);
struct store *store_fixture_open(void);
struct store_reader *store_fixture_reader(void);

/* A queued run; a queued step of it. */
void store_fixture_run(struct store *store, const char *id, struct store_done done);
void store_fixture_step(struct store *store, const char *run_id, const char *asset,
                        struct store_done done);

/* Run "R1" from beginning to end: core.a fails, is tried again and succeeds, core.b is skipped. */
void store_fixture_write(struct store *store);

/* Counts completions and keeps the last error's message, "" if there was none. */
struct heard {
    int count;
    char message[512];
    enum err_code code;
};

/* The `call` of a struct store_done whose `arg` is a struct heard. */
void store_fixture_hear(void *arg, const struct err *err);

/* One number, through a reading connection of its own. */
int64_t store_fixture_query(const char *sql);
size_t store_fixture_count_runs(void);

/* Runs SQL through a writing connection of its own. */
void store_fixture_exec(const char *sql);

#endif

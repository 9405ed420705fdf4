#include "store_fixture.h"

#include "test.h"

#include "store/database.h"

#include <stdio.h>

const char *store_fixture_path(void)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/state.db", test_folder());
    return path;
}

struct store *store_fixture_open(void)
{
    struct store *store;
    struct err err;

    check_ok(store_open(&(struct store_options){.path = store_fixture_path()}, &store, &err));
    return store;
}

struct store_reader *store_fixture_reader(void)
{
    struct store_reader *reader;
    struct err err;

    check_ok(store_reader_open(store_fixture_path(), &reader, &err));
    return reader;
}

void store_fixture_run(struct store *store, const char *id, struct store_done done)
{
    store_run_insert(store,
                     &(struct store_run){.id = id,
                                         .pipeline = "heart_rate",
                                         .target = "dev",
                                         .trigger = "manual",
                                         .selection = "+fct",
                                         .state = STATE_QUEUED,
                                         .created_us = 1000},
                     done);
}

void store_fixture_step(struct store *store, const char *run_id, const char *asset,
                        struct store_done done)
{
    store_step_insert(
        store,
        &(struct store_step){.run_id = run_id, .asset = asset, .position = 1, .kind = "model"},
        done);
}

void store_fixture_hear(void *arg, const struct err *err)
{
    struct heard *heard = arg;

    heard->count++;
    if (err == NULL)
        return;
    heard->code = err->code;
    snprintf(heard->message, sizeof heard->message, "%s", err->message);
}

size_t store_fixture_count_runs(void)
{
    struct store_reader *reader = store_fixture_reader();
    struct store_run *runs;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    check_ok(store_read_runs(reader, &(struct store_run_page){.limit = 1000000}, &arena, &runs,
                             &count, &err));
    arena_release(&arena);
    store_reader_close(reader);
    return count;
}

int64_t store_fixture_query(const char *sql)
{
    struct database database;
    struct statement statement;
    struct err err;

    check_ok(database_open(&database, store_fixture_path(), DATABASE_READ, &err));
    check_ok(statement_prepare(&statement, &database, sql, &err));
    check_int(statement_step(&statement, &err), 1);
    int64_t value = statement_int(&statement, 0, -1);
    statement_release(&statement);
    database_close(&database);
    return value;
}

void store_fixture_write(struct store *store)
{
    const struct err error = {ERR_DATA, "3 rows failed"};

    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_step(store, "R1", "core.a", STORE_NO_DONE);
    store_fixture_step(store, "R1", "core.b", STORE_NO_DONE);
    store_run_change(store, "R1", STATE_QUEUED, STATE_RUNNING, 2000, NULL, STORE_NO_DONE);
    store_step_change(store, "R1", "core.a", STATE_QUEUED, STATE_RUNNING, NULL, "warehouse",
                      STORE_NO_DONE);
    store_attempt_start(store, "R1", "core.a", 1, 2100, STORE_NO_DONE);
    store_attempt_end(store, "R1", "core.a", 1,
                      &(struct store_outcome){STATE_FAILED, 2200, STORE_NO_COUNT, &error},
                      STORE_NO_DONE);
    store_step_change(store, "R1", "core.a", STATE_RUNNING, STATE_FAILED, "check failed", NULL,
                      STORE_NO_DONE);
    store_step_change(store, "R1", "core.a", STATE_FAILED, STATE_QUEUED, "retry", NULL,
                      STORE_NO_DONE);
    store_step_change(store, "R1", "core.a", STATE_QUEUED, STATE_RUNNING, NULL, NULL,
                      STORE_NO_DONE);
    store_attempt_start(store, "R1", "core.a", 2, 2300, STORE_NO_DONE);
    store_attempt_end(store, "R1", "core.a", 2,
                      &(struct store_outcome){STATE_SUCCEEDED, 2400, 42, NULL}, STORE_NO_DONE);
    store_step_change(store, "R1", "core.a", STATE_RUNNING, STATE_SUCCEEDED, NULL, NULL,
                      STORE_NO_DONE);
    store_step_change(store, "R1", "core.b", STATE_QUEUED, STATE_SKIPPED, "core.a failed", NULL,
                      STORE_NO_DONE);
    store_run_change(store, "R1", STATE_RUNNING, STATE_FAILED, 2500, &error, STORE_NO_DONE);
}

void store_fixture_exec(const char *sql)
{
    struct database database;
    struct err err;

    check_ok(database_open(&database, store_fixture_path(), DATABASE_WRITE, &err));
    check_ok(database_exec(&database, sql, &err));
    database_close(&database);
}

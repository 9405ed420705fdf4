/*
 * The steps of a run as they are read: in what order, with which attempt, and how they are counted.
 */
#include "test.h"

#include "store_fixture.h"

#include <stdio.h>

/* A step of each state, the last of the plan first by name, with `attempts` attempts of the first. */
static void write_steps(int attempts)
{
    static const char *const states[] = {"queued",   "running",     "succeeded", "failed",
                                         "canceled", "interrupted", "skipped",   "fresh"};
    char sql[400];

    for (int i = 0; i < 8; i++) {
        snprintf(sql, sizeof sql,
                 "INSERT INTO steps (run_id, asset, position, kind, state)"
                 " VALUES ('R1', 'core.%c', %d, 'model', '%s')",
                 'h' - i, i / 2, states[i]);
        store_fixture_exec(sql);
    }
    snprintf(
        sql, sizeof sql,
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d)"
        " INSERT INTO attempts (run_id, asset, number, state, started_us, ended_us, rows,"
        " error_code, error_message) SELECT 'R1', 'core.h', n, 'failed', n * 100, n * 100 + 1,"
        " 1000 - n, 'transient', 'try ' || n FROM numbers",
        attempts);
    store_fixture_exec(sql);
    store_fixture_exec("INSERT INTO attempts (run_id, asset, number, state, started_us)"
                       " VALUES ('R1', 'core.c', 1, 'running', 7)");
}

TEST("steps stand in the order of the plan, each with what its last attempt knows")
{
    struct store *store = store_fixture_open();
    struct store_step *steps;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    write_steps(12);
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err));
    check_int(count, 8);
    for (size_t i = 0; i < count; i++) {
        static const char *const names[] = {"core.g", "core.h", "core.e", "core.f",
                                            "core.c", "core.d", "core.a", "core.b"};
        check_str(steps[i].asset, names[i]);
        check_int(steps[i].position, (int64_t)i / 2);
        if (i != 1 && i != 4) {
            check_int(steps[i].attempts, 0);
            check_int(steps[i].started_us, 0);
            check_int(steps[i].rows, STORE_NO_COUNT);
            check(steps[i].error_message == NULL);
        }
    }
    check_int(steps[1].attempts, 12);
    check_int(steps[1].started_us, 1200);
    check_int(steps[1].ended_us, 1201);
    check_int(steps[1].rows, 988);
    check_int(steps[1].error_code, ERR_TRANSIENT);
    check_str(steps[1].error_message, "try 12");
    check_int(steps[4].attempts, 1);
    check_int(steps[4].started_us, 7);
    check_int(steps[4].ended_us, 0);
    check_int(steps[4].rows, STORE_NO_COUNT);
    check_ok(store_read_steps(reader, "R2", &arena, &steps, &count, &err));
    check_int(count, 0);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

TEST("steps are counted alike in a list of runs and when they are read")
{
    const struct store_run_filter all = {.limit = 10};
    struct store *store = store_fixture_open();
    struct store_run *listed, *run;
    struct store_step *steps;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    write_steps(1);
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_filter_runs(reader, &all, &arena, &listed, &count, &err));
    check_int(count, 1);
    check_ok(store_read_run(reader, "R1", &arena, &run, &err));
    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err));
    store_count_steps(run, steps, count);
    check_int(run->step_count, 8);
    check_int(run->ok_count, 2);
    check_int(run->failed_count, 2);
    check_int(run->skipped_count, 2);
    check_int(listed->step_count, run->step_count);
    check_int(listed->ok_count, run->ok_count);
    check_int(listed->failed_count, run->failed_count);
    check_int(listed->skipped_count, run->skipped_count);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

TEST("what is read of a run's steps is of one moment, within a longer one or alone")
{
    struct store *store = store_fixture_open();
    struct store_step *steps;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_step(store, "R1", "core.a", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    store_reader_begin(reader);
    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err));
    check_int(count, 1);
    store_fixture_step(store, "R1", "core.b", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err));
    check_int(count, 1);
    store_reader_end(reader);
    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err));
    check_int(count, 2);
    store_fixture_step(store, "R1", "core.c", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err)); /* another moment */
    check_int(count, 3);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

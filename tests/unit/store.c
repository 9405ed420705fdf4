/*
 * The run store: what is written is read back, in transactions, in order, and survives SIGKILL.
 */
#include "test.h"

#include "base/clock.h"
#include "base/file.h"
#include "store/database.h"
#include "store/migration.h"
#include "store/read.h"
#include "store/write.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *store_path(void)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/state.db", test_folder());
    return path;
}

static struct store *open_store(void)
{
    struct store *store;
    struct err err;

    check_ok(store_open(&(struct store_options){.path = store_path()}, &store, &err));
    return store;
}

static struct store_reader *open_reader(void)
{
    struct store_reader *reader;
    struct err err;

    check_ok(store_reader_open(store_path(), &reader, &err));
    return reader;
}

static void insert_run(struct store *store, const char *id, struct store_done done)
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

static void insert_step(struct store *store, const char *run_id, const char *asset,
                        struct store_done done)
{
    store_step_insert(
        store,
        &(struct store_step){.run_id = run_id, .asset = asset, .position = 1, .kind = "model"},
        done);
}

/* Counts completions and keeps the last error's message, "" if there was none. */
struct heard {
    int count;
    char message[512];
    enum err_code code;
};

static void hear(void *arg, const struct err *err)
{
    struct heard *heard = arg;

    heard->count++;
    if (err == NULL)
        return;
    heard->code = err->code;
    snprintf(heard->message, sizeof heard->message, "%s", err->message);
}

static size_t count_runs(void)
{
    struct store_reader *reader = open_reader();
    struct store_run *runs;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    check_ok(store_read_runs(reader, NULL, 1000000, &arena, &runs, &count, &err));
    arena_release(&arena);
    store_reader_close(reader);
    return count;
}

/* One value of a query through a connection of its own. */
static int64_t query_int(const char *sql)
{
    struct database database;
    struct statement statement;
    struct err err;

    check_ok(database_open(&database, store_path(), DATABASE_READ, &err));
    check_ok(statement_prepare(&statement, &database, sql, &err));
    check_int(statement_step(&statement, &err), 1);
    int64_t value = statement_int(&statement, 0, -1);
    statement_release(&statement);
    database_close(&database);
    return value;
}

/* ---- what is written is read ----------------------------------------------------------------- */

static void write_one_run(struct store *store)
{
    const struct err error = {ERR_DATA, "3 rows failed"};

    insert_run(store, "R1", STORE_NO_DONE);
    insert_step(store, "R1", "core.a", STORE_NO_DONE);
    insert_step(store, "R1", "core.b", STORE_NO_DONE);
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

TEST("a run, its steps and their attempts are read as they were written")
{
    struct store *store = open_store();
    struct arena arena;
    struct store_run *run, *none;
    struct store_step *steps;
    struct err err;
    size_t count;

    arena_init(&arena);
    write_one_run(store);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = open_reader();
    check_ok(store_read_run(reader, "R1", &arena, &run, &err));
    check_ok(store_read_run(reader, "R2", &arena, &none, &err));
    check(none == NULL);
    check_str(run->pipeline, "heart_rate");
    check_str(run->target, "dev");
    check_str(run->trigger, "manual");
    check_str(run->selection, "+fct");
    check_int(run->state, STATE_FAILED);
    check_int(run->created_us, 1000);
    check_int(run->started_us, 2000);
    check_int(run->ended_us, 2500);
    check_int(run->error_code, ERR_DATA);
    check_str(run->error_message, "3 rows failed");

    check_ok(store_read_steps(reader, "R1", &arena, &steps, &count, &err));
    check_int(count, 2);
    check_str(steps[0].asset, "core.a");
    check_str(steps[0].kind, "model");
    check_int(steps[0].state, STATE_SUCCEEDED);
    check_str(steps[0].reason, "retry");
    check_str(steps[0].executor, "warehouse");
    check_int(steps[0].attempts, 2);
    check_int(steps[0].started_us, 2300);
    check_int(steps[0].ended_us, 2400);
    check_int(steps[0].rows, 42);
    check(steps[0].error_message == NULL);
    check_int(steps[1].state, STATE_SKIPPED);
    check_str(steps[1].reason, "core.a failed");
    check_int(steps[1].attempts, 0);
    check_int(steps[1].rows, STORE_NO_COUNT);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

TEST("events are numbered run by run, and read from any of them on")
{
    struct store *store = open_store();
    struct store_event *events;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    insert_run(store, "R1", STORE_NO_DONE);
    insert_run(store, "R2", STORE_NO_DONE);
    for (int i = 0; i < 6; i++)
        store_event_append(store,
                           &(struct store_event){.run_id = i % 2 ? "R2" : "R1",
                                                 .at_us = i,
                                                 .asset = i == 0 ? NULL : "core.a",
                                                 .kind = "log",
                                                 .detail = i == 4 ? "{\"line\":1}" : NULL},
                           STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = open_reader();
    check_ok(store_read_events(reader, "R1", 0, 2, &arena, &events, &count, &err));
    check_int(count, 2);
    check_int(events[0].sequence, 1);
    check_int(events[0].at_us, 0);
    check(events[0].asset == NULL && events[0].detail == NULL);
    check_str(events[1].asset, "core.a");
    check_ok(store_read_events(reader, "R1", 2, 9, &arena, &events, &count, &err));
    check_int(count, 1);
    check_int(events[0].sequence, 3);
    check_int(events[0].at_us, 4);
    check_str(events[0].kind, "log");
    check_str(events[0].detail, "{\"line\":1}");
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

static void insert_materialization(struct store *store, const char *asset, int64_t at_us)
{
    store_materialization_insert(store,
                                 &(struct store_materialization){.asset = asset,
                                                                 .run_id = "R1",
                                                                 .at_us = at_us,
                                                                 .rows = at_us * 10,
                                                                 .version = "v1",
                                                                 .fingerprint = "f1"},
                                 STORE_NO_DONE);
}

TEST("the latest materialization of each asset and the check results of a run are read")
{
    struct store *store = open_store();
    struct store_materialization *latest;
    struct store_check_result *results;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    insert_run(store, "R1", STORE_NO_DONE);
    insert_step(store, "R1", "core.a", STORE_NO_DONE);
    insert_materialization(store, "core.b", 1);
    insert_materialization(store, "core.a", 2);
    insert_materialization(store, "core.a", 3);
    store_check_result_insert(store,
                              &(struct store_check_result){.run_id = "R1",
                                                           .asset = "core.a",
                                                           .check = "not_null(id)",
                                                           .status = "failed",
                                                           .severity = "error",
                                                           .failures = 3,
                                                           .sample = "[1,2,3]",
                                                           .at_us = 7},
                              STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = open_reader();
    check_ok(store_read_materializations(reader, &arena, &latest, &count, &err));
    check_int(count, 2);
    check_str(latest[0].asset, "core.a");
    check_int(latest[0].at_us, 3);
    check_int(latest[0].rows, 30);
    check_str(latest[0].version, "v1");
    check_str(latest[0].fingerprint, "f1");
    check_str(latest[0].run_id, "R1");
    check_str(latest[1].asset, "core.b");
    check_ok(store_read_check_results(reader, "R1", &arena, &results, &count, &err));
    check_int(count, 1);
    check_str(results[0].check, "not_null(id)");
    check_str(results[0].status, "failed");
    check_str(results[0].severity, "error");
    check_int(results[0].failures, 3);
    check_str(results[0].sample, "[1,2,3]");
    check_int(results[0].at_us, 7);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

TEST("runs are read a page at a time, the newest first")
{
    struct store *store = open_store();
    struct store_run *runs;
    struct arena arena;
    struct err err;
    size_t count;
    char ids[10][STORE_ID_SIZE + 1];

    arena_init(&arena);
    for (int i = 0; i < 10; i++) {
        store_new_id(store, ids[i]);
        insert_run(store, ids[i], STORE_NO_DONE);
    }
    check_ok(store_flush(store, &err));
    struct store_reader *reader = open_reader();
    check_ok(store_read_runs(reader, NULL, 4, &arena, &runs, &count, &err));
    check_int(count, 4);
    check_str(runs[0].id, ids[9]);
    check_str(runs[3].id, ids[6]);
    check_ok(store_read_runs(reader, runs[3].id, 100, &arena, &runs, &count, &err));
    check_int(count, 6);
    check_str(runs[0].id, ids[5]);
    check_str(runs[5].id, ids[0]);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

TEST("identifiers sort by time and by order, also when the clock goes back")
{
    struct store *store = open_store();
    char id[STORE_ID_SIZE + 1], last[STORE_ID_SIZE + 1] = "";
    static const int64_t times[] = {1711943972000000, 1711943972000000, 1711943972001000, 5};

    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 1000; j++) {
            clock_set_us(times[i]);
            store_new_id(store, id);
            check_int(strlen(id), STORE_ID_SIZE);
            check(strcmp(last, id) < 0);
            memcpy(last, id, sizeof id);
        }
    check(strncmp(id, "01HTBWZX51", 10) == 0); /* 1711943972001 in Crockford's base 32 */
    store_close(store);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void check_visible(void *arg, const struct err *err)
{
    check(err == NULL);
    check_int(count_runs(), *(size_t *)arg);
}

TEST("a completion is called when others can read what was written, and not before")
{
    struct store *store = open_store();
    size_t wanted = 3;
    struct err err;

    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "R%d", i);
        insert_run(store, id, (struct store_done){check_visible, &wanted});
    }
    check_int(count_runs(), 0);
    check_ok(store_reap(store, &err)); /* nothing was submitted: nothing is done */
    check_int(count_runs(), 0);
    check_ok(store_flush(store, &err));
    check_int(store_commit_count(store), 1);
    store_close(store);
}

static atomic_int wakes;

static void note_wake(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

TEST("a thousand commands share few transactions, and completions come in order")
{
    struct store *store;
    struct database other;
    struct heard heard = {0};
    struct err err;
    char id[STORE_ID_SIZE + 1];

    check_ok(store_open(
        &(struct store_options){.path = store_path(), .wake = note_wake, .wake_arg = &wakes},
        &store, &err));
    for (int i = 0; i < 1000; i++) {
        store_new_id(store, id);
        insert_run(store, id, (struct store_done){hear, &heard});
    }
    check_ok(store_flush(store, &err));
    check_int(heard.count, 1000);
    check_str(heard.message, "");
    check_int(store_commit_count(store), 1);
    check_int(atomic_load(&wakes), 1);

    /* Another program's lock holds the first transaction up until all have been submitted. */
    check_ok(database_open(&other, store_path(), DATABASE_WRITE, &err));
    check_ok(database_exec(&other, "BEGIN IMMEDIATE", &err));
    for (int i = 0; i < 1000; i++) {
        store_new_id(store, id);
        insert_run(store, id, (struct store_done){hear, &heard});
        store_submit(store);
    }
    check_ok(database_exec(&other, "ROLLBACK", &err));
    database_close(&other);
    check_ok(store_flush(store, &err));
    check_int(heard.count, 2000);
    check_int(count_runs(), 2000);
    check(store_commit_count(store) <= 3);
    store_close(store);
}

TEST("rates of run-state changes (for information)")
{
    enum { COMMANDS = 20000, TOGETHER = 50, ALONE = 500 };
    struct store *store = open_store();
    struct err err;
    char id[STORE_ID_SIZE + 1];

    for (int together = 1; together <= TOGETHER; together += TOGETHER - 1) {
        int count = together == 1 ? ALONE : COMMANDS;
        int64_t start = clock_monotonic_us();
        for (int i = 0; i < count; i++) {
            store_new_id(store, id);
            insert_run(store, id, STORE_NO_DONE);
            if (i % together == together - 1)
                check_ok(store_flush(store, &err));
        }
        int64_t took = clock_monotonic_us() - start;
        printf("      %d a transaction: %lld commands/s\n", together,
               (long long)count * 1000000 / (long long)(took + 1));
    }
    check_int(count_runs(), COMMANDS + ALONE);
    store_close(store);
}

TEST("closing commits what was queued")
{
    struct store *store = open_store();

    insert_run(store, "R1", STORE_NO_DONE);
    store_close(store);
    store_close(NULL);
    check_int(query_int("SELECT count(*) FROM runs"), 1);
}

/* ---- what is refused ------------------------------------------------------------------------- */

/* Flushes and compares what the one command's completion heard. */
static void check_refused(struct store *store, struct heard *heard, const char *part)
{
    struct err err;

    check_ok(store_flush(store, &err));
    check_int(heard->count, 1);
    check_int(heard->code, ERR_BROKEN);
    check_contains(heard->message, part);
    *heard = (struct heard){0};
}

TEST("a change of state that is not drawn, or not from the present state, changes nothing")
{
    struct store *store = open_store();
    struct heard heard = {0};
    const struct store_done done = {hear, &heard};
    struct err err;

    insert_run(store, "R1", STORE_NO_DONE);
    insert_step(store, "R1", "a", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    store_run_change(store, "R1", STATE_QUEUED, STATE_SUCCEEDED, 1, NULL, done);
    check_refused(store, &heard, "run \"R1\" cannot go from queued to succeeded");
    store_run_change(store, "R1", STATE_RUNNING, STATE_SUCCEEDED, 1, NULL, done);
    check_refused(store, &heard, "run \"R1\": it is not in state running");
    store_run_change(store, "R9", STATE_QUEUED, STATE_RUNNING, 1, NULL, done);
    check_refused(store, &heard, "run \"R9\": it is not in state queued");
    store_step_change(store, "R1", "a", STATE_SKIPPED, STATE_RUNNING, NULL, NULL, done);
    check_refused(store, &heard, "step of run \"R1\" cannot go from skipped to running");
    store_step_change(store, "R1", "a", STATE_RUNNING, STATE_SUCCEEDED, NULL, NULL, done);
    check_refused(store, &heard, "step of run \"R1\": it is not in state running");
    store_attempt_end(store, "R1", "a", 1, &(struct store_outcome){.state = STATE_FRESH}, done);
    check_refused(store, &heard, "attempt of run \"R1\" cannot go from running to fresh");
    store_attempt_end(store, "R1", "a", 1, &(struct store_outcome){.state = STATE_FAILED}, done);
    check_refused(store, &heard, "attempt of run \"R1\": it is not in state running");
    check_int(query_int("SELECT count(*) FROM runs WHERE state = 'queued'"), 1);
    check_int(query_int("SELECT count(*) FROM steps WHERE state = 'queued'"), 1);
    store_close(store);
}

TEST("every change of state that is drawn is allowed, and no other")
{
    static const char drawn[3][8][9] = {
        /* to:  qrsfcik=  (queued running succeeded failed canceled interrupted skipped fresh) */
        {".r..c...", "..sfci..", "........", "........", "........", ".r......", "........",
         "........"},
        {".r.fc.k.", "..sfci.=", "........", "q.......", "........", "q.......", "........",
         "........"},
        {"........", "..sfci..", "........", "........", "........", "........", "........",
         "........"},
    };
    bool (*const may_change[3])(enum store_state, enum store_state) = {
        store_run_may_change, store_step_may_change, store_attempt_may_change};

    for (int noun = 0; noun < 3; noun++)
        for (int from = 0; from < 8; from++)
            for (int to = 0; to < 8; to++)
                check_int(may_change[noun]((enum store_state)from, (enum store_state)to),
                          drawn[noun][from][to] != '.');
}

TEST("a step has one running attempt, a run one identifier, and each step belongs to a run")
{
    struct store *store = open_store();
    struct heard heard = {0};
    const struct store_done done = {hear, &heard};
    struct err err;

    insert_run(store, "R1", STORE_NO_DONE);
    insert_step(store, "R1", "a", STORE_NO_DONE);
    store_attempt_start(store, "R1", "a", 1, 1, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    store_attempt_start(store, "R1", "a", 2, 1, done);
    check_refused(store, &heard, "attempt of run \"R1\": run store");
    insert_run(store, "R1", done);
    check_refused(store, &heard, "UNIQUE constraint failed: runs.id");
    insert_step(store, "R2", "a", done);
    check_refused(store, &heard, "step of run \"R2\": run store");
    check_int(query_int("SELECT count(*) FROM attempts"), 1);
    store_close(store);
}

TEST("a command that fails leaves the others of its transaction alone")
{
    struct store *store = open_store();
    struct heard good = {0}, bad = {0};
    struct err err;

    insert_run(store, "R1", (struct store_done){hear, &good});
    insert_run(store, "R1", (struct store_done){hear, &bad});
    insert_run(store, "R2", (struct store_done){hear, &good});
    check_ok(store_flush(store, &err));
    check_int(good.count, 2);
    check_str(good.message, "");
    check_contains(bad.message, "UNIQUE constraint failed");
    check_int(count_runs(), 2);
    store_close(store);
}

TEST("a failure that nobody listens for is returned by flush and by reap")
{
    struct store *store = open_store();
    struct err err;

    insert_run(store, "R1", STORE_NO_DONE);
    store_run_change(store, "R1", STATE_RUNNING, STATE_FAILED, 1, NULL, STORE_NO_DONE);
    store_run_change(store, "R9", STATE_RUNNING, STATE_FAILED, 1, NULL, STORE_NO_DONE);
    check_fails(store_flush(store, &err), ERR_BROKEN, "run \"R1\": it is not in state running");
    check_ok(store_flush(store, &err));
    store_close(store);
}

/* ---- the disk is full ------------------------------------------------------------------------ */

TEST("a full disk fails a transaction as a whole, as transient, and every command hears of it")
{
    struct store *store;
    struct heard heard = {0};
    struct err err;
    char id[STORE_ID_SIZE + 1];
    char *large = malloc(100001);

    store_close(open_store());
    int64_t pages = query_int("PRAGMA page_count");
    check_ok(store_open(&(struct store_options){.path = store_path(), .max_pages = pages + 8},
                        &store, &err));
    insert_run(store, "R0", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    memset(large, 'x', 100000);
    large[100000] = '\0';
    for (int i = 0; i < 5; i++) {
        store_new_id(store, id);
        insert_run(store, id, (struct store_done){hear, &heard});
    }
    store_event_append(store, &(struct store_event){.run_id = "R0", .kind = "log", .detail = large},
                       (struct store_done){hear, &heard});
    check_ok(store_flush(store, &err));
    check_int(heard.count, 6);
    check_int(heard.code, ERR_TRANSIENT);
    check_contains(heard.message, "make room on its disk");
    check_int(count_runs(), 1);

    insert_run(store, "R2", STORE_NO_DONE); /* what fits still works */
    check_ok(store_flush(store, &err));
    check_int(count_runs(), 2);
    store_close(store);
    free(large);
}

/* ---- opening --------------------------------------------------------------------------------- */

TEST("a second writer is refused while the first has the store, and let in after it")
{
    struct store *store = open_store(), *second;
    struct err err;

    check_fails(store_open(&(struct store_options){.path = store_path()}, &second, &err),
                ERR_TRANSIENT, "is in use by another aorta: wait for it or end it");
    store_close(store);
    store_close(open_store());
}

TEST("a store that cannot be made is refused with its path")
{
    struct store *store;
    struct store_reader *reader;
    struct err err;
    char path[600];

    snprintf(path, sizeof path, "%s/no/such/state.db", test_folder());
    check_fails(store_open(&(struct store_options){.path = path}, &store, &err), ERR_CONFIG,
                "No such file or directory");
    check_fails(store_reader_open(path, &reader, &err), ERR_CONFIG, "there is no run store");
}

static void exec_alone(const char *sql)
{
    struct database database;
    struct err err;

    check_ok(database_open(&database, store_path(), DATABASE_WRITE, &err));
    check_ok(database_exec(&database, sql, &err));
    database_close(&database);
}

static void check_open_fails(enum err_code code, const char *part)
{
    struct store *store;
    struct err err;

    check_fails(store_open(&(struct store_options){.path = store_path()}, &store, &err), code,
                part);
}

TEST("a store of a newer version is refused by writer and reader")
{
    struct store_reader *reader;
    struct err err;

    store_close(open_store());
    exec_alone("INSERT INTO migrations VALUES (9999, 'future', 'x', 1)");
    check_open_fails(ERR_CONFIG, "was written by a newer aorta (it has migration 9999_future)");
    check_fails(store_reader_open(store_path(), &reader, &err), ERR_CONFIG,
                "use that version or a later one");
}

TEST("a migration that changed after it was applied is refused")
{
    store_close(open_store());
    exec_alone("UPDATE migrations SET checksum = 'other' WHERE number = 1");
    check_open_fails(ERR_BROKEN, "migration 0001_runs is not the one that was applied");
}

TEST("migrations are applied once, in order, each as a whole")
{
    static const struct migration three[] = {
        {1, "one", (const unsigned char *)"CREATE TABLE one (a); INSERT INTO one VALUES (1)"},
        {2, "two", (const unsigned char *)"INSERT INTO one VALUES (2)"},
        {3, "bad",
         (const unsigned char *)"INSERT INTO one VALUES (3); INSERT INTO none VALUES (1)"},
    };
    struct database database;
    struct err err;
    size_t applied;

    check_ok(database_open(&database, store_path(), DATABASE_WRITE, &err));
    check_ok(migration_check(&database, three, 3, &applied, &err));
    check_int(applied, 0);
    check_ok(migration_apply(&database, three, 1, &err));
    check_ok(migration_apply(&database, three, 2, &err));
    check_ok(migration_apply(&database, three, 2, &err));
    check_fails(migration_apply(&database, three, 3, &err), ERR_BROKEN,
                "migration 0003_bad: run store");
    check_contains(err.message, "no such table: none");
    check_ok(migration_check(&database, three, 3, &applied, &err));
    check_int(applied, 2);
    database_close(&database);
    check_int(query_int("SELECT sum(a) FROM one"), 3);
}

TEST("a reader refuses a store that is not up to date")
{
    struct store_reader *reader;
    struct err err;

    exec_alone("CREATE TABLE x (a)");
    check_fails(store_reader_open(store_path(), &reader, &err), ERR_CONFIG,
                "is of an older aorta: run this one once");
}

TEST("a file that is no database is refused with the way out")
{
    static const char text[] = "this is a text and no database, as anybody can see who reads it; "
                               "it goes on for a hundred bytes and some more";
    struct err err;

    check_ok(file_write_atomic(store_path(), text, sizeof text, &err));
    check_open_fails(ERR_BROKEN, "is damaged: move it and its -wal file away and start again");
}

/* ---- SIGKILL --------------------------------------------------------------------------------- */

enum { BATCH = 7, BATCHES = 40 };

static const char worker[] = "the crash test's worker writes batches and notes what is committed";

/* Writes one byte a committed batch: what the world outside knows. */
static void note_commit(void *arg, const struct err *err)
{
    check(err == NULL);
    check(write(*(int *)arg, "c", 1) == 1);
}

TEST("the crash test's worker writes batches and notes what is committed")
{
    struct store *store;
    struct err err;
    char id[16], db[600], log[600];
    const char *path = getenv("STORE_TEST_FOLDER");

    snprintf(db, sizeof db, "%s/state.db", path != NULL ? path : test_folder());
    snprintf(log, sizeof log, "%s/log", path != NULL ? path : test_folder());
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    check(fd >= 0);
    check_ok(store_open(&(struct store_options){.path = db}, &store, &err));
    for (int i = 0; i < BATCH * BATCHES; i++) {
        snprintf(id, sizeof id, "R%05d", i);
        insert_run(store, id,
                   i % BATCH == BATCH - 1 ? (struct store_done){note_commit, &fd} : STORE_NO_DONE);
        if (i % BATCH == BATCH - 1)
            check_ok(store_flush(store, &err));
    }
    store_close(store);
    close(fd);
    if (path == NULL)
        check_int(count_runs(), BATCH * BATCHES);
}

/* Runs the worker in this test's folder with a fault armed; it is killed there. */
static void run_worker(const char *fault)
{
    const char *folder = test_folder();
    int status = 0;

    pid_t pid = fork();
    if (pid == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        setenv("AORTA_FAULT", fault, 1);
        setenv("STORE_TEST_FOLDER", folder, 1);
        execl("/proc/self/exe", "worker", worker, (char *)NULL);
        _exit(127);
    }
    check(pid > 0);
    check(waitpid(pid, &status, 0) == pid);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 1); /* a killed test is a failed one */
}

/* What is there is whole batches from the first on, no fewer than were made known. */
static void check_prefix(int64_t batches_wanted)
{
    struct buf log;
    struct err err;
    char path[600];

    snprintf(path, sizeof path, "%s/log", test_folder());
    buf_init(&log);
    check_ok(file_read(path, 1 << 20, &log, &err));
    store_close(open_store());
    int64_t runs = query_int("SELECT count(*) FROM runs");
    check_int(runs, batches_wanted * BATCH);
    check((int64_t)log.size <= batches_wanted);
    check_int(log.size, 9);
    check_int(query_int("SELECT count(*) FROM runs WHERE id < 'R99999' AND"
                        " CAST(substr(id, 2) AS INTEGER) >= (SELECT count(*) FROM runs)"),
              0);
    check_int(query_int("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
              1);
    buf_release(&log);
}

TEST("killed before a commit, the store holds all batches before it and nothing of it")
{
    run_worker("store.commit.before:10");
    check_prefix(9);
}

TEST("killed after a commit, the store holds its batch too, though nobody was told")
{
    run_worker("store.commit.after:10");
    check_prefix(10);
}

TEST("killed before a migration's commit, the store is migrated when it is opened again")
{
    run_worker("store.migrate.before");
    check_int(query_int("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'"), 0);
    store_close(open_store());
    check_int(query_int("SELECT count(*) FROM runs"), 0);
    check_int(query_int("SELECT count(*) FROM migrations"), 1);
}

TEST("killed after a migration's commit, the store is not migrated twice")
{
    run_worker("store.migrate.after");
    check_int(query_int("SELECT count(*) FROM migrations"), 1);
    store_close(open_store());
    check_int(query_int("SELECT count(*) FROM migrations"), 1);
}

TEST("a store that was damaged while it was left open is refused")
{
    struct store *store;
    struct err err;
    char noise[4096];

    run_worker("store.commit.after:30");
    memset(noise, 0x5a, sizeof noise);
    exec_alone("PRAGMA wal_checkpoint(TRUNCATE)");
    int fd = open(store_path(), O_WRONLY);
    for (off_t page = 2; page < 20; page++)
        check(pwrite(fd, noise, sizeof noise, page * 4096) == (ssize_t)sizeof noise);
    close(fd);
    char wal[600];
    snprintf(wal, sizeof wal, "%s-wal", store_path());
    check_ok(file_write_atomic(wal, "left", 4, &err));
    check_fails(store_open(&(struct store_options){.path = store_path()}, &store, &err), ERR_BROKEN,
                "is damaged: move it and its -wal file away and start again");
}

/* ---- recovery -------------------------------------------------------------------------------- */

TEST("recovery makes what is running interrupted, counts it, and touches nothing else")
{
    struct store *store = open_store();
    struct store_recovery recovery;
    struct arena arena;
    struct store_run *run;
    struct store_step *steps;
    struct err err;
    size_t count;

    arena_init(&arena);
    write_one_run(store);
    for (int i = 2; i <= 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "R%d", i);
        insert_run(store, id, STORE_NO_DONE);
        insert_step(store, id, "a", STORE_NO_DONE);
        insert_step(store, id, "b", STORE_NO_DONE);
        store_run_change(store, id, STATE_QUEUED, STATE_RUNNING, 1, NULL, STORE_NO_DONE);
        store_step_change(store, id, "a", STATE_QUEUED, STATE_RUNNING, NULL, NULL, STORE_NO_DONE);
    }
    store_attempt_start(store, "R2", "a", 1, 1, STORE_NO_DONE);
    insert_run(store, "R4", STORE_NO_DONE);
    store_close(store);

    store = open_store();
    check_ok(store_recover(store, 5000, &recovery, &err));
    check_int(recovery.runs, 2);
    check_int(recovery.steps, 2);
    check_int(recovery.attempts, 1);
    check_ok(store_recover(store, 6000, &recovery, &err));
    check_int(recovery.runs + recovery.steps + recovery.attempts, 0);
    struct store_reader *reader = open_reader();
    check_ok(store_read_run(reader, "R2", &arena, &run, &err));
    check_int(run->state, STATE_INTERRUPTED);
    check_int(run->ended_us, 5000);
    check_int(run->error_code, ERR_TRANSIENT);
    check_str(run->error_message, "the daemon ended before it was done");
    check_ok(store_read_steps(reader, "R2", &arena, &steps, &count, &err));
    check_int(steps[0].state, STATE_INTERRUPTED);
    check_int(steps[0].ended_us, 5000);
    check_int(steps[1].state, STATE_QUEUED);
    check_ok(store_read_run(reader, "R1", &arena, &run, &err));
    check_int(run->state, STATE_FAILED);
    check_ok(store_read_run(reader, "R4", &arena, &run, &err));
    check_int(run->state, STATE_QUEUED);

    store_run_change(store, "R2", STATE_INTERRUPTED, STATE_RUNNING, 7000, NULL, STORE_NO_DONE);
    store_step_change(store, "R2", "a", STATE_INTERRUPTED, STATE_QUEUED, "retry", NULL,
                      STORE_NO_DONE);
    check_ok(store_flush(store, &err)); /* taken up again, from where it was */
    check_ok(store_read_run(reader, "R2", &arena, &run, &err));
    check_int(run->started_us, 1);
    check_int(run->ended_us, 0);
    check(run->error_message == NULL);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

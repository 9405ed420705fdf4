/*
 * The run store: what is written is read back, in transactions and in order, or refused.
 */
#include "test.h"

#include "store_fixture.h"

#include "base/clock.h"
#include "base/ulid.h"
#include "store/database.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static struct ulid_source ids_made;

/* ---- what is written is read ----------------------------------------------------------------- */

TEST("a run, its steps and their attempts are read as they were written")
{
    struct store *store = store_fixture_open();
    struct arena arena;
    struct store_run *run, *none;
    struct store_step *steps;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_write(store);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
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
    struct store *store = store_fixture_open();
    struct store_event *events;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_run(store, "R2", STORE_NO_DONE);
    for (int i = 0; i < 6; i++)
        store_event_append(store,
                           &(struct store_event){.run_id = i % 2 ? "R2" : "R1",
                                                 .at_us = i,
                                                 .asset = i == 0 ? NULL : "core.a",
                                                 .kind = "log",
                                                 .detail = i == 4 ? "{\"line\":1}" : NULL},
                           STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
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
    struct store *store = store_fixture_open();
    struct store_materialization *latest;
    struct store_check_result *results;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_step(store, "R1", "core.a", STORE_NO_DONE);
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
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_materializations(reader, "dev", &arena, &latest, &count, &err));
    check_int(count, 2);
    check_str(latest[0].asset, "core.a");
    check_int(latest[0].at_us, 3);
    check_int(latest[0].rows, 30);
    check_str(latest[0].version, "v1");
    check_str(latest[0].fingerprint, "f1");
    check_str(latest[0].run_id, "R1");
    check_str(latest[1].asset, "core.b");
    check_ok(store_read_materializations(reader, "prod", &arena, &latest, &count, &err));
    check_int(count, 0);
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
    struct store *store = store_fixture_open();
    struct store_run *runs;
    struct arena arena;
    struct err err;
    size_t count;
    char ids[10][ULID_SIZE + 1];

    arena_init(&arena);
    for (int i = 0; i < 10; i++) {
        ulid_next(&ids_made, ids[i]);
        store_fixture_run(store, ids[i], STORE_NO_DONE);
    }
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    check_ok(
        store_read_runs(reader, &(struct store_run_page){.limit = 4}, &arena, &runs, &count, &err));
    check_int(count, 4);
    check_str(runs[0].id, ids[9]);
    check_str(runs[3].id, ids[6]);
    const struct store_run_page older = {.before_id = runs[3].id, .limit = 100};
    check_ok(store_read_runs(reader, &older, &arena, &runs, &count, &err));
    check_int(count, 6);
    check_str(runs[0].id, ids[5]);
    check_str(runs[5].id, ids[0]);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void check_visible(void *arg, const struct err *err)
{
    check(err == NULL);
    check_int(store_fixture_count_runs(), *(size_t *)arg);
}

TEST("a completion is called when others can read what was written, and not before")
{
    struct store *store = store_fixture_open();
    size_t wanted = 3;
    struct err err;

    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "R%d", i);
        store_fixture_run(store, id, (struct store_done){check_visible, &wanted});
    }
    check_int(store_fixture_count_runs(), 0);
    check_ok(store_reap(store, &err)); /* nothing was submitted: nothing is done */
    check_int(store_fixture_count_runs(), 0);
    check_ok(store_flush(store, &err));
    check_int(store_commit_count(store), 1);
    store_close(store);
}

static atomic_int wakes;

static void note_wake(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static bool has_run(struct store_reader *reader, const char *id)
{
    struct store_run *run;
    struct arena arena;
    struct err err;

    arena_init(&arena);
    check_ok(store_read_run(reader, id, &arena, &run, &err));
    bool is_there = run != NULL;
    arena_release(&arena);
    return is_there;
}

TEST("what a reader reads between begin and end is of one moment, what it reads after is not")
{
    struct store *store = store_fixture_open();
    struct store_reader *reader = store_fixture_reader();
    struct err err;

    store_fixture_run(store, "R1", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    store_reader_begin(reader);
    check(has_run(reader, "R1"));
    store_fixture_run(store, "R2", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check(!has_run(reader, "R2"));
    store_reader_end(reader);
    check(has_run(reader, "R2"));
    store_reader_begin(reader);
    check(has_run(reader, "R2"));
    store_reader_end(reader);
    store_reader_close(reader);
    store_close(store);
}

TEST("a thousand commands share few transactions, and completions come in order")
{
    struct store *store;
    struct database other;
    struct heard heard = {0};
    struct err err;
    char id[ULID_SIZE + 1];

    check_ok(store_open(&(struct store_options){.path = store_fixture_path(),
                                                .wake = note_wake,
                                                .wake_arg = &wakes},
                        &store, &err));
    for (int i = 0; i < 1000; i++) {
        ulid_next(&ids_made, id);
        store_fixture_run(store, id, (struct store_done){store_fixture_hear, &heard});
    }
    check_ok(store_flush(store, &err));
    check_int(heard.count, 1000);
    check_str(heard.message, "");
    check_int(store_commit_count(store), 1);
    check_int(atomic_load(&wakes), 1);

    /* Another program's lock holds the first transaction up until all have been submitted. */
    check_ok(database_open(&other, store_fixture_path(), DATABASE_WRITE, &err));
    check_ok(database_exec(&other, "BEGIN IMMEDIATE", &err));
    for (int i = 0; i < 1000; i++) {
        ulid_next(&ids_made, id);
        store_fixture_run(store, id, (struct store_done){store_fixture_hear, &heard});
        store_submit(store);
    }
    check_ok(database_exec(&other, "ROLLBACK", &err));
    database_close(&other);
    check_ok(store_flush(store, &err));
    check_int(heard.count, 2000);
    check_int(store_fixture_count_runs(), 2000);
    check(store_commit_count(store) <= 3);
    store_close(store);
}

TEST("rates of run-state changes (for information)")
{
    enum { COMMANDS = 20000, TOGETHER = 50, ALONE = 500 };
    struct store *store = store_fixture_open();
    struct err err;
    char id[ULID_SIZE + 1];

    for (int together = 1; together <= TOGETHER; together += TOGETHER - 1) {
        int count = together == 1 ? ALONE : COMMANDS;
        int64_t start = clock_monotonic_us();
        for (int i = 0; i < count; i++) {
            ulid_next(&ids_made, id);
            store_fixture_run(store, id, STORE_NO_DONE);
            if (i % together == together - 1)
                check_ok(store_flush(store, &err));
        }
        int64_t took = clock_monotonic_us() - start;
        printf("      %d a transaction: %lld commands/s\n", together,
               (long long)count * 1000000 / (long long)(took + 1));
    }
    check_int(store_fixture_count_runs(), COMMANDS + ALONE);
    store_close(store);
}

TEST("closing commits what was queued")
{
    struct store *store = store_fixture_open();

    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_close(store);
    store_close(NULL);
    check_int(store_fixture_query("SELECT count(*) FROM runs"), 1);
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
    struct store *store = store_fixture_open();
    struct heard heard = {0};
    const struct store_done done = {store_fixture_hear, &heard};
    struct err err;

    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_step(store, "R1", "a", STORE_NO_DONE);
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
    check_int(store_fixture_query("SELECT count(*) FROM runs WHERE state = 'queued'"), 1);
    check_int(store_fixture_query("SELECT count(*) FROM steps WHERE state = 'queued'"), 1);
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

TEST("a run is over when nothing more comes of it: one that is to be taken up again only waits")
{
    static const struct {
        enum store_state state;
        bool resumes, is_over;
    } cases[] = {
        {STATE_QUEUED, true, false},      {STATE_QUEUED, false, false},
        {STATE_RUNNING, true, false},     {STATE_RUNNING, false, false},
        {STATE_SUCCEEDED, true, true},    {STATE_FAILED, true, true},
        {STATE_CANCELED, false, true},    {STATE_INTERRUPTED, true, false},
        {STATE_INTERRUPTED, false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct store_run run = {.state = cases[i].state, .resumes = cases[i].resumes};
        check_int(store_run_is_over(&run), cases[i].is_over);
    }
}

TEST("a step has one running attempt, a run one identifier, and each step belongs to a run")
{
    struct store *store = store_fixture_open();
    struct heard heard = {0};
    const struct store_done done = {store_fixture_hear, &heard};
    struct err err;

    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_fixture_step(store, "R1", "a", STORE_NO_DONE);
    store_attempt_start(store, "R1", "a", 1, 1, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    store_attempt_start(store, "R1", "a", 2, 1, done);
    check_refused(store, &heard, "attempt of run \"R1\": run store");
    store_fixture_run(store, "R1", done);
    check_refused(store, &heard, "UNIQUE constraint failed: runs.id");
    store_fixture_step(store, "R2", "a", done);
    check_refused(store, &heard, "step of run \"R2\": run store");
    check_int(store_fixture_query("SELECT count(*) FROM attempts"), 1);
    store_close(store);
}

TEST("a command that fails leaves the others of its transaction alone")
{
    struct store *store = store_fixture_open();
    struct heard good = {0}, bad = {0};
    struct err err;

    store_fixture_run(store, "R1", (struct store_done){store_fixture_hear, &good});
    store_fixture_run(store, "R1", (struct store_done){store_fixture_hear, &bad});
    store_fixture_run(store, "R2", (struct store_done){store_fixture_hear, &good});
    check_ok(store_flush(store, &err));
    check_int(good.count, 2);
    check_str(good.message, "");
    check_contains(bad.message, "UNIQUE constraint failed");
    check_int(store_fixture_count_runs(), 2);
    store_close(store);
}

TEST("a failure that nobody listens for is returned by flush and by reap")
{
    struct store *store = store_fixture_open();
    struct err err;

    store_fixture_run(store, "R1", STORE_NO_DONE);
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
    char id[ULID_SIZE + 1];
    char *large = malloc(100001);

    store_close(store_fixture_open());
    int64_t pages = store_fixture_query("PRAGMA page_count");
    check_ok(
        store_open(&(struct store_options){.path = store_fixture_path(), .max_pages = pages + 8},
                   &store, &err));
    store_fixture_run(store, "R0", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    memset(large, 'x', 100000);
    large[100000] = '\0';
    for (int i = 0; i < 5; i++) {
        ulid_next(&ids_made, id);
        store_fixture_run(store, id, (struct store_done){store_fixture_hear, &heard});
    }
    store_event_append(store, &(struct store_event){.run_id = "R0", .kind = "log", .detail = large},
                       (struct store_done){store_fixture_hear, &heard});
    check_ok(store_flush(store, &err));
    check_int(heard.count, 6);
    check_int(heard.code, ERR_TRANSIENT);
    check_contains(heard.message, "make room on its disk");
    check_int(store_fixture_count_runs(), 1);

    store_fixture_run(store, "R2", STORE_NO_DONE); /* what fits still works */
    check_ok(store_flush(store, &err));
    check_int(store_fixture_count_runs(), 2);
    store_close(store);
    free(large);
}

static void set_room(rlim_t bytes)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    check_int(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    check_int(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static struct store *open_patient(void)
{
    struct store *store = store_fixture_open();

    store_be_patient(store, true);
    set_room(4096);
    return store;
}

static void wait_until_held_up(struct store *store, struct err *err)
{
    for (int i = 0; i < 10000 && !store_is_held_up(store, err); i++)
        poll(NULL, 0, 1);
    check(store_is_held_up(store, err));
}

TEST("a patient store waits for room, and commits all of it when there is some")
{
    struct store *store = open_patient();
    struct heard heard = {0};
    struct err err;

    store_fixture_run(store, "R0", (struct store_done){store_fixture_hear, &heard});
    store_submit(store);
    wait_until_held_up(store, &err);
    check_int(err.code, ERR_TRANSIENT);
    check_contains(err.message, "make room on its disk: File too large");
    store_fixture_run(store, "R1", (struct store_done){store_fixture_hear, &heard});
    store_submit(store);
    check_ok(store_reap(store, &err));
    check_int(heard.count, 0);

    set_room(RLIM_INFINITY);
    check_ok(store_flush(store, &err));
    check_int(heard.count, 2);
    check_int(heard.code, 0);
    check(!store_is_held_up(store, &err));
    check_int(store_fixture_count_runs(), 2);
    store_close(store);
}

TEST("a store that is patient no more says what it could not write")
{
    struct store *store = open_patient();
    struct heard heard = {0};
    struct err err;

    store_fixture_run(store, "R0", (struct store_done){store_fixture_hear, &heard});
    store_submit(store);
    wait_until_held_up(store, &err);
    store_be_patient(store, false);
    check_ok(store_flush(store, &err));
    check_int(heard.count, 1);
    check_int(heard.code, ERR_TRANSIENT);
    check_int(store_fixture_count_runs(), 0);
    set_room(RLIM_INFINITY);
    store_close(store);
}

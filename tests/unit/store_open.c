/*
 * The run store when it is opened: by a second writer, by another version, damaged, after SIGKILL,
 * after its daemon's death.
 */
#include "test.h"

#include "store_fixture.h"

#include "base/file.h"
#include "store/database.h"
#include "store/migration.h"
#include "store/read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- opening --------------------------------------------------------------------------------- */

TEST("a second writer is refused while the first has the store, and let in after it")
{
    struct store *store = store_fixture_open(), *second;
    struct err err;

    check_fails(store_open(&(struct store_options){.path = store_fixture_path()}, &second, &err),
                ERR_TRANSIENT, "is in use by another aorta: wait for it or end it");
    store_close(store);
    store_close(store_fixture_open());
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

static void check_open_fails(enum err_code code, const char *part)
{
    struct store *store;
    struct err err;

    check_fails(store_open(&(struct store_options){.path = store_fixture_path()}, &store, &err),
                code, part);
}

TEST("a store that is closed while somebody could still read leaves no log behind")
{
    struct store_reader *reader;
    struct store_run *run;
    struct arena arena;
    struct stat log;
    struct err err;
    char path[600];

    arena_init(&arena);
    snprintf(path, sizeof path, "%s-wal", store_fixture_path());
    struct store *store = store_fixture_open();
    check_ok(store_reader_open(store_fixture_path(), &reader, &err));
    check_ok(store_read_run(reader, "nobody", &arena, &run, &err));
    check(stat(path, &log) == 0 && log.st_size > 0);
    store_close(store);
    check(stat(path, &log) < 0 || log.st_size == 0);
    store_reader_close(reader);
    check(stat(path, &log) < 0 || log.st_size == 0);
    arena_release(&arena);
}

TEST("a store of a newer version is refused by writer and reader")
{
    struct store_reader *reader;
    struct err err;

    store_close(store_fixture_open());
    store_fixture_exec("INSERT INTO migrations VALUES (9999, 'future', 'x', 1)");
    check_open_fails(ERR_CONFIG, "was written by a newer aorta (it has migration 9999_future)");
    check_fails(store_reader_open(store_fixture_path(), &reader, &err), ERR_CONFIG,
                "use that version or a later one");
}

TEST("a migration that changed after it was applied is refused")
{
    store_close(store_fixture_open());
    store_fixture_exec("UPDATE migrations SET checksum = 'other' WHERE number = 1");
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

    check_ok(database_open(&database, store_fixture_path(), DATABASE_WRITE, &err));
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
    check_int(store_fixture_query("SELECT sum(a) FROM one"), 3);
}

TEST("a reader refuses a store that is not up to date")
{
    struct store_reader *reader;
    struct err err;

    store_fixture_exec("CREATE TABLE x (a)");
    check_fails(store_reader_open(store_fixture_path(), &reader, &err), ERR_CONFIG,
                "is of an older aorta: run this one once");
}

TEST("a file that is no database is refused with the way out")
{
    static const char text[] = "this is a text and no database, as anybody can see who reads it; "
                               "it goes on for a hundred bytes and some more";
    struct err err;

    check_ok(file_write_atomic(store_fixture_path(), text, sizeof text, &err));
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
        store_fixture_run(store, id,
                          i % BATCH == BATCH - 1 ? (struct store_done){note_commit, &fd}
                                                 : STORE_NO_DONE);
        if (i % BATCH == BATCH - 1)
            check_ok(store_flush(store, &err));
    }
    store_close(store);
    close(fd);
    if (path == NULL)
        check_int(store_fixture_count_runs(), BATCH * BATCHES);
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
    store_close(store_fixture_open());
    int64_t runs = store_fixture_query("SELECT count(*) FROM runs");
    check_int(runs, batches_wanted * BATCH);
    check((int64_t)log.size <= batches_wanted);
    check_int(log.size, 9);
    check_int(store_fixture_query("SELECT count(*) FROM runs WHERE id < 'R99999' AND"
                                  " CAST(substr(id, 2) AS INTEGER) >= (SELECT count(*) FROM runs)"),
              0);
    check_int(store_fixture_query(
                  "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
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
    check_int(store_fixture_query("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'"), 0);
    store_close(store_fixture_open());
    check_int(store_fixture_query("SELECT count(*) FROM runs"), 0);
    check_int(store_fixture_query("SELECT count(*) FROM migrations"), store_migration_count);
}

TEST("killed after a migration's commit, the store is not migrated twice")
{
    run_worker("store.migrate.after");
    check_int(store_fixture_query("SELECT count(*) FROM migrations"), 1);
    store_close(store_fixture_open());
    check_int(store_fixture_query("SELECT count(*) FROM migrations"), store_migration_count);
}

TEST("a store that was damaged while it was left open is refused")
{
    struct store *store;
    struct err err;
    char noise[4096];

    run_worker("store.commit.after:30");
    memset(noise, 0x5a, sizeof noise);
    store_fixture_exec("PRAGMA wal_checkpoint(TRUNCATE)");
    int fd = open(store_fixture_path(), O_WRONLY);
    for (off_t page = 2; page < 20; page++)
        check(pwrite(fd, noise, sizeof noise, page * 4096) == (ssize_t)sizeof noise);
    close(fd);
    char wal[600];
    snprintf(wal, sizeof wal, "%s-wal", store_fixture_path());
    check_ok(file_write_atomic(wal, "left", 4, &err));
    check_fails(store_open(&(struct store_options){.path = store_fixture_path()}, &store, &err),
                ERR_BROKEN, "is damaged: move it and its -wal file away and start again");
}

/* ---- recovery -------------------------------------------------------------------------------- */

TEST("recovery makes what is running interrupted, counts it, and touches nothing else")
{
    struct store *store = store_fixture_open();
    struct store_recovery recovery;
    struct arena arena;
    struct store_run *run;
    struct store_step *steps;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_write(store);
    for (int i = 2; i <= 3; i++) {
        char id[8];
        snprintf(id, sizeof id, "R%d", i);
        store_fixture_run(store, id, STORE_NO_DONE);
        store_fixture_step(store, id, "a", STORE_NO_DONE);
        store_fixture_step(store, id, "b", STORE_NO_DONE);
        store_run_change(store, id, STATE_QUEUED, STATE_RUNNING, 1, NULL, STORE_NO_DONE);
        store_step_change(store, id, "a", STATE_QUEUED, STATE_RUNNING, NULL, NULL, STORE_NO_DONE);
    }
    store_attempt_start(store, "R2", "a", 1, 1, STORE_NO_DONE);
    store_fixture_run(store, "R4", STORE_NO_DONE);
    store_close(store);

    store = store_fixture_open();
    check_ok(store_recover(store, true, 5000, &recovery, &err));
    check_int(recovery.runs, 2);
    check_int(recovery.steps, 2);
    check_int(recovery.attempts, 1);
    check_ok(store_recover(store, true, 6000, &recovery, &err));
    check_int(recovery.runs + recovery.steps + recovery.attempts, 0);
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_run(reader, "R2", &arena, &run, &err));
    check_int(run->state, STATE_INTERRUPTED);
    check_int(run->ended_us, 5000);
    check_int(run->error_code, ERR_TRANSIENT);
    check_str(run->error_message, "the daemon ended before it was done");
    check_int(run->deaths, 1);
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
    check_ok(store_recover(store, false, 8000, &recovery, &err)); /* the daemon ends in order */
    check_ok(store_read_run(reader, "R2", &arena, &run, &err));
    check_int(run->state, STATE_INTERRUPTED);
    check_int(run->deaths, 1);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
}

/*
 * Two that publish the same asset at once, and one that dies or sleeps at its commit: never is a
 * row published twice, never is one lost (invariants 3 and 4).
 *
 * The other one is a child process that runs the same engine code; the warehouse it is given stops
 * or kills it at a call. Nothing is opened in the parent before the children are forked: a DuckDB
 * file belongs to one process.
 */
#include "publish_bench.h"
#include "test.h"

#include "postgres.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char append_sql[] = "select loaded, id, n from {{ new_rows(ref('log')) }} as r";

/* What happens to the child at its last commit, the one that publishes. */
enum accident { ACCIDENT_NONE, KILLED_BEFORE, KILLED_AFTER, STOPPED_BEFORE, STOPPED_AT_BEGIN };

static enum accident accident;
static const struct aorta_warehouse *real;
static struct aorta_warehouse cursed;

static int cursed_commit(void *session, struct aorta_error *error)
{
    if (accident == KILLED_BEFORE)
        kill(getpid(), SIGKILL);
    if (accident == STOPPED_BEFORE)
        kill(getpid(), SIGSTOP);
    int result = real->commit(session, error);
    if (accident == KILLED_AFTER)
        kill(getpid(), SIGKILL);
    return result;
}

/* Asleep when all is decided and nothing is locked. */
static int cursed_begin(void *session, bool for_write, struct aorta_error *error)
{
    if (accident == STOPPED_AT_BEGIN)
        kill(getpid(), SIGSTOP);
    return real->begin(session, for_write, error);
}

/* Exit codes of a child: an outcome, or 10 and the error's code. */
static int publish(const char *name, enum accident with)
{
    struct bench bench = bench_open(name);
    struct model_spec spec =
        bench_model(&bench, &materialization_incremental, append_sql, "[[\"id\", \"unique\"]]");
    struct err err;
    int result;

    accident = with;
    real = bench.session.warehouse;
    cursed = *real;
    cursed.commit = cursed_commit;
    cursed.begin = cursed_begin;
    bench.session.warehouse = &cursed;
    spec.position_column = "loaded";
    spec.unique_key_count = 0;
    result = model_run(&bench.session, &spec, &bench.arena, &bench.result, &err);
    if (result < 0)
        fprintf(stderr, "  %s: %s\n", name, err.message);
    bench.session.warehouse = real;
    int code = result < 0 ? 10 + (int)err.code : (int)bench.result.outcome;
    bench_close(&bench);
    return code;
}

static pid_t fork_publisher(const char *name, enum accident with)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(publish(name, with));
    check(pid > 0);
    return pid;
}

static int status_of(pid_t pid)
{
    int status;

    check(waitpid(pid, &status, 0) == pid);
    return status;
}

static int publish_in_child(const char *name)
{
    int status = status_of(fork_publisher(name, ACCIDENT_NONE));

    check(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void load_in_child(const char *name, const char *values, const char *position)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct bench bench = bench_open(name);
        bench_load(&bench, values, position);
        bench_close(&bench);
        _exit(0);
    }
    check_int(status_of(pid), 0);
}

static void start(const char *name)
{
    if (strcmp(name, "postgres") == 0)
        postgres_database();
    else
        test_folder();
}

static void check_rows(const char *name, const char *wanted, int64_t version)
{
    struct bench bench = bench_open(name);
    struct state state;
    struct err err;

    check_str(bench_table(&bench, "x"), wanted);
    check_ok(state_read(&bench.session, "x", &bench.arena, &state, &err));
    check_int(state.version, version);
    check_int(bench_clean(&bench), 0);
    bench_close(&bench);
}

TEST("killed before its commit an attempt leaves nothing, and the next one publishes")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        start(name);
        check_int(publish_in_child(name), MODEL_PUBLISHED);
        load_in_child(name, "(2, 3, 'c')", "2");
        int status = status_of(fork_publisher(name, KILLED_BEFORE));
        check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        check_rows(name, "1|1|a\n1|2|b\n", 1);
        check_int(publish_in_child(name), MODEL_PUBLISHED);
        check_rows(name, "1|1|a\n1|2|b\n2|3|c\n", 2);
    }
}

TEST("killed after its commit an attempt has published, and the next one finds it fresh")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        start(name);
        check_int(publish_in_child(name), MODEL_PUBLISHED);
        load_in_child(name, "(2, 3, 'c')", "2");
        int status = status_of(fork_publisher(name, KILLED_AFTER));
        check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        check_int(publish_in_child(name), MODEL_FRESH);
        check_rows(name, "1|1|a\n1|2|b\n2|3|c\n", 2);
    }
}

/* The stopped one holds the row (PostgreSQL), the database (SQLite) or the file (DuckDB). */
TEST("while one sleeps at its commit nobody else publishes, and nothing is published twice")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        int status;

        if (strcmp(name, "duckdb") == 0)
            continue; /* the next test */
        start(name);
        check_int(publish_in_child(name), MODEL_PUBLISHED);
        load_in_child(name, "(2, 3, 'c')", "2");
        pid_t sleeper = fork_publisher(name, STOPPED_BEFORE);
        check(waitpid(sleeper, &status, WUNTRACED) == sleeper && WIFSTOPPED(status));
        check_int(publish_in_child(name), 10 + ERR_TRANSIENT);
        kill(sleeper, SIGCONT);
        check_int(WEXITSTATUS(status_of(sleeper)), MODEL_PUBLISHED);
        check_int(publish_in_child(name), MODEL_FRESH);
        check_rows(name, "1|1|a\n1|2|b\n2|3|c\n", 2);
    }
}

TEST("an attempt that slept after its decision finds that somebody else was faster")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        int status;

        if (strcmp(name, "duckdb") == 0)
            continue; /* its file is still the sleeper's */
        start(name);
        check_int(publish_in_child(name), MODEL_PUBLISHED);
        load_in_child(name, "(2, 3, 'c')", "2");
        pid_t sleeper = fork_publisher(name, STOPPED_AT_BEGIN);
        check(waitpid(sleeper, &status, WUNTRACED) == sleeper && WIFSTOPPED(status));
        check_int(publish_in_child(name), MODEL_PUBLISHED);
        kill(sleeper, SIGCONT);
        check_int(WEXITSTATUS(status_of(sleeper)), MODEL_FRESH);
        check_rows(name, "1|1|a\n1|2|b\n2|3|c\n", 2);
    }
}

/* PostgreSQL reads its catalogues past the snapshot: without the lock the new table would be found
 * under the old name, and found empty. */
TEST("an input cannot be replaced under a model that is being built on PostgreSQL")
{
    struct relation log = {"s", "log"}, hidden = {"s", "_aorta_build__log"};
    struct publish_report report;
    struct err err;
    int status;

    start("postgres");
    pid_t sleeper = fork_publisher("postgres", STOPPED_BEFORE);
    check(waitpid(sleeper, &status, WUNTRACED) == sleeper && WIFSTOPPED(status));
    struct bench bench = bench_open("postgres");
    publish_report_init(&report);
    check_ok(session_begin(&bench.session, true, &err));
    run_sql(&bench.session, "CREATE TABLE s._aorta_build__log AS SELECT * FROM s.log WHERE id = 1");
    check_ok(publish_replace(&bench.session, &log, &hidden, &report, &err));
    check(report.rows_replaced);
    check_ok(session_commit(&bench.session, &err));
    publish_report_release(&report);
    kill(sleeper, SIGCONT);
    check_int(WEXITSTATUS(status_of(sleeper)), MODEL_PUBLISHED);
    check_str(bench_table(&bench, "x"), "1|1|a\n1|2|b\n");
    check_str(bench_table(&bench, "log"), "1|1|a\n");
    bench_close(&bench);
}

TEST("a DuckDB file that a sleeping process holds cannot be opened by another")
{
    int status;

    start("duckdb");
    check_int(publish_in_child("duckdb"), MODEL_PUBLISHED);
    load_in_child("duckdb", "(2, 3, 'c')", "2");
    pid_t sleeper = fork_publisher("duckdb", STOPPED_BEFORE);
    check(waitpid(sleeper, &status, WUNTRACED) == sleeper && WIFSTOPPED(status));
    struct aorta_error error;
    check(!warehouse_can_open("duckdb", &error));
    check_int(error.code, AORTA_TRANSIENT);
    check_contains(error.message, "is open in another process");
    kill(sleeper, SIGCONT);
    check_int(WEXITSTATUS(status_of(sleeper)), MODEL_PUBLISHED);
    check_rows("duckdb", "1|1|a\n1|2|b\n2|3|c\n", 2);
}

TEST("of two sessions in one DuckDB process that publish at once, one is told so")
{
    struct bench bench = bench_open("duckdb");
    struct session other = warehouse_session(&bench.warehouse);
    struct state before, mine, written, next = {.row_count = -1};
    struct err err;

    check_ok(session_begin(&bench.session, true, &err));
    check_ok(state_lock(&bench.session, "log", &bench.arena, &mine, &err));
    check_ok(session_begin(&other, true, &err));
    check_ok(state_lock(&other, "log", &bench.arena, &before, &err));
    check_ok(state_put(&other, &before, &next, &bench.arena, &written, &err));
    check_ok(session_commit(&other, &err));
    check_fails(state_put(&bench.session, &mine, &next, &bench.arena, &written, &err),
                ERR_TRANSIENT, "");
    session_rollback(&bench.session);
    state_explain(&bench.session, &mine, &err);
    check_contains(err.message, "somebody else published log meanwhile (version 1 became 2)");
    session_close(&other);
    bench_close(&bench);
}

TEST("a state that moved since it was read is not overwritten")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct state stale, written, next = {.position = "9", .row_count = -1};
        struct err err;

        check_ok(state_read(&bench.session, "log", &bench.arena, &stale, &err));
        bench_load(&bench, "(2, 3, 'c')", "2");
        check_ok(session_begin(&bench.session, true, &err));
        check_fails(state_put(&bench.session, &stale, &next, &bench.arena, &written, &err),
                    ERR_TRANSIENT, "somebody else published log meanwhile (version 1 became 2)");
        session_rollback(&bench.session);
        check_ok(state_read(&bench.session, "log", &bench.arena, &stale, &err));
        check_str(stale.position, "2");
        bench_close(&bench);
    }
}

enum { MANY = 40 }; /* more than are asked for by name */

TEST("the states of many assets are what each of them has by itself")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        struct bench bench = bench_open(warehouse_names[each]);
        const char *names[2 * MANY];
        struct state states[2 * MANY], one, written;
        struct err err;

        check_ok(session_begin(&bench.session, true, &err));
        for (int i = 0; i < 2 * MANY; i++) { /* each name twice, the last one never published */
            names[i] = arena_printf(&bench.arena, "many.%02d", i % MANY);
            struct state next = {.position = arena_printf(&bench.arena, "%d", i), .row_count = i};
            check_ok(state_read(&bench.session, names[i], &bench.arena, &one, &err));
            if (i < MANY - 1)
                check_ok(state_put(&bench.session, &one, &next, &bench.arena, &written, &err));
        }
        check_ok(session_commit(&bench.session, &err));
        check_ok(state_read_all(&bench.session, names, 2 * MANY, &bench.arena, states, &err));
        for (int i = 0; i < 2 * MANY; i++) {
            check_str(states[i].asset, names[i]);
            check_int(states[i].version, i % MANY < MANY - 1);
            check_int(states[i].row_count, i % MANY < MANY - 1 ? i % MANY : -1);
            check_ok(state_read(&bench.session, names[i], &bench.arena, &one, &err));
            check_str(states[i].epoch, one.epoch);
            check_int(states[i].is_there, one.is_there);
        }
        bench_close(&bench);
    }
}

TEST("two first publications at once: one wins, the other waits or is told so")
{
    static const char *const names[] = {"sqlite", "postgres"};

    for (int i = 0; i < 2; i++) {
        int status;

        start(names[i]);
        load_in_child(names[i], "(2, 3, 'c')", "2");
        pid_t sleeper = fork_publisher(names[i], STOPPED_BEFORE);
        check(waitpid(sleeper, &status, WUNTRACED) == sleeper && WIFSTOPPED(status));
        check_int(publish_in_child(names[i]), 10 + ERR_TRANSIENT);
        kill(sleeper, SIGCONT);
        check_int(WEXITSTATUS(status_of(sleeper)), MODEL_PUBLISHED);
        check_int(publish_in_child(names[i]), MODEL_FRESH);
        check_rows(names[i], "1|1|a\n1|2|b\n2|3|c\n", 1);
    }
}

enum { CROWD = 4 };

TEST("the state table can be made by several processes at once")
{
    static const char *const names[] = {"sqlite", "postgres"};

    for (int i = 0; i < 2; i++) {
        pid_t crowd[CROWD];

        start(names[i]);
        fflush(NULL);
        for (int k = 0; k < CROWD; k++) {
            crowd[k] = fork();
            if (crowd[k] == 0) {
                struct warehouse_under_test warehouse = warehouse_open(names[i]);
                struct session session = warehouse_session(&warehouse);
                struct err err;
                _exit(state_create(&session, &err) < 0);
            }
        }
        for (int k = 0; k < CROWD; k++)
            check_int(status_of(crowd[k]), 0);
    }
}

/*
 * Sessions of the connector "duckdb": statements, results, transactions, cancel.
 */
#include "duckdb_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* ------------------------------------------------------------------------------------ statements */

TEST("exec counts the rows that were changed")
{
    fixture_open(":memory:");
    check_int(EXEC("CREATE TABLE t (n INTEGER)"), 0);
    check_int(EXEC("INSERT INTO t SELECT * FROM range(10)"), 10);
    check_int(EXEC("UPDATE t SET n = n + 1 WHERE n < 4"), 4);
    check_int(EXEC("DELETE FROM t WHERE n > 7 RETURNING n"), 2);
    check_int(EXEC("MERGE INTO t USING (SELECT 7 AS k) s ON t.n = s.k WHEN MATCHED THEN DELETE"),
              1);
    check_int(EXEC("SELECT * FROM t"), 0);
    fixture_close();
}

TEST("an error has the code of what can be done, and DuckDB's words in one line")
{
    static const struct {
        const char *sql;
        enum aorta_error_code code;
        const char *message;
    } cases[] = {
        {"SELECT xx FROM t", AORTA_CONFIG,
         "Binder Error: Referenced column \"xx\" not found in FROM clause! Candidate bindings: "
         "\"n\" (line 1: SELECT xx FROM t)"},
        {"SELECT 1\nFROM nosuch", AORTA_CONFIG,
         "Catalog Error: Table with name nosuch does not exist! Did you mean \"pg_sequences\"? "
         "(line 2: FROM nosuch)"},
        {"SELEC 1", AORTA_CONFIG,
         "Parser Error: syntax error at or near \"SELEC\" (line 1: SELEC 1)"},
        {"SELECT 1; SELECT 2", AORTA_CONFIG, "Cannot prepare multiple statements at once!"},
        {" -- nothing", AORTA_CONFIG, "No statement to prepare!"},
        {"INSERT INTO t VALUES (1)", AORTA_DATA, "Duplicate key \"n: 1\" violates primary key"},
        {"SELECT CAST(s AS INTEGER) FROM (VALUES ('abc')) v(s)", AORTA_DATA,
         "Conversion Error: Could not convert string 'abc' to INT32"},
        {"SELECT 9000000000000000000 + i FROM range(9000000000000000000, 9000000000000000001) r(i)",
         AORTA_DATA, "Out of Range Error: Overflow in addition"},
        {"SELECT error('no good')", AORTA_DATA, "no good"},
        {"SELECT * FROM read_json('/nonexistent.json')", AORTA_CONFIG,
         "SQL reads files in the folders that the connection's option folders names"},
        {"BEGIN", AORTA_CONFIG, "transactions are not begun or ended by SQL"},
        {"COMMIT", AORTA_CONFIG, "transactions are not begun or ended by SQL"},
        {"SELECT $1", AORTA_CONFIG, "the statement has 1 parameters, 0 are given"},
        {"SELECT count(*) FROM (SELECT i, repeat('x', 1000) || i AS s FROM range(3000000) r(i)) "
         "GROUP BY s",
         AORTA_TRANSIENT, "Out of Memory Error"},
    };

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n INTEGER PRIMARY KEY)");
    EXEC("INSERT INTO t VALUES (1)");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_fails(TRY(cases[i].sql), cases[i].code, cases[i].message);
        check(strchr(err.message, '\n') == NULL);
    }
    check_str(ROWS("SELECT n FROM t"), "1\n");
    fixture_close();
}

TEST("a parameter that cannot be of its type is named")
{
    static const struct aorta_value params[] = {
        {.type = AORTA_TEXT, .text = {"ok", 2}},
        {.type = AORTA_TEXT, .text = {"\xff", 1}},
    };
    static const struct aorta_value uuid = {.type = AORTA_UUID, .text = {"short", 5}};

    fixture_open(":memory:");
    check_fails(warehouse->exec(session, "SELECT $1, $2", params, 2, NULL, &err), AORTA_DATA,
                "parameter $2 is no valid value of its type");
    check_fails(warehouse->exec(session, "SELECT $1", &uuid, 1, NULL, &err), AORTA_DATA, "$1");
    fixture_close();
}

TEST("a query without rows has its fields")
{
    struct aorta_batch batch;
    int32_t count;
    void *cursor;

    fixture_open(":memory:");
    check_ok(warehouse->query(session, "SELECT 1 AS one, 'x' AS two WHERE false", NULL, 0, &cursor,
                              &err));
    const struct aorta_field *fields = warehouse->cursor_fields(cursor, &count);
    check_int(count, 2);
    check_str(fields[0].name, "one");
    check_int(fields[0].type, AORTA_INT32);
    check_str(fields[1].name, "two");
    check_int(fields[1].type, AORTA_TEXT);
    check_int(warehouse->next(cursor, &batch, &err), 0);
    check_int(warehouse->next(cursor, &batch, &err), 0);
    warehouse->cursor_close(cursor);
    fixture_close();
}

TEST("a result of a million long rows is read in little memory")
{
    struct rusage before, after;
    struct aorta_batch batch;
    int64_t rows = 0, bytes = 0;
    void *cursor;

    fixture_open(":memory:");
    check_str(ROWS("SELECT 1"), "1\n");
    check(getrusage(RUSAGE_SELF, &before) == 0);
    check_ok(warehouse->query(session,
                              "SELECT i, repeat('0123456789', 20) || i FROM range(1000000) r(i)",
                              NULL, 0, &cursor, &err));
    while (warehouse->next(cursor, &batch, &err) > 0) {
        rows += batch.row_count;
        bytes += batch.columns[1].offsets[batch.row_count];
    }
    warehouse->cursor_close(cursor);
    check(getrusage(RUSAGE_SELF, &after) == 0);
    check_int(rows, 1000000);
    check(bytes > 200000000);
    printf("info: %ld MiB for a result of %ld MiB\n", (after.ru_maxrss - before.ru_maxrss) / 1024,
           (long)(bytes >> 20));
    check(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
    fixture_close();
}

TEST("an error in the midst of a result comes from next")
{
    struct aorta_batch batch;
    void *cursor;
    int more;

    fixture_open(":memory:");
    check_ok(warehouse->query(session,
                              "SELECT CASE WHEN i = 900000 THEN error('bad row') ELSE i END "
                              "FROM range(1000000) r(i)",
                              NULL, 0, &cursor, &err));
    while ((more = warehouse->next(cursor, &batch, &err)) > 0)
        ;
    check_fails(more, AORTA_DATA, "bad row");
    check_int(warehouse->next(cursor, &batch, &err), 0);
    warehouse->cursor_close(cursor);
    check_str(ROWS("SELECT 1"), "1\n");
    fixture_close();
}

TEST("while a cursor is open its session does nothing else")
{
    struct aorta_batch batch;
    void *cursor, *second;

    fixture_open(":memory:");
    check_ok(warehouse->query(session, "SELECT 1", NULL, 0, &cursor, &err));
    check_fails(TRY("SELECT 2"), AORTA_BROKEN, "a cursor of this session is still open");
    check_fails(warehouse->query(session, "SELECT 2", NULL, 0, &second, &err), AORTA_BROKEN,
                "still open");
    check_fails(warehouse->begin(session, true, &err), AORTA_BROKEN, "still open");
    check_int(warehouse->next(cursor, &batch, &err), 1);
    warehouse->cursor_close(cursor);
    check_ok(TRY("SELECT 2"));
    fixture_close();
}

TEST("a cursor that is closed before its end leaves its transaction usable")
{
    struct aorta_batch batch;
    void *cursor;

    fixture_open(":memory:");
    check_ok(warehouse->begin(session, true, &err));
    EXEC("CREATE TABLE t AS SELECT * FROM range(1000000)");
    check_ok(warehouse->query(session, "SELECT * FROM t", NULL, 0, &cursor, &err));
    check_int(warehouse->next(cursor, &batch, &err), 1);
    warehouse->cursor_close(cursor);
    check_int(EXEC("DELETE FROM t WHERE range > 0"), 999999);
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT * FROM t"), "0\n");
    fixture_close();
}

/* --------------------------------------------------------------------------------- transactions */

TEST("a rollback takes back tables as well as rows")
{
    fixture_open(":memory:");
    EXEC("CREATE TABLE old AS SELECT 1 AS n");
    check_ok(warehouse->begin(session, true, &err));
    EXEC("CREATE TABLE new AS SELECT 2 AS n");
    EXEC("DROP TABLE old");
    EXEC("ALTER TABLE new RENAME TO old");
    check_str(ROWS("SELECT n FROM old"), "2\n");
    check_ok(warehouse->rollback(session, &err));
    check_ok(warehouse->rollback(session, &err));
    check_str(ROWS("SELECT n FROM old"), "1\n");
    check_fails(TRY("SELECT * FROM new"), AORTA_CONFIG, "does not exist");
    fixture_close();
}

TEST("what was committed is there when the file is opened again, what was not is not")
{
    fixture_open("kept.duckdb");
    EXEC("CREATE TABLE t (n INTEGER)");
    check_ok(warehouse->begin(session, true, &err));
    EXEC("INSERT INTO t VALUES (1)");
    check_ok(warehouse->commit(session, &err));
    check_ok(warehouse->begin(session, true, &err));
    EXEC("INSERT INTO t VALUES (2)");
    fixture_close();
    fixture_open("kept.duckdb");
    check_str(ROWS("SELECT n FROM t"), "1\n");
    fixture_close();
}

TEST("transactions that are not there, or twice there, are our own mistake")
{
    fixture_open(":memory:");
    check_fails(warehouse->commit(session, &err), AORTA_BROKEN, "no transaction to commit");
    check_ok(warehouse->begin(session, true, &err));
    check_fails(warehouse->begin(session, true, &err), AORTA_BROKEN, "still open");
    check_ok(warehouse->commit(session, &err));
    fixture_close();
}

TEST("a transaction that is not for writing writes temporary tables alone")
{
    fixture_open(":memory:");
    EXEC("CREATE TABLE t AS SELECT 1 AS n");
    check_ok(warehouse->begin(session, false, &err));
    EXEC("CREATE TEMPORARY TABLE mine AS SELECT n + 1 AS n FROM t");
    check_str(ROWS("SELECT n FROM mine"), "2\n");
    check_fails(TRY("DELETE FROM t"), AORTA_CONFIG, "read-only");
    check_ok(warehouse->rollback(session, &err));
    check_ok(warehouse->begin(session, true, &err));
    EXEC("DELETE FROM t");
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT n FROM t"), "");
    fixture_close();
}

TEST("of two sessions that change one row the second is told to try again")
{
    void *other;

    fixture_open(":memory:");
    check_ok(warehouse->session_open(connection, &other, &err));
    EXEC("CREATE TABLE t AS SELECT 1 AS id, 0 AS n");
    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->begin(other, true, &err));
    EXEC("UPDATE t SET n = 1 WHERE id = 1");
    check_fails(warehouse->exec(other, "UPDATE t SET n = 2 WHERE id = 1", NULL, 0, NULL, &err),
                AORTA_TRANSIENT, "Conflict on ");
    check_fails(warehouse->exec(other, "SELECT 1", NULL, 0, NULL, &err), AORTA_BROKEN,
                "Current transaction is aborted");
    check_fails(warehouse->commit(other, &err), AORTA_BROKEN, "Current transaction is aborted");
    check_ok(warehouse->commit(session, &err));
    check_ok(warehouse->begin(other, true, &err));
    check_int(host_exec(warehouse, other, "UPDATE t SET n = 2 WHERE id = 1"), 1);
    check_ok(warehouse->commit(other, &err));
    check_str(ROWS("SELECT n FROM t"), "2\n");
    warehouse->session_close(other);
    fixture_close();
}

TEST("two sessions that make the same table conflict, whoever comes second")
{
    void *other;

    fixture_open(":memory:");
    check_ok(warehouse->session_open(connection, &other, &err));
    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->begin(other, true, &err));
    EXEC("CREATE TABLE t (n INTEGER)");
    check_fails(warehouse->exec(other, "CREATE TABLE t (n INTEGER)", NULL, 0, NULL, &err),
                AORTA_TRANSIENT, "write-write conflict");
    warehouse->session_close(other);
    check_ok(warehouse->commit(session, &err));
    fixture_close();
}

enum { WRITERS = 4, ROUNDS_A_WRITER = 25 };

/* What a step does: builds a hidden table, swaps it in, keeps count, in one transaction a round. */
static void *publish_rounds(void *arg)
{
    const int writer = *(const int *)arg;
    char sql[4][128];
    void *own;

    snprintf(sql[0], sizeof sql[0], "CREATE TABLE hidden_%d AS SELECT * FROM range(1000)", writer);
    snprintf(sql[1], sizeof sql[1], "DROP TABLE IF EXISTS shown_%d", writer);
    snprintf(sql[2], sizeof sql[2], "ALTER TABLE hidden_%d RENAME TO shown_%d", writer, writer);
    snprintf(sql[3], sizeof sql[3], "INSERT INTO rounds VALUES (%d)", writer);
    struct aorta_error problem;
    check(warehouse->session_open(connection, &own, &problem) == 0);
    for (int round = 0; round < ROUNDS_A_WRITER; round++) {
        check(warehouse->begin(own, true, &problem) == 0);
        for (int i = 0; i < 4; i++)
            host_exec(warehouse, own, sql[i]);
        if (warehouse->commit(own, &problem) < 0)
            test_fail(__FILE__, __LINE__, "%s", problem.message);
    }
    warehouse->session_close(own);
    return NULL;
}

TEST("four sessions publish at once, each its own table, and none is in another's way")
{
    pthread_t threads[WRITERS];
    int writers[WRITERS];

    fixture_open("four.duckdb");
    EXEC("CREATE TABLE rounds (writer INTEGER)");
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = i;
        check(pthread_create(&threads[i], NULL, publish_rounds, &writers[i]) == 0);
    }
    for (int i = 0; i < WRITERS; i++)
        check(pthread_join(threads[i], NULL) == 0);
    check_str(ROWS("SELECT writer, count(*) FROM rounds GROUP BY ALL ORDER BY ALL"),
              "0|25\n1|25\n2|25\n3|25\n");
    check_str(ROWS("SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL"),
              "rounds|100\nshown_0|1000\nshown_1|1000\nshown_2|1000\nshown_3|1000\n");
    fixture_close();
}

TEST("an indexed table refuses to be renamed")
{
    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n INTEGER)");
    EXEC("CREATE INDEX i ON t (n)");
    check_fails(TRY("ALTER TABLE t RENAME TO u"), AORTA_CONFIG,
                "Cannot alter entry \"t\" because there are entries that depend on it");
    fixture_close();
}

/* ----------------------------------------------------------------------------------------- cancel */

/* Cancels the session again and again until it is told to stop, as the engine does. */
static atomic_bool is_done;

static void *cancel_repeatedly(void *arg)
{
    struct timespec pause = {.tv_nsec = 2000000};

    while (!atomic_load(&is_done)) {
        nanosleep(&pause, NULL);
        warehouse->cancel(arg);
    }
    return NULL;
}

static pthread_t start_canceling(void)
{
    pthread_t thread;

    atomic_store(&is_done, false);
    check(pthread_create(&thread, NULL, cancel_repeatedly, session) == 0);
    return thread;
}

static void stop_canceling(pthread_t thread)
{
    atomic_store(&is_done, true);
    check(pthread_join(thread, NULL) == 0);
}

static const char endless[] =
    "SELECT sum(hash(a.i + b.i)) FROM range(10000000) a(i), range(10000000) b(i)";

TEST("cancel ends a long statement soon, and the session goes on")
{
    fixture_open(":memory:");
    pthread_t thread = start_canceling();
    check_fails(TRY(endless), AORTA_CANCELED, "Interrupted");
    stop_canceling(thread);
    check_str(ROWS("SELECT 1"), "1\n");
    fixture_close();
}

TEST("cancel ends a cursor that is being read, or opened")
{
    struct aorta_batch batch;
    void *cursor;

    fixture_open(":memory:");
    check_ok(
        warehouse->query(session, "SELECT * FROM range(100000000000)", NULL, 0, &cursor, &err));
    pthread_t thread = start_canceling();
    int more;
    while ((more = warehouse->next(cursor, &batch, &err)) > 0)
        ;
    check_fails(more, AORTA_CANCELED, "Interrupted");
    warehouse->cursor_close(cursor);
    check_fails(warehouse->query(session, endless, NULL, 0, &cursor, &err), AORTA_CANCELED,
                "Interrupted");
    stop_canceling(thread);
    check_str(ROWS("SELECT 1"), "1\n");
    fixture_close();
}

TEST("cancel ends a load between two chunks")
{
    static int32_t values[AORTA_BATCH_ROWS];
    const struct aorta_field field = {"n", AORTA_INT32};
    const struct aorta_batch batch = {AORTA_BATCH_ROWS, 1, &field,
                                      &(struct aorta_column){.values = values}};
    void *load;
    int result;

    fixture_open(":memory:");
    EXEC("CREATE TABLE t (n INTEGER)");
    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->load_begin(session, "main", "t", &field, 1, &load, &err));
    pthread_t thread = start_canceling();
    do
        result = warehouse->load_batch(load, &batch, &err);
    while (result == 0);
    stop_canceling(thread);
    check_fails(result, AORTA_CANCELED, "nterrupted");
    warehouse->load_abort(load);
    check_ok(warehouse->rollback(session, &err));
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

TEST("cancel never reaches a commit: canceled means not committed")
{
    enum { ROUNDS = 300 };
    int committed = 0;

    fixture_open("commits.duckdb");
    EXEC("CREATE TABLE t (n INTEGER)");
    pthread_t thread = start_canceling();
    for (int i = 0; i < ROUNDS; i++) {
        while (warehouse->begin(session, true, &err) < 0)
            check_int(err.code, AORTA_CANCELED);
        if (TRY("INSERT INTO t VALUES (1)") == 0) {
            check_ok(warehouse->commit(session, &err));
            committed++;
        } else {
            check_int(err.code, AORTA_CANCELED);
            check_ok(warehouse->rollback(session, &err));
        }
    }
    stop_canceling(thread);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%d\n", committed);
    check_str(ROWS("SELECT count(*) FROM t"), wanted);
    fixture_close();
}

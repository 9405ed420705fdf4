/*
 * The SQLite connector as a warehouse: statements, failures, the schema, bulk load, other processes.
 */
#include "sqlite_fixture.h"

#include "base/buf.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ----------------------------------------------------------------------------------- statements */

TEST("parameters are found by their number, whatever their order, and their values come back")
{
    struct setting setting = sqlite_set_up();
    struct aorta_value params[] = {
        {.type = AORTA_INT64, .integer = 7},           {.type = AORTA_TEXT, .text = {"a\0b", 3}},
        {.type = AORTA_TIMESTAMP, .integer = 1500000}, {.type = AORTA_TEXT, .is_null = true},
        {.type = AORTA_TEXT, .text = {NULL, 0}},
    };
    struct aorta_error err;
    struct aorta_batch batch;
    struct buf shown;
    void *cursor;

    check_ok(warehouse->query(setting.session,
                              "SELECT $3 AS c, length(CAST($2 AS BLOB)) AS b, $1 + $1 AS a, "
                              "$4 AS d, $5 AS e",
                              params, 5, &cursor, &err));
    check_int(warehouse->next(cursor, &batch, &err), 1);
    buf_init(&shown);
    for (int32_t i = 0; i < batch.column_count; i++)
        buf_printf(&shown, "%s ", batch.fields[i].name);
    check_str(shown.data, "c b a d e ");
    check_int(((const int64_t *)batch.columns[1].values)[0], 3);
    check_int(((const int64_t *)batch.columns[2].values)[0], 14);
    check(aorta_is_null(&batch.columns[3], 0));
    check(!aorta_is_null(&batch.columns[4], 0));
    check(memcmp(batch.columns[0].values, "1970-01-01 00:00:01.500000", 26) == 0);
    buf_release(&shown);
    warehouse->cursor_close(cursor);

    check_fails(warehouse->exec(setting.session, "SELECT $2", params, 1, NULL, &err), AORTA_CONFIG,
                "parameter \"$2\" has no value: 1 are given");
    check_fails(warehouse->exec(setting.session, "SELECT :name", params, 1, NULL, &err),
                AORTA_CONFIG, "parameter \":name\": they are written $1");
    check_fails(warehouse->exec(setting.session, "SELECT ?", params, 1, NULL, &err), AORTA_CONFIG,
                "they are written $1");
    sqlite_tear_down(setting);
}

TEST("exec counts the rows of this statement only")
{
    struct setting setting = sqlite_set_up();

    check_int(host_exec(warehouse, setting.session, "CREATE TABLE t (a)"), 0);
    check_int(host_exec(warehouse, setting.session, "INSERT INTO t VALUES (1), (2), (3)"), 3);
    check_int(host_exec(warehouse, setting.session, "CREATE TABLE u AS SELECT * FROM t"), 0);
    check_int(host_exec(warehouse, setting.session, "UPDATE t SET a = 0 WHERE a > 1"), 2);
    check_int(host_exec(warehouse, setting.session, "SELECT * FROM t"), 0);
    check_int(host_exec(warehouse, setting.session, "DELETE FROM t WHERE a = 5"), 0);
    check_int(host_exec(warehouse, setting.session, "DROP TABLE t"), 0);
    sqlite_tear_down(setting);
}

TEST("each failure has the code that says what to do")
{
    struct setting setting = sqlite_set_up();

    run(setting, "CREATE TABLE t (a INTEGER PRIMARY KEY, b NOT NULL CHECK (b > 0))");
    run(setting, "CREATE TABLE child (a REFERENCES t)");
    run(setting, "INSERT INTO t VALUES (1, 1)");
    check_refuses(setting, "SELECT * FROM missing", AORTA_CONFIG, "no such table: missing");
    check_refuses(setting, "SELEKT", AORTA_CONFIG, "near \"SELEKT\": syntax error");
    check_refuses(setting, "SELECT \"misspelt\" FROM t", AORTA_CONFIG, "no such column: misspelt");
    check_refuses(setting, "SELECT 1; SELECT 2", AORTA_CONFIG, "more than one statement");
    check_refuses(setting, " -- nothing", AORTA_CONFIG, "no statement");
    check_refuses(setting, "INSERT INTO t VALUES (1, 1)", AORTA_DATA,
                  "UNIQUE constraint failed: t.a");
    check_refuses(setting, "INSERT INTO t VALUES (2, NULL)", AORTA_DATA,
                  "NOT NULL constraint failed: t.b");
    check_refuses(setting, "INSERT INTO t VALUES (2, 0)", AORTA_DATA, "CHECK constraint failed");
    check_refuses(setting, "INSERT INTO child VALUES (9)", AORTA_DATA,
                  "FOREIGN KEY constraint failed");
    check_refuses(setting, "INSERT INTO t VALUES ('x', 1)", AORTA_DATA, "datatype mismatch");
    check_refuses(setting, "SELECT zeroblob(100000000)", AORTA_DATA, "too big");
    check_refuses(setting, "SELECT json('{')", AORTA_CONFIG, "malformed JSON");
    check_pull_fails(setting, "CREATE TABLE u (a)", AORTA_CONFIG, "gives no rows");
    run(setting, "SELECT 1; -- a comment behind it is fine\n ;");
    sqlite_tear_down(setting);
}

TEST("a full disk is transient, and the transaction can be rolled back")
{
    struct setting setting = sqlite_set_up();
    struct aorta_error err;

    run(setting, "CREATE TABLE t (a)");
    run(setting, "PRAGMA max_page_count = 20");
    check_ok(warehouse->begin(setting.session, true, &err));
    check_refuses(setting, "INSERT INTO t VALUES (zeroblob(1000000))", AORTA_TRANSIENT,
                  "disk is full");
    check_ok(warehouse->rollback(setting.session, &err));
    check_rows(setting, "SELECT count(*) FROM t", "0\n");
    check_ok(warehouse->rollback(setting.session, &err));
    check_fails(warehouse->commit(setting.session, &err), AORTA_BROKEN, "no transaction");
    sqlite_tear_down(setting);
}

TEST("a file that is no database, or cannot be made, says so")
{
    struct aorta_option_value options[HOST_OPTIONS];
    struct aorta_error err;
    void *connection = sqlite_connect("10s"), *session;
    FILE *file = fopen(sqlite_path(), "w");

    check(file != NULL);
    for (int i = 0; i < 1000; i++)
        fputs("this is a text\n", file);
    fclose(file);
    check_fails(warehouse->session_open(connection, &session, &err), AORTA_BROKEN,
                "file.db\": file is not a SQLite database");
    sqlite->close(connection);

    host_options(options, sqlite->options, "path", "/nowhere/at/all.db", NULL);
    check_ok(sqlite->open(&host, options, &connection, &err));
    check_fails(warehouse->session_open(connection, &session, &err), AORTA_CONFIG,
                "\"/nowhere/at/all.db\": cannot open the file");
    sqlite->close(connection);

    host_options(options, sqlite->options, "path", "", NULL);
    check_fails(sqlite->open(&host, options, &connection, &err), AORTA_CONFIG, "path is empty");
}

TEST("a read-only connection writes nothing, and makes no file")
{
    struct aorta_option_value options[HOST_OPTIONS];
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    void *connection, *session;

    run(setting, "CREATE TABLE t (a)");
    host_options(options, sqlite->options, "path", sqlite_path(), "read_only", "true", NULL);
    check_ok(sqlite->open(&host, options, &connection, &err));
    session = sqlite_session(connection);
    check_str(host_rows(warehouse, session, "SELECT count(*) FROM t"), "0\n");
    check_fails(warehouse->exec(session, "INSERT INTO t VALUES (1)", NULL, 0, NULL, &err),
                AORTA_CONFIG, "database is read-only");
    warehouse->session_close(session);
    sqlite->close(connection);
    sqlite_tear_down(setting);
}

TEST("sessions are set up for safety")
{
    struct setting setting = sqlite_set_up();

    check_rows(setting, "PRAGMA journal_mode", "wal\n");
    check_rows(setting, "PRAGMA synchronous", "2\n");
    check_rows(setting, "PRAGMA foreign_keys", "1\n");
    check_rows(setting, "PRAGMA trusted_schema", "0\n");
    check_rows(setting, "PRAGMA recursive_triggers", "1\n");
    check_rows(setting, "PRAGMA legacy_alter_table", "1\n");
    sqlite_tear_down(setting);
}

/* --------------------------------------------------------------------------------------- schema */

TEST("describe gives kind, columns and types of tables and views, and knows what is not there")
{
    struct setting setting = sqlite_set_up();
    struct aorta_relation relation;
    struct aorta_error err;

    run(setting, "CREATE TABLE raw__users (user_id INTEGER PRIMARY KEY, \"odd \"\"name\" "
                 "varchar(3), plain, made INT GENERATED ALWAYS AS (user_id + 1))");
    run(setting, "CREATE VIEW a_view AS SELECT user_id, plain AS renamed FROM raw__users");
    check_int(warehouse->describe(setting.session, "", "RAW__users", &relation, &err), 1);
    check_str(relation.kind, "table");
    check_int(relation.field_count, 4);
    check_str(relation.fields[1].name, "odd \"name");
    check_int(relation.fields[0].type, AORTA_INT64);
    check_int(relation.fields[1].type, AORTA_TEXT);
    check_str(relation.type_names[1], "varchar(3)");
    check_str(relation.type_names[2], "");
    check_str(relation.fields[3].name, "made");
    check_int(warehouse->describe(setting.session, "", "a_view", &relation, &err), 1);
    check_str(relation.kind, "view");
    check_str(relation.fields[1].name, "renamed");
    check_int(relation.fields[0].type, AORTA_INT64);
    check_int(warehouse->describe(setting.session, "", "missing", &relation, &err), 0);
    run(setting, "DROP TABLE raw__users");
    check_fails(warehouse->describe(setting.session, "", "a_view", &relation, &err), AORTA_CONFIG,
                "no such table: main.raw__users");
    sqlite_tear_down(setting);
}

/* Drops what is listed: statements are allowed inside of each. */
static int drop_listed(void *arg, const char *schema, const char *name, const char *kind)
{
    char sql[200];

    check_str(schema, "");
    snprintf(sql, sizeof sql, "DROP %s \"%s\"", kind, name);
    host_exec(warehouse, arg, sql);
    return 0;
}

static int stop_at_first(void *arg, const char *schema, const char *name, const char *kind)
{
    (void)schema;
    (void)name;
    (void)kind;
    ++*(int *)arg;
    return 1;
}

TEST("list finds by prefix, and what it finds can be dropped at once")
{
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    int count = 0;

    run(setting, "CREATE TABLE _aorta_a (a)");
    run(setting, "CREATE VIEW _aorta_b AS SELECT 1");
    run(setting, "CREATE TABLE xaorta_c (a INTEGER PRIMARY KEY AUTOINCREMENT)");
    check_ok(warehouse->list(setting.session, "", stop_at_first, &count, &err));
    check_int(count, 1);
    check_ok(warehouse->list(setting.session, "_aorta_", drop_listed, setting.session, &err));
    check_rows(setting, "SELECT name FROM sqlite_schema ORDER BY 1", "sqlite_sequence\nxaorta_c\n");
    sqlite_tear_down(setting);
}

TEST("a view follows when its table is swapped by rename, and so do indexes and triggers")
{
    struct setting setting = sqlite_set_up();
    struct aorta_value params[] = {{.type = AORTA_TEXT, .text = {"", 0}},
                                   {.type = AORTA_TEXT, .text = {"t", 1}},
                                   {.type = AORTA_TEXT, .text = {"hidden", 6}}};
    struct aorta_error err;
    struct aorta_batch batch;
    char statement[200] = "";
    void *cursor;

    run(setting, "CREATE TABLE t (a, b)");
    run(setting, "CREATE INDEX i ON t (b)");
    run(setting, "CREATE VIEW v AS SELECT b FROM t");
    check_ok(warehouse->begin(setting.session, true, &err));
    run(setting, "CREATE TABLE hidden (b, c)");
    run(setting, "INSERT INTO hidden VALUES (42, 1)");
    check_ok(
        warehouse->query(setting.session, warehouse->dialect->carry, params, 3, &cursor, &err));
    check_int(warehouse->next(cursor, &batch, &err), 1);
    check_int(batch.row_count, 1);
    snprintf(statement, sizeof statement, "%.*s", batch.columns[1].offsets[1],
             (const char *)batch.columns[1].values);
    warehouse->cursor_close(cursor);
    run(setting, "DROP TABLE t");
    run(setting, "ALTER TABLE hidden RENAME TO t");
    run(setting, statement);
    check_ok(warehouse->commit(setting.session, &err));
    check_rows(setting, "SELECT * FROM v", "42\n");
    check_rows(setting, "SELECT tbl_name FROM sqlite_schema WHERE name = 'i'", "t\n");
    sqlite_tear_down(setting);
}

/* ----------------------------------------------------------------------------------------- load */

static void *begin_load(struct setting setting, const struct aorta_field *fields, int32_t count)
{
    struct aorta_error err;
    void *load;

    check_ok(warehouse->load_begin(setting.session, "", "t", fields, count, &load, &err));
    return load;
}

TEST("a batch is loaded by name: other orders and missing columns")
{
    static const struct aorta_field fields[] = {{"a", AORTA_INT64}, {"b", AORTA_TEXT}};
    static const struct aorta_field turned[] = {{"B", AORTA_TEXT}, {"a", AORTA_INT64}};
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    struct batch batch;
    int64_t rows;

    run(setting, "CREATE TABLE t (c DEFAULT 9, a BIGINT, b TEXT)");
    check_ok(warehouse->begin(setting.session, true, &err));
    void *load = begin_load(setting, fields, 2);
    batch_init(&batch, turned, 2);
    host_add_row(&batch, "x|1");
    struct aorta_batch view = batch_view(&batch);
    check_ok(warehouse->load_batch(load, &view, &err));
    view.column_count = 1;
    check_ok(warehouse->load_batch(load, &view, &err));
    check_ok(warehouse->load_end(load, &rows, &err));
    check_int(rows, 2);
    batch_release(&batch);
    check_ok(warehouse->commit(setting.session, &err));
    check_rows(setting, "SELECT a, b, c FROM t", "1|x|9\nnull|x|9\n");
    sqlite_tear_down(setting);
}

TEST("a load given up leaves nothing behind, though the transaction goes on")
{
    static const struct aorta_field fields[] = {{"a", AORTA_INT64}};
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    struct batch batch;

    run(setting, "CREATE TABLE t (a BIGINT PRIMARY KEY)");
    check_ok(warehouse->begin(setting.session, true, &err));
    run(setting, "INSERT INTO t VALUES (5)");
    batch_init(&batch, fields, 1);
    host_add_row(&batch, "1");
    host_add_row(&batch, "2");
    host_add_row(&batch, "5");
    void *load = begin_load(setting, fields, 1);
    struct aorta_batch view = batch_view(&batch);
    check_fails(warehouse->load_batch(load, &view, &err), AORTA_DATA,
                "row 3 of the batch: UNIQUE constraint failed: t.a");
    warehouse->load_abort(load);
    check_ok(warehouse->commit(setting.session, &err));
    check_rows(setting, "SELECT a FROM t", "5\n");
    batch_release(&batch);
    sqlite_tear_down(setting);
}

TEST("a load that cannot work is refused before its first row")
{
    static const struct aorta_field fields[] = {{"a", AORTA_INT64}};
    static const struct aorta_field missing[] = {{"zz", AORTA_INT64}};
    static const struct aorta_field text[] = {{"a", AORTA_TEXT}};
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    void *load;

    run(setting, "CREATE TABLE t (a BIGINT)");
    check_fails(warehouse->load_begin(setting.session, "", "t", fields, 1, &load, &err),
                AORTA_BROKEN, "needs a transaction");
    check_ok(warehouse->begin(setting.session, true, &err));
    check_fails(warehouse->load_begin(setting.session, "", "u", fields, 1, &load, &err),
                AORTA_CONFIG, "no such table: u");
    check_fails(warehouse->load_begin(setting.session, "", "t", missing, 1, &load, &err),
                AORTA_CONFIG, "table \"t\" has no column \"zz\"");
    check_fails(warehouse->load_begin(setting.session, "", "t", text, 1, &load, &err), AORTA_CONFIG,
                "column \"a\" of table \"t\" is BIGINT, the rows have TEXT");
    check_fails(warehouse->load_begin(setting.session, "", "t", NULL, 0, &load, &err), AORTA_CONFIG,
                "no columns");
    sqlite_tear_down(setting);
}

TEST("a million rows are loaded; the rate is printed for information")
{
    enum { ROWS = 65536, BATCHES = 16 };
    static const struct aorta_field fields[] = {
        {"id", AORTA_INT64}, {"at", AORTA_TIMESTAMP}, {"rate", AORTA_INT32}};
    static int64_t ids[ROWS], times[ROWS];
    static int32_t rates[ROWS];
    const struct aorta_column columns[] = {{.values = ids}, {.values = times}, {.values = rates}};
    struct aorta_batch batch = {ROWS, 3, fields, columns};
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    int64_t rows;

    run(setting, "CREATE TABLE t (id BIGINT, at TIMESTAMP_TEXT, rate INT4)");
    clock_t start = clock();
    check_ok(warehouse->begin(setting.session, true, &err));
    void *load = begin_load(setting, fields, 3);
    for (int i = 0; i < BATCHES; i++) {
        for (int row = 0; row < ROWS; row++) {
            ids[row] = (int64_t)i * ROWS + row;
            times[row] = 1711943972000000 + ids[row] * 1000000;
            rates[row] = row % 200;
        }
        check_ok(warehouse->load_batch(load, &batch, &err));
    }
    check_ok(warehouse->load_end(load, &rows, &err));
    check_ok(warehouse->commit(setting.session, &err));
    clock_t loaded = clock();
    check_int(rows, ROWS * BATCHES);
    check_rows(setting, "SELECT count(DISTINCT id), min(at), max(at) FROM t",
               "1048576|2024-04-01 03:59:32.000000|2024-04-13 07:15:47.000000\n");
    clock_t read = clock();
    check_int(sqlite_pull(setting, "SELECT * FROM t", &err), 0);
    clock_t end = clock();
    printf("      %.2f M rows loaded, %.2f M rows read in a second of the processor\n",
           (double)rows / (double)(loaded - start), (double)rows / (double)(end - read));
    sqlite_tear_down(setting);
}

/* ------------------------------------------------------------------------- other processes, cancel */

TEST("what another process has locked is transient, and readers are not locked out")
{
    void *connection = sqlite_connect("50ms");
    struct setting one = {connection, sqlite_session(connection)};
    struct setting two = {connection, sqlite_session(connection)};
    struct aorta_error err;

    run(one, "CREATE TABLE t (a)");
    check_ok(warehouse->begin(one.session, true, &err));
    run(one, "INSERT INTO t VALUES (1)");
    check_fails(warehouse->begin(two.session, true, &err), AORTA_TRANSIENT,
                "file.db\": database is locked by another process");
    check_ok(warehouse->begin(two.session, false, &err));
    check_rows(two, "SELECT count(*) FROM t", "0\n");
    check_ok(warehouse->commit(one.session, &err));
    check_rows(two, "SELECT count(*) FROM t", "0\n");
    check_refuses(two, "INSERT INTO t VALUES (2)", AORTA_TRANSIENT, "database is locked");
    check_ok(warehouse->rollback(two.session, &err));
    check_rows(two, "SELECT count(*) FROM t", "1\n");
    warehouse->session_close(two.session);
    sqlite_tear_down(one);
}

enum { PROCESSES = 4, STEPS = 100 };

/* Moves the state forward from what it read, or finds that another has: what a checkpoint does. */
static void step_state(struct setting setting, int process)
{
    struct aorta_value params[] = {{.type = AORTA_INT64}, {.type = AORTA_INT64}};
    struct aorta_error err;
    struct aorta_batch batch;
    int64_t affected;
    void *cursor;

    check_ok(warehouse->begin(setting.session, true, &err));
    check_ok(warehouse->query(setting.session, "SELECT value FROM state", NULL, 0, &cursor, &err));
    check_int(warehouse->next(cursor, &batch, &err), 1);
    params[0].integer = ((const int64_t *)batch.columns[0].values)[0];
    warehouse->cursor_close(cursor);
    params[1].integer = process;
    check_ok(warehouse->exec(setting.session, "UPDATE state SET value = value + 1 WHERE value = $1",
                             params, 2, &affected, &err));
    check_int(affected, 1);
    check_ok(warehouse->exec(setting.session, "INSERT INTO steps VALUES ($1, $2)", params, 2, NULL,
                             &err));
    check_ok(warehouse->commit(setting.session, &err));
}

TEST("processes that move a state row by compare-and-set never take a step twice")
{
    struct setting setting = sqlite_set_up();
    pid_t children[PROCESSES];
    int status;

    run(setting, "CREATE TABLE state (value BIGINT)");
    run(setting, "INSERT INTO state VALUES (0)");
    run(setting, "CREATE TABLE steps (step BIGINT PRIMARY KEY, process BIGINT)");
    sqlite_tear_down(setting);
    for (int i = 0; i < PROCESSES; i++) {
        fflush(NULL);
        children[i] = fork();
        if (children[i] == 0) {
            setting = sqlite_set_up();
            for (int step = 0; step < STEPS; step++)
                step_state(setting, i);
            sqlite_tear_down(setting);
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        check(waitpid(children[i], &status, 0) == children[i]);
        check_int(status, 0);
    }
    setting = sqlite_set_up();
    check_rows(setting,
               "SELECT value, (SELECT count(*) FROM steps), "
               "(SELECT count(DISTINCT process) FROM steps) FROM state",
               "400|400|4\n");
    sqlite_tear_down(setting);
}

TEST("processes that make a new file at the same moment all get it")
{
    void *connection = sqlite_connect("10s");
    pid_t children[PROCESSES];
    int gate[2], status;
    char byte;

    check(pipe2(gate, O_CLOEXEC) == 0);
    for (int i = 0; i < PROCESSES; i++) {
        fflush(NULL);
        children[i] = fork();
        if (children[i] == 0) {
            close(gate[1]);
            (void)!read(gate[0], &byte, 1);
            void *session = sqlite_session(connection);
            host_exec(warehouse, session, "CREATE TABLE IF NOT EXISTS t (a)");
            host_exec(warehouse, session, "INSERT INTO t VALUES (1)");
            warehouse->session_close(session);
            _exit(0);
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < PROCESSES; i++) {
        check(waitpid(children[i], &status, 0) == children[i]);
        check_int(status, 0);
    }
    void *session = sqlite_session(connection);
    check_str(host_rows(warehouse, session, "SELECT count(*) FROM t"), "4\n");
    warehouse->session_close(session);
    sqlite->close(connection);
}

static atomic_bool is_over;

/* As the engine does it: again and again until the statement has ended. */
static void *keep_canceling(void *session)
{
    while (!atomic_load(&is_over)) {
        warehouse->cancel(session);
        usleep(1000);
    }
    return NULL;
}

#define check_canceled(call)                                                  \
    do {                                                                      \
        pthread_t thread;                                                     \
        atomic_store(&is_over, false);                                        \
        check_int(pthread_create(&thread, NULL, keep_canceling, session), 0); \
        check_fails(call, AORTA_CANCELED, "canceled");                        \
        atomic_store(&is_over, true);                                         \
        check_int(pthread_join(thread, NULL), 0);                             \
    } while (0)

static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                              "SELECT count(*) FROM n";

TEST("cancel ends a statement that runs, and the session can go on")
{
    struct setting setting = sqlite_set_up();
    void *session = setting.session;
    struct aorta_error err;

    check_canceled(warehouse->exec(session, endless, NULL, 0, NULL, &err));
    check_rows(setting, "SELECT 1", "1\n");
    sqlite_tear_down(setting);
}

TEST("cancel ends a wait for a lock")
{
    void *connection = sqlite_connect("5m");
    struct setting holder = {connection, sqlite_session(connection)};
    void *session = sqlite_session(connection);
    struct aorta_error err;

    check_ok(warehouse->begin(holder.session, true, &err));
    check_canceled(warehouse->begin(session, true, &err));
    check_ok(warehouse->rollback(holder.session, &err));
    check_ok(warehouse->begin(session, true, &err));
    warehouse->session_close(session);
    sqlite_tear_down(holder);
}

/*
 * The connector "duckdb": opening, the catalog, the dialect. Statements and transactions are in
 * connector_duckdb_session.c, values in connector_duckdb_types.c, the bulk load in
 * connector_duckdb_load.c.
 */
#include "duckdb_fixture.h"

#include "base/buf.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --------------------------------------------------------------------------------------- opening */

static bool is_mapped(const char *library)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4096];
    bool found = false;

    if (maps == NULL)
        return false;
    while (fgets(line, sizeof line, maps) != NULL)
        found |= strstr(line, library) != NULL;
    fclose(maps);
    return found;
}

TEST("libduckdb is loaded by open and not before")
{
    duckdb = host_connector("duckdb");
    check(!is_mapped("libduckdb"));
    fixture_open(":memory:");
    check(is_mapped("libduckdb"));
    fixture_close();
}

TEST("a missing libduckdb is a sentence that says what to do")
{
    void *opened;

    setenv("AORTA_LIBDUCKDB", "/nonexistent/libduckdb.so", 1);
    check_fails(fixture_try_open(":memory:", &opened), AORTA_CONFIG,
                "libduckdb.so is not installed: run ./dev setup, or set AORTA_LIBDUCKDB");
    check_contains(err.message, "/nonexistent/libduckdb.so");
    unsetenv("AORTA_LIBDUCKDB");
    check_ok(fixture_try_open(":memory:", &opened));
    duckdb->close(opened);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    check(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

TEST("a path that is no database says why")
{
    char nonsense[8192];
    void *opened;

    check_fails(fixture_try_open(fixture_path("no/such/folder.duckdb"), &opened), AORTA_CONFIG,
                "No such file or directory");
    memset(nonsense, 'x', sizeof nonsense - 1);
    nonsense[sizeof nonsense - 1] = '\0';
    write_file(fixture_path("text.duckdb"), nonsense);
    check_fails(fixture_try_open(fixture_path("text.duckdb"), &opened), AORTA_CONFIG,
                "not a valid DuckDB database file");
    check_contains(err.message, "text.duckdb");
    check(mkdir(fixture_path("folder.duckdb"), 0777) == 0);
    check_fails(fixture_try_open(fixture_path("folder.duckdb"), &opened), AORTA_CONFIG,
                "folder.duckdb");
}

TEST("a database whose pages were overwritten is broken, not empty")
{
    char nonsense[8192];
    void *opened;

    memset(nonsense, 'x', sizeof nonsense);
    fixture_open("corrupt.duckdb");
    EXEC("CREATE TABLE t AS SELECT * FROM range(100000)");
    fixture_close();
    int file = open(fixture_path("corrupt.duckdb"), O_WRONLY | O_CLOEXEC);
    check(pwrite(file, nonsense, sizeof nonsense, 4096) == sizeof nonsense);
    check(close(file) == 0);
    check_fails(fixture_try_open(fixture_path("corrupt.duckdb"), &opened), AORTA_BROKEN,
                "Corrupt database file");
}

TEST("options that make no sense are refused")
{
    struct aorta_option_value options[HOST_OPTIONS];
    void *opened;

    duckdb = host_connector("duckdb");
    host_options(options, duckdb->options, "path", ":memory:", "threads", "0", NULL);
    check_fails(duckdb->open(&host, options, &opened, &err), AORTA_CONFIG, "threads is 0");
}

/* A child that opens the file and holds it until its end of the pipe is closed. */
static pid_t hold(const char *name, int leash[2])
{
    char byte = 0;
    int ready[2];

    check(pipe(leash) == 0 && pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(leash[1]);
        fixture_open(name);
        check(write(ready[1], &byte, 1) == 1);
        check(read(leash[0], &byte, 1) == 0);
        fixture_close();
        _exit(0);
    }
    check(pid > 0 && read(ready[0], &byte, 1) == 1);
    close(leash[0]);
    return pid;
}

TEST("a file that another process holds is transient, and its holder is named")
{
    char pid_text[32];
    void *opened;
    int leash[2];
    const char *folder = test_folder();

    check(folder != NULL);
    pid_t pid = hold("held.duckdb", leash);
    snprintf(pid_text, sizeof pid_text, "another process: pid %d", (int)pid);
    check_fails(fixture_try_open(fixture_path("held.duckdb"), &opened), AORTA_TRANSIENT, pid_text);
    check_contains(err.message, "held.duckdb");
    close(leash[1]);
    check(waitpid(pid, NULL, 0) == pid);
    check_ok(fixture_try_open(fixture_path("held.duckdb"), &opened));
    duckdb->close(opened);
}

TEST("two connections of one process to a file see one database")
{
    void *other, *other_session;

    fixture_open("shared.duckdb");
    check_ok(fixture_try_open(fixture_path("shared.duckdb"), &other));
    check_ok(warehouse->session_open(other, &other_session, &err));
    EXEC("CREATE TABLE t AS SELECT 42 AS n");
    check_str(host_rows(warehouse, other_session, "SELECT n FROM t"), "42\n");
    warehouse->session_close(other_session);
    duckdb->close(other);
    check_str(ROWS("SELECT n FROM t"), "42\n");
    fixture_close();
}

TEST("nothing is fetched or loaded from outside, and sessions reckon in UTC")
{
    setenv("TZ", "America/New_York", 1);
    fixture_open(":memory:");
    check_str(ROWS("SELECT current_setting('autoinstall_known_extensions'), "
                   "current_setting('autoload_known_extensions'), current_setting('threads'), "
                   "current_setting('memory_limit'), current_setting('TimeZone')"),
              "false|false|2|256.0 MiB|UTC\n");
    check_str(ROWS("SELECT TIMESTAMPTZ '2024-04-01 00:00:00+00'::VARCHAR"),
              "2024-04-01 00:00:00+00\n");
    fixture_close();
}

/* Stands for a full disk: no file grows past so many bytes, and trying it fails without a signal. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    check(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    check(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = bytes;
    check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* Inserts more than the disk holds, then one row when it has room again, and opens the file anew. */
static void fill_disk(rlim_t bytes, const char *insert, const char *message)
{
    struct rlimit before;

    fixture_open("full.duckdb");
    EXEC("CREATE TABLE t AS SELECT 1::BIGINT AS n");
    EXEC("CHECKPOINT");
    check(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit_files(bytes);
    check_ok(warehouse->begin(session, true, &err));
    int result = TRY(insert);
    if (result == 0)
        result = warehouse->commit(session, &err);
    check_fails(result, AORTA_TRANSIENT, message);
    check_contains(err.message, "File too large");
    check_ok(warehouse->rollback(session, &err));
    limit_files(before.rlim_cur);
    EXEC("INSERT INTO t VALUES (2)");
    fixture_close();
    fixture_open("full.duckdb");
    check_str(ROWS("SELECT n FROM t ORDER BY n"), "1\n2\n");
    fixture_close();
}

TEST("a disk that is full while rows are written may pass, and nothing of them is left")
{
    fill_disk(2 << 20, "INSERT INTO t SELECT hash(i) >> 1 FROM range(5000000) r(i)",
              "Could not write file");
}

TEST("a disk that is full at the commit may pass, and nothing of it is left")
{
    fill_disk(100 << 10, "INSERT INTO t SELECT hash(i) >> 1 FROM range(50000) r(i)",
              "Failed to commit");
}

/* In its memory DuckDB keeps keys of the commit that failed, and would write them to the file. */
TEST(
    "after a commit that a full disk refused, nobody reads or commits before the file is opened again")
{
    struct rlimit before;
    void *other;

    fixture_open("lost.duckdb");
    EXEC("CREATE TABLE t (n BIGINT PRIMARY KEY)");
    EXEC("CHECKPOINT");
    check_ok(warehouse->session_open(connection, &other, &err));
    check_ok(warehouse->begin(other, true, &err));
    check_ok(warehouse->exec(other, "CREATE TABLE late AS SELECT 1 AS n", NULL, 0, NULL, &err));
    check(getrlimit(RLIMIT_FSIZE, &before) == 0);
    check_ok(warehouse->begin(session, true, &err));
    EXEC("INSERT INTO t SELECT i FROM range(50000) r(i)");
    limit_files(100 << 10);
    check_fails(warehouse->commit(session, &err), AORTA_TRANSIENT, "Failed to commit");
    limit_files(before.rlim_cur);
    check_fails(TRY("SELECT 1"), AORTA_TRANSIENT, "the database is opened again");
    check_fails(warehouse->commit(other, &err), AORTA_TRANSIENT, "the database is opened again");
    check_fails(warehouse->begin(other, true, &err), AORTA_TRANSIENT, "is opened again");
    warehouse->session_close(other);
    EXEC("INSERT INTO t VALUES (49999)");
    fixture_close();
    fixture_open("lost.duckdb");
    EXEC("INSERT INTO t VALUES (7)");
    check_str(ROWS("SELECT n FROM t ORDER BY n"), "7\n49999\n");
    check_str(ROWS("SELECT count(*) FROM duckdb_tables()"), "1\n");
    fixture_close();
}

/* DuckDB itself leaves the part that it has written, and never opens it again. */
TEST(
    "a new database of which a part was written when the process ended, or the disk was full, is not there")
{
    static const rlim_t parts[] = {0, 1, 4096, 8192, 12287};
    struct rlimit before;
    void *opened;

    check(getrlimit(RLIMIT_FSIZE, &before) == 0);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        limit_files(parts[i]);
        check_int(fixture_try_open(fixture_path("part.duckdb"), &opened), -1);
        limit_files(before.rlim_cur);
        check_int(access(fixture_path("part.duckdb"), F_OK), -1);
        fixture_open("part.duckdb");
        EXEC("CREATE TABLE t AS SELECT 1 AS n");
        fixture_close();
        fixture_open("part.duckdb");
        check_str(ROWS("SELECT n FROM t"), "1\n");
        fixture_close();
        check_int(access(fixture_path("part.duckdb.aorta-new"), F_OK), -1);
        check_int(unlink(fixture_path("part.duckdb")), 0);
    }
}

/* ---------------------------------------------------------------------------------------- catalog */

TEST("describe finds tables and views whatever their letter case, and nothing else")
{
    struct aorta_relation relation;

    fixture_open(":memory:");
    EXEC("CREATE SCHEMA raw");
    EXEC("CREATE TABLE raw.\"we\"\"ird.Name\" (\"a \"\"b\" INTEGER, x DOUBLE)");
    EXEC("CREATE TABLE raw.parent AS SELECT 1 AS n");
    EXEC("CREATE VIEW raw.v AS SELECT n, 'x' AS s FROM raw.parent");
    check_int(warehouse->describe(session, "raw", "we\"ird.Name", &relation, &err), 1);
    check_str(relation.kind, "table");
    check_int(relation.field_count, 2);
    check_str(relation.fields[0].name, "a \"b");
    check_str(relation.type_names[1], "DOUBLE");
    check_int(warehouse->describe(session, "RAW", "V", &relation, &err), 1);
    check_str(relation.kind, "view");
    check_int(relation.field_count, 2);
    check_str(relation.fields[1].name, "s");
    check_int(warehouse->describe(session, "raw", "nosuch", &relation, &err), 0);
    check_int(warehouse->describe(session, "nosuch", "v", &relation, &err), 0);
    check_int(warehouse->describe(session, "main", "duckdb_tables", &relation, &err), 0);

    EXEC("DROP TABLE raw.parent");
    check_int(warehouse->describe(session, "raw", "v", &relation, &err), 1);
    check_str(relation.kind, "view");
    check_int(relation.field_count, 0);
    fixture_close();
}

TEST("describe in a transaction sees what it made, and leaves it usable")
{
    struct aorta_relation relation;

    fixture_open(":memory:");
    check_ok(warehouse->begin(session, true, &err));
    EXEC("CREATE TABLE t (n INTEGER)");
    check_int(warehouse->describe(session, "main", "absent", &relation, &err), 0);
    check_int(warehouse->describe(session, "main", "t", &relation, &err), 1);
    EXEC("CREATE VIEW v AS SELECT n FROM t");
    EXEC("DROP TABLE t");
    check_int(warehouse->describe(session, "main", "v", &relation, &err), 1);
    check_int(relation.field_count, 0);
    EXEC("CREATE TABLE t AS SELECT 7 AS n");
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT n FROM v"), "7\n");
    fixture_close();
}

TEST("describe finds columns that a load does not take, and defaults that cannot be reckoned")
{
    struct aorta_relation relation;

    fixture_open(":memory:");
    EXEC("CREATE SEQUENCE s");
    EXEC("CREATE TABLE g (a INTEGER, twice BIGINT GENERATED ALWAYS AS (a * 2), z VARCHAR)");
    EXEC("CREATE TABLE d (a INTEGER DEFAULT CAST('x' AS INTEGER), b BIGINT DEFAULT nextval('s'), "
         "c TIMESTAMP DEFAULT now(), e DOUBLE DEFAULT random(), f VARCHAR DEFAULT error('no'))");
    for (int for_write = 0; for_write < 2; for_write++) {
        check_ok(warehouse->begin(session, for_write == 1, &err));
        check_int(warehouse->describe(session, "main", "g", &relation, &err), 1);
        check_int(relation.field_count, 3);
        check_str(relation.fields[1].name, "twice");
        check_str(relation.type_names[1], "BIGINT");
        check_str(relation.type_names[2], "VARCHAR");
        check_int(warehouse->describe(session, "main", "d", &relation, &err), 1);
        check_int(relation.field_count, 5);
        check_str(relation.type_names[0], "INTEGER");
        check_str(relation.fields[4].name, "f");
        check_str(ROWS("SELECT count(*) FROM d"), "0\n");
        check_ok(warehouse->commit(session, &err));
    }
    check_str(ROWS("SELECT nextval('s')"), "1\n"); /* nobody has drawn from it */
    fixture_close();
}

static int append_listed(void *arg, const char *schema, const char *name, const char *kind)
{
    buf_printf(arg, "%s.%s %s\n", schema, name, kind);
    check_ok(TRY("SELECT 1")); /* the session is free */
    return strcmp(name, "_aorta_stop") == 0;
}

TEST("list gives every relation whose name begins with the prefix, letter by letter")
{
    struct buf listed;

    fixture_open(":memory:");
    EXEC("CREATE SCHEMA raw");
    EXEC("CREATE TABLE raw._aorta_new_users (n INTEGER)");
    EXEC("CREATE VIEW raw._aorta_view AS SELECT 1");
    EXEC("CREATE TABLE xaorta_other (n INTEGER)");
    EXEC("CREATE TABLE _aorta_state (n INTEGER)");
    EXEC("CREATE TABLE _aorta_stop (n INTEGER)");
    buf_init(&listed);
    check_ok(warehouse->list(session, "_aorta_", append_listed, &listed, &err));
    check_str(listed.data, "main._aorta_state table\nmain._aorta_stop table\n");
    buf_reset(&listed);
    check_ok(warehouse->list(session, "_aorta_n", append_listed, &listed, &err));
    check_ok(warehouse->list(session, "_aorta_v", append_listed, &listed, &err));
    check_str(listed.data, "raw._aorta_new_users table\nraw._aorta_view view\n");
    buf_release(&listed);
    fixture_close();
}

/* ---------------------------------------------------------------------------------------- dialect */

/* SELECT with the pattern's %1$s, %2$s and %3$s replaced, %% as one. */
static const char *apply(const char *pattern, const char *const arguments[3])
{
    static char sql[1024];
    size_t size = (size_t)snprintf(sql, sizeof sql, "SELECT ");

    for (; *pattern != '\0'; pattern++) {
        if (pattern[0] == '%' && pattern[1] == '%') {
            sql[size++] = *pattern++;
        } else if (pattern[0] == '%') {
            const char *argument = arguments[pattern[1] - '1'];
            memcpy(sql + size, argument, strlen(argument));
            size += strlen(argument);
            pattern += 3;
        } else {
            sql[size++] = *pattern;
        }
    }
    sql[size] = '\0';
    return sql;
}

TEST("the dialect's patterns do what they say")
{
    const struct aorta_dialect *dialect = host_connector("duckdb")->warehouse->dialect;
    const struct {
        const char *pattern;
        const char *arguments[3];
        const char *wanted;
    } cases[] = {
        {dialect->json_text, {"'{\"a\":{\"b\":1}}'", "a"}, "{\"b\":1}\n"},
        {dialect->json_text, {"'{\"a.b\":\"x\"}'::JSON", "a.b"}, "x\n"},
        {dialect->json_text, {"'{\"a\":null}'", "a"}, "null\n"},
        {dialect->json_text, {"'{}'", "a"}, "null\n"},
        {dialect->json_text, {"'{\"a\":2}'", "a"}, "2\n"},
        {dialect->regex, {"'abcd'", "'b.d$'"}, "true\n"},
        {dialect->regex, {"'abcd'", "'^b'"}, "false\n"},
        {dialect->epoch_timestamp, {"1711943972"}, "2024-04-01 03:59:32.000000\n"},
        {dialect->epoch_timestamp, {"-1::INTEGER"}, "1969-12-31 23:59:59.000000\n"},
        {dialect->md5, {"'10001-2024-04-07 17:38:33.000'"}, "3647e578df15187287c218cb6243e16f\n"},
        {dialect->timestamp_ms_text,
         {"TIMESTAMP '2024-04-07 17:38:33'"},
         "2024-04-07 17:38:33.000\n"},
        {dialect->timestamp_ms_text,
         {"TIMESTAMP '2024-04-07 17:38:33.129999'"},
         "2024-04-07 17:38:33.129\n"},
        {dialect->date_add, {"DATE '2024-02-29'", "-1", "year"}, "2023-02-28\n"},
        {dialect->date_add, {"DATE '2024-01-31'", "1", "month"}, "2024-02-29\n"},
        {dialect->date_add, {"DATE '2024-02-28'", "CAST(2 AS BIGINT)", "day"}, "2024-03-01\n"},
    };

    fixture_open(":memory:");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_str(ROWS(apply(cases[i].pattern, cases[i].arguments)), cases[i].wanted);
    check_str(dialect->name, "duckdb");
    check_str(dialect->current_schema, "main");
    check_str(ROWS("SELECT current_schema()"), "main\n");
    fixture_close();
}

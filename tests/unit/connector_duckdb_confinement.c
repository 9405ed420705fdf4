/*
 * What SQL may reach in DuckDB: attacks on both walls of duckdb/confinement.h, and what still works.
 */
#include "duckdb_fixture.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pulls every row; the rows are forgotten. */
static int pull(const char *sql)
{
    struct aorta_batch batch;
    void *cursor;
    int got;

    if (warehouse->query(session, sql, NULL, 0, &cursor, &err) < 0)
        return -1;
    while ((got = warehouse->next(cursor, &batch, &err)) > 0)
        ;
    warehouse->cursor_close(cursor);
    return got;
}

static void begin_confined(void)
{
    check_ok(warehouse->begin(session, false, &err));
    check_ok(warehouse->confine(session, &err));
}

/* Another session, that nobody confines. */
static void begin_anew(void)
{
    warehouse->session_close(session);
    check_ok(warehouse->session_open(connection, &session, &err));
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(fixture_path(name), "w");

    check(file != NULL);
    fputs(text, file);
    fclose(file);
}

/* Files in the test's folder, but for those of the database. */
static int count_strangers(void)
{
    DIR *folder = opendir(test_folder());
    const struct dirent *entry;
    int count = 0;

    check(folder != NULL);
    while ((entry = readdir(folder)) != NULL)
        count += entry->d_name[0] != '.' && strncmp(entry->d_name, "w.duckdb", 8) != 0;
    closedir(folder);
    return count;
}

static void set_up(void)
{
    fixture_open("w.duckdb");
    EXEC("CREATE TABLE t AS SELECT range AS n FROM range(3)");
    EXEC("CREATE SEQUENCE s");
    check_int(chdir(test_folder()), 0); /* relative paths of the attacks lead there */
}

static const char many[] = "a query is one statement that reads";
static const char calls[] = "a query may not call ";
static const char closed[] = "file system operations are disabled by configuration";

static const struct {
    const char *sql;
    const char *message;
} attacks[] = {
    /* files, read */
    {"SELECT * FROM read_csv('/etc/passwd')", closed},
    {"SELECT * FROM READ_CSV('/etc/passwd')", closed},
    {"SELECT * FROM main.read_text('/etc/passwd')", closed},
    {"SELECT * FROM read_blob('/proc/self/environ')", closed},
    {"SELECT * FROM read_json('/etc/os-release')", closed},
    {"SELECT * FROM read_parquet('/etc/passwd')", closed},
    {"SELECT * FROM sniff_csv('/etc/passwd')", closed},
    {"SELECT * FROM glob('/etc/*')", closed},
    {"SELECT * FROM '/etc/passwd.csv'", closed},
    {"FROM '/etc/passwd.csv'", closed},
    {"DESCRIBE SELECT * FROM '/etc/passwd.csv'", closed},
    {"SUMMARIZE FROM read_csv('/etc/passwd')", closed},
    {"EXPLAIN ANALYZE SELECT * FROM read_csv('/etc/passwd')", closed},
    {"SELECT * FROM 'file:///etc/passwd.csv'", closed},
    {"SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')", closed},
    {"SELECT * FROM 's3://bucket/file.parquet'", closed},
    {"SELECT (SELECT max(content) FROM read_text('/etc/passwd'))", closed},
    {"WITH f AS (FROM read_text('/etc/passwd')) SELECT * FROM t, f", closed},
    {"SELECT * FROM t, LATERAL (SELECT * FROM read_text('/etc/passwd'))", closed},
    {"SELECT * FROM read_csv(['w.duckdb', '/etc/passwd'])", closed},
    {"SELECT * FROM query_table('/etc/passwd.csv')", calls},
    {"SELECT getenv('HOME')", calls},
    /* files, written */
    {"COPY t TO 'stolen.csv'", many},
    {"COPY (SELECT * FROM t) TO 'stolen.parquet'", many},
    {"EXPLAIN ANALYZE COPY t TO 'stolen.csv'", many},
    {"EXPLAIN (ANALYZE) COPY t TO 'stolen.csv'", many},
    {"EXPORT DATABASE 'stolen'", many},
    {"COPY t FROM '/etc/passwd'", many},
    {"IMPORT DATABASE 'stolen'", many},
    {"PRAGMA import_database('/etc')", many},
    /* other databases, extensions, secrets */
    {"ATTACH 'other.duckdb'", many},
    {"ATTACH ':memory:' AS other", many},
    {"DETACH w", many},
    {"USE memory", many},
    {"COPY FROM DATABASE w TO memory", many},
    {"INSTALL httpfs", many},
    {"LOAD '/tmp/evil.duckdb_extension'", many},
    {"CREATE SECRET stolen (TYPE s3)", many},
    {"SELECT * FROM duckdb_secrets()", calls},
    {"SELECT * FROM which_secret('s3://a', 's3')", calls},
    /* settings */
    {"SET memory_limit = '90GB'", many},
    {"SET GLOBAL enable_external_access = true", many},
    {"RESET lock_configuration", many},
    {"SET VARIABLE x = 1", many},
    {"SET SESSION schema = 'other'", many},
    {"PRAGMA threads = 9", many},
    {"PRAGMA database_list", many},
    {"SELECT * FROM enable_logging()", calls},
    {"SELECT * FROM disable_logging()", calls},
    {"SELECT * FROM truncate_duckdb_logs()", calls},
    {"SELECT * FROM duckdb_logs()", calls},
    {"SELECT write_log('line')", calls},
    {"SELECT n FROM t ORDER BY write_log('line')", calls},
    {"SELECT list_transform([1], lambda x: write_log('line'))", calls},
    {"SELECT sum(n) OVER (PARTITION BY write_log('line')) FROM t", calls},
    {"PIVOT t ON n IN (1) USING min(write_log('line'))", calls},
    /* changes */
    {"INSERT INTO t VALUES (9)", many},
    {"UPDATE t SET n = 9", many},
    {"DELETE FROM t", many},
    {"MERGE INTO t USING (SELECT 9 AS n) AS u ON t.n = u.n WHEN MATCHED THEN DELETE", many},
    {"TRUNCATE t", many},
    {"CREATE TABLE mine AS SELECT 1", many},
    {"CREATE TEMP TABLE mine AS SELECT 1", many},
    {"CREATE TEMP MACRO mine() AS 1", many},
    {"DROP TABLE t", many},
    {"ALTER TABLE t ADD COLUMN m INTEGER", many},
    {"COMMENT ON TABLE t IS 'mine'", many},
    {"SELECT nextval('s')", calls},
    {"VACUUM", many},
    {"ANALYZE", many},
    {"CHECKPOINT", many},
    {"FORCE CHECKPOINT", many},
    {"SELECT * FROM checkpoint()", calls},
    {"SELECT * FROM force_checkpoint()", calls},
    /* statements in statements */
    {"SELECT 1; DROP TABLE t", many},
    {"SELECT 1; SELECT 2", many},
    {"EXPLAIN SELECT 1; DROP TABLE t", many},
    {"EXPLAIN EXPLAIN SELECT 1", many},
    {"PREPARE p AS DELETE FROM t", many},
    {"EXECUTE p", many},
    {"CALL pragma_version()", many},
    {"SELECT * FROM query('SELECT * FROM duckdb_secrets()')", calls},
    {"SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", calls},
    {"SELECT json_serialize_plan('SELECT * FROM arrow_scan(1, 2, 3)')", calls},
    {"SELECT * FROM (VALUES ('t')) v(x), query_table(x)", calls},
    /* pointers that somebody made up */
    {"SELECT * FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)", calls},
    {"SELECT * FROM pandas_scan(1::POINTER)", "pandas_scan"},
    {"SELECT * FROM aorta_feed(1)", calls},
    {"SELECT * FROM aorta_nothing(1)", calls},
    {"SELECT * FROM system.main.aorta_feed(1)", calls},
    /* transactions */
    {"BEGIN", many},
    {"COMMIT", many},
    {"ROLLBACK", many},
    /* what is no query */
    {"", "the query has no statement"},
    {"-- nothing", "the query has no statement"},
    {"SELEC 1", "Parser Error: syntax error at or near \"SELEC\""},
};

TEST("a confined session refuses whatever does more than read the database")
{
    set_up();
    int before = count_strangers();
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        begin_confined();
        if (pull(attacks[i].sql) >= 0)
            test_fail(__FILE__, __LINE__, "it was done: %s", attacks[i].sql);
        if (strstr(err.message, attacks[i].message) == NULL)
            test_fail(__FILE__, __LINE__, "%s: %s", attacks[i].sql, err.message);
        check_int(err.code, AORTA_CONFIG);
        begin_anew();
    }
    check_int(count_strangers(), before);
    check_str(ROWS("SELECT n FROM t"), "0\n1\n2\n");
    check_str(ROWS("SELECT count(*) FROM duckdb_tables()"), "1\n");
    check_str(ROWS("SELECT count(*) FROM duckdb_databases() WHERE NOT internal"), "1\n");
    check_str(ROWS("SELECT count(*) FROM duckdb_logs()"), "0\n");
    check_str(ROWS("SELECT nextval('s')"), "1\n");
    fixture_close();
}

/* The first wall by itself: what a model's SQL cannot reach either. */
TEST("files and settings are closed to every session")
{
    static const char locked[] = "the configuration has been locked";
    static const struct {
        const char *sql;
        const char *message;
    } closed_to_all[] = {
        {"SELECT * FROM read_csv('/etc/passwd')", closed},
        {"SELECT * FROM '/etc/passwd.csv'", closed},
        {"SELECT * FROM glob('/etc/*')", closed},
        {"COPY t TO 'stolen.csv'", closed},
        {"EXPORT DATABASE 'stolen'", "disabled by configuration"},
        {"ATTACH 'other.duckdb'", closed},
        {"INSTALL httpfs", "disabled by configuration"},
        {"LOAD '/tmp/evil.duckdb_extension'", "disabled"},
        {"SET GLOBAL enable_external_access = true", locked},
        {"SET allowed_directories = ['/']", locked},
        {"SET lock_configuration = false", locked},
        {"SET memory_limit = '90GB'", locked},
        {"SET TimeZone = 'Europe/London'", locked},
    };

    set_up();
    int before = count_strangers();
    for (size_t i = 0; i < sizeof closed_to_all / sizeof *closed_to_all; i++) {
        if (TRY(closed_to_all[i].sql) >= 0)
            test_fail(__FILE__, __LINE__, "it was done: %s", closed_to_all[i].sql);
        check_contains(err.message, closed_to_all[i].message);
    }
    check_int(count_strangers(), before);
    fixture_close();
}

TEST("files are read in the folders that the connection names, and nowhere else")
{
    struct aorta_option_value options[HOST_OPTIONS];
    char folders[8192], sql[8192];
    const char *top = test_folder();
    static const struct {
        const char *path; /* below the top */
        bool is_open;
    } paths[] = {
        {"in/a.csv", true},         {"it''s/b.csv", true},        {"in/*.csv", true},
        {"out/c.csv", false},       {"in2/d.csv", false},         {"*/a.csv", false},
        {"in/../out/c.csv", false}, {"in/./../out/c.csv", false},
    };
    static const char *const folder_names[] = {"in", "it's", "out", "in2"};
    static const char *const file_names[] = {"in/a.csv", "it's/b.csv", "out/c.csv", "in2/d.csv"};

    for (size_t i = 0; i < 4; i++) {
        check_int(mkdir(fixture_path(folder_names[i]), 0700), 0);
        write_file(file_names[i], "n\n7\n");
    }
    duckdb = host_connector("duckdb");
    warehouse = duckdb->warehouse;
    snprintf(folders, sizeof folders, "%s/in,%s/it's", top, top);
    host_options(options, duckdb->options, "path", fixture_path("w.duckdb"), "folders", folders,
                 NULL);
    check_ok(duckdb->open(&host, options, &connection, &err));
    check_ok(warehouse->session_open(connection, &session, &err));
    begin_confined();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        snprintf(sql, sizeof sql, "SELECT n FROM read_csv('%s/%s')", top, paths[i].path);
        if (paths[i].is_open)
            check_str(ROWS(sql), "7\n");
        else
            check_fails(pull(sql), AORTA_CONFIG, closed);
    }
    snprintf(sql, sizeof sql, "COPY (SELECT 1) TO '%s/in/stolen.csv'", top);
    check_fails(pull(sql), AORTA_CONFIG, many);
    snprintf(sql, sizeof sql, "%s/in/stolen.csv", top);
    check(access(sql, F_OK) != 0);
    fixture_close();
}

TEST("a confined session answers what only reads")
{
    static const struct {
        const char *sql;
        const char *rows;
    } queries[] = {
        {"SELECT sum(n) FROM t", "3\n"},
        {"FROM t LIMIT 1;", "0\n"},
        {"VALUES (1), (2)", "1\n2\n"},
        {"TABLE t", "0\n1\n2\n"},
        {"WITH a AS (SELECT 1 AS n) SELECT n FROM t JOIN a USING (n)", "1\n"},
        {"WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) FROM r",
         "1\n2\n3\n"},
        {"SELECT count(*) FROM (DESCRIBE t)", "1\n"},
        {"SELECT count(*) FROM (SUMMARIZE t)", "1\n"},
        {"SELECT n FROM twice WHERE n > 2", "4\n"},
        {"SELECT unnest([1, 2]) AS i", "1\n2\n"},
        {"SELECT x FROM unnest([1, 2]) u(x)", "1\n2\n"},
        {"SELECT * FROM generate_series(1, 2)", "1\n2\n"},
        {"PIVOT t ON n IN (1, 2) USING count(*)", "1|1\n"},
        {"SELECT count(*) FROM (UNPIVOT t ON n)", "3\n"},
        {"SELECT value FROM json_each('[7]')", "7\n"},
        {"SELECT table_name FROM information_schema.tables ORDER BY ALL", "t\ntwice\n"},
        {"SELECT count(*) FROM pragma_table_info('t')", "1\n"},
        {"SELECT column_name FROM duckdb_columns() WHERE table_name = 't'", "n\n"},
        {"SELECT 'SELECT 1; DROP TABLE t' AS text", "SELECT 1; DROP TABLE t\n"},
        {"SELECT current_setting('TimeZone')", "UTC\n"},
        {"/* a comment */ SELECT 1 -- and another; DROP TABLE t", "1\n"},
    };

    set_up();
    EXEC("CREATE VIEW twice AS SELECT 2 * n AS n FROM t");
    begin_confined();
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        check_str(ROWS(queries[i].sql), queries[i].rows);
    check_ok(pull("EXPLAIN SELECT n FROM t"));
    check_ok(pull("explain analyze SELECT n FROM t"));
    check_ok(pull("EXPLAIN (FORMAT json) SELECT n FROM t"));
    check_ok(pull("EXPLAIN (FORMAT text) (SELECT n FROM t)"));
    check_ok(pull("SHOW TABLES"));
    check_ok(warehouse->rollback(session, &err));
    check_ok(warehouse->begin(session, false, &err));
    check_str(ROWS("SELECT 1"), "1\n");
    fixture_close();
}

TEST("what is asked in parameters and in depth is inspected too, in a moment")
{
    struct buf sql;

    set_up();
    begin_confined();
    buf_init(&sql);
    buf_append_str(&sql, "SELECT ");
    for (int i = 0; i < 400; i++)
        buf_append_str(&sql, "abs(");
    buf_append_str(&sql, "(SELECT max(write_log('x')))");
    for (int i = 0; i < 400; i++)
        buf_append_char(&sql, ')');
    check_fails(pull(sql.data), AORTA_CONFIG, calls);
    buf_reset(&sql);
    buf_append_str(&sql, "SELECT 0");
    for (int i = 0; i < 2000; i++)
        buf_printf(&sql, ", abs(%d)", i);
    check_ok(pull(sql.data) < 0 ? -1 : 0);
    buf_release(&sql);
    fixture_close();
}

/* A newer DuckDB may have others: whoever takes it decides here, and in confinement.c. */
TEST("the functions that are not for queries are these")
{
    static const char names_sql[] = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE "
                                    "function_type = 'table' ORDER BY ALL";
    char names[4096], sql[256];
    struct buf refused;

    fixture_open(":memory:");
    check_str(ROWS("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = "
                   "'scalar' AND has_side_effects ORDER BY ALL"),
              "current_connection_id\ncurrent_query\ncurrent_query_id\n"
              "current_transaction_id\ncurrval\nerror\ngen_random_uuid\nnextval\nrandom\nsetseed\n"
              "stats\nuuid\nuuidv4\nuuidv7\nwrite_log\n");
    snprintf(names, sizeof names, "%s", ROWS(names_sql));
    begin_confined();
    buf_init(&refused);
    for (char *name = strtok(names, "\n"); name != NULL; name = strtok(NULL, "\n")) {
        snprintf(sql, sizeof sql, "SELECT * FROM %s()", name);
        if (pull(sql) < 0 && strstr(err.message, calls) != NULL)
            buf_printf(&refused, "%s ", name);
    }
    check_str(refused.data,
              "aorta_feed aorta_nothing arrow_scan arrow_scan_dumb check_peg_parser checkpoint "
              "disable_logging duckdb_approx_database_count duckdb_connection_count "
              "duckdb_extensions duckdb_external_file_cache duckdb_log_contexts duckdb_logs "
              "duckdb_optimizers duckdb_prepared_statements duckdb_secret_types duckdb_secrets "
              "duckdb_settings duckdb_table_sample duckdb_temporary_files duckdb_variables "
              "enable_logging force_checkpoint json_execute_serialized_sql parquet_bloom_probe "
              "pragma_metadata_info pragma_platform pragma_user_agent query query_table seq_scan "
              "sql_auto_complete truncate_duckdb_logs which_secret ");
    buf_release(&refused);
    fixture_close();
}

#include "duckdb/confinement.h"

#include "duckdb/cursor.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/session.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ----------------------------------------------------------------------------- of the database */

static const char is_locked_sql[] =
    "SELECT CASE WHEN current_setting('lock_configuration') THEN 1 ELSE 0 END";

/* Behind the list of folders, in this order: with access closed the list stays as it is, with the
 * settings locked all of them do. The time zone is no setting that a configuration can have: sessions
 * reckon in UTC, whatever the machine does. */
static const char *const closing_sql[] = {
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL enable_external_access = false",
    "SET GLOBAL lock_configuration = true",
};

static int run(duckdb_connection connection, const char *sql, int64_t *number,
               struct aorta_error *error)
{
    duckdb_result result;
    int failed = 0;

    if (duckdb.query(connection, sql, &result) != DuckDBSuccess) {
        failed = failure_of_result(error, &result);
    } else if (number != NULL) {
        duckdb_data_chunk chunk = duckdb.fetch_chunk(result);
        const int32_t *values =
            duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, 0)); /* one row */
        *number = values[0];
        duckdb.destroy_data_chunk(&chunk);
    }
    duckdb.destroy_result(&result);
    return failed;
}

/* "a,b" as ['a', 'b']: SET takes no parameters. */
static void write_folders(struct buf *sql, const char *folders)
{
    buf_append_str(sql, "SET GLOBAL allowed_directories = [");
    buf_append_char(sql, '\'');
    for (const char *at = folders; *at != '\0'; at++) {
        if (*at == ',')
            buf_append_str(sql, "', '");
        else
            buf_append_char(sql, *at);
        if (*at == '\'')
            buf_append_char(sql, *at);
    }
    buf_append_str(sql, "']");
}

static int confine(duckdb_connection connection, const char *folders, struct aorta_error *error)
{
    struct buf sql;
    int result = 0;

    buf_init(&sql);
    if (folders != NULL) {
        write_folders(&sql, folders);
        result = run(connection, sql.data, NULL, error);
    }
    buf_release(&sql);
    for (size_t i = 0; result == 0 && i < sizeof closing_sql / sizeof *closing_sql; i++)
        result = run(connection, closing_sql[i], NULL, error);
    return result;
}

int confinement_of_database(duckdb_database database, const char *folders,
                            struct aorta_error *error)
{
    duckdb_connection connection = NULL;
    int64_t is_locked = 0;

    if (duckdb.connect(database, &connection) != DuckDBSuccess)
        return aorta_fail(error, AORTA_BROKEN, "duckdb opens no session");
    int result = run(connection, is_locked_sql, &is_locked, error);
    if (result == 0 && is_locked == 0)
        result = confine(connection, folders, error);
    duckdb.disconnect(&connection);
    return result;
}

/* ------------------------------------------------------------------------------- of the session */

/* Table functions that read what is in the database, in files that the database lets SQL read, or
 * nothing at all. */
#define READING_TABLE_FUNCTIONS                                                                    \
    "'range', 'generate_series', 'unnest', 'repeat', 'repeat_row', 'summary', 'histogram',"        \
    " 'histogram_values', 'json_each', 'json_tree', 'glob', 'read_text', 'read_blob', 'read_csv'," \
    " 'read_csv_auto', 'sniff_csv', 'read_json', 'read_json_auto', 'read_json_objects',"           \
    " 'read_json_objects_auto', 'read_ndjson', 'read_ndjson_auto', 'read_ndjson_objects',"         \
    " 'read_parquet', 'parquet_scan', 'parquet_metadata', 'parquet_schema',"                       \
    " 'parquet_file_metadata', 'parquet_kv_metadata', 'duckdb_columns', 'duckdb_constraints',"     \
    " 'duckdb_databases', 'duckdb_dependencies', 'duckdb_functions', 'duckdb_indexes',"            \
    " 'duckdb_keywords', 'duckdb_memory', 'duckdb_schemas', 'duckdb_sequences', 'duckdb_tables',"  \
    " 'duckdb_types', 'duckdb_views', 'pragma_collations', 'pragma_database_size',"                \
    " 'pragma_show', 'pragma_storage_info', 'pragma_table_info', 'pragma_version',"                \
    " 'icu_calendar_names', 'pg_timezone_names', 'test_all_types', 'test_vector_types'"

/* Other functions that write, tell of the machine, or take a text as SQL. */
#define REFUSED_FUNCTIONS "'write_log', 'nextval', 'getenv', 'json_serialize_plan'"

/* $1 the statement: what it is ("select", "nothing", "unreadable", "other"), and a function that is
 * refused. */
static const char inspect_sql[] =
    "WITH parsed AS MATERIALIZED ("
    " SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true) AS tree)"
    " SELECT CASE WHEN json_array_length(tree, '$.statements') = 1 THEN 'select'"
    "  WHEN tree ->> 'error_type' = 'parser' THEN 'unreadable'"
    "  WHEN json_array_length(tree, '$.statements') = 0 THEN 'nothing' ELSE 'other' END,"
    " coalesce("
    "  list_min(list_filter(json_extract_string(tree, '$..function.function_name'),"
    "   lambda name: lower(name) NOT IN (" READING_TABLE_FUNCTIONS "))),"
    "  list_min(list_filter(json_extract_string(tree, '$..function_name'),"
    "   lambda name: lower(name) IN (" REFUSED_FUNCTIONS "))))"
    " FROM parsed";

static bool skip_word(const char **at, const char *word)
{
    size_t size = strlen(word);

    if (strncasecmp(*at, word, size) != 0 || isalnum((unsigned char)(*at)[size]) ||
        (*at)[size] == '_')
        return false;
    *at += size + strspn(*at + size, " \t\r\n");
    return true;
}

/* What EXPLAIN explains; the text itself if it begins otherwise. Whatever is not understood here is
 * left where it is, and refused as no SELECT. */
static const char *behind_explain(const char *sql)
{
    const char *at = sql + strspn(sql, " \t\r\n");

    if (!skip_word(&at, "explain"))
        return sql;
    skip_word(&at, "analyze");
    const char *inside = at + 1;
    if (at[0] == '(' && (skip_word(&inside, "format") || skip_word(&inside, "analyze"))) {
        inside += strcspn(inside, "();'\"");
        if (*inside == ')')
            at = inside + 1;
    }
    return at;
}

static bool is_text(const struct aorta_batch *batch, int32_t column, const char *text)
{
    const int32_t *offsets = batch->columns[column].offsets;
    size_t size = (size_t)(offsets[1] - offsets[0]);

    return size == strlen(text) &&
           memcmp((const char *)batch->columns[column].values + offsets[0], text, size) == 0;
}

/* DuckDB's own words, with the place: nothing but its parser is asked. */
static int fail_unreadable(struct session *session, const char *sql, struct aorta_error *error)
{
    duckdb_prepared_statement statement = NULL;

    if (duckdb.prepare(session->handle, sql, &statement) != DuckDBSuccess)
        failure_translate(error, duckdb.prepare_error(statement));
    else
        aorta_fail(error, AORTA_CONFIG, "the query cannot be read");
    duckdb.destroy_prepare(&statement);
    return -1;
}

static int judge(struct session *session, const char *inside, const struct aorta_batch *batch,
                 struct aorta_error *error)
{
    const struct aorta_column *refused = &batch->columns[1];

    if (is_text(batch, 0, "unreadable"))
        return fail_unreadable(session, inside, error);
    if (is_text(batch, 0, "nothing"))
        return aorta_fail(error, AORTA_CONFIG, "the query has no statement");
    if (!is_text(batch, 0, "select"))
        return aorta_fail(
            error, AORTA_CONFIG,
            "a query is one statement that reads: this is more than one, or something "
            "else than SELECT, SHOW, DESCRIBE, SUMMARIZE, EXPLAIN, or PIVOT … IN (…)");
    if (!aorta_is_null(refused, 0))
        return aorta_fail(error, AORTA_CONFIG,
                          "a query may not call %.*s(): it does more than read what is in the "
                          "database",
                          (int)(refused->offsets[1] - refused->offsets[0]),
                          (const char *)refused->values + refused->offsets[0]);
    return 0;
}

int confinement_check(struct session *session, const char *sql, struct aorta_error *error)
{
    const char *inside = behind_explain(sql);
    const struct aorta_value param = {.type = AORTA_TEXT, .text = {inside, strlen(inside)}};
    struct aorta_batch batch;
    void *cursor;

    session->is_confined = false; /* for the inspection */
    int result = cursor_open(session, inspect_sql, &param, 1, &cursor, error);
    session->is_confined = true;
    if (result < 0)
        return -1;
    result = cursor_next(cursor, &batch, error);
    if (result == 0)
        result = aorta_fail(error, AORTA_BROKEN, "duckdb does not say what the query is");
    if (result > 0)
        result = judge(session, inside, &batch, error);
    cursor_close(cursor);
    return result;
}

int confinement_begin(void *opaque, struct aorta_error *error)
{
    struct session *session = opaque;

    if (session_expect_idle(session, error) < 0)
        return -1;
    session->is_confined = true;
    return 0;
}

/*
 * Runs the statements of an AORTA_TRACE_SQL file through libduckdb and nothing else: what the
 * engine's work would cost if there were no engine.
 *
 *     bench_replay DATABASE TRACE
 *
 * One connection and one thread; session after session, in the order in which they ended, so each
 * finds what it read. Settings are those of our connector. Statements with parameters are prepared,
 * others are not; all rows of a query are fetched. The trace is read before the database is opened.
 * Ends with status 1 if a statement fails that did not when it was recorded.
 */
#include <duckdb.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    const char *session;
    const char *sql;
    const json_t *params; /* NULL: none */
    bool has_failed;
    size_t order; /* of the session's last line */
    size_t number;
};

struct script {
    struct line *lines;
    size_t count;
    size_t capacity;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "replay: %s: %s\n", what, why);
    exit(1);
}

/* ----------------------------------------------------------------------------------- the script */

static void add_line(struct script *script, const json_t *object)
{
    const char *sql = json_string_value(json_object_get(object, "sql"));

    if (sql == NULL) /* a call of the connector */
        return;
    if (script->count == script->capacity) {
        script->capacity = script->capacity * 2 + 1024;
        struct line *lines = realloc(script->lines, script->capacity * sizeof *lines);
        if (lines == NULL)
            die("trace", "out of memory");
        script->lines = lines;
    }
    script->lines[script->count] = (struct line){
        .session = json_string_value(json_object_get(object, "session")),
        .sql = sql,
        .params = json_object_get(object, "params"),
        .has_failed = json_object_get(object, "error") != NULL,
        .number = script->count,
    };
    script->count++;
}

static int by_order(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The lines of a session after one another; those of two sessions stand mixed in the trace. */
static void sort_by_session(struct script *script)
{
    json_t *last = json_object();

    for (size_t i = 0; i < script->count; i++)
        json_object_set_new(last, script->lines[i].session, json_integer((json_int_t)i));
    for (size_t i = 0; i < script->count; i++)
        script->lines[i].order =
            (size_t)json_integer_value(json_object_get(last, script->lines[i].session));
    if (script->count > 0)
        qsort(script->lines, script->count, sizeof *script->lines, by_order);
    json_decref(last);
}

/* The objects stay in memory to the end: the script points into them. */
static void read_script(struct script *script, const char *path)
{
    FILE *file = fopen(path, "r");
    json_error_t error;
    json_t *object;

    if (file == NULL)
        die(path, "cannot be read");
    while ((object = json_loadf(file, JSON_DISABLE_EOF_CHECK, &error)) != NULL)
        add_line(script, object);
    if (!feof(file))
        die(path, error.text);
    fclose(file);
    sort_by_session(script);
}

/* ---------------------------------------------------------------------------------- the database */

static duckdb_database open_database(const char *path)
{
    static const char *const settings[][2] = {
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"memory_limit", "1GiB"},
        {"threads", "2"},
    };
    duckdb_config config;
    duckdb_database database;
    char *error = NULL;

    if (duckdb_create_config(&config) != DuckDBSuccess)
        die(path, "no configuration");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (duckdb_set_config(config, settings[i][0], settings[i][1]) != DuckDBSuccess)
            die(settings[i][0], "no such setting");
    if (duckdb_open_ext(path, &database, config, &error) != DuckDBSuccess)
        die(path, error);
    duckdb_destroy_config(&config);
    return database;
}

static void bind(duckdb_prepared_statement statement, const json_t *params)
{
    for (size_t i = 0; i < json_array_size(params); i++) {
        const json_t *value = json_array_get(params, i);
        if (json_is_null(value))
            duckdb_bind_null(statement, i + 1);
        else if (json_is_string(value))
            duckdb_bind_varchar_length(statement, i + 1, json_string_value(value),
                                       json_string_length(value));
        else if (json_is_boolean(value))
            duckdb_bind_boolean(statement, i + 1, json_is_true(value));
        else if (json_is_real(value))
            duckdb_bind_double(statement, i + 1, json_real_value(value));
        else
            duckdb_bind_int64(statement, i + 1, json_integer_value(value));
    }
}

static void fetch_all(duckdb_result result)
{
    duckdb_data_chunk chunk;

    while ((chunk = duckdb_fetch_chunk(result)) != NULL)
        duckdb_destroy_data_chunk(&chunk);
}

static void run(duckdb_connection connection, const struct line *line)
{
    duckdb_prepared_statement statement = NULL;
    duckdb_state state;
    duckdb_result result;

    if (line->params == NULL) {
        state = duckdb_query(connection, line->sql, &result);
    } else {
        if (duckdb_prepare(connection, line->sql, &statement) != DuckDBSuccess)
            die(line->sql, duckdb_prepare_error(statement));
        bind(statement, line->params);
        state = duckdb_execute_prepared(statement, &result);
    }
    if (state == DuckDBSuccess)
        fetch_all(result);
    else if (!line->has_failed)
        die(line->sql, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&statement);
}

int main(int argc, char **argv)
{
    const struct line set_zone = {.sql = "SET TimeZone = 'UTC'"};
    struct script script = {0};
    duckdb_connection connection;

    if (argc != 3)
        die("usage", "bench_replay DATABASE TRACE");
    read_script(&script, argv[2]);
    duckdb_database database = open_database(argv[1]);
    if (duckdb_connect(database, &connection) != DuckDBSuccess)
        die(argv[1], "no connection");
    run(connection, &set_zone);
    for (size_t i = 0; i < script.count; i++)
        run(connection, &script.lines[i]);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    printf("%zu\n", script.count);
    return 0;
}

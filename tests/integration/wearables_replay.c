/*
 * Brings synthetic data straight into DuckDB tables: the connector "wearables" on one side, the
 * connector "duckdb" on the other, no topic and no lake between.
 *
 *     wearables_replay WEARABLES_MODULE DUCKDB_MODULE DATABASE < script
 *
 *     set OPTION TEXT        an option of the wearables
 *     sql STATEMENT          runs it
 *     feed INPUT SELECT      what the next load's stream is fed
 *     load STREAM TABLE      all rows of the stream, into a table that is there
 *
 * questions_test.py writes the scripts.
 */
#include "option/option.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 16, FEEDS_MAX = 2 };

/* Two words of a script. */
struct pair {
    const char *name, *text;
};

struct replay {
    const struct aorta_connector *wearables;
    const struct aorta_warehouse *warehouse;
    void *session;
    struct arena arena;
    struct pair settings[SETTINGS_MAX], feeds[FEEDS_MAX];
    size_t setting_count, feed_count;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "wearables_replay: %s: %s\n", what, why);
    exit(1);
}

static void log_nothing(enum aorta_log_level level, const char *message)
{
    (void)level;
    (void)message;
}

static const struct aorta_host host = {AORTA_ABI, sizeof host, log_nothing};

static const struct aorta_connector *load_connector(const char *path)
{
    const struct aorta_connector *(*entry)(void);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (module == NULL)
        fail(path, dlerror());
    *(void **)&entry = dlsym(module, "aorta_connector");
    if (entry == NULL)
        fail(path, "it is no connector");
    return entry();
}

static void *open_connection(const struct aorta_connector *connector,
                             const char *(*get)(void *arg, const char *name), void *arg,
                             struct arena *arena)
{
    struct aorta_option_value *options;
    struct aorta_error error;
    void *connection;
    struct err err;

    if (option_fill(connector->options, "/", get, arg, arena, &options, &err) < 0)
        fail(connector->name, err.message);
    if (connector->open(&host, options, &connection, &error) < 0)
        fail(connector->name, error.message);
    return connection;
}

static const char *get_setting(void *arg, const char *name)
{
    const struct replay *replay = arg;

    for (size_t i = 0; i < replay->setting_count; i++)
        if (strcmp(replay->settings[i].name, name) == 0)
            return replay->settings[i].text;
    return NULL;
}

static const char *get_path(void *arg, const char *name)
{
    return strcmp(name, "path") == 0 ? arg : NULL;
}

/* --------------------------------------------------------------------------------------- loading */

static void feed(const struct replay *replay, void *reader, const struct pair *input)
{
    const struct aorta_warehouse *warehouse = replay->warehouse;
    struct aorta_batch batch;
    struct aorta_error error;
    void *cursor;
    int got;

    if (warehouse->query(replay->session, input->text, NULL, 0, &cursor, &error) < 0)
        fail(input->text, error.message);
    while ((got = warehouse->next(cursor, &batch, &error)) > 0)
        if (replay->wearables->source->feed(reader, input->name, &batch, &error) < 0)
            fail(input->name, error.message);
    if (got < 0)
        fail(input->text, error.message);
    warehouse->cursor_close(cursor);
}

static void load_rows(const struct replay *replay, void *reader, const char *schema,
                      const char *table)
{
    const struct aorta_warehouse *warehouse = replay->warehouse;
    struct aorta_batch batch;
    struct aorta_error error;
    void *load = NULL;
    int64_t rows = 0;
    int got;

    if (warehouse->begin(replay->session, true, &error) < 0)
        fail(table, error.message);
    while ((got = replay->wearables->source->next(reader, &batch, &error)) > 0) {
        if (load == NULL && warehouse->load_begin(replay->session, schema, table, batch.fields,
                                                  batch.column_count, &load, &error) < 0)
            fail(table, error.message);
        if (warehouse->load_batch(load, &batch, &error) < 0)
            fail(table, error.message);
    }
    if (got < 0 || (load != NULL && warehouse->load_end(load, &rows, &error) < 0) ||
        warehouse->commit(replay->session, &error) < 0)
        fail(table, error.message);
    printf("%s.%s %lld\n", schema, table, (long long)rows);
}

/* ---------------------------------------------------------------------------------------- script */

static char *cut(char *text, char at)
{
    char *end = strchr(text, at);

    if (end == NULL)
        fail("one word is missing", text);
    *end = '\0';
    return end + 1;
}

static void keep(struct replay *replay, struct pair *pairs, size_t *count, size_t most, char *rest)
{
    const char *text = cut(rest, ' ');

    if (*count == most)
        fail("too many", rest);
    pairs[(*count)++] =
        (struct pair){arena_strdup(&replay->arena, rest), arena_strdup(&replay->arena, text)};
}

static void do_load(struct replay *replay, char *rest)
{
    const struct aorta_source *source = replay->wearables->source;
    char *schema = cut(rest, ' ');
    const char *table = cut(schema, '.');
    void *connection = open_connection(replay->wearables, get_setting, replay, &replay->arena);
    struct aorta_read_request request = {.stream = rest,
                                         .mode = replay->feed_count > 0 ? AORTA_READ_INCREMENTAL
                                                                        : AORTA_READ_CHANGES};
    struct aorta_error error;
    void *reader;

    if (source->read_open(connection, &request, &reader, &error) < 0)
        fail(rest, error.message);
    for (size_t i = 0; i < replay->feed_count; i++)
        feed(replay, reader, &replay->feeds[i]);
    replay->feed_count = 0;
    load_rows(replay, reader, schema, table);
    source->read_close(reader);
    replay->wearables->close(connection);
}

static void run_command(struct replay *replay, char *line)
{
    char *rest = cut(line, ' ');
    struct aorta_error error;

    if (strcmp(line, "set") == 0)
        keep(replay, replay->settings, &replay->setting_count, SETTINGS_MAX, rest);
    else if (strcmp(line, "feed") == 0)
        keep(replay, replay->feeds, &replay->feed_count, FEEDS_MAX, rest);
    else if (strcmp(line, "load") == 0)
        do_load(replay, rest);
    else if (strcmp(line, "sql") != 0)
        fail("no such command", line);
    else if (replay->warehouse->exec(replay->session, rest, NULL, 0, NULL, &error) < 0)
        fail(rest, error.message);
}

int main(int argc, char **argv)
{
    struct replay replay = {0};
    struct aorta_error error;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;

    if (argc != 4)
        fail("wants", "WEARABLES_MODULE DUCKDB_MODULE DATABASE");
    arena_init(&replay.arena);
    replay.wearables = load_connector(argv[1]);
    const struct aorta_connector *duckdb = load_connector(argv[2]);
    replay.warehouse = duckdb->warehouse;
    void *database = open_connection(duckdb, get_path, argv[3], &replay.arena);
    if (replay.warehouse->session_open(database, &replay.session, &error) < 0)
        fail(argv[3], error.message);
    while ((size = getline(&line, &capacity, stdin)) > 0) {
        if (line[size - 1] == '\n')
            line[--size] = '\0';
        if (size > 0)
            run_command(&replay, line);
    }
    free(line);
    replay.warehouse->session_close(replay.session);
    duckdb->close(database);
    arena_release(&replay.arena);
    return 0;
}

#include "store/read.h"

#include "base/alloc.h"
#include "store/database.h"
#include "store/migration.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store_reader {
    struct database database;
    char *path;
};

#define RUN_COLUMNS                                                                      \
    "id, pipeline, target, trigger, selection, state, created_us, started_us, ended_us," \
    " error_code, error_message"

static const char runs_sql[] = "SELECT " RUN_COLUMNS " FROM runs"
                               " WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2";

static const char run_sql[] = "SELECT " RUN_COLUMNS " FROM runs WHERE id = ?1";

static const char steps_sql[] =
    "SELECT s.run_id, s.asset, s.position, s.kind, s.state, s.reason, s.executor,"
    " coalesce(a.number, 0), a.started_us, a.ended_us, a.rows, a.error_code, a.error_message"
    " FROM steps AS s LEFT JOIN attempts AS a ON a.run_id = s.run_id AND a.asset = s.asset"
    " AND a.number = (SELECT max(number) FROM attempts"
    "                 WHERE run_id = s.run_id AND asset = s.asset)"
    " WHERE s.run_id = ?1 ORDER BY s.position, s.asset";

static const char events_sql[] = "SELECT run_id, sequence, at_us, asset, kind, detail FROM events"
                                 " WHERE run_id = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3";

static const char materializations_sql[] =
    "SELECT asset, run_id, at_us, rows, version, fingerprint FROM materializations"
    " WHERE id IN (SELECT max(id) FROM materializations GROUP BY asset) ORDER BY asset";

static const char check_results_sql[] =
    "SELECT run_id, asset, check_name, status, severity, failures, sample, at_us"
    " FROM check_results WHERE run_id = ?1 ORDER BY id";

/* ---- opening --------------------------------------------------------------------------------- */

static int check_version(struct store_reader *reader, struct err *err)
{
    size_t applied;

    if (migration_check(&reader->database, store_migrations, store_migration_count, &applied, err) <
        0)
        return -1;
    if (applied < store_migration_count)
        return err_set(err, ERR_CONFIG,
                       "run store \"%s\" is of an older aorta: run this one once to bring it up to "
                       "date",
                       reader->path);
    return 0;
}

int store_reader_open(const char *path, struct store_reader **reader, struct err *err)
{
    if (access(path, F_OK) != 0)
        return err_set(err, ERR_CONFIG, "there is no run store \"%s\" yet: the first run makes it",
                       path);
    struct store_reader *opened = alloc_zeroed(1, sizeof *opened);
    opened->path = alloc_strdup(path);
    if (database_open(&opened->database, opened->path, DATABASE_READ, err) < 0 ||
        check_version(opened, err) < 0) {
        store_reader_close(opened);
        return -1;
    }
    *reader = opened;
    return 0;
}

void store_reader_close(struct store_reader *reader)
{
    if (reader == NULL)
        return;
    database_close(&reader->database);
    free(reader->path);
    free(reader);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* What all queries share: parameters that are there, a function that fills one item from a row. */
struct query {
    const char *sql;
    const char *text; /* parameter 1, if not NULL */
    int64_t ints[2];  /* parameters 2 and 3 */
    int int_count;
    size_t item_size;
    void (*fill)(void *item, const struct statement *row, struct arena *arena);
};

static void *grow(struct arena *arena, void *items, size_t count, size_t size)
{
    char *grown = arena_calloc(arena, count == 0 ? 8 : count * 2, size);

    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

static int read_all(struct store_reader *reader, const struct query *query, struct arena *arena,
                    void **items, size_t *count, struct err *err)
{
    struct statement statement;
    char *read = NULL;
    size_t read_count = 0, capacity = 0;
    int row;

    if (statement_prepare(&statement, &reader->database, query->sql, err) < 0)
        return -1;
    if (query->text != NULL)
        statement_bind_text(&statement, 1, query->text);
    for (int i = 0; i < query->int_count; i++)
        statement_bind_int(&statement, i + 2, query->ints[i]);
    while ((row = statement_step(&statement, err)) == 1) {
        if (read_count == capacity) {
            read = grow(arena, read, read_count, query->item_size);
            capacity = capacity == 0 ? 8 : capacity * 2;
        }
        query->fill(read + read_count++ * query->item_size, &statement, arena);
    }
    statement_release(&statement);
    if (row < 0)
        return -1;
    *items = read;
    *count = read_count;
    return 0;
}

static enum store_state state_of(const struct statement *row, int column, struct arena *arena)
{
    enum store_state state = STATE_QUEUED;
    const char *name = statement_text(row, column, arena);

    if (name != NULL)
        store_state_from_name(name, &state); /* the schema allows no other names */
    return state;
}

static enum err_code code_of(const struct statement *row, int column, struct arena *arena)
{
    const char *name = statement_text(row, column, arena);

    return name == NULL ? ERR_BROKEN : err_code_from_name(name);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void fill_run(void *item, const struct statement *row, struct arena *arena)
{
    struct store_run *run = item;

    run->id = statement_text(row, 0, arena);
    run->pipeline = statement_text(row, 1, arena);
    run->target = statement_text(row, 2, arena);
    run->trigger = statement_text(row, 3, arena);
    run->selection = statement_text(row, 4, arena);
    run->state = state_of(row, 5, arena);
    run->created_us = statement_int(row, 6, 0);
    run->started_us = statement_int(row, 7, 0);
    run->ended_us = statement_int(row, 8, 0);
    run->error_code = code_of(row, 9, arena);
    run->error_message = statement_text(row, 10, arena);
}

int store_read_runs(struct store_reader *reader, const char *before_id, int64_t limit,
                    struct arena *arena, struct store_run **runs, size_t *count, struct err *err)
{
    const struct query query = {
        .sql = runs_sql,
        .text = before_id,
        .ints = {limit},
        .int_count = 1,
        .item_size = sizeof **runs,
        .fill = fill_run,
    };
    void *items;

    if (read_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *runs = items;
    return 0;
}

int store_read_run(struct store_reader *reader, const char *id, struct arena *arena,
                   struct store_run **run, struct err *err)
{
    const struct query query = {
        .sql = run_sql,
        .text = id,
        .item_size = sizeof **run,
        .fill = fill_run,
    };
    void *items;
    size_t count;

    if (read_all(reader, &query, arena, &items, &count, err) < 0)
        return -1;
    *run = items;
    return 0;
}

/* ---- what belongs to a run ------------------------------------------------------------------- */

static void fill_step(void *item, const struct statement *row, struct arena *arena)
{
    struct store_step *step = item;

    step->run_id = statement_text(row, 0, arena);
    step->asset = statement_text(row, 1, arena);
    step->position = statement_int(row, 2, 0);
    step->kind = statement_text(row, 3, arena);
    step->state = state_of(row, 4, arena);
    step->reason = statement_text(row, 5, arena);
    step->executor = statement_text(row, 6, arena);
    step->attempts = statement_int(row, 7, 0);
    step->started_us = statement_int(row, 8, 0);
    step->ended_us = statement_int(row, 9, 0);
    step->rows = statement_int(row, 10, STORE_NO_COUNT);
    step->error_code = code_of(row, 11, arena);
    step->error_message = statement_text(row, 12, arena);
}

int store_read_steps(struct store_reader *reader, const char *run_id, struct arena *arena,
                     struct store_step **steps, size_t *count, struct err *err)
{
    const struct query query = {
        .sql = steps_sql,
        .text = run_id,
        .item_size = sizeof **steps,
        .fill = fill_step,
    };
    void *items;

    if (read_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *steps = items;
    return 0;
}

static void fill_event(void *item, const struct statement *row, struct arena *arena)
{
    struct store_event *event = item;

    event->run_id = statement_text(row, 0, arena);
    event->sequence = statement_int(row, 1, 0);
    event->at_us = statement_int(row, 2, 0);
    event->asset = statement_text(row, 3, arena);
    event->kind = statement_text(row, 4, arena);
    event->detail = statement_text(row, 5, arena);
}

int store_read_events(struct store_reader *reader, const char *run_id, int64_t after_sequence,
                      int64_t limit, struct arena *arena, struct store_event **events,
                      size_t *count, struct err *err)
{
    const struct query query = {
        .sql = events_sql,
        .text = run_id,
        .ints = {after_sequence, limit},
        .int_count = 2,
        .item_size = sizeof **events,
        .fill = fill_event,
    };
    void *items;

    if (read_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *events = items;
    return 0;
}

static void fill_check_result(void *item, const struct statement *row, struct arena *arena)
{
    struct store_check_result *result = item;

    result->run_id = statement_text(row, 0, arena);
    result->asset = statement_text(row, 1, arena);
    result->check = statement_text(row, 2, arena);
    result->status = statement_text(row, 3, arena);
    result->severity = statement_text(row, 4, arena);
    result->failures = statement_int(row, 5, 0);
    result->sample = statement_text(row, 6, arena);
    result->at_us = statement_int(row, 7, 0);
}

int store_read_check_results(struct store_reader *reader, const char *run_id, struct arena *arena,
                             struct store_check_result **results, size_t *count, struct err *err)
{
    const struct query query = {
        .sql = check_results_sql,
        .text = run_id,
        .item_size = sizeof **results,
        .fill = fill_check_result,
    };
    void *items;

    if (read_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *results = items;
    return 0;
}

/* ---- what belongs to an asset ---------------------------------------------------------------- */

static void fill_materialization(void *item, const struct statement *row, struct arena *arena)
{
    struct store_materialization *materialization = item;

    materialization->asset = statement_text(row, 0, arena);
    materialization->run_id = statement_text(row, 1, arena);
    materialization->at_us = statement_int(row, 2, 0);
    materialization->rows = statement_int(row, 3, STORE_NO_COUNT);
    materialization->version = statement_text(row, 4, arena);
    materialization->fingerprint = statement_text(row, 5, arena);
}

int store_read_materializations(struct store_reader *reader, struct arena *arena,
                                struct store_materialization **materializations, size_t *count,
                                struct err *err)
{
    const struct query query = {
        .sql = materializations_sql,
        .item_size = sizeof **materializations,
        .fill = fill_materialization,
    };
    void *items;

    if (read_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *materializations = items;
    return 0;
}

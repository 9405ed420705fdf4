#include "store/read.h"

#include "store/reader.h"

#include <stdlib.h>
#include <string.h>

#define RUN_COLUMNS                                                                      \
    "runs.id, pipeline, target, trigger, selection, runs.state, created_us, started_us," \
    " ended_us, error_code, error_message, priority, actor, of_run, backfill_id,"        \
    " resumes, resumptions, request, cancel_asked"

/* How the steps ended is counted by one look at them: three numbers of 20 bits, which is more than
 * LIMIT_ASSETS. */
#define COUNTED_RUN_COLUMNS                                                        \
    RUN_COLUMNS ", (SELECT count(*) FROM steps WHERE run_id = runs.id),"           \
                " (SELECT sum(CASE WHEN state IN ('succeeded', 'fresh') THEN 1"    \
                "  WHEN state IN ('failed', 'interrupted') THEN 1 << 20"           \
                "  WHEN state IN ('skipped', 'canceled') THEN 1 << 40 ELSE 0 END)" \
                "  FROM steps WHERE run_id = runs.id)"

/* ?1 and ?7 are the ends of the page, ?2 its size, ?4 the state, ?5 the trigger, ?6 the asset. */
static const char all_runs_sql[] =
    "SELECT " COUNTED_RUN_COLUMNS " FROM runs WHERE id < ?1 AND id >= ?7 ORDER BY id DESC LIMIT ?2";

static const char runs_of_state_sql[] =
    "SELECT " COUNTED_RUN_COLUMNS " FROM runs WHERE state = ?4 AND id < ?1 AND id >= ?7"
    " ORDER BY id DESC LIMIT ?2";

static const char runs_of_trigger_sql[] =
    "SELECT " COUNTED_RUN_COLUMNS " FROM runs WHERE trigger = ?5 AND id < ?1 AND id >= ?7"
    " AND (?4 IS NULL OR state = ?4) ORDER BY id DESC LIMIT ?2";

static const char runs_of_asset_sql[] =
    "SELECT " COUNTED_RUN_COLUMNS " FROM steps AS s CROSS JOIN runs ON runs.id = s.run_id"
    " WHERE s.asset = ?6 AND s.run_id < ?1 AND s.run_id >= ?7"
    " AND (?4 IS NULL OR runs.state = ?4) AND (?5 IS NULL OR trigger = ?5)"
    " ORDER BY s.run_id DESC LIMIT ?2";

static const char runs_sql[] =
    "SELECT " COUNTED_RUN_COLUMNS " FROM runs WHERE (?1 IS NULL OR id < ?1)"
    " AND (?4 IS NULL OR CASE WHEN state = 'running' AND ?3 THEN 'interrupted' ELSE state END = ?4)"
    " AND (?5 IS NULL OR target = ?5)"
    " ORDER BY id DESC LIMIT ?2";

static const char find_runs_sql[] =
    "SELECT " COUNTED_RUN_COLUMNS " FROM runs WHERE id >= ?1 AND substr(id, 1, length(?1)) = ?1"
    " AND (?5 IS NULL OR target = ?5)"
    " ORDER BY id DESC LIMIT ?2";

static const char run_sql[] = "SELECT " RUN_COLUMNS " FROM runs WHERE id = ?1";

static const char unfinished_sql[] =
    "SELECT " RUN_COLUMNS " FROM runs WHERE state IN ('queued', 'interrupted') AND resumes"
    " ORDER BY id";

static const char steps_sql[] = "SELECT run_id, asset, position, kind, state, reason, executor"
                                " FROM steps WHERE run_id = ?1 ORDER BY asset";

/* The other columns of a group are of the row that has the maximum (SQLite, "Bare columns in an
 * aggregate query"). */
static const char last_attempts_sql[] =
    "SELECT asset, max(number), started_us, ended_us, rows, error_code, error_message"
    " FROM attempts WHERE run_id = ?1 GROUP BY asset ORDER BY asset";

/* ---- runs ------------------------------------------------------------------------------------ */

static void fill_run(void *item, const struct statement *row, struct arena *arena)
{
    struct store_run *run = item;

    run->id = statement_text(row, 0, arena);
    run->pipeline = statement_text(row, 1, arena);
    run->target = statement_text(row, 2, arena);
    run->trigger = statement_text(row, 3, arena);
    run->selection = statement_text(row, 4, arena);
    run->state = reader_state(row, 5, arena);
    run->created_us = statement_int(row, 6, 0);
    run->started_us = statement_int(row, 7, 0);
    run->ended_us = statement_int(row, 8, 0);
    run->error_code = reader_code(row, 9, arena);
    run->error_message = statement_text(row, 10, arena);
    run->priority = statement_int(row, 11, 0);
    run->actor = statement_text(row, 12, arena);
    run->of_run = statement_text(row, 13, arena);
    run->backfill_id = statement_text(row, 14, arena);
    run->resumes = statement_int(row, 15, 0) != 0;
    run->deaths = statement_int(row, 16, 0);
    run->request = statement_text(row, 17, arena);
    run->cancel_asked = statement_int(row, 18, 0) != 0;
}

static void fill_counted_run(void *item, const struct statement *row, struct arena *arena)
{
    struct store_run *run = item;

    fill_run(item, row, arena);
    run->step_count = statement_int(row, 19, 0);
    int64_t ended = statement_int(row, 20, 0);
    run->ok_count = ended & 0xfffff;
    run->failed_count = ended >> 20 & 0xfffff;
    run->skipped_count = ended >> 40;
}

static int read_runs(struct store_reader *reader, const struct reader_query *query,
                     struct arena *arena, struct store_run **runs, size_t *count, struct err *err)
{
    void *items;

    if (reader_all(reader, query, arena, &items, count, err) < 0)
        return -1;
    *runs = items;
    return 0;
}

int store_read_runs(struct store_reader *reader, const struct store_run_page *page,
                    struct arena *arena, struct store_run **runs, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = runs_sql,
        .text = page->before_id,
        .ints = {page->limit, page->running_is_interrupted},
        .int_count = 2,
        .second = page->state,
        .third = page->target,
        .item_size = sizeof **runs,
        .fill = fill_counted_run,
    };

    return read_runs(reader, &query, arena, runs, count, err);
}

int store_filter_runs(struct store_reader *reader, const struct store_run_filter *filter,
                      struct arena *arena, struct store_run **runs, size_t *count, struct err *err)
{
    /* Ids begin with digits or capital letters. */
    struct reader_query query = {
        .sql = all_runs_sql,
        .text = filter->before_id != NULL ? filter->before_id : "~",
        .ints = {filter->limit},
        .int_count = 1,
        .second = filter->state,
        .third = filter->trigger,
        .fourth = filter->asset,
        .fifth = filter->since_id != NULL ? filter->since_id : "",
        .item_size = sizeof **runs,
        .fill = fill_counted_run,
    };

    if (filter->asset != NULL)
        query.sql = runs_of_asset_sql;
    else if (filter->trigger != NULL)
        query.sql = runs_of_trigger_sql;
    else if (filter->state != NULL)
        query.sql = runs_of_state_sql;
    return read_runs(reader, &query, arena, runs, count, err);
}

int store_find_runs(struct store_reader *reader, const struct store_run_page *page,
                    struct arena *arena, struct store_run **runs, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = find_runs_sql,
        .text = page->prefix != NULL ? page->prefix : "",
        .ints = {page->limit},
        .int_count = 1,
        .third = page->target,
        .item_size = sizeof **runs,
        .fill = fill_counted_run,
    };

    return read_runs(reader, &query, arena, runs, count, err);
}

int store_read_run(struct store_reader *reader, const char *id, struct arena *arena,
                   struct store_run **run, struct err *err)
{
    const struct reader_query query = {
        .sql = run_sql,
        .text = id,
        .item_size = sizeof **run,
        .fill = fill_run,
    };
    void *items;
    size_t count;

    if (reader_all(reader, &query, arena, &items, &count, err) < 0)
        return -1;
    *run = items;
    return 0;
}

int store_read_unfinished(struct store_reader *reader, struct arena *arena, struct store_run **runs,
                          size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = unfinished_sql,
        .item_size = sizeof **runs,
        .fill = fill_run,
    };

    return read_runs(reader, &query, arena, runs, count, err);
}

static void fill_key(void *item, const struct statement *row, struct arena *arena)
{
    struct store_key *key = item;

    key->key = statement_text(row, 0, arena);
    key->request_hash = statement_text(row, 1, arena);
    key->run_id = statement_text(row, 2, arena);
    key->at_us = statement_int(row, 3, 0);
}

int store_read_keys(struct store_reader *reader, int64_t after_us, int64_t limit,
                    struct arena *arena, struct store_key **keys, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = "SELECT key, request_hash, run_id, at_us FROM idempotency WHERE at_us > ?2"
               " ORDER BY at_us DESC LIMIT ?3",
        .ints = {after_us, limit},
        .int_count = 2,
        .item_size = sizeof **keys,
        .fill = fill_key,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *keys = items;
    return 0;
}

static void fill_number(void *item, const struct statement *row, struct arena *arena)
{
    (void)arena;
    *(int64_t *)item = statement_int(row, 0, 0);
}

int store_read_last_event(struct store_reader *reader, int64_t *id, struct err *err)
{
    const struct reader_query query = {
        .sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'",
        .item_size = sizeof *id,
        .fill = fill_number,
    };
    struct arena arena;
    void *items;
    size_t count;

    arena_init(&arena);
    int result = reader_all(reader, &query, &arena, &items, &count, err);
    *id = result == 0 && count > 0 ? *(int64_t *)items : 0;
    arena_release(&arena);
    return result;
}

/* ---- what belongs to a run ------------------------------------------------------------------- */

static void fill_step(void *item, const struct statement *row, struct arena *arena)
{
    struct store_step *step = item;

    step->run_id = statement_text(row, 0, arena);
    step->asset = statement_text(row, 1, arena);
    step->position = statement_int(row, 2, 0);
    step->kind = statement_text(row, 3, arena);
    step->state = reader_state(row, 4, arena);
    step->reason = statement_text(row, 5, arena);
    step->executor = statement_text(row, 6, arena);
    step->rows = STORE_NO_COUNT;
    step->error_code = ERR_BROKEN;
}

/* Of a step only what its attempt knows. */
static void fill_attempt(void *item, const struct statement *row, struct arena *arena)
{
    struct store_step *step = item;

    step->asset = statement_text(row, 0, arena);
    step->attempts = statement_int(row, 1, 0);
    step->started_us = statement_int(row, 2, 0);
    step->ended_us = statement_int(row, 3, 0);
    step->rows = statement_int(row, 4, STORE_NO_COUNT);
    step->error_code = reader_code(row, 5, arena);
    step->error_message = statement_text(row, 6, arena);
}

/* Both are in the order of their assets. */
static void add_attempts(struct store_step *steps, size_t count, const struct store_step *attempts,
                         size_t attempt_count)
{
    for (size_t i = 0, at = 0; i < count; i++) {
        struct store_step *step = &steps[i];
        while (at < attempt_count && strcmp(attempts[at].asset, step->asset) < 0)
            at++;
        if (at == attempt_count || strcmp(attempts[at].asset, step->asset) != 0)
            continue;
        const struct store_step *last = &attempts[at];
        step->attempts = last->attempts;
        step->started_us = last->started_us;
        step->ended_us = last->ended_us;
        step->rows = last->rows;
        step->error_code = last->error_code;
        step->error_message = last->error_message;
    }
}

static int compare_positions(const void *left, const void *right)
{
    const struct store_step *a = left, *b = right;

    if (a->position != b->position)
        return a->position < b->position ? -1 : 1;
    return strcmp(a->asset, b->asset);
}

static int read_steps(struct store_reader *reader, const char *run_id, struct arena *arena,
                      struct store_step **steps, size_t *count, struct err *err)
{
    struct reader_query query = {
        .sql = steps_sql,
        .text = run_id,
        .item_size = sizeof **steps,
        .fill = fill_step,
    };
    void *items, *attempts;
    size_t attempt_count;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    query.sql = last_attempts_sql;
    query.fill = fill_attempt;
    if (reader_all(reader, &query, arena, &attempts, &attempt_count, err) < 0)
        return -1;
    *steps = items;
    add_attempts(*steps, *count, attempts, attempt_count);
    if (*count > 0)
        qsort(*steps, *count, sizeof **steps, compare_positions);
    return 0;
}

/* One look at either table: to look for the attempts of each step takes several times as long. */
int store_read_steps(struct store_reader *reader, const char *run_id, struct arena *arena,
                     struct store_step **steps, size_t *count, struct err *err)
{
    bool is_alone = !reader_has_begun(reader);

    if (is_alone)
        store_reader_begin(reader);
    int result = read_steps(reader, run_id, arena, steps, count, err);
    if (is_alone)
        store_reader_end(reader);
    return result;
}

void store_count_steps(struct store_run *run, const struct store_step *steps, size_t count)
{
    run->step_count = (int64_t)count;
    run->ok_count = run->failed_count = run->skipped_count = 0;
    for (size_t i = 0; i < count; i++)
        switch (steps[i].state) {
        case STATE_SUCCEEDED:
        case STATE_FRESH: run->ok_count++; break;
        case STATE_FAILED:
        case STATE_INTERRUPTED: run->failed_count++; break;
        case STATE_SKIPPED:
        case STATE_CANCELED: run->skipped_count++; break;
        case STATE_QUEUED:
        case STATE_RUNNING: break;
        }
}

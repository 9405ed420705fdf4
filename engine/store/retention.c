#include "store/retention.h"

#include "store/command.h"
#include "store/reader.h"

/* ---- reading --------------------------------------------------------------------------------- */

#define IS_OVER                                       \
    "(r.state IN ('succeeded', 'failed', 'canceled')" \
    " OR r.state = 'interrupted' AND NOT r.resumes)"

/* A later step of the same asset in the same target, in a state of some kind. */
#define HAS_LATER_STEP(states)                                                         \
    "EXISTS (SELECT 1 FROM steps AS l WHERE l.asset = s.asset AND l.run_id > s.run_id" \
    " AND " states " AND (SELECT target FROM runs WHERE id = l.run_id) = r.target)"

/* A step of it that is the newest of its asset in such states. */
#define HAS_NEWEST_STEP(of_s, of_l)                                    \
    "EXISTS (SELECT 1 FROM steps AS s WHERE s.run_id = r.id AND " of_s \
    " AND NOT " HAS_LATER_STEP(of_l) ")"
#define BEGAN(alias) alias ".state <> 'queued'"
#define IS_WELL(alias) alias ".state IN ('succeeded', 'fresh')"
#define HAS_NEWEST_BEGUN HAS_NEWEST_STEP(BEGAN("s"), BEGAN("l"))
#define HAS_NEWEST_WELL HAS_NEWEST_STEP(IS_WELL("s"), IS_WELL("l"))

/* A publication of it that is the newest of its asset. */
#define HAS_NEWEST_PUBLICATION                                                               \
    "EXISTS (SELECT 1 FROM steps AS s JOIN materializations AS m"                            \
    " ON m.asset = s.asset AND m.run_id = s.run_id WHERE s.run_id = r.id"                    \
    " AND NOT EXISTS (SELECT 1 FROM materializations AS l JOIN runs AS k ON k.id = l.run_id" \
    " WHERE l.asset = m.asset AND l.id > m.id AND l.run_id <> m.run_id AND k.target = r.target))"

static const char old_runs_sql[] =
    "SELECT r.id, r.created_us, (SELECT count(*) FROM steps WHERE run_id = r.id), " IS_OVER
    ", EXISTS (SELECT 1 FROM events WHERE run_id = r.id)"
    ", (r.created_us < ?3 OR r.id <= ?4) AND " IS_OVER
    " AND NOT EXISTS (SELECT 1 FROM backfills WHERE id = r.backfill_id AND state = 'running')"
    " AND NOT " HAS_NEWEST_BEGUN " AND NOT " HAS_NEWEST_WELL " AND NOT " HAS_NEWEST_PUBLICATION
    " FROM runs AS r WHERE ?1 IS NULL OR r.id > ?1 ORDER BY r.id LIMIT ?2";

static const char beyond_sql[] = "SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?2";

static void fill_old_run(void *item, const struct statement *row, struct arena *arena)
{
    struct store_old_run *run = item;

    run->id = statement_text(row, 0, arena);
    run->created_us = statement_int(row, 1, 0);
    run->step_count = statement_int(row, 2, 0);
    run->is_over = statement_int(row, 3, 0) != 0;
    run->has_events = statement_int(row, 4, 0) != 0;
    run->may_go = statement_int(row, 5, 0) != 0;
}

int store_read_old_runs(struct store_reader *reader, const struct store_old_page *page,
                        struct arena *arena, struct store_old_run **runs, size_t *count,
                        struct err *err)
{
    const struct reader_query query = {
        .sql = old_runs_sql,
        .text = page->after_id,
        .ints = {page->limit, page->before_us},
        .int_count = 2,
        .second = page->until_id,
        .item_size = sizeof **runs,
        .fill = fill_old_run,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *runs = items;
    return 0;
}

static void fill_instant(void *item, const struct statement *row, struct arena *arena)
{
    (void)arena;
    *(int64_t *)item = statement_int(row, 0, 0);
}

int store_read_newest_us(struct store_reader *reader, int64_t *at_us, struct err *err)
{
    const struct reader_query query = {
        .sql = "SELECT at_us FROM events ORDER BY id DESC LIMIT 1",
        .item_size = sizeof *at_us,
        .fill = fill_instant,
    };
    struct arena arena;
    void *items;
    size_t count = 0;

    arena_init(&arena);
    int result = reader_all(reader, &query, &arena, &items, &count, err);
    *at_us = count > 0 ? *(const int64_t *)items : 0;
    arena_release(&arena);
    return result;
}

static void fill_id(void *item, const struct statement *row, struct arena *arena)
{
    *(const char **)item = statement_text(row, 0, arena);
}

int store_read_beyond(struct store_reader *reader, int64_t keep, struct arena *arena,
                      const char **id, struct err *err)
{
    const struct reader_query query = {
        .sql = beyond_sql,
        .ints = {keep},
        .int_count = 1,
        .item_size = sizeof *id,
        .fill = fill_id,
    };
    void *items;
    size_t count;

    if (reader_all(reader, &query, arena, &items, &count, err) < 0)
        return -1;
    *id = count > 0 ? *(const char **)items : NULL;
    return 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Steps, attempts, events and check results go with it. */
static const struct statement_text run_forget = {"DELETE FROM runs WHERE id = ?1", "run", NULL};

static const struct statement_text run_publications_forget = {
    "DELETE FROM materializations WHERE run_id = ?1 AND asset IN"
    " (SELECT asset FROM steps WHERE run_id = ?1)",
    "publications of run", NULL};

static const struct statement_text run_events_forget = {
    "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE run_id = ?1 LIMIT ?2)",
    "events of run", NULL};

static const struct statement_text ticks_prune = {
    "DELETE FROM ticks WHERE (schedule, due_us) IN (SELECT t.schedule, t.due_us FROM ticks AS t"
    " WHERE t.at_us < ?1 AND EXISTS (SELECT 1 FROM ticks AS l WHERE l.schedule = t.schedule"
    " AND l.due_us > t.due_us) LIMIT ?2)",
    "ticks", NULL};

static const struct statement_text keys_prune = {
    "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE at_us < ?1 LIMIT ?2)",
    "idempotency keys", NULL};

static const struct statement_text backfills_prune = {
    "DELETE FROM backfills WHERE id IN (SELECT b.id FROM backfills AS b WHERE b.ended_us < ?1"
    " AND b.state <> 'running' AND NOT EXISTS (SELECT 1 FROM runs WHERE backfill_id = b.id)"
    " LIMIT ?2)",
    "backfills", NULL};

static const struct statement_text tokens_prune = {
    "DELETE FROM tokens WHERE id IN"
    " (SELECT id FROM tokens WHERE revoked_us < ?1 OR expires_us < ?1 LIMIT ?2)",
    "tokens", NULL};

/* Each asset is found by the index, however many rows there are of it. */
#define NAMES_OF(table, names)                                                            \
    names " (asset) AS (SELECT min(asset) FROM " table " UNION ALL SELECT"                \
          " (SELECT min(asset) FROM " table " WHERE asset > " names ".asset) FROM " names \
          " WHERE " names ".asset IS NOT NULL)"

static const struct statement_text gone_note = {
    "WITH RECURSIVE " NAMES_OF("partitions", "p") ", " NAMES_OF("automation", "a") ", " NAMES_OF(
        "lake_positions",
        "l") " INSERT INTO gone_assets (asset, since_us) SELECT asset, ?2 FROM"
             " (SELECT asset FROM p UNION SELECT asset FROM a UNION SELECT asset FROM l)"
             " WHERE asset IS NOT NULL AND asset NOT IN (SELECT value FROM json_each(?1))"
             " ON CONFLICT (asset) DO NOTHING",
    "assets that are gone", NULL};

/* And of which nothing is remembered any more. */
static const struct statement_text gone_return = {
    "DELETE FROM gone_assets WHERE asset IN (SELECT value FROM json_each(?1)) OR NOT ("
    "EXISTS (SELECT 1 FROM partitions AS p WHERE p.asset = gone_assets.asset)"
    " OR EXISTS (SELECT 1 FROM automation AS a WHERE a.asset = gone_assets.asset)"
    " OR EXISTS (SELECT 1 FROM lake_positions AS l WHERE l.asset = gone_assets.asset))",
    "assets that are gone", NULL};

#define PRUNE_GONE(table, key)                                             \
    "DELETE FROM " table " WHERE (" key ") IN (SELECT " key " FROM " table \
    " WHERE asset IN (SELECT asset FROM gone_assets WHERE since_us < ?1) LIMIT ?2)"

static const struct statement_text gone_partitions_prune = {
    PRUNE_GONE("partitions", "asset, target, key"), "partitions of assets that are gone", NULL};

static const struct statement_text gone_positions_prune = {
    PRUNE_GONE("lake_positions", "asset, target"), "lake positions of assets that are gone", NULL};

static const struct statement_text gone_automation_prune = {
    PRUNE_GONE("automation", "asset, target"), "automation of assets that are gone", NULL};

void store_run_forget(struct store *store, const char *id, struct store_done done)
{
    struct command publications = {.statement = &run_publications_forget};
    struct command run = {.statement = &run_forget, .done = done};

    command_add_text(&publications, id);
    store_queue(store, &publications);
    command_add_text(&run, id);
    store_queue(store, &run);
}

static void prune(struct store *store, struct command *command, int64_t limit, int64_t *changes)
{
    *changes = 0;
    command->changes = changes;
    command_add_int(command, limit);
    store_queue(store, command);
}

void store_run_events_forget(struct store *store, const char *id, int64_t limit, int64_t *changes)
{
    struct command command = {.statement = &run_events_forget};

    command_add_text(&command, id);
    prune(store, &command, limit, changes);
}

static void prune_older(struct store *store, const struct statement_text *statement,
                        int64_t before_us, int64_t limit, int64_t *changes)
{
    struct command command = {.statement = statement};

    command_add_int(&command, before_us);
    prune(store, &command, limit, changes);
}

void store_ticks_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes)
{
    prune_older(store, &ticks_prune, before_us, limit, changes);
}

void store_keys_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes)
{
    prune_older(store, &keys_prune, before_us, limit, changes);
}

void store_backfills_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes)
{
    prune_older(store, &backfills_prune, before_us, limit, changes);
}

void store_tokens_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes)
{
    prune_older(store, &tokens_prune, before_us, limit, changes);
}

void store_gone_partitions_prune(struct store *store, int64_t before_us, int64_t limit,
                                 int64_t *changes)
{
    prune_older(store, &gone_partitions_prune, before_us, limit, changes);
}

void store_gone_positions_prune(struct store *store, int64_t before_us, int64_t limit,
                                int64_t *changes)
{
    prune_older(store, &gone_positions_prune, before_us, limit, changes);
}

void store_gone_automation_prune(struct store *store, int64_t before_us, int64_t limit,
                                 int64_t *changes)
{
    prune_older(store, &gone_automation_prune, before_us, limit, changes);
}

void store_gone_note(struct store *store, const char *keys, int64_t now_us)
{
    struct command back = {.statement = &gone_return}, gone = {.statement = &gone_note};

    command_add_text(&back, keys);
    store_queue(store, &back);
    command_add_text(&gone, keys);
    command_add_int(&gone, now_us);
    store_queue(store, &gone);
}

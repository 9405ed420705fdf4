#include "store/backfills.h"

#include "store/command.h"
#include "store/reader.h"

/* ---- writing --------------------------------------------------------------------------------- */

static const struct statement_text backfill_insert = {
    "INSERT INTO backfills (id, request, target, state, priority, at_once, actor, created_us)"
    " VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?6, ?7)",
    "backfill", NULL};

static const struct statement_text partitions_insert = {
    "INSERT INTO backfill_partitions (backfill_id, position, key, state)"
    " SELECT ?1, key, value, 'waiting' FROM json_each(?2)",
    "backfill", NULL};

static const struct statement_text backfill_change = {
    "UPDATE backfills SET state = ?2, ended_us = ?3 WHERE id = ?1", "backfill",
    "there is no such backfill"};

static const struct statement_text partition_change = {
    "UPDATE backfill_partitions SET state = ?3, run_id = coalesce(?4, run_id)"
    " WHERE backfill_id = ?1 AND position = ?2",
    "backfill", "it has no such partition"};

static const struct statement_text backfill_cancel = {
    "UPDATE backfill_partitions SET state = 'canceled'"
    " WHERE backfill_id = ?1 AND state = 'waiting'",
    "backfill", NULL};

static const struct statement_text backfill_retry = {
    "UPDATE backfill_partitions SET state = 'waiting', run_id = NULL"
    " WHERE backfill_id = ?1 AND state IN ('failed', 'canceled')",
    "backfill", NULL};

void store_backfill_insert(struct store *store, const struct store_backfill *backfill,
                           const char *keys)
{
    struct command command = {.statement = &backfill_insert};
    struct command partitions = {.statement = &partitions_insert};

    command_add_text(&command, backfill->id);
    command_add_text(&command, backfill->request);
    command_add_text(&command, backfill->target);
    command_add_int(&command, backfill->priority);
    command_add_int(&command, backfill->at_once);
    command_add_text(&command, backfill->actor);
    command_add_int(&command, backfill->created_us);
    store_queue(store, &command);
    command_add_text(&partitions, backfill->id);
    command_add_text(&partitions, keys);
    store_queue(store, &partitions);
}

void store_backfill_change(struct store *store, const char *id, const char *state, int64_t ended_us)
{
    struct command command = {.statement = &backfill_change};

    command_add_text(&command, id);
    command_add_text(&command, state);
    command_add_known(&command, ended_us, 0);
    store_queue(store, &command);
}

void store_backfill_partition(struct store *store, const char *id, int64_t position,
                              const char *state, const char *run_id)
{
    struct command command = {.statement = &partition_change};

    command_add_text(&command, id);
    command_add_int(&command, position);
    command_add_text(&command, state);
    command_add_text(&command, run_id);
    store_queue(store, &command);
}

void store_backfill_cancel(struct store *store, const char *id)
{
    struct command command = {.statement = &backfill_cancel};

    command_add_text(&command, id);
    store_queue(store, &command);
}

void store_backfill_retry(struct store *store, const char *id, struct store_done done)
{
    struct command command = {.statement = &backfill_retry, .done = done};

    command_add_text(&command, id);
    store_backfill_change(store, id, "running", 0);
    store_queue(store, &command);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char backfills_sql[] =
    "SELECT b.id, b.request, b.target, b.state, b.priority, b.at_once, b.actor, b.created_us,"
    " b.ended_us, count(*), sum(p.state = 'waiting'), sum(p.state = 'queued'),"
    " sum(p.state = 'succeeded'), sum(p.state = 'failed'), sum(p.state = 'canceled'),"
    " (SELECT key FROM backfill_partitions WHERE backfill_id = b.id ORDER BY position LIMIT 1),"
    " (SELECT key FROM backfill_partitions WHERE backfill_id = b.id ORDER BY position DESC LIMIT 1)"
    " FROM (SELECT * FROM backfills WHERE substr(id, 1, length(?1)) = ?1"
    "  AND (?4 IS NULL OR id < ?4) AND (?5 IS NULL OR state = ?5)"
    "  ORDER BY id DESC LIMIT ?2) AS b"
    " JOIN backfill_partitions AS p ON p.backfill_id = b.id GROUP BY b.id ORDER BY b.id DESC";

static const char partitions_sql[] =
    "SELECT position, key, state, run_id, (SELECT state FROM runs WHERE id = run_id)"
    " FROM backfill_partitions WHERE backfill_id = ?1 AND position > ?3"
    " AND (?4 IS NULL OR state = ?4) ORDER BY position LIMIT ?2";

static void fill_backfill(void *item, const struct statement *row, struct arena *arena)
{
    struct store_backfill *backfill = item;

    backfill->id = statement_text(row, 0, arena);
    backfill->request = statement_text(row, 1, arena);
    backfill->target = statement_text(row, 2, arena);
    backfill->state = statement_text(row, 3, arena);
    backfill->priority = statement_int(row, 4, 0);
    backfill->at_once = statement_int(row, 5, 1);
    backfill->actor = statement_text(row, 6, arena);
    backfill->created_us = statement_int(row, 7, 0);
    backfill->ended_us = statement_int(row, 8, 0);
    backfill->total = statement_int(row, 9, 0);
    backfill->waiting = statement_int(row, 10, 0);
    backfill->queued = statement_int(row, 11, 0);
    backfill->succeeded = statement_int(row, 12, 0);
    backfill->failed = statement_int(row, 13, 0);
    backfill->canceled = statement_int(row, 14, 0);
    backfill->first = statement_text(row, 15, arena);
    backfill->last = statement_text(row, 16, arena);
}

static void fill_partition(void *item, const struct statement *row, struct arena *arena)
{
    struct store_backfill_partition *partition = item;

    partition->position = statement_int(row, 0, 0);
    partition->key = statement_text(row, 1, arena);
    partition->state = statement_text(row, 2, arena);
    partition->run_id = statement_text(row, 3, arena);
    partition->run_state = statement_text(row, 4, arena);
}

int store_read_backfills(struct store_reader *reader, const struct store_backfill_page *page,
                         struct arena *arena, struct store_backfill **backfills, size_t *count,
                         struct err *err)
{
    const struct reader_query query = {
        .sql = backfills_sql,
        .text = page->prefix != NULL ? page->prefix : "",
        .ints = {page->limit},
        .int_count = 1,
        .second = page->before_id,
        .third = page->state,
        .item_size = sizeof **backfills,
        .fill = fill_backfill,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *backfills = items;
    return 0;
}

int store_read_backfill_partitions(struct store_reader *reader,
                                   const struct store_backfill_part_page *page, struct arena *arena,
                                   struct store_backfill_partition **partitions, size_t *count,
                                   struct err *err)
{
    const struct reader_query query = {
        .sql = partitions_sql,
        .text = page->id,
        .ints = {page->limit > 0 ? page->limit : -1, page->after_position},
        .int_count = 2,
        .second = page->state,
        .item_size = sizeof **partitions,
        .fill = fill_partition,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *partitions = items;
    return 0;
}

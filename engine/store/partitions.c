#include "store/partitions.h"

#include "store/command.h"
#include "store/reader.h"

/* ---- writing --------------------------------------------------------------------------------- */

#define OF_LIST                                                                                \
    " SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2, ?4, ?5 FROM json_each(?3)"         \
    " WHERE TRUE ON CONFLICT (asset, target, key) DO UPDATE SET start_us = excluded.start_us," \
    " end_us = excluded.end_us, "

static const struct statement_text partitions_begin = {
    "INSERT INTO partitions (asset, target, key, start_us, end_us, running_run_id, touched_us)" OF_LIST
    "running_run_id = excluded.running_run_id, touched_us = excluded.touched_us",
    "partitions of", NULL};

static const struct statement_text partitions_publish = {
    "INSERT INTO partitions (asset, target, key, start_us, end_us, run_id, touched_us)" OF_LIST
    "run_id = excluded.run_id, touched_us = excluded.touched_us",
    "partitions of", NULL};

/* When it was published, and when the attempt began that did. */
static const struct statement_text partitions_date = {
    "UPDATE partitions SET published_us = touched_us, failed_us = NULL, failed_run_id = NULL,"
    " failed_among = NULL, running_run_id = NULL, began_us = (SELECT max(started_us) FROM attempts"
    " WHERE attempts.run_id = ?3 AND attempts.asset = ?1)"
    " WHERE asset = ?1 AND target = ?2 AND run_id = ?3 AND touched_us = ?4",
    "partitions of", NULL};

static const struct statement_text partitions_confirm = {
    "UPDATE partitions SET began_us = max(began_us, coalesce((SELECT max(started_us) FROM attempts"
    " WHERE attempts.run_id = ?3 AND attempts.asset = ?1), 0))"
    " WHERE asset = ?1 AND target = ?2 AND began_us IS NOT NULL",
    "partitions of", NULL};

static const struct statement_text partitions_clear = {
    "DELETE FROM partitions WHERE asset = ?1 AND target = ?2", "partitions of", NULL};

static const struct statement_text partitions_fail = {
    "INSERT INTO partitions (asset, target, key, start_us, end_us, failed_run_id, failed_us)" OF_LIST
    "failed_run_id = excluded.failed_run_id, failed_us = excluded.failed_us, failed_among = NULL",
    "partitions of", NULL};

static const struct statement_text partitions_fail_among = {
    "UPDATE partitions SET failed_among = ?4"
    " WHERE asset = ?1 AND target = ?2 AND failed_run_id = ?3",
    "partitions of", NULL};

static const struct statement_text partitions_end = {
    "UPDATE partitions SET running_run_id = NULL"
    " WHERE asset = ?1 AND target = ?2 AND running_run_id = ?3",
    "partitions of", NULL};

static void queue_run(struct store *store, const struct statement_text *statement,
                      const struct store_window *window)
{
    struct command command = {.statement = statement};

    command_add_text(&command, window->asset);
    command_add_text(&command, window->target);
    command_add_text(&command, window->run_id);
    store_queue(store, &command);
}

static void queue_list(struct store *store, const struct statement_text *statement,
                       const struct store_window *window)
{
    struct command command = {.statement = statement};

    command_add_text(&command, window->asset);
    command_add_text(&command, window->target);
    command_add_text(&command, window->list);
    command_add_text(&command, window->run_id);
    command_add_int(&command, window->at_us);
    store_queue(store, &command);
}

void store_partitions_begin(struct store *store, const struct store_window *window)
{
    queue_list(store, &partitions_begin, window);
}

void store_partitions_publish(struct store *store, const struct store_window *window)
{
    struct command clear = {.statement = &partitions_clear};
    struct command date = {.statement = &partitions_date};

    command_add_text(&clear, window->asset);
    command_add_text(&clear, window->target);
    if (window->is_whole)
        store_queue(store, &clear);
    queue_list(store, &partitions_publish, window);
    command_add_text(&date, window->asset);
    command_add_text(&date, window->target);
    command_add_text(&date, window->run_id);
    command_add_int(&date, window->at_us);
    store_queue(store, &date);
}

void store_partitions_fail(struct store *store, const struct store_window *window)
{
    struct command among = {.statement = &partitions_fail_among};

    queue_list(store, &partitions_fail, window);
    command_add_text(&among, window->asset);
    command_add_text(&among, window->target);
    command_add_text(&among, window->run_id);
    command_add_int(&among, window->among);
    if (window->among > 1)
        store_queue(store, &among);
}

void store_partitions_confirm(struct store *store, const struct store_window *window)
{
    queue_run(store, &partitions_confirm, window);
}

void store_partitions_end(struct store *store, const struct store_window *window)
{
    queue_run(store, &partitions_end, window);
}

static const struct statement_text lake_position_put = {
    "INSERT INTO lake_positions (asset, target, position) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (asset, target) DO UPDATE SET position = excluded.position",
    "lake position of", NULL};

void store_lake_position_put(struct store *store, const char *asset, const char *target,
                             const char *position)
{
    struct command command = {.statement = &lake_position_put};

    command_add_text(&command, asset);
    command_add_text(&command, target);
    command_add_text(&command, position);
    store_queue(store, &command);
}

/* ---- reading --------------------------------------------------------------------------------- */

static const char partitions_sql[] =
    "SELECT key, start_us, end_us, published_us, began_us, run_id, failed_us, failed_run_id,"
    " running_run_id, failed_among FROM partitions WHERE asset = ?1 AND target = ?4 ORDER BY start_us, key";

static void fill_partition(void *item, const struct statement *row, struct arena *arena)
{
    struct store_partition *partition = item;

    partition->key = statement_text(row, 0, arena);
    partition->start_us = statement_int(row, 1, 0);
    partition->end_us = statement_int(row, 2, 0);
    partition->published_us = statement_int(row, 3, 0);
    partition->began_us = statement_int(row, 4, 0);
    partition->run_id = statement_text(row, 5, arena);
    partition->failed_us = statement_int(row, 6, 0);
    partition->failed_run_id = statement_text(row, 7, arena);
    partition->running_run_id = statement_text(row, 8, arena);
    partition->failed_among = statement_int(row, 9, 1);
}

int store_read_partitions(struct store_reader *reader, const char *asset, const char *target,
                          struct arena *arena, struct store_partition **partitions, size_t *count,
                          struct err *err)
{
    const struct reader_query query = {
        .sql = partitions_sql,
        .text = asset,
        .second = target,
        .item_size = sizeof **partitions,
        .fill = fill_partition,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *partitions = items;
    return 0;
}

static const char lake_position_sql[] =
    "SELECT position FROM lake_positions WHERE asset = ?1 AND target = ?4";

static void fill_position(void *item, const struct statement *row, struct arena *arena)
{
    const char **position = item;

    *position = statement_text(row, 0, arena);
}

int store_read_lake_position(struct store_reader *reader, const char *asset, const char *target,
                             struct arena *arena, const char **position, struct err *err)
{
    const struct reader_query query = {
        .sql = lake_position_sql,
        .text = asset,
        .second = target,
        .item_size = sizeof *position,
        .fill = fill_position,
    };
    size_t count;
    void *items;

    if (reader_all(reader, &query, arena, &items, &count, err) < 0)
        return -1;
    *position = count > 0 ? *(const char **)items : NULL;
    return 0;
}

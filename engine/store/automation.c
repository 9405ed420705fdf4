#include "store/automation.h"

#include "store/command.h"
#include "store/reader.h"

static const struct statement_text automation_put = {
    "INSERT OR REPLACE INTO automation (asset, target, definition, since_us, seen, requested_us,"
    " run_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "automation", NULL};

static const char automation_sql[] =
    "SELECT asset, target, definition, since_us, seen, requested_us, run_id FROM automation"
    " WHERE target = ?1 ORDER BY asset";

static const char rejected_sql[] =
    "SELECT DISTINCT asset FROM check_results WHERE run_id = ?1 AND status = 'fail'";

void store_automation_put(struct store *store, const struct store_automation *automation)
{
    struct command command = {.statement = &automation_put, .done = STORE_NO_DONE};

    command_add_text(&command, automation->asset);
    command_add_text(&command, automation->target);
    command_add_text(&command, automation->definition);
    command_add_int(&command, automation->since_us);
    command_add_text(&command, automation->seen);
    command_add_known(&command, automation->requested_us, 0);
    command_add_text(&command, automation->run_id);
    store_queue(store, &command);
}

static void fill_automation(void *item, const struct statement *row, struct arena *arena)
{
    struct store_automation *automation = item;

    automation->asset = statement_text(row, 0, arena);
    automation->target = statement_text(row, 1, arena);
    automation->definition = statement_text(row, 2, arena);
    automation->since_us = statement_int(row, 3, 0);
    automation->seen = statement_text(row, 4, arena);
    automation->requested_us = statement_int(row, 5, 0);
    automation->run_id = statement_text(row, 6, arena);
}

int store_read_automation(struct store_reader *reader, const char *target, struct arena *arena,
                          struct store_automation **rows, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = automation_sql,
        .text = target,
        .item_size = sizeof **rows,
        .fill = fill_automation,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *rows = items;
    return 0;
}

static void fill_name(void *item, const struct statement *row, struct arena *arena)
{
    *(const char **)item = statement_text(row, 0, arena);
}

int store_read_rejected(struct store_reader *reader, const char *run_id, struct arena *arena,
                        const char ***assets, size_t *count, struct err *err)
{
    const struct reader_query query = {
        .sql = rejected_sql,
        .text = run_id,
        .item_size = sizeof **assets,
        .fill = fill_name,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *assets = items;
    return 0;
}

#include "store/audit.h"

#include "store/command.h"
#include "store/reader.h"

static const struct statement_text audit_append = {
    "INSERT INTO audit (actor, at_us, address, action, subject, result, detail)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "audit entry of", NULL};

static const struct statement_text audit_prune = {
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at_us < ?1 LIMIT ?2)",
    "audit entries", NULL};

static const char audit_sql[] =
    "SELECT id, at_us, actor, address, action, subject, result, detail FROM audit"
    " WHERE id < ?3 AND (?1 IS NULL OR actor = ?1) AND (?4 IS NULL OR action = ?4)"
    " ORDER BY id DESC LIMIT ?2";

void store_audit_append(struct store *store, const struct store_audit *entry,
                        struct store_done done)
{
    struct command command = {.statement = &audit_append, .done = done};

    command_add_text(&command, entry->actor);
    command_add_int(&command, entry->at_us);
    command_add_text(&command, entry->address);
    command_add_text(&command, entry->action);
    command_add_text(&command, entry->subject);
    command_add_text(&command, entry->result);
    command_add_text(&command, entry->detail);
    store_queue(store, &command);
}

void store_audit_prune(struct store *store, int64_t before_us, int64_t limit, int64_t *changes)
{
    struct command command = {.statement = &audit_prune, .changes = changes};

    *changes = 0;
    command_add_int(&command, before_us);
    command_add_int(&command, limit);
    store_queue(store, &command);
}

static void fill_entry(void *item, const struct statement *row, struct arena *arena)
{
    struct store_audit *entry = item;

    entry->id = statement_int(row, 0, 0);
    entry->at_us = statement_int(row, 1, 0);
    entry->actor = statement_text(row, 2, arena);
    entry->address = statement_text(row, 3, arena);
    entry->action = statement_text(row, 4, arena);
    entry->subject = statement_text(row, 5, arena);
    entry->result = statement_text(row, 6, arena);
    entry->detail = statement_text(row, 7, arena);
}

int store_read_audit(struct store_reader *reader, const struct store_audit_page *page,
                     struct arena *arena, struct store_audit **entries, size_t *count,
                     struct err *err)
{
    const struct reader_query query = {
        .sql = audit_sql,
        .text = page->actor,
        .ints = {page->limit, page->before_id > 0 ? page->before_id : INT64_MAX},
        .int_count = 2,
        .second = page->action,
        .item_size = sizeof **entries,
        .fill = fill_entry,
    };
    void *items;

    if (reader_all(reader, &query, arena, &items, count, err) < 0)
        return -1;
    *entries = items;
    return 0;
}

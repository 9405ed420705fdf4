#include "sqlite/triggers.h"

#include "base/buf.h"
#include "sqlite/names.h"

#include <string.h>

static const char *const suffixes[TRIGGER_COUNT] = {
    [TRIGGER_INSERT] = "insert",
    [TRIGGER_UPDATE] = "update",
    [TRIGGER_REKEY] = "rekey",
    [TRIGGER_DELETE] = "delete",
};

static const char *const events[TRIGGER_COUNT] = {
    [TRIGGER_INSERT] = "INSERT",
    [TRIGGER_UPDATE] = "UPDATE",
    [TRIGGER_REKEY] = "UPDATE",
    [TRIGGER_DELETE] = "DELETE",
};

static const char *keep(struct arena *arena, struct buf *buf)
{
    const char *text = arena_strndup(arena, buf->data, buf->size);

    buf_release(buf);
    return text;
}

const char *triggers_changes_name(struct arena *arena, const char *table)
{
    return arena_printf(arena, TRIGGERS_PREFIX "%s", table);
}

const char *triggers_name(struct arena *arena, const char *table, int kind)
{
    return arena_printf(arena, TRIGGERS_PREFIX "%s_%s", table, suffixes[kind]);
}

static void quote_changes(struct buf *out, const char *table)
{
    struct buf name;

    buf_init(&name);
    buf_printf(&name, TRIGGERS_PREFIX "%s", table);
    name_quote(out, name.data);
    buf_release(&name);
}

/* INSERT INTO changes (…) with the key's columns or all, up to where the values begin. */
static void put_insert(struct buf *out, const struct table *table, bool key_only)
{
    buf_append_str(out, "INSERT INTO ");
    quote_changes(out, table->name);
    buf_append_str(out, " (\"_change\", \"_change_at\"");
    for (int32_t i = 0; i < table->column_count; i++) {
        if (key_only && table->columns[i].key_position == 0)
            continue;
        buf_append_str(out, ", ");
        name_quote(out, table->columns[i].name);
    }
    buf_append_str(out, ") ");
}

/* The change's letter, its time and the columns of NEW or OLD. */
static void put_values(struct buf *out, const struct table *table, bool key_only, char change,
                       const char *row)
{
    buf_printf(out, "'%c', ", change);
    buf_append_str(out, TRIGGERS_NOW);
    for (int32_t i = 0; i < table->column_count; i++) {
        if (key_only && table->columns[i].key_position == 0)
            continue;
        buf_printf(out, ", %s", row);
        name_quote(out, table->columns[i].name);
    }
}

static void put_change(struct buf *out, const struct table *table, char change)
{
    bool is_delete = change == 'D';

    put_insert(out, table, is_delete);
    buf_append_str(out, "VALUES (");
    put_values(out, table, is_delete, change, is_delete ? "OLD." : "NEW.");
    buf_append_str(out, "); ");
}

/* Bytes decide, whatever the column's collation says: for a reader 'a' and 'A' are two keys. */
static void put_key_is_same(struct buf *out, const struct table *table)
{
    for (int32_t i = 0; i < table->key_count; i++) {
        const char *column = table->columns[table->key[i]].name;
        buf_append_str(out, i == 0 ? "OLD." : " AND OLD.");
        name_quote(out, column);
        buf_append_str(out, " COLLATE BINARY IS NEW.");
        name_quote(out, column);
    }
}

const char *triggers_sql(struct arena *arena, const struct table *table, int kind)
{
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "CREATE TRIGGER ");
    name_quote(&sql, triggers_name(arena, table->name, kind));
    buf_printf(&sql, " AFTER %s ON ", events[kind]);
    name_quote(&sql, table->name);
    if (kind == TRIGGER_UPDATE || kind == TRIGGER_REKEY) {
        buf_append_str(&sql, kind == TRIGGER_UPDATE ? " WHEN (" : " WHEN NOT (");
        put_key_is_same(&sql, table);
        buf_append_char(&sql, ')');
    }
    buf_append_str(&sql, " BEGIN ");
    if (kind == TRIGGER_DELETE || kind == TRIGGER_REKEY)
        put_change(&sql, table, 'D');
    if (kind == TRIGGER_INSERT || kind == TRIGGER_REKEY)
        put_change(&sql, table, 'I');
    if (kind == TRIGGER_UPDATE)
        put_change(&sql, table, 'U');
    buf_append_str(&sql, "END");
    return keep(arena, &sql);
}

void triggers_column_sql(struct buf *out, const struct table_column *column)
{
    name_quote(out, column->name);
    /* A type without quotes came through SQLite's grammar and is harmless; others do not matter. */
    if (strpbrk(column->declared, "\"'`[;") == NULL)
        buf_printf(out, " %s", column->declared);
}

const char *triggers_changes_sql(struct arena *arena, const struct table *table)
{
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "CREATE TABLE ");
    quote_changes(&sql, table->name);
    buf_append_str(&sql, " (\"_change_lsn\" INTEGER PRIMARY KEY AUTOINCREMENT, "
                         "\"_change\" TEXT NOT NULL, \"_change_at\" TEXT NOT NULL");
    for (int32_t i = 0; i < table->column_count; i++) {
        buf_append_str(&sql, ", ");
        triggers_column_sql(&sql, &table->columns[i]);
    }
    buf_append_char(&sql, ')');
    return keep(arena, &sql);
}

const char *triggers_retell_sql(struct arena *arena, const struct table *table, const bool *is_new)
{
    const char *between = " WHERE ";
    struct buf sql;

    buf_init(&sql);
    put_insert(&sql, table, false);
    buf_append_str(&sql, "SELECT ");
    put_values(&sql, table, false, 'U', "");
    buf_append_str(&sql, " FROM ");
    name_quote(&sql, table->name);
    for (int32_t i = 0; i < table->column_count; i++) {
        if (!is_new[i])
            continue;
        buf_append_str(&sql, between);
        name_quote(&sql, table->columns[i].name);
        buf_append_str(&sql, " IS NOT NULL");
        between = " OR ";
    }
    return keep(arena, &sql);
}

#include "sqlite/table.h"

#include "base/limits.h"
#include "sqlite/names.h"
#include "sqlite/storage.h"

#include <string.h>

static const char find_sql[] = "SELECT name, type FROM sqlite_schema "
                               "WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')";

/* hidden: 0 a column, 1 a virtual table's hidden one, 2 and 3 generated. */
static const char columns_sql[] =
    "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid";

static const char list_sql[] = "SELECT name, type FROM sqlite_schema "
                               "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
                               "ESCAPE '\\' ORDER BY name";

/* A statement whose one parameter is a name. */
static int prepare_with_name(struct session *session, const char *sql, const char *name,
                             sqlite3_stmt **statement, struct aorta_error *error)
{
    if (session_prepare(session, sql, statement, error) < 0)
        return -1;
    int rc = sqlite3_bind_text(*statement, 1, name, -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK)
        return 0;
    sqlite3_finalize(*statement);
    return session_fail(session, rc, error);
}

static const char *text_at(sqlite3_stmt *statement, int at, struct arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(statement, at);

    return arena_strdup(arena, text != NULL ? text : "");
}

static int read_columns(struct session *session, struct arena *arena, struct table *table,
                        struct aorta_error *error)
{
    struct table_column *columns = NULL;
    sqlite3_stmt *statement;
    int32_t count = 0, room = 0;
    int more;

    if (prepare_with_name(session, columns_sql, table->name, &statement, error) < 0)
        return -1;
    while ((more = session_step(session, statement, error)) == 1 && count < LIMIT_COLUMNS) {
        if (count == room) {
            struct table_column *larger;
            room = room == 0 ? 16 : room * 2;
            larger = arena_calloc(arena, (size_t)room, sizeof *larger);
            if (count > 0)
                memcpy(larger, columns, (size_t)count * sizeof *larger);
            columns = larger;
        }
        struct table_column *column = &columns[count++];
        column->name = text_at(statement, 0, arena);
        column->declared = text_at(statement, 1, arena);
        column->key_position = sqlite3_column_int(statement, 2);
        column->is_generated = sqlite3_column_int(statement, 3) != 0;
        if (!storage_type_of(column->declared, &column->type))
            column->type = AORTA_TEXT;
    }
    sqlite3_finalize(statement);
    table->columns = columns;
    table->column_count = count;
    return more < 0 ? -1 : 0;
}

static void collect_key(struct table *table, struct arena *arena)
{
    int32_t *key = arena_calloc(arena, (size_t)table->column_count, sizeof *key);

    for (int32_t i = 0; i < table->column_count; i++)
        if (table->columns[i].key_position > 0) {
            key[table->columns[i].key_position - 1] = i;
            table->key_count++;
        }
    table->key = key;
}

int table_find(struct session *session, const char *name, struct arena *arena, struct table *table,
               struct aorta_error *error)
{
    struct table found = {0};
    sqlite3_stmt *statement;

    if (prepare_with_name(session, find_sql, name, &statement, error) < 0)
        return -1;
    int there = session_step(session, statement, error);
    if (there == 1) {
        found.name = text_at(statement, 0, arena);
        found.is_view = strcmp(text_at(statement, 1, arena), "view") == 0;
    }
    sqlite3_finalize(statement);
    if (there != 1)
        return there;
    if (read_columns(session, arena, &found, error) < 0)
        return -1;
    collect_key(&found, arena);
    *table = found;
    return 1;
}

int32_t table_column_find(const struct table *table, const char *name)
{
    for (int32_t i = 0; i < table->column_count; i++)
        if (name_equal(table->columns[i].name, name))
            return i;
    return -1;
}

void table_stream(const struct table *table, struct arena *arena, struct aorta_stream *stream)
{
    struct aorta_field *fields = arena_calloc(arena, (size_t)table->column_count, sizeof *fields);

    for (int32_t i = 0; i < table->column_count; i++) {
        fields[i].name = table->columns[i].name;
        fields[i].type = table->columns[i].type;
    }
    stream->name = table->name;
    stream->field_count = table->column_count;
    stream->fields = fields;
    stream->key_count = table->key_count;
    stream->key = table->key;
}

int table_list(struct session *session, int (*each)(void *arg, const char *name, const char *kind),
               void *arg, struct aorta_error *error)
{
    struct listed {
        const char *name;
        const char *kind;
        struct listed *next;
    } *first = NULL, **last = &first;
    struct arena arena;
    sqlite3_stmt *statement;
    int more;

    if (session_prepare(session, list_sql, &statement, error) < 0)
        return -1;
    arena_init(&arena);
    while ((more = session_step(session, statement, error)) == 1) {
        struct listed *listed = arena_alloc(&arena, sizeof *listed);
        listed->name = text_at(statement, 0, &arena);
        listed->kind = text_at(statement, 1, &arena);
        *last = listed;
        last = &listed->next;
    }
    sqlite3_finalize(statement);
    for (struct listed *listed = first; more == 0 && listed != NULL; listed = listed->next)
        if (each(arg, listed->name, listed->kind) != 0)
            break;
    arena_release(&arena);
    return more;
}

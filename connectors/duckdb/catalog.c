#include "duckdb/catalog.h"

#include "duckdb/cursor.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/quote.h"
#include "duckdb/session.h"
#include "duckdb/shape.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

static const char list_sql[] =
    "SELECT schema_name, table_name, 'table' FROM duckdb_tables() "
    "WHERE database_name = current_database() AND NOT internal AND starts_with(table_name, $1) "
    "UNION ALL "
    "SELECT schema_name, view_name, 'view' FROM duckdb_views() "
    "WHERE database_name = current_database() AND NOT internal AND starts_with(view_name, $1) "
    "ORDER BY ALL";

static struct aorta_value text_value(const char *text)
{
    return (struct aorta_value){.type = AORTA_TEXT, .text = {text, strlen(text)}};
}

/* ------------------------------------------------------------------------------------ describing */

enum lookup { LOOKUP_NOTHING, LOOKUP_TABLE, LOOKUP_UNCLEAR };

static void quote_relation(struct buf *sql, const char *schema, const char *name)
{
    quote_name(sql, schema);
    buf_append_char(sql, '.');
    quote_name(sql, name);
}

/* A lookup by name; duckdb_tables() reads the whole catalog, milliseconds where there is much. What
 * it says of a name that nothing has is the only text of DuckDB that is known here: should it ever
 * read otherwise, what follows is slower and the same. */
static enum lookup find_table(struct session *session, const char *schema, const char *name,
                              duckdb_table_description *table)
{
    static const char nothing[] = "No table with that schema+name could be located";

    if (duckdb.table_description_create_ext(session->handle, NULL, schema, name, table) ==
        DuckDBSuccess)
        return LOOKUP_TABLE;
    const char *text = duckdb.table_description_error(*table);
    return text != NULL && strcmp(text, nothing) == 0 ? LOOKUP_NOTHING : LOOKUP_UNCLEAR;
}

/* Whether there is a view to drop, which is asked for and never done: another lookup by name, and
 * one that does not mind if the view's parents are gone. 1 or 0, -1. */
static int is_view(struct session *session, const char *schema, const char *name,
                   struct aorta_error *error)
{
    static const char nothing[] = "Catalog Error";
    duckdb_prepared_statement statement = NULL;
    struct buf sql;
    int found = 1;

    buf_init(&sql);
    buf_append_str(&sql, "DROP VIEW ");
    quote_relation(&sql, schema, name);
    if (duckdb.prepare(session->handle, sql.data, &statement) != DuckDBSuccess) {
        const char *text = duckdb.prepare_error(statement);
        bool is_absent = text != NULL && strncmp(text, nothing, sizeof nothing - 1) == 0;
        found = is_absent ? 0 : failure_translate(error, text);
    }
    duckdb.destroy_prepare(&statement);
    buf_release(&sql);
    return found;
}

static void describe_column(struct aorta_field *field, const char **type_name, const char *name,
                            duckdb_logical_type type, struct arena *arena)
{
    struct shape shape;
    struct buf text;

    buf_init(&text);
    shape_read(&shape, type, arena);
    shape_write_name(&text, &shape);
    field->name = arena_strdup(arena, name);
    if (!shape_type(&shape, &field->type))
        field->type = AORTA_TEXT;
    *type_name = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
}

static bool has_column(duckdb_table_description table, idx_t index)
{
    char *name = duckdb.table_description_get_column_name(table, index);
    bool has = name != NULL;

    duckdb.free(name);
    return has;
}

static void describe_loaded(duckdb_table_description table, duckdb_appender appender, idx_t count,
                            struct arena *arena, struct aorta_relation *relation)
{
    struct aorta_field *fields = arena_calloc(arena, count, sizeof *fields);
    const char **type_names = arena_calloc(arena, count, sizeof *type_names);

    for (idx_t i = 0; i < count; i++) {
        char *name = duckdb.table_description_get_column_name(table, i);
        duckdb_logical_type type = duckdb.appender_column_type(appender, i);
        describe_column(&fields[i], &type_names[i], name, type, arena);
        duckdb.destroy_logical_type(&type);
        duckdb.free(name);
    }
    relation->field_count = (int32_t)count;
    relation->fields = fields;
    relation->type_names = type_names;
}

/* As a load finds the columns, which is by name, too: nothing is parsed and planned for it. False
 * if that is not all of them: what is generated is not loaded. */
static bool describe_table(struct session *session, const char *schema, const char *name,
                           duckdb_table_description table, struct aorta_relation *relation)
{
    duckdb_appender appender = NULL;
    bool is_whole = false;

    if (duckdb.appender_create_ext(session->handle, NULL, schema, name, &appender) ==
        DuckDBSuccess) {
        idx_t count = duckdb.appender_column_count(appender);
        is_whole = count > 0 && has_column(table, count - 1) && !has_column(table, count);
        if (is_whole)
            describe_loaded(table, appender, count, &session->described, relation);
    }
    duckdb.appender_destroy(&appender);
    return is_whole;
}

/* The columns of a statement that is prepared and never run. */
static void describe_columns(duckdb_prepared_statement statement, struct arena *arena,
                             struct aorta_relation *relation)
{
    idx_t count = duckdb.prepared_statement_column_count(statement);
    struct aorta_field *fields = arena_calloc(arena, count, sizeof *fields);
    const char **type_names = arena_calloc(arena, count, sizeof *type_names);

    for (idx_t i = 0; i < count; i++) {
        char *name = (char *)(uintptr_t)duckdb.prepared_statement_column_name(statement, i);
        duckdb_logical_type type = duckdb.prepared_statement_column_logical_type(statement, i);
        describe_column(&fields[i], &type_names[i], name, type, arena);
        duckdb.destroy_logical_type(&type);
        duckdb.free(name);
    }
    relation->field_count = (int32_t)count;
    relation->fields = fields;
    relation->type_names = type_names;
}

static void describe_relation(struct session *session, const char *schema, const char *name,
                              struct aorta_relation *relation)
{
    duckdb_prepared_statement statement = NULL;
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "SELECT * FROM ");
    quote_relation(&sql, schema, name);
    if (duckdb.prepare(session->handle, sql.data, &statement) == DuckDBSuccess)
        describe_columns(statement, &session->described, relation);
    duckdb.destroy_prepare(&statement);
    buf_release(&sql);
}

int catalog_describe(void *opaque, const char *schema, const char *name,
                     struct aorta_relation *relation, struct aorta_error *error)
{
    struct session *session = opaque;
    struct aorta_relation found = {.kind = "table"};
    duckdb_table_description table = NULL;

    if (session_expect_idle(session, error) < 0)
        return -1;
    arena_reset(&session->described);
    enum lookup lookup = find_table(session, schema, name, &table);
    int there = lookup != LOOKUP_NOTHING;
    if (lookup == LOOKUP_UNCLEAR) {
        there = is_view(session, schema, name, error);
        found.kind = "view";
    }
    if (there == 1 &&
        (lookup != LOOKUP_TABLE || !describe_table(session, schema, name, table, &found)))
        describe_relation(session, schema, name, &found);
    duckdb.table_description_destroy(&table);
    if (there == 1)
        *relation = found;
    return there;
}

/* ------------------------------------------------------------------------------------ listing */

struct listing {
    struct arena arena;
    size_t count;
    size_t capacity;
    const char *(*rows)[3]; /* schema, name, kind */
};

static void add_rows(struct listing *listing, const struct aorta_batch *batch)
{
    for (int64_t row = 0; row < batch->row_count; row++) {
        if (listing->count == listing->capacity) {
            listing->capacity = listing->capacity * 2 + 16;
            listing->rows = alloc_resize(listing->rows, listing->capacity * sizeof *listing->rows);
        }
        for (int i = 0; i < 3; i++) {
            const struct aorta_column *column = &batch->columns[i];
            int32_t start = column->offsets[row];
            listing->rows[listing->count][i] =
                arena_strndup(&listing->arena, (const char *)column->values + start,
                              (size_t)(column->offsets[row + 1] - start));
        }
        listing->count++;
    }
}

int catalog_list(void *session, const char *name_prefix,
                 int (*each)(void *arg, const char *schema, const char *name, const char *kind),
                 void *arg, struct aorta_error *error)
{
    const struct aorta_value prefix = text_value(name_prefix);
    struct listing listing = {0};
    struct aorta_batch batch;
    void *cursor;
    int more;

    if (cursor_open(session, list_sql, &prefix, 1, &cursor, error) < 0)
        return -1;
    arena_init(&listing.arena);
    while ((more = cursor_next(cursor, &batch, error)) > 0)
        add_rows(&listing, &batch);
    cursor_close(cursor);
    for (size_t i = 0; more == 0 && i < listing.count; i++)
        if (each(arg, listing.rows[i][0], listing.rows[i][1], listing.rows[i][2]) != 0)
            break;
    free(listing.rows);
    arena_release(&listing.arena);
    return more;
}

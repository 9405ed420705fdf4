#include "sqlite/warehouse.h"

#include "base/alloc.h"
#include "sqlite/bind.h"
#include "sqlite/confinement.h"
#include "sqlite/dialect.h"
#include "sqlite/load.h"
#include "sqlite/rows.h"
#include "sqlite/session.h"
#include "sqlite/table.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ sessions */

static int open_session(void *connection, void **session, struct aorta_error *error)
{
    struct session *made;

    if (session_new(connection, &made, error) < 0)
        return -1;
    *session = made;
    return 0;
}

static void close_session(void *session)
{
    session_free(session);
}

static int begin(void *session, bool for_write, struct aorta_error *error)
{
    return session_begin(session, for_write, error);
}

static int commit(void *session, struct aorta_error *error)
{
    return session_commit(session, error);
}

static int roll_back(void *session, struct aorta_error *error)
{
    return session_rollback(session, error);
}

static void cancel(void *session)
{
    session_cancel(session);
}

/* ---------------------------------------------------------------------------------- statements */

static int prepare(struct session *session, const char *sql, const struct aorta_value *params,
                   int32_t param_count, sqlite3_stmt **statement, struct aorta_error *error)
{
    sqlite3_stmt *made;

    if (session_prepare(session, sql, &made, error) < 0)
        return -1;
    if (bind_params(made, params, param_count, error) < 0) {
        sqlite3_finalize(made);
        return -1;
    }
    *statement = made;
    return 0;
}

static int exec(void *arg, const char *sql, const struct aorta_value *params, int32_t param_count,
                int64_t *affected, struct aorta_error *error)
{
    struct session *session = arg;
    sqlite3_stmt *statement;
    int more;

    if (prepare(session, sql, params, param_count, &statement, error) < 0)
        return -1;
    sqlite3_int64 before = sqlite3_total_changes64(session->db);
    do
        more = session_step(session, statement, error);
    while (more == 1);
    sqlite3_finalize(statement);
    if (more < 0)
        return -1;
    /* changes() stays what it was over a statement that changes nothing. */
    bool has_changed = sqlite3_total_changes64(session->db) != before;
    if (affected != NULL)
        *affected = has_changed ? sqlite3_changes64(session->db) : 0;
    return 0;
}

/* ------------------------------------------------------------------------------------- cursors */

/* The first batch is read when the cursor is opened: it decides the types of expressions. */
struct cursor {
    struct rows rows;
    bool is_first; /* the first batch has not been lent yet */
};

static void close_cursor(void *arg)
{
    struct cursor *cursor = arg;

    if (cursor == NULL)
        return;
    rows_release(&cursor->rows);
    free(cursor);
}

static int gather(struct rows *rows, struct aorta_error *error)
{
    int more;

    columns_reset(&rows->columns);
    while ((more = rows_next(rows, error)) == 1 && (more = rows_take(rows, error)) == 1)
        ;
    return more;
}

static int query(void *session, const char *sql, const struct aorta_value *params,
                 int32_t param_count, void **cursor, struct aorta_error *error)
{
    sqlite3_stmt *statement;

    if (prepare(session, sql, params, param_count, &statement, error) < 0)
        return -1;

    struct cursor *made = alloc_zeroed(1, sizeof *made);
    struct columns *columns = &made->rows.columns;
    int count = sqlite3_column_count(statement);
    rows_init(&made->rows, session, statement);
    made->is_first = true;
    for (int i = 0; i < count; i++)
        columns_add(columns, sqlite3_column_name(statement, i),
                    sqlite3_column_decltype(statement, i));
    int rc = count > 0 ? gather(&made->rows, error)
                       : aorta_fail(error, AORTA_CONFIG, "the statement gives no rows");
    if (rc < 0) {
        close_cursor(made);
        return -1;
    }
    columns_fix(columns);
    *cursor = made;
    return 0;
}

static int next(void *arg, struct aorta_batch *batch, struct aorta_error *error)
{
    struct cursor *cursor = arg;

    if (!cursor->is_first && gather(&cursor->rows, error) < 0)
        return -1;
    cursor->is_first = false;
    if (cursor->rows.columns.row_count == 0)
        return 0;
    columns_lend(&cursor->rows.columns, batch);
    return 1;
}

static const struct aorta_field *cursor_fields(void *arg, int32_t *count)
{
    struct cursor *cursor = arg;

    *count = cursor->rows.columns.count;
    return cursor->rows.columns.fields;
}

/* -------------------------------------------------------------------------------------- schema */

static int describe(void *arg, const char *schema, const char *name,
                    struct aorta_relation *relation, struct aorta_error *error)
{
    struct session *session = arg;
    struct table table;
    struct aorta_stream stream;

    (void)schema;
    arena_reset(&session->arena);
    int there = table_find(session, name, &session->arena, &table, error);
    if (there != 1)
        return there;

    const char **type_names =
        arena_calloc(&session->arena, (size_t)table.column_count, sizeof *type_names);
    for (int32_t i = 0; i < table.column_count; i++)
        type_names[i] = table.columns[i].declared;
    table_stream(&table, &session->arena, &stream);
    relation->kind = table.is_view ? "view" : "table";
    relation->field_count = stream.field_count;
    relation->fields = stream.fields;
    relation->type_names = type_names;
    return 1;
}

struct listing {
    const char *prefix;
    size_t prefix_size;
    int (*each)(void *arg, const char *schema, const char *name, const char *kind);
    void *arg;
};

static int list_one(void *arg, const char *name, const char *kind)
{
    struct listing *listing = arg;

    if (strncmp(name, listing->prefix, listing->prefix_size) != 0)
        return 0;
    return listing->each(listing->arg, "", name, kind);
}

static int list(void *session, const char *name_prefix,
                int (*each)(void *arg, const char *schema, const char *name, const char *kind),
                void *arg, struct aorta_error *error)
{
    struct listing listing = {name_prefix, strlen(name_prefix), each, arg};

    return table_list(session, list_one, &listing, error);
}

const struct aorta_warehouse sqlite_warehouse = {
    .dialect = &sqlite_dialect,
    .session_open = open_session,
    .session_close = close_session,
    .begin = begin,
    .commit = commit,
    .rollback = roll_back,
    .exec = exec,
    .query = query,
    .next = next,
    .cursor_close = close_cursor,
    .cursor_fields = cursor_fields,
    .describe = describe,
    .list = list,
    .load_begin = load_begin,
    .load_batch = load_batch,
    .load_end = load_end,
    .load_abort = load_abort,
    .cancel = cancel,
    .confine = confinement_begin,
};

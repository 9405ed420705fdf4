#include "sqlite/warehouse.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "sqlite/bind.h"
#include "sqlite/columns.h"
#include "sqlite/dialect.h"
#include "sqlite/load.h"
#include "sqlite/names.h"
#include "sqlite/session.h"
#include "sqlite/table.h"

#include <stdlib.h>

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
    struct session *session;
    sqlite3_stmt *statement;
    struct columns columns;
    bool has_row;    /* the statement stands on a row that no batch has taken */
    bool is_at_end;
    bool is_first; /* the first batch has not been lent yet */
};

static void close_cursor(void *arg)
{
    struct cursor *cursor = arg;

    if (cursor == NULL)
        return;
    sqlite3_finalize(cursor->statement);
    columns_release(&cursor->columns);
    free(cursor);
}

static int gather(struct cursor *cursor, struct aorta_error *error)
{
    columns_reset(&cursor->columns);
    while (!cursor->is_at_end) {
        if (!cursor->has_row) {
            int more = session_step(cursor->session, cursor->statement, error);
            if (more < 0)
                return -1;
            cursor->is_at_end = more == 0;
            cursor->has_row = more == 1;
            continue;
        }
        int taken = columns_append(&cursor->columns, cursor->statement, 0, error);
        if (taken <= 0)
            return taken;
        cursor->has_row = false;
    }
    return 0;
}

static int query(void *arg, const char *sql, const struct aorta_value *params, int32_t param_count,
                 void **cursor, struct aorta_error *error)
{
    struct session *session = arg;
    sqlite3_stmt *statement;

    if (prepare(session, sql, params, param_count, &statement, error) < 0)
        return -1;

    struct cursor *made = alloc_zeroed(1, sizeof *made);
    made->session = session;
    made->statement = statement;
    made->is_first = true;
    columns_init(&made->columns);
    int count = sqlite3_column_count(statement);
    for (int i = 0; i < count; i++)
        columns_add(&made->columns, sqlite3_column_name(statement, i),
                    sqlite3_column_decltype(statement, i));
    int rc = count > 0 ? gather(made, error)
                       : aorta_fail(error, AORTA_CONFIG, "the statement gives no rows");
    if (rc < 0) {
        close_cursor(made);
        return -1;
    }
    columns_fix(&made->columns);
    *cursor = made;
    return 0;
}

static int next(void *arg, struct aorta_batch *batch, struct aorta_error *error)
{
    struct cursor *cursor = arg;

    if (!cursor->is_first && gather(cursor, error) < 0)
        return -1;
    cursor->is_first = false;
    if (cursor->columns.row_count == 0)
        return 0;
    columns_lend(&cursor->columns, batch);
    return 1;
}

static const struct aorta_field *cursor_fields(void *arg, int32_t *count)
{
    struct cursor *cursor = arg;

    *count = cursor->columns.count;
    return cursor->columns.fields;
}

/* -------------------------------------------------------------------------------------- schema */

static int describe(void *arg, const char *schema, const char *name,
                    struct aorta_relation *relation, struct aorta_error *error)
{
    struct session *session = arg;
    struct table table;
    struct aorta_stream stream;
    struct buf joined;

    arena_reset(&session->arena);
    buf_init(&joined);
    name_join(&joined, schema, name);
    int there = table_find(session, joined.data, &session->arena, &table, error);
    buf_release(&joined);
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
    int (*each)(void *arg, const char *schema, const char *name, const char *kind);
    void *arg;
};

static int list_one(void *arg, const char *table, const char *kind)
{
    struct listing *listing = arg;
    const char *name = name_split(table, listing->prefix);
    struct buf schema;

    if (name == NULL)
        return 0;
    buf_init(&schema);
    if (name > table)
        buf_append(&schema, table, (size_t)(name - table) - (sizeof NAME_JOIN - 1));
    int stop = listing->each(listing->arg, schema.data, name, kind);
    buf_release(&schema);
    return stop;
}

static int list(void *session, const char *name_prefix,
                int (*each)(void *arg, const char *schema, const char *name, const char *kind),
                void *arg, struct aorta_error *error)
{
    struct listing listing = {name_prefix, each, arg};

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
};

#include "sqlite/reader.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "sqlite/boundary.h"
#include "sqlite/capture.h"
#include "sqlite/names.h"
#include "sqlite/rows.h"
#include "sqlite/table.h"

#include <stdlib.h>

/* The columns before the table's own when changes are read. */
enum { CHANGE_AT, CHANGE_LSN_AT, CHANGE_TIME_AT, CHANGE_COLUMNS };

struct reader {
    struct session *session;
    struct arena arena;
    struct table table;
    struct aorta_stream stream;
    struct rows rows;
    atomic_bool is_canceled;
    struct buf position;
    bool has_position;

    struct boundary *boundary; /* incremental */
    int cursor_at;
    bool has_begun; /* next was called */

    bool reads_changes; /* a snapshot included */
    bool is_snapshot;
    struct capture capture;
    struct position reached;
};

/* ------------------------------------------------------------------------------------- opening */

static void put_columns(struct buf *sql, const struct table *table)
{
    for (int32_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            buf_append_str(sql, ", ");
        name_quote(sql, table->columns[i].name);
    }
}

/* Reading anything fixes the state that the transaction sees; the schema is read in no time. */
static const char fix_state_sql[] = "SELECT 1 FROM sqlite_schema LIMIT 1";

/* Begins the read and prepares its statement. That one's first row may take long (a view, a sort),
 * so it is left to reader_next, which can be canceled. */
static int start_rows(struct reader *reader, const char *sql, struct aorta_error *error)
{
    sqlite3_stmt *statement;

    if (session_begin(reader->session, false, error) < 0 ||
        session_run(reader->session, fix_state_sql, error) < 0 ||
        session_prepare(reader->session, sql, &statement, error) < 0)
        return -1;
    rows_init(&reader->rows, reader->session, statement);
    if (reader->reads_changes) {
        columns_add_typed(&reader->rows.columns, "_change", AORTA_TEXT);
        columns_add_typed(&reader->rows.columns, "_change_lsn", AORTA_INT64);
        columns_add_typed(&reader->rows.columns, "_change_at", AORTA_TIMESTAMP);
    }
    for (int32_t i = 0; i < reader->stream.field_count; i++)
        columns_add_typed(&reader->rows.columns, reader->stream.fields[i].name,
                          reader->stream.fields[i].type);
    return 0;
}

static int open_all(struct reader *reader, struct aorta_error *error)
{
    struct buf sql;

    table_stream(&reader->table, &reader->arena, &reader->stream);
    buf_init(&sql);
    buf_append_str(&sql, "SELECT ");
    put_columns(&sql, &reader->table);
    buf_append_str(&sql, " FROM ");
    name_quote(&sql, reader->table.name);
    int rc = start_rows(reader, sql.data, error);
    buf_release(&sql);
    return rc;
}

static void warn_of_nulls(struct reader *reader)
{
    const char *column = reader->table.columns[reader->cursor_at].name;
    const struct aorta_host *host = reader->session->connection->host;
    struct aorta_error ignored;
    sqlite3_stmt *statement;
    struct buf text;

    buf_init(&text);
    buf_append_str(&text, "SELECT 1 FROM ");
    name_quote(&text, reader->table.name);
    buf_append_str(&text, " WHERE ");
    name_quote(&text, column);
    buf_append_str(&text, " IS NULL LIMIT 1");
    if (session_prepare(reader->session, text.data, &statement, &ignored) == 0) {
        if (session_step(reader->session, statement, &ignored) == 1) {
            buf_reset(&text);
            buf_printf(&text, "table \"%s\": rows whose cursor column \"%s\" is null are left out",
                       reader->table.name, column);
            host->log(AORTA_LOG_WARN, text.data);
        }
        sqlite3_finalize(statement);
    }
    buf_release(&text);
}

static int open_incremental(struct reader *reader, const struct aorta_read_request *request,
                            struct aorta_error *error)
{
    struct buf sql;
    int rc;

    reader->cursor_at = table_column_find(
        &reader->table, request->cursor_column != NULL ? request->cursor_column : "");
    if (reader->cursor_at < 0)
        return aorta_fail(error, AORTA_CONFIG,
                          "table \"%.100s\" has no column \"%.100s\" to be "
                          "the cursor",
                          reader->table.name,
                          request->cursor_column != NULL ? request->cursor_column : "");
    if (boundary_new(reader->session, request->position, &reader->boundary, error) < 0)
        return -1;
    if (request->position != NULL) {
        buf_append_str(&reader->position, request->position);
        reader->has_position = true;
    }
    table_stream(&reader->table, &reader->arena, &reader->stream);
    const char *cursor = reader->table.columns[reader->cursor_at].name;
    buf_init(&sql);
    buf_append_str(&sql, "SELECT ");
    put_columns(&sql, &reader->table);
    buf_append_str(&sql, " FROM ");
    name_quote(&sql, reader->table.name);
    buf_append_str(&sql, " WHERE ");
    name_quote(&sql, cursor);
    buf_append_str(&sql,
                   boundary_is_set(reader->boundary) ? " COLLATE BINARY >= ?1" : " IS NOT NULL");
    buf_append_str(&sql, " ORDER BY ");
    name_quote(&sql, cursor);
    buf_append_str(&sql, " COLLATE BINARY");
    rc = start_rows(reader, sql.data, error);
    buf_release(&sql);
    if (rc < 0)
        return -1;
    if (boundary_is_set(reader->boundary) &&
        (rc = boundary_bind(reader->boundary, reader->rows.statement, 1)) != SQLITE_OK)
        return session_fail(reader->session, rc, error);
    return 0;
}

/* ------------------------------------------------------------------------------ opening changes */

/* SELECT 'R', lsn, time, columns FROM table: lsn and time are parameters. */
static int start_snapshot(struct reader *reader, struct aorta_error *error)
{
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "SELECT 'R', ?1, ?2, ");
    put_columns(&sql, &reader->capture.table);
    buf_append_str(&sql, " FROM ");
    name_quote(&sql, reader->table.name);
    int rc = start_rows(reader, sql.data, error);
    buf_release(&sql);
    if (rc < 0)
        return -1;
    sqlite3_bind_int64(reader->rows.statement, 1, reader->capture.end.lsn);
    sqlite3_bind_text(reader->rows.statement, 2, reader->capture.now, -1, SQLITE_STATIC);
    return 0;
}

static int start_changes(struct reader *reader, int64_t from_lsn, struct aorta_error *error)
{
    struct buf sql;

    buf_init(&sql);
    buf_append_str(&sql, "SELECT \"_change\", \"_change_lsn\", \"_change_at\", ");
    put_columns(&sql, &reader->capture.table);
    buf_append_str(&sql, " FROM ");
    name_quote(&sql, reader->capture.changes);
    buf_append_str(&sql, " WHERE \"_change_lsn\" > ?1 AND \"_change_lsn\" <= ?2 "
                         "ORDER BY \"_change_lsn\"");
    int rc = start_rows(reader, sql.data, error);
    buf_release(&sql);
    if (rc < 0)
        return -1;
    sqlite3_bind_int64(reader->rows.statement, 1, from_lsn);
    sqlite3_bind_int64(reader->rows.statement, 2, reader->capture.end.lsn);
    return 0;
}

static int commit_capture(struct session *writer, struct aorta_error *error)
{
    fault_point("sqlite.capture.before");
    if (session_commit(writer, error) < 0)
        return -1;
    fault_point("sqlite.capture.after");
    return 0;
}

/* The writer holds the write lock from before the capture is made until after the snapshot has
 * begun to read: nobody else can write in between, so the snapshot is of exactly that LSN. */
static int open_snapshot(struct reader *reader, struct session *writer, struct aorta_error *error)
{
    if (capture_start(writer, &reader->table, &reader->arena, &reader->capture, error) < 0)
        return -1;
    reader->is_snapshot = true;
    reader->reached = reader->capture.end;
    table_stream(&reader->capture.table, &reader->arena, &reader->stream);
    if (start_snapshot(reader, error) < 0)
        return -1;
    return commit_capture(writer, error);
}

static int open_changes(struct reader *reader, struct session *writer, const char *position,
                        struct aorta_error *error)
{
    struct position from;

    if (position_read(writer, position, &from, error) < 0 ||
        capture_resume(writer, &reader->table, &from, &reader->arena, &reader->capture, error) <
            0 ||
        commit_capture(writer, error) < 0)
        return -1;
    reader->reached = from;
    position_write(&from, &reader->position);
    reader->has_position = true;
    table_stream(&reader->capture.table, &reader->arena, &reader->stream);
    return start_changes(reader, from.lsn, error);
}

static int open_capture(struct reader *reader, const struct connection *connection,
                        const char *position, struct aorta_error *error)
{
    struct session *writer;
    int rc = -1;

    if (connection->read_only)
        return aorta_fail(error, AORTA_CONFIG,
                          "change capture writes triggers into the database, "
                          "which the option read_only forbids");
    if (session_new(connection, &writer, error) < 0)
        return -1;
    reader->reads_changes = true;
    /* Looked at again under the lock: the table may have changed since. */
    if (session_begin(writer, true, error) < 0 ||
        table_find(writer, reader->table.name, &reader->arena, &reader->table, error) < 0 ||
        capture_check(&reader->table, error) < 0)
        goto out;
    rc = position == NULL ? open_snapshot(reader, writer, error)
                          : open_changes(reader, writer, position, error);
out:
    session_free(writer);
    return rc;
}

int reader_open(void *connection, const struct aorta_read_request *request, void **reader,
                struct aorta_error *error)
{
    struct reader *made = alloc_zeroed(1, sizeof *made);
    int rc = -1;

    arena_init(&made->arena);
    buf_init(&made->position);
    atomic_init(&made->is_canceled, false);
    rows_init(&made->rows, NULL, NULL);
    if (session_new(connection, &made->session, error) < 0)
        goto out;
    int there = table_find(made->session, request->stream, &made->arena, &made->table, error);
    if (there == 0)
        aorta_fail(error, AORTA_CONFIG, "no such table: %.200s", request->stream);
    if (there != 1)
        goto out;
    switch (request->mode) {
    case AORTA_READ_ALL: rc = open_all(made, error); break;
    case AORTA_READ_INCREMENTAL: rc = open_incremental(made, request, error); break;
    case AORTA_READ_CHANGES: rc = open_capture(made, connection, request->position, error); break;
    }
out:
    if (rc < 0)
        reader_close(made);
    else
        *reader = made;
    return rc;
}

/* ------------------------------------------------------------------------------------- reading */

const struct aorta_stream *reader_schema(void *arg)
{
    struct reader *reader = arg;

    return &reader->stream;
}

/* What has to be remembered of a row that is in the batch. */
static int note(struct reader *reader, struct aorta_error *error)
{
    if (reader->boundary != NULL)
        return boundary_note(reader->boundary, reader->rows.statement, reader->cursor_at, error);
    if (reader->reads_changes)
        reader->reached.lsn = sqlite3_column_int64(reader->rows.statement, CHANGE_LSN_AT);
    return 0;
}

static int gather(struct reader *reader, struct aorta_error *error)
{
    struct rows *rows = &reader->rows;
    int more;

    columns_reset(&rows->columns);
    while ((more = rows_next(rows, error)) == 1) {
        if (atomic_load(&reader->is_canceled))
            return aorta_fail(error, AORTA_CANCELED, "canceled");
        if (reader->boundary != NULL &&
            boundary_was_seen(reader->boundary, rows->statement, reader->cursor_at)) {
            rows_skip(rows);
            continue;
        }
        if ((more = rows_take(rows, error)) != 1)
            break;
        if (note(reader, error) < 0)
            return -1;
    }
    return more < 0 ? -1 : 0;
}

/* Behind the batch that was gathered. */
static int move_position(struct reader *reader, struct aorta_error *error)
{
    if (reader->boundary != NULL && reader->rows.columns.row_count > 0) {
        if (boundary_write(reader->boundary, &reader->position, error) < 0)
            return -1;
        reader->has_position = true;
    }
    if (!reader->reads_changes)
        return 0;
    if (reader->rows.is_at_end)
        reader->reached.lsn = reader->capture.end.lsn;
    else if (reader->is_snapshot)
        return 0;
    position_write(&reader->reached, &reader->position);
    reader->has_position = true;
    return 0;
}

int reader_next(void *arg, struct aorta_batch *batch, struct aorta_error *error)
{
    struct reader *reader = arg;

    if (atomic_load(&reader->is_canceled))
        return aorta_fail(error, AORTA_CANCELED, "canceled");
    if (reader->boundary != NULL && !reader->has_begun)
        warn_of_nulls(reader);
    reader->has_begun = true;
    if (gather(reader, error) < 0 || move_position(reader, error) < 0)
        return -1;
    if (reader->rows.columns.row_count == 0)
        return 0;
    columns_lend(&reader->rows.columns, batch);
    return 1;
}

const char *reader_position(void *arg)
{
    struct reader *reader = arg;

    return reader->has_position ? reader->position.data : NULL;
}

void reader_cancel(void *arg)
{
    struct reader *reader = arg;

    atomic_store(&reader->is_canceled, true);
    session_cancel(reader->session);
}

void reader_close(void *arg)
{
    struct reader *reader = arg;

    if (reader == NULL)
        return;
    rows_release(&reader->rows);
    boundary_free(reader->boundary);
    session_free(reader->session);
    buf_release(&reader->position);
    arena_release(&reader->arena);
    free(reader);
}

#include "duckdb/cursor.h"

#include "duckdb/carry.h"
#include "duckdb/column.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/session.h"
#include "duckdb/statement.h"

#include "base/alloc.h"
#include "base/arena.h"

#include <stdlib.h>

struct cursor {
    struct session *session;
    duckdb_prepared_statement statement;
    duckdb_result result;
    struct arena arena; /* fields, columns, shapes */
    int32_t column_count;
    struct aorta_field *fields;
    struct column *columns;
    struct aorta_column *lent;
    duckdb_data_chunk chunk; /* NULL: none yet, or the end */
    idx_t row_count;         /* of the chunk */
    idx_t next_row;
    bool is_over; /* nothing is left, or the query failed */
};

static int read_fields(struct cursor *cursor, struct aorta_error *error)
{
    idx_t count = duckdb.column_count(&cursor->result);

    cursor->fields = arena_calloc(&cursor->arena, count, sizeof *cursor->fields);
    cursor->columns = arena_calloc(&cursor->arena, count, sizeof *cursor->columns);
    cursor->lent = arena_calloc(&cursor->arena, count, sizeof *cursor->lent);
    for (idx_t i = 0; i < count; i++) {
        duckdb_logical_type type = duckdb.column_logical_type(&cursor->result, i);
        bool has_place = column_init(&cursor->columns[i], type, &cursor->arena);
        const char *name = duckdb.column_name(&cursor->result, i);
        duckdb.destroy_logical_type(&type);
        cursor->column_count++;
        if (!has_place)
            return aorta_fail(error, AORTA_CONFIG,
                              "column \"%s\" has a type that cannot be read: cast it to VARCHAR",
                              name);
        cursor->fields[i] =
            (struct aorta_field){arena_strdup(&cursor->arena, name), cursor->columns[i].type};
    }
    return 0;
}

static int execute(struct cursor *cursor, struct aorta_error *error)
{
    duckdb_pending_result pending = NULL;
    int result = 0;

    if (duckdb.pending_prepared_streaming(cursor->statement, &pending) != DuckDBSuccess)
        result = failure_translate(error, duckdb.pending_error(pending));
    else if (duckdb.execute_pending(pending, &cursor->result) != DuckDBSuccess)
        result = failure_of_result(error, &cursor->result);
    duckdb.destroy_pending(&pending);
    return result < 0 ? session_failed(cursor->session) : 0;
}

int cursor_open(void *opaque, const char *sql, const struct aorta_value *params,
                int32_t param_count, void **cursor, struct aorta_error *error)
{
    struct session *session = opaque;
    duckdb_prepared_statement statement;

    if (statement_prepare(session, sql, params, param_count, &statement, error) < 0)
        return -1;
    struct cursor *opened = alloc_zeroed(1, sizeof *opened);
    opened->session = session;
    opened->statement = statement;
    arena_init(&opened->arena);
    session->cursor = opened;
    if (execute(opened, error) < 0 || read_fields(opened, error) < 0) {
        cursor_close(opened);
        return -1;
    }
    *cursor = opened;
    return 0;
}

const struct aorta_field *cursor_fields(void *opaque, int32_t *count)
{
    const struct cursor *cursor = opaque;

    *count = cursor->column_count;
    return cursor->fields;
}

/* 1 with a chunk that has rows, 0 at the end, -1. */
static int fetch(struct cursor *cursor, struct aorta_error *error)
{
    do {
        duckdb.destroy_data_chunk(&cursor->chunk);
        cursor->chunk = duckdb.fetch_chunk(cursor->result);
        if (cursor->chunk == NULL) {
            const char *text = duckdb.result_error(&cursor->result);
            if (text == NULL || text[0] == '\0')
                return 0;
            failure_translate(error, text);
            return session_failed(cursor->session);
        }
        cursor->row_count = duckdb.data_chunk_get_size(cursor->chunk);
        cursor->next_row = 0;
    } while (cursor->row_count == 0);
    return 1;
}

/* All columns for `count` rows: 1; 0 if they are too large together; -1. */
static int read_columns(struct cursor *cursor, idx_t count, struct aorta_error *error)
{
    size_t room = AORTA_BATCH_BYTES;
    int done = 1;

    for (int32_t i = 0; i < cursor->column_count && done == 1; i++)
        done =
            column_read(&cursor->columns[i], duckdb.data_chunk_get_vector(cursor->chunk, (idx_t)i),
                        cursor->next_row, count, &room, &cursor->lent[i], error);
    return done;
}

int cursor_next(void *opaque, struct aorta_batch *batch, struct aorta_error *error)
{
    struct cursor *cursor = opaque;
    int done = 0;

    if (cursor->is_over)
        return 0;
    if (cursor->next_row == cursor->row_count) {
        int fetched = fetch(cursor, error);
        cursor->is_over = fetched <= 0;
        if (cursor->is_over)
            return fetched;
    }
    idx_t count = cursor->row_count - cursor->next_row;
    while ((done = read_columns(cursor, count, error)) == 0)
        count /= 2;
    if (done < 0)
        return -1;
    cursor->next_row += count;
    *batch = (struct aorta_batch){
        .row_count = (int64_t)count,
        .column_count = cursor->column_count,
        .fields = cursor->fields,
        .columns = cursor->lent,
    };
    return 1;
}

void cursor_close(void *opaque)
{
    struct cursor *cursor = opaque;

    if (cursor == NULL)
        return;
    struct session *session = cursor->session;
    session->cursor = NULL;
    duckdb.destroy_data_chunk(&cursor->chunk);
    duckdb.destroy_result(&cursor->result);
    duckdb.destroy_prepare(&cursor->statement);
    for (int32_t i = 0; i < cursor->column_count; i++)
        column_release(&cursor->columns[i]);
    arena_release(&cursor->arena);
    free(cursor);
    carry_on_end_of_statement(session);
}

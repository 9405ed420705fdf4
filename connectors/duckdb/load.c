#include "duckdb/load.h"

#include "duckdb/failure.h"
#include "duckdb/fill.h"
#include "duckdb/library.h"
#include "duckdb/session.h"
#include "duckdb/shape.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"

#include <inttypes.h>
#include <stdlib.h>

struct load_column {
    struct aorta_field field;
    struct shape shape;
    const struct fill_pair *pair;
};

struct load {
    struct session *session;
    struct arena arena;
    duckdb_appender appender; /* NULL once it was given up */
    duckdb_data_chunk chunk;
    int32_t column_count;
    struct load_column *columns;
    int64_t row_count;
};

static const char *const type_words[AORTA_TYPES] = {
    [AORTA_BOOL] = "boolean",        [AORTA_INT32] = "int32",
    [AORTA_INT64] = "int64",         [AORTA_DOUBLE] = "double",
    [AORTA_DATE] = "date",           [AORTA_TIME] = "time",
    [AORTA_TIMESTAMP] = "timestamp", [AORTA_TIMESTAMPTZ] = "timestamp with time zone",
    [AORTA_UUID] = "uuid",           [AORTA_TEXT] = "text",
    [AORTA_JSON] = "json",           [AORTA_DECIMAL] = "decimal",
    [AORTA_BYTES] = "bytes",
};

/* ----------------------------------------------------------------------------------------- begin */

static int choose_column(struct load *load, const struct aorta_field *field,
                         struct aorta_error *error)
{
    if (duckdb.appender_add_column(load->appender, field->name) != DuckDBSuccess)
        return aorta_fail(error, AORTA_CONFIG, "the table has no column \"%s\"", field->name);
    load->columns[load->column_count++].field =
        (struct aorta_field){arena_strdup(&load->arena, field->name), field->type};
    return 0;
}

static int pair_column(struct load_column *column, struct aorta_error *error)
{
    struct buf name;

    column->pair = fill_find(column->field.type, &column->shape);
    if (column->pair != NULL)
        return 0;
    buf_init(&name);
    shape_write_name(&name, &column->shape);
    aorta_fail(error, AORTA_CONFIG, "column \"%s\" is %s and takes no %s", column->field.name,
               name.data, type_words[column->field.type]);
    buf_release(&name);
    return -1;
}

/* Pairs the columns and makes the chunk that carries them. */
static int prepare_chunk(struct load *load, struct aorta_error *error)
{
    idx_t count = (idx_t)load->column_count;
    duckdb_logical_type *types = arena_calloc(&load->arena, count, sizeof(duckdb_logical_type));
    int result = 0;

    for (idx_t i = 0; i < count; i++) {
        types[i] = duckdb.appender_column_type(load->appender, i);
        shape_read(&load->columns[i].shape, types[i], &load->arena);
        if (result == 0)
            result = pair_column(&load->columns[i], error);
    }
    if (result == 0)
        load->chunk = duckdb.create_data_chunk(types, count);
    for (idx_t i = 0; i < count; i++)
        duckdb.destroy_logical_type(&types[i]);
    return result;
}

static int open_appender(struct load *load, const char *schema, const char *name,
                         struct aorta_error *error)
{
    if (duckdb.appender_create_ext(load->session->handle, NULL, schema, name, &load->appender) ==
        DuckDBSuccess)
        return 0;
    failure_of_appender(error, load->appender);
    return session_failed(load->session);
}

int load_begin(void *opaque, const char *schema, const char *name, const struct aorta_field *fields,
               int32_t field_count, void **load, struct aorta_error *error)
{
    struct session *session = opaque;

    if (session_expect_idle(session, error) < 0)
        return -1;
    if (!session->in_transaction)
        return aorta_fail(error, AORTA_BROKEN, "a load needs a transaction");

    struct load *begun = alloc_zeroed(1, sizeof *begun);
    begun->session = session;
    arena_init(&begun->arena);
    begun->columns = arena_calloc(&begun->arena, (size_t)field_count, sizeof *begun->columns);
    if (open_appender(begun, schema, name, error) < 0)
        goto fail;
    for (int32_t i = 0; i < field_count; i++)
        if (choose_column(begun, &fields[i], error) < 0)
            goto fail;
    if (prepare_chunk(begun, error) < 0)
        goto fail;
    session->load = begun;
    *load = begun;
    return 0;
fail: /* no row went in: the transaction is as it was */
    duckdb.appender_destroy(&begun->appender);
    arena_release(&begun->arena);
    free(begun);
    return -1;
}

/* ----------------------------------------------------------------------------------------- rows */

/* The batch must be of the fields that load_begin was told. */
static int check_fields(const struct load *load, const struct aorta_batch *batch,
                        struct aorta_error *error)
{
    bool is_same = batch->column_count == load->column_count;

    for (int32_t i = 0; is_same && i < load->column_count; i++)
        is_same = batch->fields[i].type == load->columns[i].field.type;
    return is_same ? 0 : aorta_fail(error, AORTA_BROKEN, "the batch is not of the load's fields");
}

static int append_rows(struct load *load, const struct aorta_batch *batch, idx_t start, idx_t count,
                       struct aorta_error *error)
{
    duckdb.data_chunk_reset(load->chunk);
    for (int32_t i = 0; i < load->column_count; i++) {
        struct load_column *column = &load->columns[i];
        struct fill fill = {
            .from = &batch->columns[i],
            .start = start,
            .count = count,
            .shape = &column->shape,
            .to = duckdb.data_chunk_get_vector(load->chunk, (idx_t)i),
        };
        if (fill_run(column->pair, &fill) < 0)
            return aorta_fail(error, AORTA_DATA, "column \"%s\", row %" PRId64 ": the value %s",
                              column->field.name,
                              load->row_count + (int64_t)(start + fill.bad_row) + 1, fill.problem);
    }
    duckdb.data_chunk_set_size(load->chunk, count);
    if (duckdb.append_data_chunk(load->appender, load->chunk) == DuckDBSuccess)
        return 0;
    failure_of_appender(error, load->appender);
    return session_failed(load->session);
}

int load_batch(void *opaque, const struct aorta_batch *batch, struct aorta_error *error)
{
    struct load *load = opaque;
    const idx_t step = duckdb.vector_size();
    const idx_t rows = (idx_t)batch->row_count;
    unsigned cancel_count = atomic_load(&load->session->cancel_count);

    if (load->appender == NULL)
        return aorta_fail(error, AORTA_BROKEN, "the load was given up");
    if (check_fields(load, batch, error) < 0)
        return -1;
    for (idx_t start = 0; start < rows; start += step) {
        if (append_rows(load, batch, start, rows - start < step ? rows - start : step, error) < 0)
            return -1;
        if (atomic_load(&load->session->cancel_count) != cancel_count)
            return aorta_fail(error, AORTA_CANCELED, "the load was interrupted");
    }
    load->row_count += batch->row_count;
    return 0;
}

/* ----------------------------------------------------------------------------------------- end */

static void load_free(struct load *load)
{
    load->session->load = NULL;
    duckdb.destroy_data_chunk(&load->chunk);
    arena_release(&load->arena);
    free(load);
}

int load_end(void *opaque, int64_t *rows, struct aorta_error *error)
{
    struct load *load = opaque;

    if (load->appender == NULL)
        return aorta_fail(error, AORTA_BROKEN, "the load was given up");
    if (duckdb.appender_close(load->appender) != DuckDBSuccess) {
        failure_of_appender(error, load->appender);
        return session_failed(load->session);
    }
    if (rows != NULL)
        *rows = load->row_count;
    duckdb.appender_destroy(&load->appender);
    load_free(load);
    return 0;
}

void load_discard(struct load *load)
{
    if (load->appender == NULL)
        return;
    load->session->is_doomed = true;
    duckdb.appender_destroy(&load->appender);
}

void load_abort(void *opaque)
{
    struct load *load = opaque;

    if (load == NULL)
        return;
    load_discard(load);
    load_free(load);
}

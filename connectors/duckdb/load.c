#include "duckdb/load.h"

#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/session.h"
#include "duckdb/target.h"

#include "base/alloc.h"

#include <stdlib.h>

struct load {
    struct session *session;
    struct target target;
    duckdb_appender appender; /* NULL once it was given up */
    duckdb_data_chunk chunk;
    int64_t row_count;
};

/* ----------------------------------------------------------------------------------------- begin */

/* Names the columns to the appender, pairs them, and makes the chunk that carries them. */
static int prepare_chunk(struct load *load, const struct aorta_field *fields,
                         struct aorta_error *error)
{
    idx_t count = (idx_t)load->target.column_count;
    duckdb_logical_type *types =
        arena_calloc(&load->target.arena, count, sizeof(duckdb_logical_type));
    int result = 0;

    for (idx_t i = 0; i < count; i++)
        if (duckdb.appender_add_column(load->appender, fields[i].name) != DuckDBSuccess)
            return aorta_fail(error, AORTA_CONFIG, "the table has no column \"%s\"",
                              fields[i].name);
    for (idx_t i = 0; i < count; i++) {
        types[i] = duckdb.appender_column_type(load->appender, i);
        if (result == 0)
            result = target_pair(&load->target, (int32_t)i, &fields[i], types[i], error);
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
    target_init(&begun->target, field_count);
    if (open_appender(begun, schema, name, error) < 0 || prepare_chunk(begun, fields, error) < 0)
        goto fail;
    session->load = begun;
    *load = begun;
    return 0;
fail: /* no row went in: the transaction is as it was */
    duckdb.appender_destroy(&begun->appender);
    target_release(&begun->target);
    free(begun);
    return -1;
}

/* ----------------------------------------------------------------------------------------- rows */

static int append_rows(struct load *load, const struct aorta_batch *batch, idx_t start, idx_t count,
                       struct aorta_error *error)
{
    duckdb.data_chunk_reset(load->chunk);
    if (target_fill(&load->target, batch, start, count, load->row_count, load->chunk, error) < 0)
        return -1;
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
    if (target_expect(&load->target, batch, error) < 0)
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
    target_release(&load->target);
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

#include "model/stage.h"

#include "model/known.h"
#include "model/session.h"
#include "model/trace.h"

int stage_create(struct session *session, const struct relation *stage,
                 const struct aorta_field *fields, int32_t field_count, struct err *err)
{
    struct arena arena;
    struct buf columns;
    int result = -1;

    arena_init(&arena);
    buf_init(&columns);
    const char *name = relation_sql(&arena, session->dialect, stage);
    for (int32_t i = 0; i < field_count; i++) {
        if (i > 0)
            buf_append_str(&columns, ", ");
        relation_quote_name(&columns, fields[i].name);
        buf_printf(&columns, " %s", session->dialect->type_names[fields[i].type]);
    }
    if (session_execf(session, err, "DROP TABLE IF EXISTS %s", name) < 0 ||
        session_execf(session, err, "CREATE TABLE %s (%s)", name, columns.data) < 0)
        goto out;
    result = 0;
out:
    buf_release(&columns);
    arena_release(&arena);
    return result;
}

int stage_create_target(struct session *session, const struct relation *target,
                        const struct relation *stage, const char *except, struct err *err)
{
    struct relation_columns columns;
    struct arena arena;
    struct buf list;
    int result = -1;

    arena_init(&arena);
    buf_init(&list);
    if (relation_describe(session, stage, &arena, &columns, err) < 0)
        goto out;
    relation_column_list(&list, &columns, "", except);
    if (session_execf(session, err, "CREATE TABLE %s AS SELECT %s FROM %s WHERE 1 = 0",
                      relation_sql(&arena, session->dialect, target), list.data,
                      relation_sql(&arena, session->dialect, stage)) < 0)
        goto out;
    result = 0;
out:
    buf_release(&list);
    arena_release(&arena);
    return result;
}

int stage_load_open(struct stage_load *load, struct session *session, const struct relation *table,
                    const struct aorta_field *fields, int32_t field_count, struct err *err)
{
    struct aorta_error error;
    struct relation physical;
    struct arena arena;
    struct trace trace;
    int result = 0;

    load->session = session;
    load->handle = NULL;
    if ((!session->in_transaction && session_await(session, err) < 0) ||
        session_check_cancel(session, err) < 0)
        return -1;
    arena_init(&arena);
    physical = relation_physical(&arena, session->dialect, table);
    trace_begin(&trace);
    if (session->warehouse->load_begin(session->handle, physical.schema, physical.name, fields,
                                       field_count, &load->handle, &error) < 0) {
        load->handle = NULL;
        result = session_error(session, &error, err);
    }
    trace_call(&trace, session, "load", table->name);
    arena_release(&arena);
    return result;
}

int stage_load_batch(struct stage_load *load, const struct aorta_batch *batch, struct err *err)
{
    struct aorta_error error;

    if (session_check_cancel(load->session, err) < 0)
        return -1;
    if (load->session->warehouse->load_batch(load->handle, batch, &error) < 0)
        return session_error(load->session, &error, err);
    return 0;
}

int stage_load_finish(struct stage_load *load, int64_t *rows, struct err *err)
{
    struct aorta_error error;

    int result = load->session->warehouse->load_end(load->handle, rows, &error);
    if (!load->session->in_transaction)
        known_changed(load->session->known);
    if (result < 0)
        return session_error(load->session, &error, err);
    load->handle = NULL;
    return 0;
}

void stage_load_abort(struct stage_load *load)
{
    if (load->handle != NULL)
        load->session->warehouse->load_abort(load->handle);
    load->handle = NULL;
}

static int push_feed(struct session *session, const struct relation *table,
                     const struct aorta_field *fields, int32_t field_count,
                     const struct aorta_feed *feed, struct err *err)
{
    struct stage_load load;
    struct aorta_batch batch;
    int64_t rows;
    int result = stage_load_open(&load, session, table, fields, field_count, err);

    for (int32_t worker = 0; result == 0 && worker < feed->workers; worker++)
        while (result == 0 && feed->next(feed->arg, worker, &batch) > 0)
            result = batch.row_count > 0 ? stage_load_batch(&load, &batch, err) : 0;
    if (result == 0)
        result = stage_load_finish(&load, &rows, err);
    if (result < 0)
        stage_load_abort(&load);
    return result;
}

int stage_load_from(struct session *session, const struct relation *table,
                    const struct aorta_field *fields, int32_t field_count,
                    const struct aorta_feed *feed, struct err *err)
{
    struct aorta_error error;
    struct relation physical;
    struct arena arena;
    struct trace trace;
    int result = 0;

    if (session->warehouse->load_from == NULL)
        return push_feed(session, table, fields, field_count, feed, err);
    if ((!session->in_transaction && session_await(session, err) < 0) ||
        session_check_cancel(session, err) < 0)
        return -1;
    arena_init(&arena);
    physical = relation_physical(&arena, session->dialect, table);
    trace_begin(&trace);
    if (session->warehouse->load_from(session->handle, physical.schema, physical.name, fields,
                                      field_count, feed, NULL, &error) < 0)
        result = session_error(session, &error, err);
    if (!session->in_transaction)
        known_changed(session->known);
    trace_call(&trace, session, "load", table->name);
    arena_release(&arena);
    return result;
}

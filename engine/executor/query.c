#include "executor/query.h"

#include "base/alloc.h"
#include "executor/connection.h"
#include "executor/executor.h"
#include "message/control.h"
#include "message/order.h"
#include "message/report.h"
#include "model/cell.h"
#include "model/relation.h"
#include "model/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_FRAME_BYTES = 256 * 1024 };

struct query {
    struct arena arena;
    struct query_order order;
    struct session session;
    struct buf rows; /* JSON: the rows that were not sent yet */
    struct json_writer json;
    int64_t row_count;
};

static atomic_bool is_running;
static atomic_int is_canceled;

/* What query_cancel may interrupt. */
static pthread_mutex_t session_lock = PTHREAD_MUTEX_INITIALIZER;
static struct session *live_session;
static int64_t live_number;

static void set_live(struct session *session, int64_t number)
{
    pthread_mutex_lock(&session_lock);
    live_session = session;
    live_number = number;
    pthread_mutex_unlock(&session_lock);
}

void query_cancel(int64_t number)
{
    pthread_mutex_lock(&session_lock);
    if (live_session != NULL && live_number == number) {
        atomic_store(&is_canceled, 1);
        session_interrupt(live_session);
    }
    pthread_mutex_unlock(&session_lock);
}

bool query_is_running(void)
{
    return atomic_load(&is_running);
}

bool query_tend(void)
{
    pthread_mutex_lock(&session_lock);
    bool ends = live_session != NULL && atomic_load(&is_canceled) != 0;
    if (ends)
        session_interrupt(live_session);
    pthread_mutex_unlock(&session_lock);
    return ends;
}

/* The rows' socket is read when somebody wants the rows: writing waits for him. */
static int send_frame(struct buf *frame, struct err *err)
{
    int result = frame_write_all(MESSAGE_ROWS_FD, frame, err);

    buf_release(frame);
    return result;
}

static void begin_rows(struct query *query)
{
    buf_reset(&query->rows);
    json_writer_init(&query->json, &query->rows);
    json_write_array(&query->json);
}

static int send_rows(struct query *query, struct err *err)
{
    struct buf frame;

    json_write_end(&query->json);
    buf_init(&frame);
    frame_append(&frame, MESSAGE_ROWS, query->rows.data, query->rows.size);
    begin_rows(query);
    return send_frame(&frame, err);
}

static int send_names(const char **names, size_t count, struct err *err)
{
    struct event event = {.type = "fields", .lines = names, .line_count = count};
    struct buf frame;

    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_EVENT, &event_shape, &event);
    return send_frame(&frame, err);
}

static int send_fields(const struct aorta_field *fields, int32_t count, struct err *err)
{
    const char **names = alloc_zeroed((size_t)count, sizeof *names);

    for (int32_t i = 0; i < count; i++)
        names[i] = fields[i].name;
    int result = send_names(names, (size_t)count, err);
    free(names);
    return result;
}

static int add_rows(struct query *query, const struct aorta_batch *batch, struct err *err)
{
    for (int64_t row = 0; row < batch->row_count; row++) {
        if (query->order.limit > 0 && query->row_count == query->order.limit)
            return 1;
        json_write_array(&query->json);
        for (int32_t column = 0; column < batch->column_count; column++)
            cell_json(batch, row, column, &query->json);
        json_write_end(&query->json);
        query->row_count++;
        if (query->rows.size > ROWS_FRAME_BYTES && send_rows(query, err) < 0)
            return -1;
    }
    return 0;
}

static int send_result(struct query *query, struct err *err)
{
    const struct aorta_warehouse *warehouse = query->session.warehouse;
    struct aorta_error error;
    struct aorta_batch batch;
    void *cursor;
    int got, result = -1;
    int32_t count;

    if (warehouse->query(query->session.handle, query->order.sql, NULL, 0, &cursor, &error) < 0)
        return session_error(&query->session, &error, err);
    const struct aorta_field *fields = warehouse->cursor_fields(cursor, &count);
    if (send_fields(fields, count, err) < 0)
        goto out;
    begin_rows(query);
    while ((got = warehouse->next(cursor, &batch, &error)) > 0) {
        int added = session_check_cancel(&query->session, err);
        if (added == 0)
            added = add_rows(query, &batch, err);
        if (added < 0)
            goto out;
        if (added > 0)
            break;
    }
    if (got < 0)
        session_error(&query->session, &error, err);
    else
        result = send_rows(query, err);
out:
    warehouse->cursor_close(cursor);
    return result;
}

static void add_dropped(void *arg, const char *schema, const char *name)
{
    struct query *query = arg;

    json_write_array(&query->json);
    json_write_str(&query->json, schema);
    json_write_str(&query->json, name);
    json_write_end(&query->json);
}

static int clean(struct query *query, struct err *err)
{
    const char *names[] = {"schema", "name"};
    int count;

    begin_rows(query);
    if (relation_clean(&query->session, query->order.drops_rejected, add_dropped, query, &count,
                       err) < 0 ||
        send_names(names, 2, err) < 0)
        return -1;
    query->row_count = count;
    return send_rows(query, err);
}

static int answer(struct query *query, struct err *err)
{
    if (query->order.sql == NULL)
        return clean(query, err);
    if (session_begin(&query->session, false, err) < 0)
        return -1;
    return send_result(query, err);
}

static int run_query(struct query *query, struct err *err)
{
    const struct order_connection *order = &query->order.connection;
    struct connection *connection;
    int result = -1;

    if (connection_acquire(order, query->order.folder, &connection, err) < 0)
        return -1;
    if (connection->connector->warehouse == NULL)
        err_set(err, ERR_CONFIG, "connection %s: connector %s runs no SQL", order->name,
                connection->connector->name);
    else if (session_open(&query->session, connection->connector->warehouse, connection->handle,
                          connection->name, &is_canceled, err) == 0) {
        set_live(&query->session, query->order.step);
        result = answer(query, err);
        set_live(NULL, 0);
    }
    session_close(&query->session);
    connection_release(connection);
    return result;
}

static void *query_thread(void *arg)
{
    struct query *query = arg;
    struct report report = {.step = query->order.step, .outcome = "published"};
    struct buf frame;
    struct err err;

    if (run_query(query, &err) < 0) {
        report.outcome = "failed";
        report.error_code = err_code_name(err.code);
        report.error = err.message;
    }
    report.rows = query->row_count;
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_REPORT, &report_shape, &report);
    struct err ignored; /* nobody is left to be told */
    send_frame(&frame, &ignored);
    buf_release(&query->rows);
    arena_release(&query->arena);
    free(query);
    atomic_store(&is_running, false);
    executor_wake();
    return NULL;
}

int query_start(const struct frame *frame, struct err *err)
{
    struct query *query = alloc_zeroed(1, sizeof *query);
    pthread_t thread;

    arena_init(&query->arena);
    buf_init(&query->rows);
    if (record_decode(frame->text, frame->size, &query_order_shape, &query->arena, &query->order,
                      err) < 0)
        goto fail;
    atomic_store(&is_canceled, 0);
    atomic_store(&is_running, true);
    if (pthread_create(&thread, NULL, query_thread, query) != 0) {
        err_set(err, ERR_TRANSIENT, "no thread for a query");
        goto fail;
    }
    pthread_detach(thread);
    return 0;
fail:
    atomic_store(&is_running, false);
    arena_release(&query->arena);
    free(query);
    return -1;
}

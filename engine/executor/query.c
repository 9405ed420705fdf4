#include "executor/query.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "executor/connection.h"
#include "executor/executor.h"
#include "executor/module.h"
#include "executor/reading.h"
#include "executor/render.h"
#include "executor/worker.h"
#include "message/control.h"
#include "message/order.h"
#include "message/report.h"
#include "model/cell.h"
#include "model/relation.h"
#include "model/session.h"
#include "model/state.h"
#include "option/mask.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROWS_FRAME_BYTES = 256 * 1024,
    INTERRUPT_EVERY_MS = 50, /* how often a canceled query is interrupted again */
};

struct query {
    struct arena arena;
    struct query_order order;
    struct session session;
    struct buf rows; /* JSON: the rows that were not sent yet */
    struct json_writer json;
    struct buf row; /* JSON: the row that is being written */
    int64_t row_count, byte_count;
    bool has_more; /* than its limit lets through */
};

static atomic_bool is_running;
static atomic_int is_canceled;

/* What query_cancel may end. A query is current before it has a session: whoever cancels it while
 * its connection is being opened is not forgotten. */
static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t current_number;  /* 0: none */
static int64_t current_ends_us; /* by the monotonic clock; 0: it may take as long as it wants */
static bool is_late;            /* that is why it is canceled */
static struct session *live_session;

static void set_current(int64_t number, int64_t timeout_ms)
{
    pthread_mutex_lock(&current_lock);
    current_number = number;
    current_ends_us = timeout_ms > 0 ? clock_monotonic_us() + timeout_ms * 1000 : 0;
    if (number != 0)
        is_late = false;
    pthread_mutex_unlock(&current_lock);
}

static void set_live(struct session *session)
{
    pthread_mutex_lock(&current_lock);
    live_session = session;
    pthread_mutex_unlock(&current_lock);
}

void query_cancel(int64_t number)
{
    pthread_mutex_lock(&current_lock);
    if (current_number == number) {
        atomic_store(&is_canceled, 1);
        if (live_session != NULL)
            session_interrupt(live_session);
    }
    pthread_mutex_unlock(&current_lock);
}

bool query_is_running(void)
{
    return atomic_load(&is_running);
}

static bool was_late(void)
{
    pthread_mutex_lock(&current_lock);
    bool late = is_late;
    pthread_mutex_unlock(&current_lock);
    return late;
}

/* Under current_lock. */
static int64_t left_ms(void)
{
    int64_t left_us = current_ends_us - clock_monotonic_us();

    return left_us > 0 ? left_us / 1000 + 1 : 0;
}

int query_tend(void)
{
    int again_ms = -1;

    pthread_mutex_lock(&current_lock);
    if (current_number != 0 && current_ends_us != 0 && atomic_load(&is_canceled) == 0) {
        int64_t left = left_ms();
        is_late = left == 0;
        if (is_late)
            atomic_store(&is_canceled, 1);
        again_ms = left < INT_MAX ? (int)left : INT_MAX;
    }
    if (current_number != 0 && atomic_load(&is_canceled) != 0) {
        if (live_session != NULL)
            session_interrupt(live_session);
        again_ms = INTERRUPT_EVERY_MS;
    }
    pthread_mutex_unlock(&current_lock);
    return again_ms;
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
    if (frame.size > frame_limit(MESSAGE_EVENT)) {
        buf_release(&frame);
        return err_set(err, ERR_DATA, "the names of the columns are larger than %zu bytes together",
                       frame_limit(MESSAGE_EVENT));
    }
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

/* The row as JSON in query->row; the column that took most of it. */
static int32_t write_row(struct query *query, const struct aorta_batch *batch, int64_t row)
{
    struct json_writer json;
    int32_t widest = 0;
    size_t width = 0;

    buf_reset(&query->row);
    json_writer_init(&json, &query->row);
    json_write_array(&json);
    for (int32_t column = 0; column < batch->column_count; column++) {
        size_t before = query->row.size;
        cell_json(batch, row, column, &json);
        if (query->row.size - before > width) {
            width = query->row.size - before;
            widest = column;
        }
    }
    json_write_end(&json);
    return widest;
}

/* A row goes into the frame that is being filled, or begins the next one. */
static int add_row(struct query *query, const struct aorta_batch *batch, int64_t row,
                   struct err *err)
{
    const size_t brackets = 2;
    int32_t widest = write_row(query, batch, row);

    if (query->row.size + brackets > frame_limit(MESSAGE_ROWS))
        return err_set(err, ERR_DATA,
                       "row %lld is larger than the %zu bytes that a row may have as JSON, most of "
                       "it column \"%.80s\": select a part of it",
                       (long long)query->row_count + 1, frame_limit(MESSAGE_ROWS),
                       batch->fields[widest].name);
    if (query->rows.size + query->row.size > ROWS_FRAME_BYTES && send_rows(query, err) < 0)
        return -1;
    query->byte_count += (int64_t)query->row.size;
    if (query->order.limit_bytes > 0 && query->byte_count > query->order.limit_bytes)
        return err_set(err, ERR_DATA,
                       "the rows are larger than the %lld bytes that the answer may have: select "
                       "fewer, or less of them",
                       (long long)query->order.limit_bytes);
    json_write_raw(&query->json, query->row.data, query->row.size);
    query->row_count++;
    return 0;
}

/* Until the limit has been seen to leave a row out. */
static int add_rows(struct query *query, const struct aorta_batch *batch, struct err *err)
{
    for (int64_t row = 0; row < batch->row_count && !query->has_more; row++) {
        query->has_more = query->order.limit > 0 && query->row_count == query->order.limit;
        if (query->has_more)
            return 0;
        if (add_row(query, batch, row, err) < 0)
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
    int got = 0, result = -1;
    int32_t count;

    if (warehouse->query(query->session.handle, query->order.sql, NULL, 0, &cursor, &error) < 0)
        return session_error(&query->session, &error, err);
    const struct aorta_field *fields = warehouse->cursor_fields(cursor, &count);
    if (send_fields(fields, count, err) < 0)
        goto out;
    begin_rows(query);
    while (!query->has_more && (got = warehouse->next(cursor, &batch, &error)) > 0)
        if (session_check_cancel(&query->session, err) < 0 || add_rows(query, &batch, err) < 0)
            goto out;
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

/* What the destination knows of the assets in it; no rows before the first publication. */
static int show_state(struct query *query, struct err *err)
{
    const char *names[] = {"asset"};

    if (state_query(&query->session, &query->arena, &query->order.sql, err) < 0)
        return -1;
    if (query->order.sql != NULL)
        return send_result(query, err);
    begin_rows(query);
    return send_names(names, 1, err) < 0 ? -1 : send_rows(query, err);
}

static int ask(struct query *query, struct err *err)
{
    if (reading_check(query->order.sql, err) < 0 ||
        session_begin(&query->session, false, err) < 0 || session_confine(&query->session, err) < 0)
        return -1;
    return send_result(query, err);
}

/* A saved question: its SQL is rendered here, where the dialect is known. */
static int ask_question(struct query *query, struct err *err)
{
    const struct order *subject = &query->order.subject;

    if (render_question(subject, &query->session, &query->arena, &query->order.sql, err) < 0)
        return -1;
    return ask(query, err) < 0 ? err_wrap(err, "%s", subject->file) : 0;
}

/* One row: the SQL, and whether it is an increment. The session may have no handle. */
static int show_sql(struct query *query, struct err *err)
{
    const struct order *subject = &query->order.subject;
    const char *names[] = {"sql", "incremental"};
    struct model_shown shown = {0};

    int rendered = strcmp(subject->kind, "question") == 0
                       ? render_question(subject, &query->session, &query->arena, &shown.sql, err)
                       : render_model(subject, &query->session, &query->arena, &shown, err);
    if (rendered < 0)
        return -1;
    begin_rows(query);
    json_write_array(&query->json);
    json_write_str(&query->json, shown.sql);
    json_write_bool(&query->json, shown.is_incremental);
    json_write_end(&query->json);
    if (query->rows.size + 1 > frame_limit(MESSAGE_ROWS))
        return err_set(err, ERR_DATA, "the SQL of %s is larger than %zu bytes", subject->asset,
                       frame_limit(MESSAGE_ROWS));
    return send_names(names, 2, err) < 0 ? -1 : send_rows(query, err);
}

/* Whether the question can be answered without a database: because it is not about what is in it,
 * or because there is none, which nobody makes by looking. */
static int needs_database(struct query *query, bool *needs, struct err *err)
{
    const struct query_order *order = &query->order;
    bool shows = strcmp(order->verb, "show") == 0;

    *needs = true;
    if (shows && strcmp(order->subject.kind, "question") == 0)
        *needs = false;
    else if (shows && render_needs_database(&order->subject, &query->arena, needs, err) < 0)
        return -1;
    if (!*needs || (!shows && strcmp(order->verb, "state") != 0))
        return 0;
    int is_there = connection_is_there(&order->connection, order->folder, err);
    *needs = is_there > 0;
    return is_there < 0 ? -1 : 0;
}

static int answer_without(struct query *query, struct err *err)
{
    const struct order_connection *order = &query->order.connection;
    const struct aorta_connector *connector;
    const char *names[] = {"asset"};

    if (strcmp(query->order.verb, "state") == 0) {
        begin_rows(query);
        return send_names(names, 1, err) < 0 ? -1 : send_rows(query, err);
    }
    if (module_get(order->module, &connector, err) < 0)
        return err_wrap(err, "connection %s", order->name);
    if (connector->warehouse == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s runs no SQL", order->name,
                       connector->name);
    query->session = (struct session){.warehouse = connector->warehouse,
                                      .dialect = connector->warehouse->dialect,
                                      .name = order->name};
    int result = show_sql(query, err);
    query->session = (struct session){0};
    return result;
}

static int answer(struct query *query, struct err *err)
{
    if (strcmp(query->order.verb, "show") == 0)
        return show_sql(query, err);
    if (strcmp(query->order.verb, "clean") == 0)
        return clean(query, err);
    if (strcmp(query->order.verb, "state") == 0)
        return show_state(query, err);
    return query->order.sql != NULL ? ask(query, err) : ask_question(query, err);
}

/* ------------------------------------------------------------------------------------- testing */

static int try_warehouse(struct query *query, const struct connection *connection, struct err *err)
{
    int64_t one;
    int result = connection_session(connection, &is_canceled, &query->session, err);

    if (result == 0) {
        set_live(&query->session);
        result = session_query_int(&query->session, "SELECT 1", &one, err);
        set_live(NULL);
    }
    session_close(&query->session);
    return result;
}

static int try_connection(struct query *query, struct err *err)
{
    struct connection *connection;
    int result;

    if (connection_acquire(&query->order.connection, query->order.folder, &connection, err) < 0)
        return -1;
    result = connection->connector->warehouse != NULL ? try_warehouse(query, connection, err)
                                                      : connection_ping(connection, err);
    connection_release(connection);
    return result;
}

/* What does not work is the answer, not a failure of the question. */
static int test(struct query *query, struct err *err)
{
    static const char *const states[] = {"failed", "absent", "ok"};
    const struct query_order *order = &query->order;
    int64_t begun_us = clock_monotonic_us();
    struct err failure;
    struct buf frame;

    int is_there = connection_is_there(&order->connection, order->folder, &failure);
    if (is_there > 0 && try_connection(query, &failure) < 0)
        is_there = -1;
    if (is_there < 0 && was_late())
        err_set(&failure, ERR_TRANSIENT, "connection %s: it did not answer within %g s",
                order->connection.name, (double)order->timeout_ms / 1000);
    const struct event tested = {
        .type = "tested",
        .state = states[is_there + 1],
        .message = is_there < 0 ? mask_text(failure.message, &query->arena) : NULL,
        .reason = is_there < 0 ? err_code_name(failure.code) : NULL,
        .seconds = (double)(clock_monotonic_us() - begun_us) / 1e6,
    };
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_EVENT, &event_shape, &tested);
    return send_frame(&frame, err);
}

static int run_query(struct query *query, struct err *err)
{
    const struct order_connection *order = &query->order.connection;
    struct connection *connection;
    bool needs;
    int result = -1;

    if (strcmp(query->order.verb, "test") == 0)
        return test(query, err);
    if (needs_database(query, &needs, err) < 0)
        return -1;
    if (!needs)
        return answer_without(query, err);
    if (connection_acquire(order, query->order.folder, &connection, err) < 0)
        return -1;
    if (connection->connector->warehouse == NULL)
        err_set(err, ERR_CONFIG, "connection %s: connector %s runs no SQL", order->name,
                connection->connector->name);
    else if (connection_session(connection, &is_canceled, &query->session, err) == 0) {
        set_live(&query->session);
        result = answer(query, err);
        set_live(NULL);
    }
    session_close(&query->session);
    connection_release(connection);
    return result;
}

static void carry_out(void *arg)
{
    struct query *query = arg;
    struct report report = {.step = query->order.step, .outcome = "published"};
    struct buf frame;
    struct err err;

    if (run_query(query, &err) < 0) {
        if (err.code == ERR_CANCELED && was_late())
            err_set(&err, ERR_CONFIG,
                    "the query was ended: it took longer than the %g s it may take",
                    (double)query->order.timeout_ms / 1000);
        report.outcome = "failed";
        report.error_code = err_code_name(err.code);
        report.error = mask_text(err.message, &query->arena);
    }
    report.rows = query->row_count;
    report.has_more = query->has_more;
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_REPORT, &report_shape, &report);
    set_current(0, 0);
    atomic_store(&is_running, false); /* before the report: the next query may follow at once */
    struct err ignored;               /* nobody is left to be told */
    send_frame(&frame, &ignored);
    buf_release(&query->row);
    buf_release(&query->rows);
    arena_release(&query->arena);
    free(query);
    executor_wake();
}

int query_start(const struct frame *frame, struct err *err)
{
    struct query *query = alloc_zeroed(1, sizeof *query);

    arena_init(&query->arena);
    buf_init(&query->rows);
    buf_init(&query->row);
    if (record_decode(frame->text, frame->size, &query_order_shape, &query->arena, &query->order,
                      err) < 0)
        goto fail;
    atomic_store(&is_canceled, 0);
    atomic_store(&is_running, true);
    set_current(query->order.step, query->order.timeout_ms);
    if (worker_start(carry_out, query, err) == 0)
        return 0;
fail:
    set_current(0, 0);
    atomic_store(&is_running, false);
    arena_release(&query->arena);
    free(query);
    return -1;
}

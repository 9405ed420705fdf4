#include "model/session.h"

#include "base/fault.h"
#include "model/cell.h"
#include "model/known.h"
#include "model/trace.h"

#include <string.h>

static const enum err_code codes[] = {
    [AORTA_CONFIG] = ERR_CONFIG,     [AORTA_TRANSIENT] = ERR_TRANSIENT, [AORTA_DATA] = ERR_DATA,
    [AORTA_CANCELED] = ERR_CANCELED, [AORTA_BROKEN] = ERR_BROKEN,
};

int session_error(const struct session *session, const struct aorta_error *error, struct err *err)
{
    enum err_code code = ERR_BROKEN; /* a module may have any code: it is outside */

    if ((size_t)error->code < sizeof codes / sizeof codes[0])
        code = codes[error->code];
    return err_set(err, code, "connection %s: %s", session->name, error->message);
}

int session_check_cancel(const struct session *session, struct err *err)
{
    if (session->cancel != NULL && atomic_load(session->cancel) != 0)
        return err_set(err, ERR_CANCELED, "canceled");
    return 0;
}

int session_await(const struct session *session, struct err *err)
{
    return session->await != NULL ? session->await(session->await_arg, err) : 0;
}

int session_open(struct session *session, const struct aorta_warehouse *warehouse, void *connection,
                 const char *name, const atomic_int *cancel, struct err *err)
{
    static atomic_llong numbers;
    struct aorta_error error;
    struct session opened = {
        .warehouse = warehouse, .dialect = warehouse->dialect, .name = name, .cancel = cancel};

    trace_open();
    memset(session, 0, sizeof *session);
    if (session_check_cancel(&opened, err) < 0)
        return -1;
    if (warehouse->session_open(connection, &opened.handle, &error) < 0)
        return session_error(&opened, &error, err);
    opened.number = atomic_fetch_add(&numbers, 1) + 1;
    *session = opened;
    return 0;
}

void session_close(struct session *session)
{
    if (session->handle != NULL)
        session->warehouse->session_close(session->handle);
    memset(session, 0, sizeof *session);
}

void session_interrupt(struct session *session)
{
    session->warehouse->cancel(session->handle);
}

int session_confine(struct session *session, struct err *err)
{
    struct aorta_error error;

    if (session->warehouse->confine == NULL)
        return err_set(err, ERR_CONFIG,
                       "connection %s: its connector cannot hold a query to reading, so it answers "
                       "none",
                       session->name);
    if (session->warehouse->confine(session->handle, &error) < 0)
        return session_error(session, &error, err);
    return 0;
}

int session_begin(struct session *session, bool for_write, struct err *err)
{
    struct aorta_error error;
    struct trace trace;
    int result = 0;

    if (session_check_cancel(session, err) < 0)
        return -1;
    trace_begin(&trace);
    if (session->warehouse->begin(session->handle, for_write, &error) < 0)
        result = session_error(session, &error, err);
    trace_statement(&trace, session, "BEGIN", NULL, 0, result < 0 ? err : NULL);
    session->in_transaction = result == 0;
    return result;
}

int session_commit(struct session *session, struct err *err)
{
    struct aorta_error error;
    struct trace trace;
    int result = 0;

    if (session_await(session, err) < 0 || session_check_cancel(session, err) < 0)
        goto undo;
    fault_point("model.commit.before");
    trace_begin(&trace);
    if (session->warehouse->commit(session->handle, &error) < 0)
        result = session_error(session, &error, err);
    known_changed(session->known); /* also of a failure: perhaps it is done */
    trace_statement(&trace, session, "COMMIT", NULL, 0, result < 0 ? err : NULL);
    if (result < 0)
        goto undo;
    fault_point("model.commit.after");
    session->in_transaction = false;
    return 0;
undo:
    session_rollback(session);
    return -1;
}

void session_rollback(struct session *session)
{
    struct aorta_error error;
    struct trace trace;

    if (!session->in_transaction)
        return;
    trace_begin(&trace);
    session->warehouse->rollback(session->handle, &error);
    trace_statement(&trace, session, "ROLLBACK", NULL, 0, NULL);
    session->in_transaction = false;
}

int session_run(struct session *session, const char *sql, const struct aorta_value *params,
                int32_t param_count, int64_t *affected, struct err *err)
{
    struct aorta_error error;
    struct trace trace;
    int result = 0;

    if ((!session->in_transaction && session_await(session, err) < 0) ||
        session_check_cancel(session, err) < 0)
        return -1;
    session->statement_count++;
    trace_begin(&trace);
    if (session->warehouse->exec(session->handle, sql, params, param_count, affected, &error) < 0)
        result = session_error(session, &error, err);
    if (!session->in_transaction)
        known_changed(session->known);
    trace_statement(&trace, session, sql, params, param_count, result < 0 ? err : NULL);
    return result;
}

int session_exec(struct session *session, const char *sql, struct err *err)
{
    return session_run(session, sql, NULL, 0, NULL, err);
}

int session_execf(struct session *session, struct err *err, const char *fmt, ...)
{
    struct buf sql;
    va_list args;

    buf_init(&sql);
    va_start(args, fmt);
    buf_vprintf(&sql, fmt, args);
    va_end(args);
    int result = session_exec(session, sql.data, err);
    buf_release(&sql);
    return result;
}

struct each_row {
    session_each *each;
    void *arg;
};

/* 1 when `each` wants no more. */
static int pass_rows(const struct aorta_batch *batch, const struct each_row *to, struct err *err)
{
    for (int64_t row = 0; row < batch->row_count; row++) {
        int result = to->each(to->arg, batch, row, err);
        if (result != 0)
            return result;
    }
    return 0;
}

/* All rows of a query to `each`, which may end it early. */
static int run_query(struct session *session, const char *sql, const struct aorta_value *params,
                     int32_t param_count, const struct each_row *row, struct err *err)
{
    const struct aorta_warehouse *warehouse = session->warehouse;
    struct aorta_error error;
    struct aorta_batch batch;
    void *cursor;
    int more, result = 0;

    if (warehouse->query(session->handle, sql, params, param_count, &cursor, &error) < 0)
        return session_error(session, &error, err);
    while (result == 0 && (more = warehouse->next(cursor, &batch, &error)) != 0)
        result = more < 0 ? session_error(session, &error, err) : pass_rows(&batch, row, err);
    warehouse->cursor_close(cursor);
    return result < 0 ? -1 : 0;
}

int session_query(struct session *session, const char *sql, const struct aorta_value *params,
                  int32_t param_count, session_each *each, void *arg, struct err *err)
{
    const struct each_row row = {each, arg};
    struct trace trace;

    if (session_check_cancel(session, err) < 0)
        return -1;
    session->statement_count++;
    trace_begin(&trace);
    int result = run_query(session, sql, params, param_count, &row, err);
    trace_statement(&trace, session, sql, params, param_count, result < 0 ? err : NULL);
    return result;
}

struct first_value {
    struct buf *text;
    int64_t integer;
    bool is_there;
};

static int take_text(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct first_value *first = arg;

    (void)err;
    first->is_there = cell_text(batch, row, 0, first->text);
    return 1;
}

static int take_int(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct first_value *first = arg;

    (void)err;
    first->is_there = !aorta_is_null(&batch->columns[0], row);
    first->integer = cell_int(batch, row, 0);
    return 1;
}

int session_query_text(struct session *session, const char *sql, const struct aorta_value *params,
                       int32_t param_count, struct buf *out, struct err *err)
{
    struct first_value first = {.text = out};

    if (session_query(session, sql, params, param_count, take_text, &first, err) < 0)
        return -1;
    return first.is_there;
}

int session_query_int(struct session *session, const char *sql, int64_t *value, struct err *err)
{
    struct first_value first = {0};

    if (session_query(session, sql, NULL, 0, take_int, &first, err) < 0)
        return -1;
    if (first.is_there)
        *value = first.integer;
    return first.is_there;
}

struct aorta_value session_text(const char *text)
{
    struct aorta_value value = {.type = AORTA_TEXT, .is_null = text == NULL};

    if (text != NULL) {
        value.text.data = text;
        value.text.size = strlen(text);
    }
    return value;
}

struct aorta_value session_int(int64_t integer)
{
    return (struct aorta_value){.type = AORTA_INT64, .integer = integer};
}

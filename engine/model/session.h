/*
 * A warehouse session as the engine uses it.
 *
 *     struct session session;
 *     if (session_open(&session, module->warehouse, connection, "warehouse", &cancel, &err) < 0)
 *         return -1;
 *     session_exec(&session, "CREATE TABLE …", &err);
 *     session_close(&session);
 *
 * It translates the connector's errors into ours, once, with the connection's name put before. It
 * looks at the cancel flag before each statement (a cancel is a level, not an edge: an interrupt
 * that comes between two statements is lost, the flag is not). It knows whether a transaction is
 * open and counts statements. One thread at a time; only session_interrupt may come from another.
 *
 * Who may not show yet what it does gives the session an `await`, which is called before each commit
 * and before whatever is done outside of a transaction, and returns when it may: what is begun and
 * not committed is seen by nobody.
 */
#ifndef AORTA_MODEL_SESSION_H
#define AORTA_MODEL_SESSION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "connector.h"

#include <stdatomic.h>
#include <stdbool.h>

struct known;

struct session {
    const struct aorta_warehouse *warehouse;
    const struct aorta_dialect *dialect;
    const char *name;         /* of the connection, borrowed, for messages */
    const atomic_int *cancel; /* borrowed, may be NULL: other than 0 = stop */
    void *handle;
    int64_t number; /* of the process's sessions */
    bool has_state; /* the state table has been seen (state.h) */
    int64_t statement_count;
    bool in_transaction;
    struct known *known; /* of what is there: is told of changes (known.h); NULL: nobody is */
    int (*await)(void *arg, struct err *err); /* NULL: all may be seen at once */
    void *await_arg;
};

/* Opens a session of the connection; the session is zeroed on failure, so it may be closed. */
int session_open(struct session *session, const struct aorta_warehouse *warehouse, void *connection,
                 const char *name, const atomic_int *cancel, struct err *err);

/* Rolls back what is open. A zeroed session may be closed. */
void session_close(struct session *session);

/* Interrupts the statement that runs now. Any thread, not together with session_close. */
void session_interrupt(struct session *session);

/* A transaction. for_write: it will write (see aorta_warehouse.begin). The fault points
 * "model.commit.before" and ".after" stand around the commit. After a failed commit no transaction
 * is open. session_rollback does nothing without one, and never fails: what it could say would
 * hide why it was called. */
int session_begin(struct session *session, bool for_write, struct err *err);
int session_commit(struct session *session, struct err *err);
void session_rollback(struct session *session);

/* From now on the session takes SQL that is not to be trusted, and refuses what does more than read
 * (see aorta_warehouse.confine). ERR_CONFIG if the connector cannot. */
int session_confine(struct session *session, struct err *err);

/* One statement. session_run takes parameters $1, $2, … and *affected may be NULL. */
int session_exec(struct session *session, const char *sql, struct err *err);
int session_execf(struct session *session, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int session_run(struct session *session, const char *sql, const struct aorta_value *params,
                int32_t param_count, int64_t *affected, struct err *err);

/* Calls `each` for every row of a query; `row` counts in the batch. `each` returns 0, 1 to end
 * early, or -1 with err set. It may not use the session. */
typedef int session_each(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err);
int session_query(struct session *session, const char *sql, const struct aorta_value *params,
                  int32_t param_count, session_each *each, void *arg, struct err *err);

/* The first column of the first row: 1 and the text or number (out is appended to), 0 if there is
 * no row or it is NULL, -1. */
int session_query_text(struct session *session, const char *sql, const struct aorta_value *params,
                       int32_t param_count, struct buf *out, struct err *err);
int session_query_int(struct session *session, const char *sql, int64_t *value, struct err *err);

/* Error texts of the connector as ours; for callers that use session->warehouse directly (bulk
 * loads). Returns -1. */
int session_error(const struct session *session, const struct aorta_error *error, struct err *err);

/* Before a call of the connector that others may see the effect of: waits, if the session has to. Of
 * statements and commits the functions above see to it. */
int session_await(const struct session *session, struct err *err);

/* ERR_CANCELED if the flag says so. */
int session_check_cancel(const struct session *session, struct err *err);

/* Parameters. Texts are borrowed; NULL gives NULL. */
struct aorta_value session_text(const char *text);
struct aorta_value session_int(int64_t integer);

#endif

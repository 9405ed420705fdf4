#include "duckdb/session.h"

#include "duckdb/carry.h"
#include "duckdb/connection.h"
#include "duckdb/failure.h"
#include "duckdb/library.h"
#include "duckdb/load.h"

#include "base/alloc.h"
#include "base/fault.h"

#include <assert.h>
#include <stdlib.h>

static int run(struct session *session, const char *sql, struct aorta_error *error)
{
    duckdb_result result;
    int failed = 0;

    if (duckdb.query(session->handle, sql, &result) != DuckDBSuccess)
        failed = failure_of_result(error, &result);
    duckdb.destroy_result(&result);
    return failed;
}

int session_open(void *opaque, void **session, struct aorta_error *error)
{
    struct connection *connection = opaque;
    struct session *opened = alloc_zeroed(1, sizeof *opened);

    if (connection_enter(connection, &opened->handle, error) < 0) {
        free(opened);
        return -1;
    }
    opened->connection = connection;
    arena_init(&opened->described);
    pthread_mutex_init(&opened->cancel_lock, NULL);
    *session = opened;
    return 0;
}

void session_close(void *opaque)
{
    struct session *session = opaque;
    struct aorta_error ignored;

    if (session == NULL)
        return;
    assert(session->cursor == NULL && session->load == NULL);
    session_rollback(session, &ignored);
    connection_leave(session->connection, &session->handle);
    arena_release(&session->described);
    pthread_mutex_destroy(&session->cancel_lock);
    free(session);
}

int session_expect_idle(const struct session *session, struct aorta_error *error)
{
    if (session->cursor != NULL)
        return aorta_fail(error, AORTA_BROKEN, "a cursor of this session is still open");
    if (session->load != NULL)
        return aorta_fail(error, AORTA_BROKEN, "a load of this session is still open");
    return 0;
}

int session_failed(struct session *session)
{
    session->is_suspect = true;
    return -1;
}

static void set_guarded(struct session *session, bool is_guarded)
{
    pthread_mutex_lock(&session->cancel_lock);
    session->is_guarded = is_guarded;
    pthread_mutex_unlock(&session->cancel_lock);
}

/* Runs the statement where no interrupt reaches it. */
static int run_guarded(struct session *session, const char *sql, struct aorta_error *error)
{
    set_guarded(session, true);
    int result = run(session, sql, error);
    set_guarded(session, false);
    return result;
}

int session_check(struct session *session, struct aorta_error *error)
{
    if (session->in_transaction)
        return connection_check(session->connection, error);
    pthread_mutex_lock(&session->cancel_lock);
    int result = connection_check_idle(session->connection, &session->handle, error);
    pthread_mutex_unlock(&session->cancel_lock);
    return result;
}

int session_begin(void *opaque, bool for_write, struct aorta_error *error)
{
    struct session *session = opaque;

    /* The file's lock is the write lock, and this process has it. Temporary tables may be written
     * in either. */
    const char *sql = for_write ? "BEGIN TRANSACTION" : "BEGIN TRANSACTION READ ONLY";

    if (session_expect_idle(session, error) < 0)
        return -1;
    if (session->in_transaction)
        return aorta_fail(error, AORTA_BROKEN, "a transaction of this session is still open");
    if (session_check(session, error) < 0)
        return -1;
    carry_on_begin(session);
    if (run_guarded(session, sql, error) < 0)
        return -1;
    session->in_transaction = true;
    session->is_writing = for_write;
    session->is_doomed = false;
    session->is_suspect = false;
    return 0;
}

/* What was only read needs no turn. One that fails is rolled back before the next has its turn. */
static int commit(struct session *session, struct aorta_error *error)
{
    struct connection *connection = session->connection;
    struct aorta_error ignored;

    if (!session->is_writing)
        return run_guarded(session, "COMMIT", error);
    pthread_mutex_lock(&connection->commit_lock);
    int result = connection_check(connection, error);
    if (result == 0 && (result = run_guarded(session, "COMMIT", error)) < 0) {
        session_rollback(session, &ignored);
        connection_lose(connection, session->handle, error);
    }
    pthread_mutex_unlock(&connection->commit_lock);
    return result;
}

int session_commit(void *opaque, struct aorta_error *error)
{
    struct session *session = opaque;
    struct aorta_error ignored;
    int result = session_expect_idle(session, error);

    if (!session->in_transaction)
        return aorta_fail(error, AORTA_BROKEN, "there is no transaction to commit");
    if (result == 0 && session->is_doomed)
        result = aorta_fail(error, AORTA_BROKEN, "a load in this transaction was given up");
    if (result == 0 && session->is_suspect) /* COMMIT after a failure would say it is done */
        result = run_guarded(session, "SELECT 1", error);
    if (result == 0) {
        fault_point("duckdb.commit.before");
        result = commit(session, error);
        fault_point("duckdb.commit.after");
    }
    if (result < 0)
        session_rollback(session, &ignored); /* DuckDB mostly has done so already */
    session->in_transaction = false;
    carry_on_end(session);
    return result;
}

int session_rollback(void *opaque, struct aorta_error *error)
{
    struct session *session = opaque;

    if (!session->in_transaction)
        return 0;
    if (session->load != NULL)
        load_discard(session->load); /* its rows, while they still go with the transaction */
    session->in_transaction = false;
    int result = run_guarded(session, "ROLLBACK", error);
    carry_on_end(session);
    return result;
}

void session_cancel(void *opaque)
{
    struct session *session = opaque;

    atomic_fetch_add(&session->cancel_count, 1);
    pthread_mutex_lock(&session->cancel_lock);
    if (!session->is_guarded)
        duckdb.interrupt(session->handle);
    pthread_mutex_unlock(&session->cancel_lock);
}

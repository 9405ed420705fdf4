/*
 * A session: one DuckDB connection with at most one transaction, one cursor and one load.
 *
 *     session_begin → statements, cursors, loads → session_commit | session_rollback
 *
 * A failed statement may doom the transaction (DuckDB refuses everything until the rollback), and a
 * load that was given up does. Commit ends the transaction whatever it returns: after -1 nothing
 * of it is in the database. Rollback without a transaction does nothing.
 *
 * Owned by one thread at a time; session_cancel alone may come from another.
 */
#ifndef AORTA_DUCKDB_SESSION_H
#define AORTA_DUCKDB_SESSION_H

#include "connector.h"

#include "base/arena.h"

#include <duckdb.h>
#include <pthread.h>
#include <stdatomic.h>

struct connection;
struct cursor;
struct load;

struct session {
    struct connection *connection;
    duckdb_connection handle;
    bool in_transaction;
    bool is_writing;        /* it was begun for that */
    bool is_doomed;         /* rows of a load that was given up are in the transaction */
    bool is_suspect;        /* something failed: DuckDB may have given the transaction up */
    bool is_confined;       /* it takes what confinement_check lets through */
    unsigned changes_seen;  /* carry.c's: the count when the transaction began */
    bool has_changed;       /* carry.c's: something that counts was run in it */
    struct cursor *cursor;  /* that is open, or NULL */
    struct load *load;      /* that is open, or NULL */
    struct arena described; /* what catalog_describe lent */

    pthread_mutex_t cancel_lock;
    bool is_guarded; /* BEGIN, COMMIT or ROLLBACK runs: not to be interrupted. Under cancel_lock */
    atomic_uint cancel_count;
};

/* The functions of the contract (connector.h), by name; what is opaque is the connection in
 * session_open, else the session. Sessions reckon in UTC, whatever the
 * machine does (confinement.c). */
int session_open(void *opaque, void **session, struct aorta_error *error);
void session_close(void *opaque);
int session_begin(void *opaque, bool for_write, struct aorta_error *error);
int session_commit(void *opaque, struct aorta_error *error);
int session_rollback(void *opaque, struct aorta_error *error);

/* Has no effect on begin, commit and rollback: an interrupted one may have been done all the same.
 * So whoever gets AORTA_CANCELED knows that nothing was committed. A load looks at it too, between
 * chunks. */
void session_cancel(void *opaque);

/* Fails with AORTA_BROKEN while a cursor or a load is open: DuckDB would end the one silently and
 * not show the rows of the other. */
int session_expect_idle(const struct session *session, struct aorta_error *error);

/* Whether its database is what its file has (connection.h): else AORTA_TRANSIENT. */
int session_check(struct session *session, struct aorta_error *error);

/* Something failed in the session. Returns -1. */
int session_failed(struct session *session);

#endif

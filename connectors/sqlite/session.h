/*
 * A connection is the options; a session is one handle on the file, used by one thread at a time.
 *
 * Every handle is opened the same way: WAL, synchronous FULL, foreign keys on, no mutex, and
 *   - legacy_alter_table, so that a table can be swapped under views that name it: drop the old,
 *     rename the new, the views' text stays as it is and binds again by name;
 *   - recursive_triggers, so that what REPLACE removes is seen by change capture too;
 *   - double quotes are for names only: a misspelt column is an error, not a text;
 *   - trusted_schema off, so that a view of a foreign file can call nothing harmful.
 *
 * A wait for a lock ends after busy_timeout, or at once by session_cancel.
 */
#ifndef AORTA_SQLITE_SESSION_H
#define AORTA_SQLITE_SESSION_H

#include "base/arena.h"
#include "connector.h"

#include <sqlite3.h>
#include <stdatomic.h>

/* In the order of connection_options. */
enum { OPTION_PATH, OPTION_BUSY_TIMEOUT, OPTION_CACHE_SIZE, OPTION_READ_ONLY };
extern const struct aorta_option connection_options[];

struct connection {
    const struct aorta_host *host;
    char *path;
    int64_t busy_timeout_ms;
    int64_t cache_bytes;
    bool read_only;
};

struct session {
    const struct connection *connection;
    sqlite3 *db;
    struct arena arena;       /* what describe and list lend */
    atomic_bool is_canceled;  /* since the last statement was prepared */
    int64_t waiting_since_us; /* for a lock */

    /* confinement.c's */
    bool is_confined;
    bool is_own;        /* a statement of ours is being prepared or run */
    int refused_action; /* of what was refused last */
    char refused_name[64];
};

/* Keeps a copy of the options; touches no file. */
int connection_open(const struct aorta_host *host, const struct aorta_option_value *options,
                    void **connection, struct aorta_error *error);
void connection_close(void *connection);

/* 1 if the file is there, 0 if a session would make it, -1 (its folder cannot be read). */
int connection_is_there(const struct aorta_host *host, const struct aorta_option_value *options,
                        struct aorta_error *error);

/* Opens the file, makes it if it is not there (not with read_only). */
int session_new(const struct connection *connection, struct session **session,
                struct aorta_error *error);

/* Rolls back what is open. Every statement must have been finalized. NULL is fine. */
void session_free(struct session *session);

/* for_write takes the write lock at once. */
int session_begin(struct session *session, bool for_write, struct aorta_error *error);

/* Ends the transaction whatever it returns: after -1 nothing of it is in the file. AORTA_BROKEN if
 * SQLite had rolled back by itself, after a failure that was reported before. */
int session_commit(struct session *session, struct aorta_error *error);

/* Nothing to roll back is fine. */
int session_rollback(struct session *session, struct aorta_error *error);

/* Exactly one statement. The caller finalizes it. Takes back a cancel that came before. */
int session_prepare(struct session *session, const char *sql, sqlite3_stmt **statement,
                    struct aorta_error *error);

/* 1 with a row, 0 at the end, -1. */
int session_step(struct session *session, sqlite3_stmt *statement, struct aorta_error *error);

/* One statement of ours without parameters, its rows dropped. */
int session_run(struct session *session, const char *sql, struct aorta_error *error);

/* The translator: fills the error from a result code, returns -1. */
int session_fail(struct session *session, int rc, struct aorta_error *error);

/* Interrupts what runs or waits. Any thread. */
void session_cancel(struct session *session);

#endif

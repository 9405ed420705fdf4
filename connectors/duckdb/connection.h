/*
 * An open DuckDB database, shared by the sessions of a process.
 *
 * A database file can be open in one process only; within the process several connections to one
 * file share it, by DuckDB's instance cache. Opened twice without the cache it would be written by
 * two instances that know nothing of each other: file locks do not exclude their own process.
 *
 * What DuckDB (1.4) has in memory after a COMMIT that could not be written, to a full disk say, is
 * not what is in the file: the transaction is there in part or as a whole, keys of it stay in
 * indexes, blocks are taken for written; and a checkpoint, at the latest when the database is closed,
 * makes that last. So after one the database is lost: nothing more is read or committed, no
 * checkpoint is made, and the next statement of the last session that is open, or else the next
 * session, opens it again from the file and its log, where all is that was committed.
 *
 * Extensions are never fetched or loaded from the network: what is linked into libduckdb (json,
 * icu, parquet, core_functions) is all there is.
 */
#ifndef AORTA_DUCKDB_CONNECTION_H
#define AORTA_DUCKDB_CONNECTION_H

#include "connector.h"

#include "duckdb/carry.h"

#include <duckdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct connection {
    duckdb_database database; /* NULL: it could not be opened again */
    const struct aorta_host *host;
    struct carry_memory carry;

    duckdb_config config; /* with the path and the folders, to open it again */
    char *path, *folders; /* folders: NULL, none */

    pthread_mutex_t commit_lock; /* held by a COMMIT of what was written */
    pthread_mutex_t lock;        /* of what follows */
    size_t session_count;
    bool is_lost; /* a COMMIT has failed */
};

/* What a connection can be told, in the order of connection_open's values. */
extern const struct aorta_option connection_options[];

/* Loads libduckdb if need be and opens the database, making the file if there is none. A file that
 * another process holds is AORTA_TRANSIENT and the message says which process; one that is no
 * DuckDB file, or of another version, AORTA_CONFIG; a corrupted one AORTA_BROKEN. */
int connection_open(const struct aorta_host *host, const struct aorta_option_value *options,
                    void **connection, struct aorta_error *error);

/* 1 if the file is there, 0 if opening would make it, -1 (its folder cannot be read). */
int connection_is_there(const struct aorta_host *host, const struct aorta_option_value *options,
                        struct aorta_error *error);

/* One session more, which has a DuckDB connection of its own. Opens a database again that was lost;
 * while others still have sessions of it that is AORTA_TRANSIENT. */
int connection_enter(struct connection *connection, duckdb_connection *handle,
                     struct aorta_error *error);
void connection_leave(struct connection *connection, duckdb_connection *handle);

/* 0, or -1 with AORTA_TRANSIENT once the database is lost. */
int connection_check(struct connection *connection, struct aorta_error *error);

/* The same for a session that has no transaction: the only one gets a new handle, as if it had left
 * and entered. *handle is NULL when the database cannot be opened; then it may be tried again. */
int connection_check_idle(struct connection *connection, duckdb_connection *handle,
                          struct aorta_error *error);

/* A COMMIT of the session has failed: the database is lost, unless DuckDB refused it in order. */
void connection_lose(struct connection *connection, duckdb_connection handle,
                     const struct aorta_error *error);

/* After all its sessions are closed. NULL is fine. */
void connection_close(void *opaque);

#endif

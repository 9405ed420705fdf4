/*
 * An open DuckDB database, shared by the sessions of a process.
 *
 * A database file can be open in one process only; within the process several connections to one
 * file share it, by DuckDB's instance cache. Opened twice without the cache it would be written by
 * two instances that know nothing of each other: file locks do not exclude their own process.
 *
 * Extensions are never fetched or loaded from the network: what is linked into libduckdb (json,
 * icu, parquet, core_functions) is all there is.
 */
#ifndef AORTA_DUCKDB_CONNECTION_H
#define AORTA_DUCKDB_CONNECTION_H

#include "connector.h"

#include "duckdb/carry.h"

#include <duckdb.h>

struct connection {
    duckdb_database database;
    const struct aorta_host *host;
    struct carry_memory carry;
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

/* After all its sessions are closed. NULL is fine. */
void connection_close(void *opaque);

#endif

/*
 * What SQL may reach.
 *
 * DuckDB's SQL reads and writes files, opens other databases and changes its own settings, in a
 * transaction that only reads too. So there are two walls.
 *
 *   1. Around the database, held by DuckDB itself: when it is opened, files are closed to SQL but
 *      for those in the folders that the connection names, and the settings are locked.
 *   2. Around a confined session, for SQL that is not to be trusted. DuckDB's parser says what the
 *      text is: one statement, a SELECT (or SHOW, DESCRIBE, SUMMARIZE; behind EXPLAIN too), whose
 *      table functions are among those that are known to read data of the database, of those
 *      folders, or none. A list of what is allowed, because there are some that write (the log, a
 *      checkpoint), run a text as SQL that nobody has looked at, or follow a pointer that somebody
 *      made up.
 *
 * Views and macros are looked at when they are made, not when they are used: who may make them is
 * trusted.
 */
#ifndef AORTA_DUCKDB_CONFINEMENT_H
#define AORTA_DUCKDB_CONFINEMENT_H

#include "connector.h"

#include <duckdb.h>

struct session;

/* The settings of a database and the first wall, when it is opened; nothing can take that down
 * again, and a database that is open already stays as it is. folders: absolute paths separated by
 * commas, NULL: none. */
int confinement_of_database(duckdb_database database, const char *folders,
                            struct aorta_error *error);

/* The function `confine` of the contract: what is opaque is the session. */
int confinement_begin(void *opaque, struct aorta_error *error);

/* Whether a confined session takes the statement: 0, or -1 with AORTA_CONFIG. Nothing of it is run
 * or bound. */
int confinement_check(struct session *session, const char *sql, struct aorta_error *error);

#endif

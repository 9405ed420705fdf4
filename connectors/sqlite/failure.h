/*
 * What SQLite says when something fails, as what the scheduler will do.
 *
 *     SQLite                                  error       because
 *     BUSY, LOCKED, FULL, IOERR, PROTOCOL     TRANSIENT   others go away, disks are cleaned
 *     CONSTRAINT, MISMATCH, TOOBIG            DATA        these rows are bad
 *     INTERRUPT                               CANCELED    somebody asked for it
 *     CORRUPT, NOTADB, INTERNAL, MISUSE       BROKEN      no retry helps
 *     ERROR (no such table, syntax), CANTOPEN,
 *     READONLY, PERM, AUTH, and the rest      CONFIG      a person must change something
 */
#ifndef AORTA_SQLITE_FAILURE_H
#define AORTA_SQLITE_FAILURE_H

#include "connector.h"

#include <sqlite3.h>

/* Fills the error from a result code (extended or not) and what the handle remembers of it. The
 * handle may be NULL. file: for messages about it. Returns -1. */
int failure_set(sqlite3 *db, const char *file, int rc, struct aorta_error *error);

/* Makes one line of it: what a database quotes may have several. */
void failure_fold(struct aorta_error *error);

#endif

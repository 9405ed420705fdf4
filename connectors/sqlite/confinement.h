/*
 * A confined session: it takes statements that read, and reaches nothing but its own file.
 *
 * SQLite asks before it compiles each thing that a statement does (sqlite3_set_authorizer). In a
 * confined session the answer is yes to reading and to functions, but for those that open files or
 * load code, and to pragmas that only describe; no to everything else. What SQLite can be told
 * besides (query_only, no attached files, the defensive mode) stands behind that.
 */
#ifndef AORTA_SQLITE_CONFINEMENT_H
#define AORTA_SQLITE_CONFINEMENT_H

#include "connector.h"

#include <sqlite3.h>

struct session;

/* The function `confine` of the contract: what is opaque is the session. */
int confinement_begin(void *opaque, struct aorta_error *error);

/* Whether a statement that was prepared is a reader: 0 or -1. */
int confinement_check(sqlite3_stmt *statement, struct aorta_error *error);

/* Why the session's authorizer refused the statement that was being prepared. Returns -1. */
int confinement_fail(const struct session *session, struct aorta_error *error);

#endif

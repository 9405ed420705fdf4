/*
 * The end of what an incremental read has seen: the cursor column's last value, and which rows with
 * that value were seen, as hashes of their whole contents.
 *
 * The next read begins at that value, not behind it: rows that were committed later with the same
 * value are new, those in the set are not, and a row that was changed within the value comes again.
 * How many rows may share a value at the end of a batch is limited, since the set is part of the
 * position; change capture has no such limit.
 */
#ifndef AORTA_SQLITE_BOUNDARY_H
#define AORTA_SQLITE_BOUNDARY_H

#include "base/buf.h"
#include "sqlite/session.h"

#include <stdbool.h>

/* 16 hex digits, quotes and a comma each, in a position of at most 64 KiB. */
enum { BOUNDARY_ROWS = 3000 };

struct boundary;

/* position: what boundary_write gave, or NULL. Owned by the caller. */
int boundary_new(struct session *session, const char *position, struct boundary **boundary,
                 struct aorta_error *error);
void boundary_free(struct boundary *boundary);

/* Whether there is a value to begin at; if so it is bound to the statement's parameter. */
bool boundary_is_set(const struct boundary *boundary);
int boundary_bind(const struct boundary *boundary, sqlite3_stmt *statement, int index);

/* Whether the statement's row was seen by an earlier read; asked once a row, since of rows that are
 * the same in everything only as many as were seen have been. cursor: the cursor's result column. */
bool boundary_was_seen(struct boundary *boundary, sqlite3_stmt *statement, int cursor);

/* Tells of a row that this read gives; rows come in the order of the cursor. A cursor value that is
 * a blob, or a text that JSON cannot hold, is AORTA_DATA. */
int boundary_note(struct boundary *boundary, sqlite3_stmt *statement, int cursor,
                  struct aorta_error *error);

/* The position behind the last row noted. AORTA_CONFIG if too many rows share its value. */
int boundary_write(const struct boundary *boundary, struct buf *out, struct aorta_error *error);

#endif

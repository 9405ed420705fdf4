/*
 * The rows of a statement on their way into batches:
 *
 *     columns_reset(&rows.columns);
 *     while ((more = rows_next(&rows, error)) == 1 && (more = rows_take(&rows, error)) == 1)
 *         ;
 *
 * leaves the batch full, or rows.is_at_end. A row that did not fit is the first of the next batch.
 */
#ifndef AORTA_SQLITE_ROWS_H
#define AORTA_SQLITE_ROWS_H

#include "sqlite/columns.h"
#include "sqlite/session.h"

struct rows {
    struct session *session;
    sqlite3_stmt *statement; /* owned */
    struct columns columns;  /* one a result column, added by whoever opens the statement */
    bool has_row;            /* the statement stands on a row that was not taken */
    bool is_at_end;
};

void rows_init(struct rows *rows, struct session *session, sqlite3_stmt *statement);
void rows_release(struct rows *rows);

/* 1: the statement stands on a row; 0: it has no more; -1. */
int rows_next(struct rows *rows, struct aorta_error *error);

/* Appends that row to the batch: 1; 0 if the batch is full and the row stays; -1. */
int rows_take(struct rows *rows, struct aorta_error *error);

/* Leaves that row out. */
void rows_skip(struct rows *rows);

#endif

/*
 * Rows that a statement gives, gathered into the columns of a batch.
 *
 *     columns_add(&columns, "user_id", "integer");  ... a field, its declared type
 *     columns_reset(&columns);
 *     while (step … && columns_append(&columns, statement, &error) == 1)
 *         ;
 *     columns_lend(&columns, &batch);
 *
 * A field whose declaration says nothing (an expression, count(*), NUM) is undecided: the first
 * batch decides it from the values, widening as it goes: nothing < INT64 < DOUBLE < TEXT. From then
 * on every type is fixed, and a value that does not fit its type is AORTA_DATA with column and
 * value. A TEXT column takes numbers too; BYTES takes blobs only.
 */
#ifndef AORTA_SQLITE_COLUMNS_H
#define AORTA_SQLITE_COLUMNS_H

#include "connector.h"

#include <sqlite3.h>

/* Large enough that the cost of a batch is nothing, small enough to stay in the cache. */
enum { COLUMNS_BATCH_ROWS = 16384 };

struct cells; /* what grows behind one column */

struct columns {
    int32_t count;
    int32_t room;
    bool is_fixed; /* the first batch is over */
    struct aorta_field *fields;
    struct aorta_column *shown;
    struct cells *cells;
    int64_t row_count;
    int64_t row_room;
};

void columns_init(struct columns *columns);
void columns_release(struct columns *columns);

/* Adds a field before the first row; the name is copied. declared may be NULL. */
void columns_add(struct columns *columns, const char *name, const char *declared);

/* The same for a type that is known. */
void columns_add_typed(struct columns *columns, const char *name, enum aorta_type type);

/* Ends the deciding: what is undecided becomes TEXT. */
void columns_fix(struct columns *columns);

/* Forgets the rows, keeps memory and fields. */
void columns_reset(struct columns *columns);

/* Appends the statement's row, a result column a field. 1; 0 if the batch is full and has not taken
 * it (append it again after columns_reset); -1. */
int columns_append(struct columns *columns, sqlite3_stmt *statement, struct aorta_error *error);

/* The batch of the rows so far, lent until the next call; fixes the types. */
void columns_lend(struct columns *columns, struct aorta_batch *batch);

#endif

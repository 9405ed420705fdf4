/*
 * One column of a result: from DuckDB's vectors to a column of a batch.
 *
 * Where the layouts agree (integers of 32 and 64 bits, doubles, dates, times, timestamps in
 * microseconds, validity bits) the batch points into the vector; everything else is copied into
 * buffers that are used again for the next batch.
 */
#ifndef AORTA_DUCKDB_COLUMN_H
#define AORTA_DUCKDB_COLUMN_H

#include "connector.h"
#include "duckdb/shape.h"

#include "base/buf.h"

#include <duckdb.h>

struct column {
    struct shape shape;
    enum aorta_type type;
    struct buf values;
    struct buf offsets;
    struct buf validity;
};

/* false if values of that type have no place in a batch. */
bool column_init(struct column *column, duckdb_logical_type type, struct arena *arena);
void column_release(struct column *column);

/* Fills *out from `count` rows of the vector, the first at `start`. 1, and *room is less by the
 * bytes of copied text; 0 if that is more than *room and count is greater than one: try fewer
 * rows; -1 with AORTA_DATA for a value that no batch can hold. *out is lent until the next call
 * and only while the vector lives. */
int column_read(struct column *column, duckdb_vector vector, idx_t start, idx_t count, size_t *room,
                struct aorta_column *out, struct aorta_error *error);

#endif

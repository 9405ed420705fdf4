/*
 * The columns that a load writes: for each field of its batches the table's column, and the way
 * from the one into the other (duckdb/fill.h).
 *
 * Texts are not copied: a chunk that was filled points into the batch, so it must have been used up
 * before the batch goes.
 */
#ifndef AORTA_DUCKDB_TARGET_H
#define AORTA_DUCKDB_TARGET_H

#include "connector.h"
#include "duckdb/fill.h"
#include "duckdb/shape.h"

#include "base/arena.h"

#include <duckdb.h>

struct target_column {
    struct aorta_field field;
    struct shape shape;
    const struct fill_pair *pair;
};

struct target {
    int32_t column_count;
    struct target_column *columns;
    struct arena arena;
};

void target_init(struct target *target, int32_t column_count);
void target_release(struct target *target);

/* Pairs field `index` with a column of that type. AORTA_CONFIG: the column does not take it. */
int target_pair(struct target *target, int32_t index, const struct aorta_field *field,
                duckdb_logical_type type, struct aorta_error *error);

/* AORTA_BROKEN unless the batch is of the target's fields. */
int target_expect(const struct target *target, const struct aorta_batch *batch,
                  struct aorta_error *error);

/* Fills an empty chunk from `count` rows of the batch; `start` is a multiple of eight. AORTA_DATA:
 * a value cannot be stored; the message counts rows from 1, `before` those of earlier batches. */
int target_fill(const struct target *target, const struct aorta_batch *batch, idx_t start,
                idx_t count, int64_t before, duckdb_data_chunk chunk, struct aorta_error *error);

#endif

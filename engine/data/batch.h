/*
 * A batch that is being filled: columns that grow together, lent as a `struct aorta_batch`.
 *
 *     struct batch batch;
 *     batch_init(&batch, fields, 2);
 *     for (each row) {
 *         column_append_int(&batch.columns[0], id);
 *         column_append_str(&batch.columns[1], name);
 *         batch_end_row(&batch);
 *         if (batch_is_full(&batch)) {
 *             struct aorta_batch view = batch_view(&batch);
 *             load(&view);
 *             batch_reset(&batch);
 *         }
 *     }
 *
 * A row exists once batch_end_row has counted it. A row that turns out bad in its middle is taken
 * back with batch_drop_row. Whoever reads a file may fill some columns through a reader
 * (data/jsonl.h, data/csv_reader.h) and the others himself, before the view is taken.
 */
#ifndef AORTA_DATA_BATCH_H
#define AORTA_DATA_BATCH_H

#include "base/arena.h"
#include "data/column.h"

struct batch {
    int64_t row_count;
    int64_t row_limit; /* with so many rows, or bytes, it is full: batch_init takes the greatest */
    size_t byte_limit;
    int32_t column_count;
    struct aorta_field *fields;
    struct column *columns;
    struct aorta_column *views;
    struct arena arena; /* of the three above and the names */
};

/* Copies the fields and their names. */
void batch_init(struct batch *batch, const struct aorta_field *fields, int32_t count);
void batch_release(struct batch *batch);

/* Empties it and keeps the memory. */
void batch_reset(struct batch *batch);

/* Counts the row whose values have been appended. */
static inline void batch_end_row(struct batch *batch)
{
    batch->row_count++;
}

/* Takes back the values of a row that was not ended. */
void batch_drop_row(struct batch *batch);

/* Nothing more should be added. The greatest limits are LIMIT_BATCH_ROWS rows, and half of
 * LIMIT_BATCH_BYTES, so that one more row of any allowed size would still have fitted. */
bool batch_is_full(const struct batch *batch);

/* Lent until the batch changes. Every column must have row_count rows (asserted). */
struct aorta_batch batch_view(struct batch *batch);

#endif

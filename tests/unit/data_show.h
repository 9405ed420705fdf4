/*
 * Batches as text, so that tests can say what they want: a row a line, values between bars, null
 * as the word. Timestamps and dates as SQL writes them, doubles with all their digits.
 */
#ifndef AORTA_TESTS_DATA_SHOW_H
#define AORTA_TESTS_DATA_SHOW_H

#include "base/buf.h"
#include "connector.h"

void show_value(struct buf *out, enum aorta_type type, const struct aorta_column *column,
                int64_t row);

/* Appends every row. */
void show_batch(struct buf *out, const struct aorta_batch *batch);

#endif

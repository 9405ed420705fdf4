/*
 * One value of a batch, read by row and column.
 *
 * For the few rows that the engine itself reads: its state, counts, samples. Rows in bulk go from
 * batch to batch.
 */
#ifndef AORTA_MODEL_CELL_H
#define AORTA_MODEL_CELL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "connector.h"

/* Appends the value as text: numbers in decimal, dates and times as SQL writes them, true and
 * false, bytes in hex. Returns false, appending nothing, if it is null. */
bool cell_text(const struct aorta_batch *batch, int64_t row, int32_t column, struct buf *out);

/* The same as a text in the arena; NULL if it is null. */
const char *cell_copy(const struct aorta_batch *batch, int64_t row, int32_t column,
                      struct arena *arena);

/* Writes the value as JSON: numbers and booleans as such, JSON as it is, everything else as text. */
void cell_json(const struct aorta_batch *batch, int64_t row, int32_t column,
               struct json_writer *json);

/* The value as an integer: of numbers rounded to zero, of decimals and texts what they begin with.
 * 0 if it is null. */
int64_t cell_int(const struct aorta_batch *batch, int64_t row, int32_t column);

#endif

/*
 * Values of DuckDB's vectors as text.
 *
 * Scalars are written as CAST(… AS VARCHAR) writes them, except that floating-point numbers get
 * the fewest digits that read back as the same number. Nested values become JSON: lists and arrays
 * are arrays, structs and maps objects (a map's keys as text), a union is the member it holds.
 * Inside JSON numbers, booleans and JSON stay what they are, NaN and infinities are null, all else
 * is a string.
 */
#ifndef AORTA_DUCKDB_TEXT_H
#define AORTA_DUCKDB_TEXT_H

#include "duckdb/shape.h"

#include "base/buf.h"

#include <duckdb.h>

/* The bytes of a VARCHAR, BLOB or BIT, lent by the vector. */
const char *text_of_string(const duckdb_string_t *string, size_t *size);

/* The double that the float's own text means: 0.1 is 0.1 then, not 0.10000000149011612. As a float
 * it is the same number again. */
double text_widen_float(float number);

/* Appends row `row` of a vector of scalars, whose values begin at data. The row is not null. */
void text_write(struct buf *out, const struct shape *shape, const void *data, idx_t row);

/* Appends row `row` of a vector of any shape as JSON; null too. */
void text_write_json(struct buf *out, const struct shape *shape, duckdb_vector vector, idx_t row);

#endif

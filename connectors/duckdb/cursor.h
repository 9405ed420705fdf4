/*
 * A query's rows, pulled batch by batch.
 *
 * The result is streamed: DuckDB computes as the cursor is read and buffers about a mebibyte, so
 * memory does not grow with the result. A batch is one of DuckDB's chunks (2,048 rows), less where
 * its text is larger than a batch may be.
 */
#ifndef AORTA_DUCKDB_CURSOR_H
#define AORTA_DUCKDB_CURSOR_H

#include "connector.h"

/* `query`, `next`, `cursor_fields` and `cursor_close` of the contract; what is opaque is the session
 * in cursor_open, else the cursor. A column of a type that has
 * no place in a batch (duckdb/shape.h) is AORTA_CONFIG and the message names it. */
int cursor_open(void *opaque, const char *sql, const struct aorta_value *params,
                int32_t param_count, void **cursor, struct aorta_error *error);
int cursor_next(void *opaque, struct aorta_batch *batch, struct aorta_error *error);
const struct aorta_field *cursor_fields(void *opaque, int32_t *count);
void cursor_close(void *opaque);

#endif

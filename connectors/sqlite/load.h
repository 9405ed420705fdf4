/*
 * Bulk load: one prepared INSERT, run for each row, under a savepoint of the session's transaction,
 * so that a load given up leaves nothing behind even if the transaction is committed.
 *
 * A field whose type the table's column cannot hold without loss is refused before the first row
 * (AORTA_CONFIG); a row that breaks a constraint is AORTA_DATA and names its place in the batch.
 */
#ifndef AORTA_SQLITE_LOAD_H
#define AORTA_SQLITE_LOAD_H

#include "connector.h"

/* As in struct aorta_warehouse; arg is a session for load_begin, then the load. */
int load_begin(void *arg, const char *schema, const char *name, const struct aorta_field *fields,
               int32_t field_count, void **load, struct aorta_error *error);
int load_batch(void *arg, const struct aorta_batch *batch, struct aorta_error *error);
int load_end(void *arg, int64_t *rows, struct aorta_error *error);
void load_abort(void *arg);

#endif

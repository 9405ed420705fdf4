/*
 * Bulk load: batches into a table, through DuckDB's appender, in the session's transaction.
 *
 *     session_begin → load_begin → load_batch … → load_end → session_commit
 *                                      └─ failure → load_abort → session_rollback
 *
 * The appender keeps rows back and writes them even when it is given up, and would commit them by
 * itself once no transaction is open. Hence two rules that this file sees to: a load needs a
 * transaction, and a load that was given up (load_abort, or a rollback while it is open) empties
 * the appender into the transaction and dooms it, so that only a rollback is left.
 */
#ifndef AORTA_DUCKDB_LOAD_H
#define AORTA_DUCKDB_LOAD_H

#include "connector.h"

struct load;

/* The functions of the contract; what is opaque is the session in load_begin, else the load. A table or a column that is not there and a type that the column
 * does not take (duckdb/fill.h) are AORTA_CONFIG; a value that cannot be stored is AORTA_DATA, and
 * the message names the column and the row, counted from 1 over the whole load. Constraints are
 * checked when DuckDB gets to the rows, at the latest in load_end. Columns that the batch lacks get
 * their default, NULL without one. */
int load_begin(void *opaque, const char *schema, const char *name, const struct aorta_field *fields,
               int32_t field_count, void **load, struct aorta_error *error);
int load_batch(void *opaque, const struct aorta_batch *batch, struct aorta_error *error);
int load_end(void *opaque, int64_t *rows, struct aorta_error *error);
void load_abort(void *opaque);

/* For the session: the transaction ends now; load_abort is still to come. */
void load_discard(struct load *load);

#endif

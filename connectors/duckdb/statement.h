/*
 * One SQL statement with its parameters.
 *
 * Exactly one: a text of several is refused, so that "the statement failed" always says which.
 * BEGIN, COMMIT and ROLLBACK are refused too: transactions are the session's, and user SQL that
 * committed in the midst of a publication would break it.
 */
#ifndef AORTA_DUCKDB_STATEMENT_H
#define AORTA_DUCKDB_STATEMENT_H

#include "connector.h"
#include "duckdb/session.h"

#include <duckdb.h>

/* Prepares the statement and binds its parameters; on success the caller destroys it. AORTA_CONFIG
 * for SQL that DuckDB does not take or another number of parameters, AORTA_DATA for a parameter
 * that cannot be what its type says. */
int statement_prepare(struct session *session, const char *sql, const struct aorta_value *params,
                      int32_t param_count, duckdb_prepared_statement *statement,
                      struct aorta_error *error);

/* `exec` of the contract. Rows given by RETURNING are counted and dropped. */
int statement_exec(void *session, const char *sql, const struct aorta_value *params,
                   int32_t param_count, int64_t *affected, struct aorta_error *error);

#endif

/*
 * The one translator of what DuckDB says into what Aorta says.
 *
 * DuckDB's errors are texts that begin with their kind: "Constraint Error: Duplicate key …". The
 * kind, and for some the words behind it, decide the code; the text is what a person reads, folded
 * into one line:
 *
 *     Binder Error: Referenced column "xx" not found in FROM clause!
 *     Candidate bindings: "a"
 *
 *     LINE 1: select xx from t
 *                    ^
 * becomes
 *     Binder Error: Referenced column "xx" not found in FROM clause! Candidate bindings: "a" (line
 *     1: select xx from t)
 */
#ifndef AORTA_DUCKDB_FAILURE_H
#define AORTA_DUCKDB_FAILURE_H

#include "connector.h"

#include <duckdb.h>

/* Fills the error from DuckDB's text (NULL: it gave none) and returns -1. */
int failure_translate(struct aorta_error *error, const char *text);

/* The same, from a result or an appender. An appender's text lacks its kind; it comes beside it. */
int failure_of_result(struct aorta_error *error, duckdb_result *result);
int failure_of_appender(struct aorta_error *error, duckdb_appender appender);

#endif

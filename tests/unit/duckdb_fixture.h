/*
 * An open DuckDB with one session, for the tests of its connector.
 */
#ifndef AORTA_TESTS_DUCKDB_FIXTURE_H
#define AORTA_TESTS_DUCKDB_FIXTURE_H

#include "host.h"
#include "test.h"

extern struct aorta_error err; /* what check_ok and check_fails look at */
extern const struct aorta_connector *duckdb;
extern const struct aorta_warehouse *warehouse;
extern void *connection;
extern void *session;

/* What databases are opened with from now on. */
extern const char *fixture_memory_limit;

/* Loads the module and opens ":memory:", or NAME in the test's folder, with a session. */
void fixture_open(const char *name);
void fixture_close(void);

/* The path of NAME in the test's folder; lent until the next call. */
const char *fixture_path(const char *name);

/* Opens the file at the path: what the connector's open returns, with err. */
int fixture_try_open(const char *path, void **opened);

/* On the fixture's session. */
#define EXEC(sql) host_exec(warehouse, session, sql)
#define ROWS(sql) host_rows(warehouse, session, sql)
#define TRY(sql) warehouse->exec(session, sql, NULL, 0, NULL, &err)

#endif

/*
 * The warehouses that a test of publishing runs on, each fresh: DuckDB and SQLite through their
 * connectors, as the executor loads them, PostgreSQL through what postgres_warehouse.h has.
 */
#ifndef AORTA_TEST_WAREHOUSES_H
#define AORTA_TEST_WAREHOUSES_H

#include "model/session.h"

struct warehouse_under_test {
    const char *name; /* "duckdb", "sqlite", "postgres" */
    const struct aorta_warehouse *warehouse;
    void *connection;
    void (*close)(void *connection);
};

/* DuckDB's memory_limit in this test process; 0: its default. */
extern int64_t warehouse_memory_bytes;

/* Opens the warehouse of that name in the test's folder; the same file or server each time in one
 * test process. */
struct warehouse_under_test warehouse_open(const char *name);
void warehouse_close(struct warehouse_under_test *warehouse);

/* For tests that run on all three; ended by NULL. */
extern const char *const warehouse_names[];

/* Whether it can be opened now; if not, error says why. For a child that must not end its test. */
bool warehouse_can_open(const char *name, struct aorta_error *error);

/* A session; fails the test if there is none. */
struct session warehouse_session(const struct warehouse_under_test *warehouse);

/* Runs statements separated by ";\n"; fails the test on an error. */
void run_sql(struct session *session, const char *statements);

/* The query's rows as "1|a\n2|b\n", NULL as "-"; lent until the next call. On an error the test
 * fails. */
const char *rows_of(struct session *session, const char *sql);

/* As rows_of, but an error is its result: "error: …". */
const char *rows_or_error(struct session *session, const char *sql);

#endif

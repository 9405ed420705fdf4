/*
 * Bulk load that DuckDB pulls: its own threads ask the feed's workers for rows, in a statement
 *
 *     INSERT INTO "raw"."t" ("a", "b") SELECT * FROM aorta_feed(7)
 *     UNION ALL SELECT DISTINCT * FROM aorta_nothing(7)
 *
 * so that reading the rows, compressing them and writing them is done by as many threads as the
 * database has, and no row group waits in memory for another. (An appender gathers rows and hands
 * them over from one thread.) Which thread gets on faster decides the order of the rows, unless the
 * database has one thread.
 *
 * Both are table functions that are registered once in each database. Their argument is the number
 * of a load that is running; in any other statement, and in any other session, they say that there
 * is nothing to be read. aorta_nothing has no rows: it is there for what DISTINCT says of the order.
 */
#ifndef AORTA_DUCKDB_PULL_H
#define AORTA_DUCKDB_PULL_H

#include "connector.h"

#include <duckdb.h>

/* Makes the functions known to the database, unless it has it. */
void pull_register(duckdb_database database);

/* The function of the contract; what is opaque is the session. Errors are those of load_begin and
 * load_batch (duckdb/load.h); a message's row is counted for each worker. */
int pull_load(void *opaque, const char *schema, const char *name, const struct aorta_field *fields,
              int32_t field_count, const struct aorta_feed *feed, int64_t *rows,
              struct aorta_error *error);

#endif

/*
 * A connector under test, driven as the executor drives it, without the executor: its module
 * loaded with dlopen, a host of the test's own, options by name, rows as text.
 *
 *     const struct aorta_connector *duckdb = host_connector("duckdb");
 *     struct aorta_option_value options[HOST_OPTIONS];
 *     host_options(options, duckdb->options, "path", path, NULL);
 *     check_ok(duckdb->open(&host, options, &connection, &err));
 *
 * Whatever fails here fails the test. The program's target needs CONNECTORS_FOLDER (CMakeLists.txt)
 * and the layer data.
 */
#ifndef AORTA_TESTS_HOST_H
#define AORTA_TESTS_HOST_H

#include "connector.h"
#include "data/batch.h"

enum { HOST_OPTIONS = 32 };

/* Warnings and errors go to standard error. */
extern const struct aorta_host host;

/* The table of CONNECTORS_FOLDER/NAME.so, after a look at its ABI. The module stays loaded. */
const struct aorta_connector *host_connector(const char *name);

/* Values for the declared options: defaults, then the names and texts in turn, ended by NULL, as
 * somebody would write them in pipeline.toml ("64MiB", "5s"). */
void host_options(struct aorta_option_value values[HOST_OPTIONS],
                  const struct aorta_option *declared, ...) __attribute__((sentinel));

/* Runs one statement without parameters; returns how many rows it changed. */
int64_t host_exec(const struct aorta_warehouse *warehouse, void *session, const char *sql);

/* The rows of a query as show_batch (data_show.h) writes them, each line ended by '\n'; lent until
 * the next call. */
const char *host_rows(const struct aorta_warehouse *warehouse, void *session, const char *sql);

/* Adds a row, values as data/literal.h reads them: "7|null|2024-04-01|some text". */
void host_add_row(struct batch *batch, const char *row);

/* Loads the batch into the table, from load_begin to load_end, in the open transaction. */
void host_load(const struct aorta_warehouse *warehouse, void *session, const char *schema,
               const char *table, struct batch *batch);

#endif

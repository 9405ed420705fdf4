/*
 * A destination with one source table, "log", and the means to describe models over it in few
 * words.
 *
 *     log: loaded, id, n      (1, 1, 'a'), (1, 2, 'b')      position 1
 */
#ifndef AORTA_TEST_PUBLISH_BENCH_H
#define AORTA_TEST_PUBLISH_BENCH_H

#include "model/materialize.h"
#include "warehouses.h"

struct bench {
    struct warehouse_under_test warehouse;
    struct session session;
    struct arena arena;
    struct model_result result; /* of the last run */
};

/* With the source table, made and filled if it is not there. */
struct bench bench_open(const char *name);
void bench_close(struct bench *bench);

/* Publishes rows into the source table, as ingestion does: rows, then its state. */
void bench_load(struct bench *bench, const char *values, const char *position);

/* A model over the source, s.x, with checks as JSON: [["column" or null, declaration], …]. */
struct model_spec bench_model(struct bench *bench, const struct materialization *kind,
                              const char *sql, const char *checks);

/* Runs it; fails the test on an error. */
enum model_outcome bench_run(struct bench *bench, const struct model_spec *spec);

/* The rows of a relation, all columns, ordered; as rows_or_error. */
const char *bench_rows(struct bench *bench, const struct relation *relation);

/* The same of a table in schema s. */
const char *bench_table(struct bench *bench, const char *name);

/* Drops the hidden relations that are there now; how many. */
int bench_clean(struct bench *bench);

#endif

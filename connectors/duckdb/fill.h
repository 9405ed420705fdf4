/*
 * One column of a batch into one vector of DuckDB's.
 *
 * A table of pairs says which types of a batch a column of which type takes, and how. There is no
 * pair that could change a value: integers may go into wider ones, decimals into decimals where
 * they fit exactly; text goes into text only. What DuckDB would keep but could not read again
 * (text that is not UTF-8, dates beyond its calendar) is refused, and the row is named.
 *
 * JSON goes into JSON columns as it is: that it is JSON is its reader's promise. DuckDB keeps JSON
 * as text and looks at it only when it is used.
 */
#ifndef AORTA_DUCKDB_FILL_H
#define AORTA_DUCKDB_FILL_H

#include "connector.h"
#include "duckdb/shape.h"

#include <duckdb.h>

struct fill_pair;

/* The rows [start, start + count) of a column; start is a multiple of eight. */
struct fill {
    const struct aorta_column *from;
    idx_t start;
    idx_t count;
    const struct shape *shape; /* of the vector */
    duckdb_vector to;
    idx_t bad_row;       /* on failure: which, from start */
    const char *problem; /* and why, as the end of a sentence: "is not UTF-8" */
};

/* The way from the type into a vector of that shape, or NULL: there is none. */
const struct fill_pair *fill_find(enum aorta_type type, const struct shape *shape);

/* Fills values and validity of the vector, which is fresh. Long texts stay where they are: the
 * vector points to them. -1 with bad_row and problem. */
int fill_run(const struct fill_pair *pair, struct fill *fill);

#endif

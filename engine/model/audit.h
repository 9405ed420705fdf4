/*
 * All checks of an asset, run against what is about to be published.
 *
 * For a full build `rows` and `whole` are the hidden table. For an increment `rows` is the stage
 * and `whole` what the target will be: conditions on a row look at the new rows only (the others
 * passed when they came), keys at the new rows' keys in the whole, the rest at the whole.
 *
 * Few statements: one for all conditions on rows and plain counts, one more a distinct key, one a
 * parent, one a window. A row fails when its condition is false; a condition that is NULL passes,
 * as in dbt_expectations (the row fails when NOT (condition = true)).
 */
#ifndef AORTA_MODEL_AUDIT_H
#define AORTA_MODEL_AUDIT_H

#include "base/arena.h"
#include "base/err.h"
#include "check/check.h"
#include "model/relation.h"
#include "model/spec.h"

struct session;

enum check_status { CHECK_PASSED, CHECK_WARNED, CHECK_FAILED };

struct check_result {
    const struct check *check;
    enum check_status status;
    int64_t failures;    /* rows, or keys, or columns */
    const char *message; /* "7 rows where …", NULL if it passed */
    const char *samples; /* JSON: a list of objects; NULL if there are none */
};

struct audit {
    const char *asset;
    const char *file;  /* that declares the checks, for messages; or NULL */
    const char *rows;  /* SQL that may stand after FROM, with an alias put behind it */
    const char *whole; /* likewise */
    bool is_view;      /* of rows: each query works them out again */
    const struct relation_columns *columns;
    const struct check *checks;
    size_t check_count;
    const struct model_ref *refs; /* to find what relationships refer to */
    size_t ref_count;
    const char *position_column; /* or NULL */
    const char *after;           /* the position that all rows must be greater than, or NULL */
};

/* What the first scan finds besides. */
struct audit_totals {
    int64_t row_count;
    int64_t not_after;             /* rows whose position is null or not greater than `after` */
    const char *greatest_position; /* NULL: no rows, or no position column */
};

/* Runs the checks in order of cost and fills results[check_count], in the checks' order, and the
 * totals of `rows`. -1 only if a check cannot be run: ERR_CONFIG "FILE: check y: …" for a
 * missing column, with the columns that are there, or the database's own words. Where a check says
 * which columns there must be and one is missing, checks of a missing column have failed instead:
 * then it is the rows' fault, and all of it is told together. */
int audit_run(struct session *session, const struct audit *audit, struct arena *arena,
              struct check_result *results, struct audit_totals *totals, struct err *err);

/* Whether one of the results is CHECK_FAILED. */
bool audit_is_blocking(const struct check_result *results, size_t count);

#endif

/*
 * Checks as SQL. Used by audit.c alone.
 *
 * For each check one of:
 *     fails        a condition on a row of audit->rows that is true for a bad row; all of them are
 *                  counted in one statement
 *     count        a query that gives one number
 * and, unless there is nothing to show, a query for sample rows. Unique keys of many rows are
 * looked for in another way (audit_unique.h).
 */
#ifndef AORTA_MODEL_AUDIT_SQL_H
#define AORTA_MODEL_AUDIT_SQL_H

#include "base/arena.h"
#include "base/err.h"
#include "model/audit.h"
#include "model/session.h"

/* From here on sorting is faster than grouping, and grouping may need more memory than there is. */
enum { AUDIT_MANY_ROWS = 250000 };

struct audit_sql {
    const char *fails;
    const char *count;
    const char *samples;             /* without LIMIT; NULL: none */
    const struct unique_sql *unique; /* from AUDIT_MANY_ROWS on in place of them; NULL: as above */
    bool misses_column;              /* it could not be made since a column is not there */
};

/* Makes the SQL of a check that is not about columns alone, in the arena. ERR_CONFIG for a column
 * that is not there or a value that makes no sense; the caller says which check. */
int audit_sql_make(const struct session *session, const struct audit *audit,
                   const struct check *check, struct arena *arena, struct audit_sql *sql,
                   struct err *err);

/* The asset that the check asks besides, or NULL. */
const struct model_ref *audit_sql_parent(const struct audit *audit, const struct check *check);

/* "SELECT count(*) FROM rows WHERE …" with a check's own condition. */
const char *audit_sql_count_rows(const struct check *check, const char *from, struct arena *arena);

#endif

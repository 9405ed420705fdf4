/*
 * Keys that are there more than once, also among more rows than memory holds. Used by audit.c and
 * audit_sql.c alone.
 *
 * Few rows are grouped by their keys. Of many rows (AUDIT_MANY_ROWS) first the hashes of the keys are
 * sorted, which spills to disk where grouping keys ends with no memory left: where no hash is there
 * twice, no key is, and that is the answer as a rule. Otherwise keys are grouped after all, slice by
 * slice of the hash, of no more rows at a time than there is room for: only those whose hash is not
 * the only one of its kind, unless nearly all are such.
 */
#ifndef AORTA_MODEL_AUDIT_UNIQUE_H
#define AORTA_MODEL_AUDIT_UNIQUE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct making;
struct session;

struct unique_sql {
    const char *keys;  /* quoted columns or expressions, a list */
    const char *whole; /* what stands after FROM */
    const char *where; /* " WHERE …": the check's own condition, and no key with a null in it */
    const char *fresh; /* of the whole only keys that are in here too; NULL: all */
    const char *hash;  /* of the keys; NULL: the database has none, all rows are grouped at once */
};

/* Fills the SQL of a check that keys are unique: count and samples for few rows, keys for many.
 * As a unique index has it: a key with a null in it equals no other. */
int audit_unique_make(const struct making *making, struct err *err);

/* How many keys are there more than once, and SQL for samples of them, without LIMIT; `row_count`
 * rows are new, or all there are. */
int audit_unique_count(struct session *session, const struct unique_sql *unique, int64_t row_count,
                       struct arena *arena, int64_t *count, const char **samples, struct err *err);

#endif

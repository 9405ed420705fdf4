/*
 * The run store's tables, version by version: migrations/NNNN_what.sql, built into the binary.
 *
 * Each is applied once, in its own transaction, and noted with its checksum. A file that changed
 * after it was applied is refused, and so is a database that a newer version has migrated: neither
 * can be told to hold what this version expects.
 */
#ifndef AORTA_STORE_MIGRATION_H
#define AORTA_STORE_MIGRATION_H

#include "base/err.h"
#include "store/database.h"

#include <stddef.h>

struct migration {
    int number; /* 1, 2, 3 … */
    const char *name;
    const unsigned char *sql; /* ended by a NUL */
};

/* Those of this binary, in order (generated from migrations/ by CMakeLists.txt). */
extern const struct migration store_migrations[];
extern const size_t store_migration_count;

/* Compares what was applied with the migrations. Sets *applied to how many there are. CONFIG for a
 * newer database, BROKEN for a changed migration. */
int migration_check(struct database *database, const struct migration *migrations, size_t count,
                    size_t *applied, struct err *err);

/* Applies those that are missing. */
int migration_apply(struct database *database, const struct migration *migrations, size_t count,
                    struct err *err);

#endif

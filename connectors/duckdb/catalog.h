/*
 * What relations there are.
 *
 * Only the database that was opened is looked at, not temporary tables and not attached files.
 * Names match as DuckDB matches them, whatever their letter case.
 */
#ifndef AORTA_DUCKDB_CATALOG_H
#define AORTA_DUCKDB_CATALOG_H

#include "connector.h"

/* `describe` of the contract, on an opaque session. A view whose SQL no longer works has no fields; a column of a type
 * that no batch can hold is given as text, with its own type name. */
int catalog_describe(void *opaque, const char *schema, const char *name,
                     struct aorta_relation *relation, struct aorta_error *error);

/* `list` of the contract. `each` may use the session. */
int catalog_list(void *session, const char *name_prefix,
                 int (*each)(void *arg, const char *schema, const char *name, const char *kind),
                 void *arg, struct aorta_error *error);

#endif

/*
 * Names of tables and columns on their way into SQL.
 *
 * SQLite has no schemas, so the engine's `raw.users` is the table raw__users; a schema that is
 * empty or NULL adds nothing. Every identifier that enters SQL text goes through name_quote, every
 * value through a parameter.
 */
#ifndef AORTA_SQLITE_NAMES_H
#define AORTA_SQLITE_NAMES_H

#include "base/buf.h"

#include <stdbool.h>

/* What stands between schema and name. */
#define NAME_JOIN "__"

/* Appends the name of the table that stands for schema.name. */
void name_join(struct buf *out, const char *schema, const char *name);

/* Appends the name as a quoted identifier: `a"b` becomes "a""b". */
void name_quote(struct buf *out, const char *name);

/* The part of a table's name that is the name proper, if there is a way to take the table apart so
 * that it begins with the prefix; else NULL. The schema is what is before the NAME_JOIN before it;
 * a result equal to `table` means no schema. */
const char *name_split(const char *table, const char *prefix);

/* As SQLite compares names: without case, for ASCII letters. */
bool name_equal(const char *a, const char *b);

#endif

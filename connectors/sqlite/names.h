/*
 * Names on their way into SQL: every identifier goes through name_quote, every value through a
 * parameter. SQLite has no schemas, so the engine gives names only (`raw__users`).
 */
#ifndef AORTA_SQLITE_NAMES_H
#define AORTA_SQLITE_NAMES_H

#include "base/buf.h"

#include <stdbool.h>

/* Appends the name as a quoted identifier: `a"b` becomes "a""b". */
void name_quote(struct buf *out, const char *name);

/* As SQLite compares names: without case, for ASCII letters. */
bool name_equal(const char *a, const char *b);

#endif

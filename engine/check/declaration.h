/*
 * A check as a person writes it in an asset's file, on one line, its name first:
 *
 *     {"unique": ["id"]}                         unique = ["id"]
 *     {"severity": "warn", "between": [1, 9]}    between = [1, 9], severity = "warn"
 *     {"row_count": {"min": 1}}                  row_count = { min = 1 }
 *     "not_null"                                 not_null
 */
#ifndef AORTA_CHECK_DECLARATION_H
#define AORTA_CHECK_DECLARATION_H

#include "base/arena.h"

/* Of the declaration's JSON, in the arena; control characters are escaped. What is no JSON comes
 * back as it is. */
const char *declaration_text(struct arena *arena, const char *json);

#endif

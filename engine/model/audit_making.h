/*
 * A check that is being made into SQL, and the pieces that its SQL is made of. Used by audit_sql.c
 * and audit_unique.c alone. All text is in the arena.
 */
#ifndef AORTA_MODEL_AUDIT_MAKING_H
#define AORTA_MODEL_AUDIT_MAKING_H

#include "model/audit_sql.h"

#include <stdbool.h>

struct making {
    const struct session *session;
    const struct audit *audit;
    const struct check *check;
    struct arena *arena;
    struct audit_sql *sql;
};

const char *making_quoted(struct arena *arena, const char *name);
const char *making_literal(struct arena *arena, const struct check_value *value);

/* The quoted column; NULL with err set if the rows have none of that name. */
const char *making_column(const struct making *making, const char *name, struct err *err);

/* The same of the column that an argument names, which the check has. */
const char *making_argument_column(const struct making *making, const char *name, struct err *err);

/* A column, or SQL. A lone word that is no column is a mistake, not SQL: NULL. */
const char *making_expression(const struct making *making, const char *text, struct err *err);

/* A list of columns or expressions as SQL; "" if there is no such argument. */
const char *making_list(const struct making *making, const char *argument, struct err *err);

/* Whether there are rows besides those that are new. */
bool making_is_increment(const struct audit *audit);

/* An argument that is true or false; `otherwise` where it is left out. */
bool making_flag(const struct check *check, const char *name, bool otherwise);

/* A dialect's pattern (relation_pattern) with these in it. */
const char *making_pattern(const struct making *making, const char *pattern_sql, const char *first,
                           const char *second, const char *third);

/* " WHERE (…)", or " WHERE 1 = 1", so that more can be added by AND. */
const char *making_where(const struct making *making);

#endif

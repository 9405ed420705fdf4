/*
 * Which checks there are, and their arguments. Names are dbt's and dbt_expectations' where those
 * have one, without their prefixes.
 */
#ifndef AORTA_CHECK_VOCABULARY_H
#define AORTA_CHECK_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

/* How a check is computed, hence what it costs. */
enum check_scope {
    CHECK_SCOPE_ROW,     /* a condition on one row: all of them together in one scan */
    CHECK_SCOPE_KEY,     /* rows with equal keys: a scan a distinct key */
    CHECK_SCOPE_PARENT,  /* an anti-join with another asset */
    CHECK_SCOPE_ORDER,   /* a row and the one before it in its group: a window */
    CHECK_SCOPE_COUNT,   /* one number of the whole relation */
    CHECK_SCOPE_COLUMNS, /* names of columns: no scan */
};

enum check_argument_type {
    CHECK_ARGUMENT_BOOL,
    CHECK_ARGUMENT_INTEGER,
    CHECK_ARGUMENT_SCALAR, /* a number, or a text */
    CHECK_ARGUMENT_TEXT,
    CHECK_ARGUMENT_COLUMN,     /* a column's name */
    CHECK_ARGUMENT_EXPRESSION, /* SQL over the row */
    CHECK_ARGUMENT_SCALARS,    /* a list */
    CHECK_ARGUMENT_COLUMNS,    /* a list, or one */
    CHECK_ARGUMENT_KEY,        /* columns or expressions: a list, or one */
    CHECK_ARGUMENT_ASSET,      /* "country_codes" or "ref('country_codes')" */
};

struct check_argument {
    const char *name; /* NULL ends the table */
    enum check_argument_type type;
    bool is_required;
    const char *alias;
};

/* Whether it is declared at a column. */
enum check_column { CHECK_COLUMN_NONE, CHECK_COLUMN_OPTIONAL, CHECK_COLUMN_REQUIRED };

enum check_id {
    CHECK_NOT_NULL,
    CHECK_UNIQUE,
    CHECK_ACCEPTED_VALUES,
    CHECK_BETWEEN,
    CHECK_LENGTH,
    CHECK_MATCHES,
    CHECK_LIKE,
    CHECK_RELATIONSHIPS,
    CHECK_COLUMN_SET,
    CHECK_COLUMNS_CONTAIN,
    CHECK_ROW_COUNT,
    CHECK_EVERY_DATE_PART,
    CHECK_GREATER_THAN,
    CHECK_DATE_DIFFERENCE_CONSISTENT,
    CHECK_INCREASING,
    CHECK_CORRECT_SCD_START_END_DATES,
    CHECK_AIRBYTE_META_NO_ERRORS,
    CHECK_ROW_COUNT_MATCHES_SOURCE,
    CHECK_EXPRESSION,
};

struct check_kind {
    enum check_id id;
    const char *name;
    const char *alias; /* another name, or NULL */
    enum check_scope scope;
    enum check_column column;
    const struct check_argument *arguments; /* in the order of the short form */
    const char *help;                       /* one sentence */
};

/* All kinds, ended by one without a name. */
extern const struct check_kind check_kinds[];

/* The kind of that name or alias, or NULL. */
const struct check_kind *check_kind_find(const char *name);

#endif

/*
 * A check: something that must be true of an asset's rows, declared beside the asset.
 *
 *     checks = ["not_null", { between = [100, 300] }, { unique = ["user_id", "day"] }]
 *     checks = [{ relationships = "country_codes.alpha2", severity = "warn", where = "age > 0" }]
 *     checks = [{ greater_than = { column_A = "end_date", column_B = "start_date" } }]
 *
 * A check is a text, or a table with the check's name as a key beside the keys that every check
 * takes. Its value is a table of arguments, or the arguments in the order of the vocabulary
 * (a list, or one alone), or true. The vocabulary (vocabulary.h) says which checks and arguments
 * there are; this file turns one declaration into a `struct check` or says what is wrong with it.
 *
 * The daemon parses checks to report mistakes and to find what they depend on; the executor parses
 * them again from the JSON in its message. Whether the columns are there is known only at the
 * audit, and said there.
 */
#ifndef AORTA_CHECK_CHECK_H
#define AORTA_CHECK_CHECK_H

#include "base/arena.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct check_kind;

/* An argument's value: what is_set says, by the argument's type (vocabulary.h). */
struct check_value {
    bool is_set;
    bool boolean;
    bool is_number;   /* of a scalar: text holds a number, to be written without quotes */
    const char *text; /* a text, or a number as it was written */
    struct check_value *list;
    size_t count;
};

enum check_severity { CHECK_ERROR, CHECK_WARN };

/* "> 10": fails are compared with a number. */
struct check_threshold {
    bool is_set;
    char operator[3]; /* ">", ">=", "<", "<=", "=", "!=" */
    int64_t number;
};

struct check {
    const struct check_kind *kind;
    /* Given by `name`, or made: "height_between", "row_count", "end_greater_than_start". */
    const char *name;
    const char *column;       /* of a column's check, else NULL */
    struct check_value *args; /* in the order of kind->arguments */
    const char *where;        /* an SQL condition: other rows are not looked at; or NULL */
    enum check_severity severity;
    struct check_threshold warn_if;
    struct check_threshold error_if;
    int64_t limit;    /* sample rows kept of a failing check; 5 unless given */
    const char *json; /* the declaration, for messages and for hashing */
};

/* Parses one declaration of a column (or, column NULL, of the asset) into the arena. ERR_CONFIG
 * says what is wrong: an unknown check or argument with the nearest known one, a missing argument,
 * a wrong type. The caller puts file and line before it. */
int check_parse(struct arena *arena, const char *column, const json_t *declaration,
                struct check *check, struct err *err);

/* The value of the argument of that name; NULL if it was not given. */
const struct check_value *check_argument(const struct check *check, const char *name);

/* The asset whose rows the check also reads ("country_codes"), or NULL. */
const char *check_reference(const struct check *check);

#endif

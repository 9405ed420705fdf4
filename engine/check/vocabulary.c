#include "check/vocabulary.h"

#include <string.h>

/* {name, type, required, alias}; the aliases are dbt's and dbt_expectations' longer names. */
static const struct check_argument no_arguments[] = {{0}};

static const struct check_argument unique_arguments[] = {
    {"columns", CHECK_ARGUMENT_KEY, false, "column_name"},
    {0},
};

static const struct check_argument accepted_values_arguments[] = {
    {"values", CHECK_ARGUMENT_SCALARS, true, "value_set"},
    {"quote", CHECK_ARGUMENT_BOOL, false, NULL},
    {0},
};

static const struct check_argument between_arguments[] = {
    {"min", CHECK_ARGUMENT_SCALAR, false, "min_value"},
    {"max", CHECK_ARGUMENT_SCALAR, false, "max_value"},
    {"strictly", CHECK_ARGUMENT_BOOL, false, NULL},
    {0},
};

static const struct check_argument length_arguments[] = {
    {"value", CHECK_ARGUMENT_INTEGER, false, NULL},
    {"min", CHECK_ARGUMENT_INTEGER, false, "min_value"},
    {"max", CHECK_ARGUMENT_INTEGER, false, "max_value"},
    {0},
};

static const struct check_argument matches_arguments[] = {
    {"regex", CHECK_ARGUMENT_TEXT, true, NULL},
    {0},
};

static const struct check_argument like_arguments[] = {
    {"pattern", CHECK_ARGUMENT_TEXT, true, "like_pattern"},
    {0},
};

static const struct check_argument relationships_arguments[] = {
    {"to", CHECK_ARGUMENT_ASSET, true, NULL},
    {"field", CHECK_ARGUMENT_COLUMN, true, NULL},
    {0},
};

static const struct check_argument columns_arguments[] = {
    {"columns", CHECK_ARGUMENT_COLUMNS, true, "column_list"},
    {0},
};

static const struct check_argument row_count_arguments[] = {
    {"value", CHECK_ARGUMENT_INTEGER, false, NULL},
    {"min", CHECK_ARGUMENT_INTEGER, false, "min_value"},
    {"max", CHECK_ARGUMENT_INTEGER, false, "max_value"},
    {0},
};

static const struct check_argument every_date_part_arguments[] = {
    {"column", CHECK_ARGUMENT_COLUMN, true, "date_col"},
    {"part", CHECK_ARGUMENT_TEXT, true, "date_part"},
    {"start", CHECK_ARGUMENT_TEXT, true, "test_start_date"},
    {"end", CHECK_ARGUMENT_TEXT, true, "test_end_date"},
    {0},
};

static const struct check_argument greater_than_arguments[] = {
    {"column_A", CHECK_ARGUMENT_EXPRESSION, true, "greater"},
    {"column_B", CHECK_ARGUMENT_EXPRESSION, true, "less"},
    {"or_equal", CHECK_ARGUMENT_BOOL, false, NULL},
    {0},
};

static const struct check_argument date_difference_arguments[] = {
    {"base", CHECK_ARGUMENT_COLUMN, true, "base_date_column"},
    {"part", CHECK_ARGUMENT_TEXT, true, "date_part"},
    {"difference", CHECK_ARGUMENT_INTEGER, true, "difference_value"},
    {0},
};

static const struct check_argument increasing_arguments[] = {
    {"sort_column", CHECK_ARGUMENT_COLUMN, false, NULL},
    {"group_by", CHECK_ARGUMENT_COLUMNS, false, NULL},
    {"strictly", CHECK_ARGUMENT_BOOL, false, NULL},
    {0},
};

static const struct check_argument scd_arguments[] = {
    {"id_column", CHECK_ARGUMENT_COLUMN, true, NULL},
    {"start_date_column", CHECK_ARGUMENT_COLUMN, true, NULL},
    {"end_date_column", CHECK_ARGUMENT_COLUMN, true, NULL},
    {"changes", CHECK_ARGUMENT_ASSET, false, NULL},
    {"deleted_column", CHECK_ARGUMENT_COLUMN, false, NULL},
    {0},
};

static const struct check_argument row_count_matches_arguments[] = {
    {"source", CHECK_ARGUMENT_ASSET, true, "compare_model"},
    {"source_where", CHECK_ARGUMENT_EXPRESSION, false, "compare_row_condition"},
    {0},
};

static const struct check_argument expression_arguments[] = {
    {"expression", CHECK_ARGUMENT_EXPRESSION, true, NULL},
    {0},
};

const struct check_kind check_kinds[] = {
    {CHECK_NOT_NULL, "not_null", NULL, CHECK_SCOPE_ROW, CHECK_COLUMN_REQUIRED, no_arguments,
     "the column has a value in every row"},
    {CHECK_UNIQUE, "unique", "unique_combination_of_columns", CHECK_SCOPE_KEY,
     CHECK_COLUMN_OPTIONAL, unique_arguments,
     "no two rows have the same value of the column, or of the columns and expressions together"},
    {CHECK_ACCEPTED_VALUES, "accepted_values", "in_set", CHECK_SCOPE_ROW, CHECK_COLUMN_REQUIRED,
     accepted_values_arguments, "the column's values are among those listed"},
    {CHECK_BETWEEN, "between", NULL, CHECK_SCOPE_ROW, CHECK_COLUMN_REQUIRED, between_arguments,
     "the column's values lie between min and max, the bounds included unless strictly"},
    {CHECK_LENGTH, "length", "value_lengths_to_equal", CHECK_SCOPE_ROW, CHECK_COLUMN_REQUIRED,
     length_arguments, "the column's texts have that many characters"},
    {CHECK_MATCHES, "matches", "match_regex", CHECK_SCOPE_ROW, CHECK_COLUMN_REQUIRED,
     matches_arguments, "the regular expression is found somewhere in the column's text"},
    {CHECK_LIKE, "like", "match_like_pattern", CHECK_SCOPE_ROW, CHECK_COLUMN_REQUIRED,
     like_arguments, "the column's whole text matches the LIKE pattern"},
    {CHECK_RELATIONSHIPS, "relationships", NULL, CHECK_SCOPE_PARENT, CHECK_COLUMN_REQUIRED,
     relationships_arguments, "each of the column's values is in that field of another asset"},
    {CHECK_COLUMN_SET, "column_set", "columns_to_match_set", CHECK_SCOPE_COLUMNS, CHECK_COLUMN_NONE,
     columns_arguments, "the asset has these columns and no others"},
    {CHECK_COLUMNS_CONTAIN, "columns_contain", "columns_to_contain_set", CHECK_SCOPE_COLUMNS,
     CHECK_COLUMN_NONE, columns_arguments, "the asset has these columns"},
    {CHECK_ROW_COUNT, "row_count", "row_count_to_equal", CHECK_SCOPE_COUNT, CHECK_COLUMN_NONE,
     row_count_arguments, "the asset has that many rows"},
    {CHECK_EVERY_DATE_PART, "every_date_part",
     "expect_row_values_to_have_data_for_every_n_datepart", CHECK_SCOPE_COUNT, CHECK_COLUMN_NONE,
     every_date_part_arguments,
     "there is a row for every day (month, year) from start to the day before end"},
    {CHECK_GREATER_THAN, "greater_than", "column_pair_values_A_to_be_greater_than_B",
     CHECK_SCOPE_ROW, CHECK_COLUMN_NONE, greater_than_arguments,
     "A is greater than B in every row, or equal with or_equal"},
    {CHECK_DATE_DIFFERENCE_CONSISTENT, "date_difference_consistent", NULL, CHECK_SCOPE_ROW,
     CHECK_COLUMN_REQUIRED, date_difference_arguments,
     "the column is the base date plus so many days (months, years)"},
    {CHECK_INCREASING, "increasing", "values_to_be_increasing", CHECK_SCOPE_ORDER,
     CHECK_COLUMN_REQUIRED, increasing_arguments,
     "in each group the column grows from row to row in the order of sort_column"},
    {CHECK_CORRECT_SCD_START_END_DATES, "correct_scd_start_end_dates", NULL, CHECK_SCOPE_ORDER,
     CHECK_COLUMN_NONE, scd_arguments,
     "the versions of an id do not overlap and only the last one may be open; with changes and "
     "deleted_column each ends where the next one starts or, so that asset says, was deleted"},
    {CHECK_AIRBYTE_META_NO_ERRORS, "airbyte_meta_no_errors", NULL, CHECK_SCOPE_ROW,
     CHECK_COLUMN_NONE, no_arguments, "no row was loaded with errors in its _airbyte_meta"},
    {CHECK_ROW_COUNT_MATCHES_SOURCE, "row_count_matches_source", "row_count_to_equal_other_table",
     CHECK_SCOPE_COUNT, CHECK_COLUMN_NONE, row_count_matches_arguments,
     "the asset has as many rows as another one"},
    {CHECK_EXPRESSION, "expression", "expression_is_true", CHECK_SCOPE_ROW, CHECK_COLUMN_OPTIONAL,
     expression_arguments, "the SQL condition is not false in any row"},
    {0},
};

const struct check_kind *check_kind_find(const char *name)
{
    for (const struct check_kind *kind = check_kinds; kind->name != NULL; kind++)
        if (strcmp(kind->name, name) == 0 ||
            (kind->alias != NULL && strcmp(kind->alias, name) == 0))
            return kind;
    return NULL;
}

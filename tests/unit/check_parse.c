#include "check/check.h"
#include "check/vocabulary.h"
#include "test.h"

#include <string.h>

static struct arena arena;

static int parse(const char *column, const char *json, struct check *out, struct err *err)
{
    json_t *declaration = json_loads(json, JSON_DECODE_ANY, NULL);

    check(declaration != NULL);
    int result = check_parse(&arena, column, declaration, out, err);
    json_decref(declaration);
    return result;
}

static struct check parsed(const char *column, const char *json)
{
    struct check one;
    struct err err;

    check_ok(parse(column, json, &one, &err));
    return one;
}

#define refuses(column, json, part)                                     \
    do {                                                                \
        struct check one;                                               \
        struct err err;                                                 \
        check_fails(parse(column, json, &one, &err), ERR_CONFIG, part); \
    } while (0)

TEST("a check is a name, or a table with the name as a key")
{
    arena_init(&arena);
    struct check plain = parsed("id", "\"not_null\"");
    struct check table = parsed("id", "{\"not_null\": true, \"severity\": \"warn\"}");

    check_int(plain.kind->id, CHECK_NOT_NULL);
    check_str(plain.name, "id_not_null");
    check_str(plain.column, "id");
    check_int(plain.severity, CHECK_ERROR);
    check_int(plain.limit, 5);
    check_int(table.kind->id, CHECK_NOT_NULL);
    check_int(table.severity, CHECK_WARN);
    arena_release(&arena);
}

TEST("a comparison of columns is named by both, another one only if it is given a name")
{
    arena_init(&arena);
    struct check columns = parsed(NULL, "{\"greater_than\": [\"end_date\", \"start_date\"]}");
    struct check sql = parsed(NULL, "{\"greater_than\": [\"end_date\", \"day + 1\"]}");
    struct check named = parsed(NULL, "{\"greater_than\": [\"b\", \"a\"], \"name\": \"order\"}");

    check_str(columns.name, "end_date_greater_than_start_date");
    check_str(sql.name, "greater_than");
    check_str(named.name, "order");
    arena_release(&arena);
}

TEST("arguments come in order, alone, or by name, also by dbt's longer names")
{
    arena_init(&arena);
    struct check in_order = parsed("h", "{\"between\": [100, 300.5]}");
    struct check by_name = parsed("h", "{\"between\": {\"min_value\": \"a\", \"strictly\": true}}");
    struct check alone = parsed("h", "{\"accepted_values\": [\"W\", 1]}");

    check_str(check_argument(&in_order, "min")->text, "100");
    check(check_argument(&in_order, "min")->is_number);
    check_str(check_argument(&in_order, "max")->text, "300.5");
    check_str(check_argument(&by_name, "min")->text, "a");
    check(!check_argument(&by_name, "min")->is_number);
    check(check_argument(&by_name, "max") == NULL);
    check(check_argument(&by_name, "strictly")->boolean);
    check_int(check_argument(&alone, "values")->count, 2);
    check_str(check_argument(&alone, "values")->list[0].text, "W");
    check(check_argument(&alone, "values")->list[1].is_number);
    arena_release(&arena);
}

TEST("what a check refers to is found in all its forms")
{
    arena_init(&arena);
    struct check text = parsed("c", "{\"relationships\": \"country_codes.alpha2\"}");
    struct check ref = parsed("c", "{\"relationships\": {\"to\": \"ref('country_codes')\", "
                                   "\"field\": \"alpha2\"}}");
    struct check none = parsed("c", "\"unique\"");

    check_str(check_reference(&text), "country_codes");
    check_str(check_argument(&text, "field")->text, "alpha2");
    check_str(check_reference(&ref), "country_codes");
    check(check_reference(&none) == NULL);
    arena_release(&arena);
}

TEST("conditions, thresholds, limit and name are every check's")
{
    arena_init(&arena);
    struct check one = parsed("d", "{\"between\": {\"min\": 1, \"row_condition\": \"d > 0\"}, "
                                   "\"warn_if\": \">= 10\", \"error_if\": \">100\", \"limit\": 0, "
                                   "\"name\": \"sane\"}");

    check_str(one.where, "d > 0");
    check_str(one.warn_if.operator, ">=");
    check_int(one.warn_if.number, 10);
    check_str(one.error_if.operator, ">");
    check_int(one.error_if.number, 100);
    check_int(one.limit, 0);
    check_str(one.name, "sane");
    arena_release(&arena);
}

TEST("mistakes are told with what was meant")
{
    arena_init(&arena);
    refuses("a", "\"not_nul\"", "there is no check \"not_nul\": did you mean \"not_null\"?");
    refuses("a", "{\"betwen\": [1, 2]}", "there is no check \"betwen\": did you mean \"between\"?");
    refuses("a", "{\"between\": {\"mn\": 1}}",
            "check between has no argument \"mn\": did you mean \"min\"?");
    refuses("a", "{\"matches\": {}}", "check matches needs \"regex\", a text");
    refuses("a", "{\"matches\": 7}", "check matches: \"regex\" must be a text");
    refuses("a", "{\"between\": {}}", "check between needs \"min\" or \"max\"");
    refuses(NULL, "{\"correct_scd_start_end_dates\": [\"id\", \"a\", \"b\", \"changes\"]}",
            "needs \"changes\" and \"deleted_column\" together");
    refuses("a", "{\"between\": [1, 2, true, 4]}", "at most 3 arguments");
    refuses("a", "{\"between\": {\"min\": 1, \"min_value\": 2}}", "\"min\" is given twice");
    refuses("a", "{\"accepted_values\": []}", "must be a list of numbers or texts");
    refuses("a", "{\"not_null\": 1}", "takes no arguments");
    refuses("a", "{\"not_null\": true, \"unique\": true}", "two checks in one table");
    refuses("a", "{\"severity\": \"warn\"}", "needs a check's name as a key");
    refuses("a", "{\"not_null\": true, \"severity\": \"bad\"}", "\"warn\" or \"error\"");
    refuses("a", "{\"not_null\": true, \"warn_if\": \"10\"}", "a comparison such as");
    refuses("a", "{\"not_null\": true, \"warn_if\": \"> ten\"}", "a comparison such as");
    refuses("a", "{\"not_null\": true, \"limit\": -1}", "a whole number from 0 to 1000");
    refuses("a", "{\"relationships\": \"country_codes\"}", "must be asset.field");
    refuses("a", "{\"row_count\": 5}", "belongs to the asset, not to a column");
    refuses(NULL, "\"not_null\"", "belongs to a column");
    refuses(NULL, "\"unique\"", "needs \"columns\"");
    refuses(NULL, "{\"row_count\": {}}", "needs \"value\", \"min\" or \"max\"");
    refuses(NULL, "7", "a check is a name, or a table");
    arena_release(&arena);
}

TEST("every check has a help sentence, a name of its own, and takes its arguments by alias")
{
    for (const struct check_kind *a = check_kinds; a->name != NULL; a++) {
        check(strlen(a->help) > 20);
        check(check_kind_find(a->name) == a);
        check(a->alias == NULL || check_kind_find(a->alias) == a);
        for (const struct check_argument *x = a->arguments; x->name != NULL; x++)
            for (const struct check_argument *y = x + 1; y->name != NULL; y++)
                check(strcmp(x->name, y->name) != 0);
    }
}

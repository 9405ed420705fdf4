/*
 * Every check of the vocabulary against rows of which it is known how many fail, on each database.
 */
#include "publish_bench.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

/* The rows that the checks look at. Dates are texts on SQLite, as CREATE TABLE AS makes them. */
static const char rows_sql[] =
    "select 1 as id, 'Ann' as name, 150 as height, {{ date('2024-01-30') }} as day, "
    "{{ date('2024-01-31') }} as next_day, '{\"errors\": []}' as _airbyte_meta "
    "union all select 2, 'Bob', 300, {{ date('2024-01-31') }}, {{ date('2024-02-01') }}, "
    "'{\"errors\":[1]}' "
    "union all select 2, 'B_b', 301, {{ date('2024-02-01') }}, {{ date('2024-02-03') }}, NULL "
    "union all select NULL, 'Zoë', NULL, {{ date('2024-02-03') }}, NULL, '{\"errors\":[]}'";

/* How many fail, -1: an error that the text says. */
static const struct {
    const char *column;
    const char *check;
    int failures;
    const char *text; /* in the message, the samples or the error */
} cases[] = {
    {"id", "\"not_null\"", 1, "1 rows"},
    {"id", "\"unique\"", 1, "1 keys occur more than once"},
    {NULL, "{\"unique\": [\"id\", \"name\"]}", 0, NULL},
    {NULL, "{\"unique\": [\"id\", \"substr(name, 1, 1)\"]}", 1, "keys"},
    {NULL, "{\"unique\": \"(id || '-' || height)\"}", 0, NULL},
    {"name", "{\"accepted_values\": [\"Ann\", \"Bob\", \"B_b\"]}", 1, "Zo"},
    {"height", "{\"accepted_values\": [150, 300, 301]}", 0, NULL},
    {"height", "{\"between\": [150, 300]}", 1, "301"},
    {"height", "{\"between\": {\"min\": 150, \"max\": 301, \"strictly\": true}}", 2, "2 rows"},
    {"height", "{\"between\": {\"max\": 300, \"where\": \"id = 1\"}}", 0, NULL},
    {"name", "{\"length\": 3}", 0, NULL},
    {"name", "{\"length\": {\"min\": 4}}", 4, "4 rows"},
    {"name", "{\"matches\": \"^[AB]\"}", 1, "Zo"},
    {"name", "{\"matches\": \"o\"}", 2, "Ann"},
    {"day", "{\"matches\": \"\\\\d\\\\d\\\\d\\\\d-\\\\d\\\\d-\\\\d\\\\d\"}", 0, NULL},
    {"name", "{\"like\": \"B_b\"}", 2, "Ann"},
    {"name", "{\"like\": \"%o%\"}", 2, "Ann"},
    {"name", "{\"relationships\": {\"to\": \"log\", \"field\": \"n\"}}", 4, "without a match"},
    {"id", "{\"relationships\": \"log.id\"}", 0, NULL},
    {"height", "{\"relationships\": \"log.id\", \"where\": \"id = 1\"}", 1, "150"},
    {NULL,
     "{\"column_set\": [\"ID\", \"Name\", \"height\", \"day\", \"next_day\", "
     "\"_airbyte_meta\"]}",
     0, NULL},
    {NULL,
     "{\"column_set\": [\"id\", \"name\", \"weight\", \"day\", \"next_day\", "
     "\"_airbyte_meta\"]}",
     2, "no \"weight\", unexpected \"height\""},
    {NULL, "{\"columns_contain\": [\"id\", \"weight\"]}", 1, "no \"weight\""},
    {NULL, "{\"row_count\": 4}", 0, NULL},
    {NULL, "{\"row_count\": {\"min\": 5}}", 1, "another number of rows"},
    {NULL, "{\"row_count\": 2, \"where\": \"id = 2\"}", 0, NULL},
    {NULL, "{\"every_date_part\": [\"day\", \"day\", \"2024-01-30\", \"2024-02-04\"]}", 1,
     "1 days without a row"},
    {NULL, "{\"every_date_part\": [\"day\", \"month\", \"2024-01-01\", \"2024-04-01\"]}", 1,
     "months"},
    {NULL, "{\"greater_than\": {\"column_A\": \"next_day\", \"column_B\": \"day\"}}", 0, NULL},
    {NULL, "{\"greater_than\": {\"column_A\": \"height\", \"column_B\": \"id * 151\"}}", 3, "Bob"},
    {"next_day", "{\"date_difference_consistent\": [\"day\", \"day\", 1]}", 1, "B_b"},
    {"day", "{\"increasing\": {\"sort_column\": \"day\"}}", 0, NULL},
    {"height", "{\"increasing\": {\"sort_column\": \"day\", \"group_by\": [\"id\"]}}", 0, NULL},
    {"id", "{\"increasing\": {\"sort_column\": \"height\", \"where\": \"id is not null\"}}", 1,
     "1 rows out of order"},
    {NULL, "{\"correct_scd_start_end_dates\": [\"id\", \"day\", \"next_day\"]}", 0, NULL},
    {NULL, "{\"correct_scd_start_end_dates\": [\"name\", \"next_day\", \"day\"]}", 3, "order"},
    {NULL,
     "{\"correct_scd_start_end_dates\": [\"id\", \"day\", \"next_day\", \"changes\", \"day\"]}", -1,
     "\"changes\" is not among the inputs"},
    {NULL, "\"airbyte_meta_no_errors\"", 1, "Bob"},
    {NULL, "{\"row_count_matches_source\": \"log\"}", 2, "too many or too few"},
    {NULL,
     "{\"row_count_matches_source\": {\"source\": \"log\", \"source_where\": \"id = 1\"}, "
     "\"where\": \"id = 1\"}",
     0, NULL},
    {NULL, "{\"expression\": \"height > 150 or id = 1\"}", 0, NULL},
    {"height", "{\"expression\": \"> 150\"}", 1, "Ann"},
    {"height", "{\"expression\": \"> (select 150)\"}", 1, "Ann"},
    {"height", "{\"expression\": \"> (select 150)\", \"where\": \"id <> 1\"}", 0, NULL},
    {"weight", "\"not_null\"", -1,
     "asset x: check weight_not_null: no column \"weight\": there are id, name, height, day"},
    {NULL, "{\"unique\": [\"id\", \"weight\"]}", -1, "check unique: no column \"weight\""},
    {NULL, "{\"every_date_part\": [\"day\", \"week\", \"2024-01-30\", \"2024-02-04\"]}", -1,
     "\"week\" is no part of a date"},
};

enum { CASES = sizeof cases / sizeof cases[0] };

/* {{ date('…') }} as this database has dates in a query. */
static const char *rows_for(struct bench *bench, const char *name)
{
    const char *prefix = strcmp(name, "sqlite") == 0 ? "" : "date ";
    const char *rest = rows_sql, *at;
    struct buf sql;

    buf_init(&sql);
    while ((at = strstr(rest, "{{ date('")) != NULL) {
        buf_append(&sql, rest, (size_t)(at - rest));
        buf_printf(&sql, "%s'%.10s'", prefix, at + strlen("{{ date('"));
        rest = strstr(at, "}}") + 2;
    }
    buf_append_str(&sql, rest);
    const char *text = arena_strndup(&bench->arena, sql.data, sql.size);
    buf_release(&sql);
    return text;
}

static const char *json_of(struct bench *bench, int i)
{
    return cases[i].column != NULL
               ? arena_printf(&bench->arena, "[\"%s\", %s]", cases[i].column, cases[i].check)
               : arena_printf(&bench->arena, "[null, %s]", cases[i].check);
}

static void check_case(struct bench *bench, const char *sql, int i)
{
    struct model_spec spec = bench_model(bench, &materialization_table, sql,
                                         arena_printf(&bench->arena, "[%s]", json_of(bench, i)));
    struct err err;
    int result;

    spec.force = true;
    result = model_run(&bench->session, &spec, &bench->arena, &bench->result, &err);
    if (cases[i].failures < 0) {
        check(result < 0);
        check_int(err.code, ERR_CONFIG);
        check_contains(err.message, cases[i].text);
        return;
    }
    if (result < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", cases[i].check, err.message);
    const struct check_result *found = &bench->result.checks[0];
    if (found->failures != cases[i].failures)
        test_fail(__FILE__, __LINE__, "%s %s: %d fail and not %d", bench->warehouse.name,
                  cases[i].check, (int)found->failures, cases[i].failures);
    check_int(found->status, cases[i].failures > 0 ? CHECK_FAILED : CHECK_PASSED);
    if (cases[i].text != NULL)
        check_contains(arena_printf(&bench->arena, "%s %s", found->message,
                                    found->samples != NULL ? found->samples : ""),
                       cases[i].text);
}

TEST("each check finds the rows that fail it, alone")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        const char *sql = rows_for(&bench, name);

        for (int i = 0; i < CASES; i++)
            check_case(&bench, sql, i);
        bench_close(&bench);
    }
}

TEST("a column that must be there and is not fails what looks at it, and is no mistake then")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        struct bench bench = bench_open(warehouse_names[each]);
        struct model_spec spec = bench_model(
            &bench, &materialization_table, "select id as number from {{ ref('log') }}",
            "[[\"id\", \"not_null\"], [null, {\"columns_contain\": \"id\"}], "
            "[\"id\", {\"unique\": true, \"severity\": \"warn\"}], [\"number\", \"not_null\"]]");

        check_int(bench_run(&bench, &spec), MODEL_REJECTED);
        check_int(bench.result.checks[0].status, CHECK_FAILED);
        check_str(bench.result.checks[0].message, "no column \"id\": there is only number");
        check_int(bench.result.checks[1].status, CHECK_FAILED);
        check_str(bench.result.checks[1].message, "no \"id\"");
        check_int(bench.result.checks[2].status, CHECK_WARNED);
        check_int(bench.result.checks[3].status, CHECK_PASSED);
        bench_close(&bench);
    }
}

TEST("a mistake in a check is one, whatever else fails")
{
    struct bench bench = bench_open("sqlite");
    struct model_spec spec = bench_model(
        &bench, &materialization_table, "select id from {{ ref('log') }}",
        "[[null, {\"columns_contain\": \"n\"}], "
        "[null, {\"every_date_part\": [\"id\", \"week\", \"2024-01-30\", \"2024-02-04\"]}]]");
    struct err err;

    check_fails(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err), ERR_CONFIG,
                "\"week\" is no part of a date");
    bench_close(&bench);
}

TEST("all checks together find the same, and conditions on rows share one statement")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct buf list;
        int64_t rows_only = 0;

        for (int alone = 0; alone < 2; alone++) {
            buf_init(&list);
            for (int i = 0; i < CASES; i++)
                if (cases[i].failures == 0 || (cases[i].failures > 0 && alone == 0))
                    buf_printf(&list, "%s%s", list.size > 0 ? ", " : "", json_of(&bench, i));
            struct model_spec spec =
                bench_model(&bench, &materialization_table, rows_for(&bench, name),
                            arena_printf(&bench.arena, "[%s]", list.data));
            buf_release(&list);
            spec.force = true;
            check_int(bench_run(&bench, &spec), alone == 0 ? MODEL_REJECTED : MODEL_PUBLISHED);
            for (int i = 0, k = 0; alone == 0 && i < CASES; i++)
                if (cases[i].failures >= 0)
                    check_int(bench.result.checks[k++].failures, cases[i].failures);
        }
        int64_t before = bench.session.statement_count;
        struct model_spec spec =
            bench_model(&bench, &materialization_table, rows_for(&bench, name), "[]");
        spec.force = true;
        bench_run(&bench, &spec);
        rows_only = bench.session.statement_count - before;
        before = bench.session.statement_count;
        spec = bench_model(&bench, &materialization_table, rows_for(&bench, name),
                           "[[\"name\", \"not_null\"], [\"height\", {\"between\": [1, 400]}], "
                           "[\"name\", {\"length\": 3}], [null, {\"row_count\": 4}]]");
        spec.force = true;
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_int(bench.session.statement_count - before, rows_only + 1);
        bench_close(&bench);
    }
}

/* Check i fails for i % 7 of the rows. */
static const char *many_conditions(struct bench *bench, int count)
{
    struct buf list;

    buf_init(&list);
    for (int i = 0; i < count; i++)
        buf_printf(&list, "%s[null, {\"expression\": \"n >= %d\", \"name\": \"c%d\"}]",
                   i > 0 ? ", " : "[", i % 7, i);
    buf_append_char(&list, ']');
    const char *text = arena_strndup(&bench->arena, list.data, list.size);
    buf_release(&list);
    return text;
}

TEST("of hundreds of conditions each finds its own rows, of a table and of a view")
{
    const struct materialization *const kinds[] = {&materialization_table, &materialization_view};
    enum { MANY = 300 };

    for (int each = 0; warehouse_names[each] != NULL; each++) {
        struct bench bench = bench_open(warehouse_names[each]);
        for (int kind = 0; kind < 2; kind++) {
            struct model_spec spec =
                bench_model(&bench, kinds[kind],
                            "select 0 as n union all select 1 union all select 2 union all "
                            "select 3 union all select 4 union all select 5 union all select 6",
                            many_conditions(&bench, MANY));
            spec.force = true;
            check_int(bench_run(&bench, &spec), MODEL_REJECTED);
            for (int i = 0; i < MANY; i++)
                check_int(bench.result.checks[i].failures, i % 7);
        }
        bench_close(&bench);
    }
}

TEST("an increment is looked at with what is there: keys against the whole, rows alone")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec = bench_model(
            &bench, &materialization_incremental,
            "select loaded, id, n from {{ new_rows(ref('log')) }} as r",
            "[[\"id\", \"unique\"], [\"n\", {\"matches\": \"[a-c]\"}], [null, {\"row_count\": "
            "{\"max\": 4}}], [\"loaded\", {\"increasing\": {\"sort_column\": \"id\", \"strictly\": "
            "false}}]]");

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_load(&bench, "(2, 3, 'c'), (2, 4, 'a')", "2");
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_load(&bench, "(3, 1, 'x')", "3");
        check_int(bench_run(&bench, &spec), MODEL_REJECTED);
        check_int(bench.result.checks[0].failures, 1);
        check_str(bench.result.checks[0].samples, "[{\"id\":1,\"row_count\":2}]");
        check_int(bench.result.checks[1].failures, 1);
        check_int(bench.result.checks[2].failures, 1);
        check_str(bench_table(&bench, "x"), "1|1|a\n1|2|b\n2|3|c\n2|4|a\n");
        bench_close(&bench);
    }
}

/* Twenty keys are there twice, of a million and a half that do not fit into the memory there is. */
TEST("doubled keys of many rows are found in little memory")
{
    static const char sql[] =
        "select case when i % 1000 = 507 then null else md5(cast(i % 1499980 as varchar)) end as id, "
        "i // 2 as half, i as n from range(1500000) as r(i)";
    warehouse_memory_bytes = 100000000;
    struct bench bench = bench_open("duckdb");
    struct model_spec spec =
        bench_model(&bench, &materialization_table, sql,
                    "[[\"id\", {\"unique\": [\"id\"], \"limit\": 100}], [null, {\"unique\": "
                    "[\"id\", \"half\"]}], [\"id\", {\"unique\": [\"id\"], \"where\": \"n > 20\", "
                    "\"name\": \"later\"}]]");

    check_int(bench_run(&bench, &spec), MODEL_REJECTED);
    check_int(bench.result.checks[0].failures, 20);
    check_contains(bench.result.checks[0].samples,
                   "{\"id\":\"cfcd208495d565ef66e7dff9f98764da\",\"row_count\":2}");
    check_int(bench.result.checks[1].failures, 0);
    check_int(bench.result.checks[2].failures, 0);
    bench_close(&bench);
}

/* Each key is there twice or three times, and none of the lists of them fits into memory. */
TEST("rows that are nothing but replays are counted in little memory")
{
    static const char sql[] = "select md5(cast(i % 800000 as varchar)) as id, i as n "
                              "from range(2000000) as r(i)";
    warehouse_memory_bytes = 100000000;
    struct bench bench = bench_open("duckdb");
    struct model_spec spec = bench_model(
        &bench, &materialization_table, sql,
        "[[\"id\", {\"unique\": [\"id\"], \"where\": \"n < 1600000\", \"limit\": 2}], "
        "[\"id\", {\"unique\": [\"id\"], \"where\": \"n < 900000\", \"name\": \"early\"}], "
        "[null, {\"unique\": [\"case when n < 300000 then n + 1000000 else n end\"], \"name\": "
        "\"some\"}]]");

    check_int(bench_run(&bench, &spec), MODEL_REJECTED);
    check_int(bench.result.checks[0].failures, 800000);
    const char *first = strstr(bench.result.checks[0].samples, "\"row_count\":2}");
    check(first != NULL && strstr(first + 1, "\"row_count\":2}") != NULL);
    check_int(bench.result.checks[1].failures, 100000);
    check_int(bench.result.checks[2].failures, 300000);
    bench_close(&bench);
}

TEST("an increment that is nothing but replays is looked at with what is there")
{
    struct bench bench = bench_open("duckdb");
    struct model_spec spec = bench_model(
        &bench, &materialization_incremental,
        "select loaded, md5(cast(i as varchar)) as id from {{ new_rows(ref('log')) }} as r, "
        "range(300000) as numbers(i) where r.id = 1",
        "[[\"id\", {\"unique\": [\"id\"], \"limit\": 1}], [\"id\", {\"unique\": [\"id\"], "
        "\"where\": \"loaded = 2\", \"name\": \"second\"}]]");

    check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
    bench_load(&bench, "(2, 1, 'a')", "2");
    check_int(bench_run(&bench, &spec), MODEL_REJECTED);
    check_int(bench.result.checks[0].failures, 300000);
    check_contains(bench.result.checks[0].samples, "\"row_count\":2}");
    check_int(bench.result.checks[1].failures, 0);
    bench_close(&bench);
}

TEST("thresholds decide between passing, warning and refusing")
{
    static const struct {
        const char *keys;
        enum check_status status;
    } verdicts[] = {
        {"\"error_if\": \"> 1\"", CHECK_WARNED},
        {"\"error_if\": \">= 1\"", CHECK_FAILED},
        {"\"error_if\": \"> 1\", \"warn_if\": \"> 1\"", CHECK_PASSED},
        {"\"severity\": \"warn\"", CHECK_WARNED},
        {"\"severity\": \"warn\", \"warn_if\": \"!= 1\"", CHECK_PASSED},
    };
    struct bench bench = bench_open("sqlite");

    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        struct model_spec spec = bench_model(
            &bench, &materialization_table, "select id from {{ ref('log') }}",
            arena_printf(&bench.arena, "[[\"id\", {\"between\": [2, 9], %s}]]", verdicts[i].keys));
        spec.force = true;
        bench_run(&bench, &spec);
        check_int(bench.result.checks[0].failures, 1);
        check_int(bench.result.checks[0].status, verdicts[i].status);
    }
    bench_close(&bench);
}

TEST("a mistake in one condition among many is told with the check's name")
{
    struct bench bench = bench_open("duckdb");
    struct model_spec spec =
        bench_model(&bench, &materialization_table, "select id from {{ ref('log') }}",
                    "[[\"id\", \"not_null\"], [null, {\"expression\": "
                    "\"no_such_function(id)\", \"name\": \"mine\"}]]");
    struct err err;

    check_fails(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err), ERR_CONFIG,
                "asset x: check mine: ");
    check_contains(err.message, "no_such_function");
    bench_close(&bench);
}

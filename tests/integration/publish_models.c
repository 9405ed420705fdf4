/*
 * Models from decision to publication, on each database.
 */
#include "publish_bench.h"
#include "test.h"

#include <pthread.h>
#include <string.h>

TEST("a table is built, is fresh, and is built again when its input or its SQL changes")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_table,
                        "select id, n, {{ var('as_of') }} as v from {{ ref('log') }};\n", NULL);

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_str(bench.result.reason, "first build");
        check_int(bench.result.rows, 2);
        check_int(bench.result.state.version, 1);
        check_str(bench_table(&bench, "x"), "1|a|7\n2|b|7\n");

        check_int(bench_run(&bench, &spec), MODEL_FRESH);
        check_str(bench.result.reason, "fresh");
        check_int(bench.result.state.version, 1);

        bench_load(&bench, "(2, 3, 'c')", "2");
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_str(bench.result.reason, "log has a newer version");
        check_int(bench.result.state.version, 2);
        check_str(bench_table(&bench, "x"), "1|a|7\n2|b|7\n3|c|7\n");

        spec.sql = "select id from {{ ref('log') }} -- comment";
        spec.sql_size = strlen(spec.sql);
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_str(bench.result.reason, "its SQL changed");
        spec.sql = "select   id from {{ref('log')}}"; /* the same, but for blanks and comments */
        spec.sql_size = strlen(spec.sql);
        spec.force = true;
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_int(bench.result.state.version, 4);
        check_int(bench_clean(&bench), 0);
        bench_close(&bench);
    }
}

TEST("what stands in a model's place and is nobody's asset stays, until a full refresh")
{
    static const struct materialization *const kinds[] = {
        &materialization_table, &materialization_view, &materialization_incremental};

    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            struct bench bench = bench_open(name);
            struct model_spec spec =
                bench_model(&bench, kinds[k], "select id, n from {{ ref('log') }}", NULL);
            struct relation place = spec.relation;
            struct err err;

            place.name = spec.relation.name = spec.asset =
                arena_printf(&bench.arena, "theirs%zu", k);
            const char *theirs = relation_sql(&bench.arena, bench.session.dialect, &place);
            check_ok(session_execf(&bench.session, &err, "CREATE TABLE %s AS SELECT 5 AS a, 6 AS b",
                                   theirs));
            check(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err) < 0);
            check_int(err.code, ERR_CONFIG);
            check(strstr(err.message, theirs) != NULL);
            check(strstr(err.message, "--full-refresh") != NULL);
            check_str(bench_rows(&bench, &place), "5|6\n");
            spec.full_refresh = true;
            check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
            check_str(bench_rows(&bench, &place), "1|a\n2|b\n");
            spec.full_refresh = false;
            check_int(bench_run(&bench, &spec), MODEL_FRESH);
            bench_close(&bench);
        }
    }
}

TEST("a view is made, checked, and made again over a table of the same name")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_view, "select id, n from {{ ref('log') }}",
                        "[[\"id\", \"not_null\"]]");
        struct model_spec as_table = spec;

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_int(bench.result.checks[0].status, CHECK_PASSED);
        check_str(bench_table(&bench, "x"), "1|a\n2|b\n");
        as_table.materialization = &materialization_table;
        check_int(bench_run(&bench, &as_table), MODEL_PUBLISHED);
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_load(&bench, "(2, 3, 'c')", "2");
        check_str(bench_table(&bench, "x"), "1|a\n2|b\n3|c\n");
        check_int(bench_clean(&bench), 0);
        bench_close(&bench);
    }
}

static const char append_sql[] = "select loaded, id, n from {{ new_rows(ref('log')) }} as r"
                                 "{% if is_incremental() %} where id > 0{% endif %}";

TEST("an incremental model appends new rows only, also those loaded while it ran")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_incremental, append_sql, NULL);
        spec.position_column = "loaded";

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check(!bench.result.was_incremental);
        check_str(bench.result.state.position, "1");
        check_contains(bench.result.state.checkpoint, "\"position\":\"1\"");
        bench_load(&bench, "(2, 3, 'c'), (2, 4, 'd')", "2");
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check(bench.result.was_incremental);
        check_int(bench.result.rows, 2);
        check_int(bench.result.state.row_count, 4);
        check_str(bench.result.state.position, "2");
        check_str(bench_table(&bench, "x"), "1|1|a\n1|2|b\n2|3|c\n2|4|d\n");
        check_int(bench_run(&bench, &spec), MODEL_FRESH);
        spec.force = true;
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_int(bench.result.rows, 0);
        check_str(bench.result.state.position, "2");
        check_str(bench_table(&bench, "x"), "1|1|a\n1|2|b\n2|3|c\n2|4|d\n");
        bench_close(&bench);
    }
}

TEST("a full refresh begins a new history, and whoever read the old one is built again")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_incremental, append_sql, NULL);
        struct model_ref x = {
            .name = "x", .asset = "x", .relation = {"s", "x"}, .position_column = "loaded"};
        static const char *const inputs[] = {"x"};
        struct model_spec reader =
            bench_model(&bench, &materialization_incremental,
                        "select id from {{ new_rows(ref('x')) }} as r", NULL);
        spec.position_column = "loaded";
        reader.asset = "y";
        reader.relation.name = "y";
        reader.refs = &x;
        reader.inputs = inputs;

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        const char *epoch = bench.result.state.epoch;
        check_int(bench_run(&bench, &reader), MODEL_PUBLISHED);
        spec.full_refresh = true;
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check(strcmp(epoch, bench.result.state.epoch) != 0);
        check_int(bench_run(&bench, &reader), MODEL_PUBLISHED);
        check(!bench.result.was_incremental);
        check_contains(bench.result.reason, "history of x began again");
        check_str(
            rows_of(&bench.session, arena_printf(&bench.arena, "SELECT count(*) FROM %s",
                                                 relation_sql(&bench.arena, bench.session.dialect,
                                                              &reader.relation))),
            "2\n");
        bench_close(&bench);
    }
}

TEST("delete+insert replaces the rows of staged keys, and marked rows only delete")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        static const char *const keys[] = {"id"};
        struct model_spec spec = bench_model(
            &bench, &materialization_incremental,
            "select id, n, n = 'gone' as is_gone from {{ new_rows(ref('log')) }} as r",
            "[[\"id\", \"unique\"], [\"n\", {\"accepted_values\": [\"a\", \"b\", \"c\"]}]]");
        spec.strategy = MODEL_DELETE_INSERT;
        spec.unique_key = keys;
        spec.unique_key_count = 1;
        spec.delete_marker = "is_gone";

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_str(bench_table(&bench, "x"), "1|a\n2|b\n");
        bench_load(&bench, "(2, 1, 'gone'), (2, 2, 'c'), (2, 3, 'a'), (2, 9, 'gone')", "2");
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_int(bench.result.rows, 2);
        check_int(bench.result.rows_deleted, 2);
        check_int(bench.result.state.row_count, 2);
        check_str(bench_table(&bench, "x"), "2|c\n3|a\n");
        bench_load(&bench, "(3, 3, 'b'), (3, 3, 'c')", "3");
        check_int(bench_run(&bench, &spec), MODEL_REJECTED);
        check_int(bench.result.checks[0].status, CHECK_FAILED);
        check_str(bench_table(&bench, "x"), "2|c\n3|a\n");
        bench_load(&bench, "(4, NULL, 'b')", "4");
        struct err err;
        check_fails(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err), ERR_DATA,
                    "asset x: 1 rows have no value in unique_key (\"id\")");
        check_str(bench_table(&bench, "x"), "2|c\n3|a\n");
        bench_close(&bench);
    }
}

TEST("a blocking check leaves the old table, keeps the refused rows and shows some of them")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_table, "select id, n from {{ ref('log') }}",
                        "[[\"id\", {\"between\": [1, 2]}]]");

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_load(&bench, "(2, 7, 'bad'), (2, 2, 'fine')", "2");
        check_int(bench_run(&bench, &spec), MODEL_REJECTED);
        check_int(bench.result.check_count, 1);
        check_int(bench.result.checks[0].failures, 1);
        check_int(bench.result.checks[0].status, CHECK_FAILED);
        check_str(bench.result.checks[0].message, "1 rows");
        check_str(bench.result.checks[0].samples, "[{\"id\":7,\"n\":\"bad\"}]");
        check_int(bench.result.state.version, 1);
        check_str(bench_table(&bench, "x"), "1|a\n2|b\n");
        struct relation rejected =
            relation_hidden(&bench.arena, bench.session.dialect, &spec.relation, RELATION_REJECTED);
        check_str(bench_rows(&bench, &rejected), "1|a\n2|b\n2|fine\n7|bad\n");
        check_int(bench_run(&bench, &spec), MODEL_REJECTED); /* still stale, and again */
        check_int(bench_clean(&bench), 1);
        bench_close(&bench);
    }
}

TEST("a warning is published and reported")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_table, "select id, n from {{ ref('log') }}",
                        "[[\"id\", {\"between\": [2, 2], \"severity\": \"warn\"}]]");

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_int(bench.result.checks[0].status, CHECK_WARNED);
        check_str(bench.result.checks[0].samples, "[{\"id\":1,\"n\":\"a\"}]");
        check_str(bench_table(&bench, "x"), "1|a\n2|b\n");
        bench_close(&bench);
    }
}

TEST("a refused increment leaves target and checkpoint, and comes again when it is mended")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec = bench_model(&bench, &materialization_incremental, append_sql,
                                             "[[\"n\", {\"accepted_values\": [\"a\", \"b\"]}]]");
        struct relation log = {"s", "log"};
        struct err err;

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_load(&bench, "(2, 3, 'x')", "2");
        check_int(bench_run(&bench, &spec), MODEL_REJECTED);
        check_str(bench_table(&bench, "x"), "1|1|a\n1|2|b\n");
        check_contains(bench.result.state.checkpoint, "\"position\":\"1\"");
        check_ok(session_execf(&bench.session, &err, "UPDATE %s SET n = 'b' WHERE n = 'x'",
                               relation_sql(&bench.arena, bench.session.dialect, &log)));
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_str(bench_table(&bench, "x"), "1|1|a\n1|2|b\n2|3|b\n");
        bench_close(&bench);
    }
}

TEST("a mistake in the SQL is named by asset, file and the database's words; nothing changes")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec = bench_model(&bench, &materialization_table,
                                             "select id, nonsense from {{ ref('log') }}", NULL);
        struct err err;

        check_fails(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err), ERR_CONFIG,
                    "asset x: assets/s/x.sql: ");
        check_contains(err.message, "nonsense");
        check(!bench.session.in_transaction);
        check_int(bench_clean(&bench), 0);
        check_contains(bench_table(&bench, "x"), "error: ");
        bench_close(&bench);
    }
}

TEST("rows whose position does not grow are refused")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_incremental,
                        "select 1 as at, id from {{ new_rows(ref('log')) }} as r", NULL);
        struct err err;

        spec.position_column = "at";
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_load(&bench, "(2, 3, 'c')", "2");
        check_fails(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err), ERR_DATA,
                    "1 new rows have no \"at\" after 1");
        check_str(bench_table(&bench, "x"), "1|1\n1|2\n");
        bench_close(&bench);
    }
}

static int next_row(void *arg, struct aorta_batch *batch, struct err *err)
{
    static const int32_t offsets[] = {0, 7, 9};
    static const int64_t numbers[] = {1, 2};
    static const struct aorta_field fields[] = {{"name", AORTA_TEXT}, {"number", AORTA_INT64}};
    static const struct aorta_column columns[] = {
        {NULL, "NamibiaNA", offsets},
        {NULL, numbers, NULL},
    };
    bool *is_given = arg;

    (void)err;
    if (*is_given)
        return 0;
    *is_given = true;
    *batch = (struct aorta_batch){2, 2, fields, columns};
    return 1;
}

TEST("a seed's rows become a table")
{
    static const char *const embedded[] = {"duckdb", "sqlite"};
    static const struct aorta_field fields[] = {{"name", AORTA_TEXT}, {"number", AORTA_INT64}};

    for (int i = 0; i < 2; i++) {
        struct bench bench = bench_open(embedded[i]);
        bool is_given = false;
        struct model_rows seed = {fields, 2, next_row, &is_given};
        struct model_spec spec =
            bench_model(&bench, &materialization_seed, "", "[[\"name\", \"unique\"]]");
        spec.sql = NULL;
        spec.rows = &seed;
        spec.ref_count = 0;
        spec.input_count = 0;

        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        check_str(bench_table(&bench, "x"), "NA|2\nNamibia|1\n");
        check_int(bench_run(&bench, &spec), MODEL_FRESH);
        bench_close(&bench);
    }
}

TEST("a canceled run stops before its next statement and changes nothing")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct bench bench = bench_open(name);
        struct model_spec spec =
            bench_model(&bench, &materialization_table, "select id from {{ ref('log') }}", NULL);
        atomic_int cancel = 1;
        struct err err;

        bench.session.cancel = &cancel;
        check_fails(model_run(&bench.session, &spec, &bench.arena, &bench.result, &err),
                    ERR_CANCELED, "canceled");
        atomic_store(&cancel, 0);
        check_contains(bench_table(&bench, "x"), "error: ");
        check_int(bench_run(&bench, &spec), MODEL_PUBLISHED);
        bench_close(&bench);
    }
}

enum { THREADS = 4, ROUNDS = 8 };

struct worker {
    const struct warehouse_under_test *warehouse;
    char asset[8];
    int published;
    struct err err;
};

/* One step thread of an executor: its own session, its own asset. */
static void *build_again_and_again(void *arg)
{
    struct worker *worker = arg;
    struct bench bench = {.warehouse = *worker->warehouse};

    bench.session = warehouse_session(worker->warehouse);
    arena_init(&bench.arena);
    struct model_spec spec =
        bench_model(&bench, &materialization_table, "select id, n from {{ ref('log') }}",
                    "[[\"id\", \"unique\"]]");
    spec.asset = worker->asset;
    spec.relation.name = worker->asset;
    spec.force = true;
    for (int i = 0; i < ROUNDS; i++)
        worker->published +=
            model_run(&bench.session, &spec, &bench.arena, &bench.result, &worker->err) == 0 &&
            bench.result.outcome == MODEL_PUBLISHED;
    session_close(&bench.session);
    arena_release(&bench.arena);
    return NULL;
}

TEST("models are built by several threads at once where the database has several writers")
{
    static const char *const names[] = {"duckdb", "postgres"};

    for (int k = 0; k < 2; k++) {
        struct bench bench = bench_open(names[k]);
        struct worker workers[THREADS] = {0};
        pthread_t threads[THREADS];

        for (int i = 0; i < THREADS; i++) {
            workers[i].warehouse = &bench.warehouse;
            snprintf(workers[i].asset, sizeof workers[i].asset, "x%d", i);
            check(pthread_create(&threads[i], NULL, build_again_and_again, &workers[i]) == 0);
        }
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++) {
            struct state state;
            struct err err;
            if (workers[i].published != ROUNDS)
                test_fail(__FILE__, __LINE__, "%s: %s", names[k], workers[i].err.message);
            check_str(bench_table(&bench, workers[i].asset), "1|a\n2|b\n");
            check_ok(state_read(&bench.session, workers[i].asset, &bench.arena, &state, &err));
            check_int(state.version, ROUNDS);
        }
        bench_close(&bench);
    }
}

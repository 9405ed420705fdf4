#include "publish_bench.h"

#include "test.h"

#include <jansson.h>
#include <string.h>

static const struct model_ref source_ref = {
    .name = "log", .asset = "log", .relation = {"s", "log"}, .position_column = "loaded"};
static const char *const source_input[] = {"log"};

void bench_load(struct bench *bench, const char *values, const char *position)
{
    struct state before, written, next = {.position = position, .row_count = -1};
    struct relation log = {"s", "log"};
    struct err err;

    check_ok(session_begin(&bench->session, true, &err));
    check_ok(state_lock(&bench->session, "log", &bench->arena, &before, &err));
    check_ok(session_execf(&bench->session, &err, "INSERT INTO %s VALUES %s",
                           relation_sql(&bench->arena, bench->session.dialect, &log), values));
    check_ok(state_put(&bench->session, &before, &next, &bench->arena, &written, &err));
    check_ok(session_commit(&bench->session, &err));
}

struct bench bench_open(const char *name)
{
    struct bench bench = {.warehouse = warehouse_open(name)};
    struct relation log = {"s", "log"};
    struct err err;

    bench.session = warehouse_session(&bench.warehouse);
    arena_init(&bench.arena);
    check_ok(state_create(&bench.session, &err));
    check_ok(publish_ensure_schema(&bench.session, &log, &err));
    if (strncmp(bench_table(&bench, "log"), "error: ", 7) != 0)
        return bench;
    check_ok(session_execf(&bench.session, &err,
                           "CREATE TABLE %s (loaded integer, id integer, n varchar(9))",
                           relation_sql(&bench.arena, bench.session.dialect, &log)));
    bench_load(&bench, "(1, 1, 'a'), (1, 2, 'b')", "1");
    return bench;
}

void bench_close(struct bench *bench)
{
    arena_release(&bench->arena);
    session_close(&bench->session);
    warehouse_close(&bench->warehouse);
}

struct model_spec bench_model(struct bench *bench, const struct materialization *kind,
                              const char *sql, const char *checks)
{
    struct model_spec spec = {
        .asset = "x",
        .relation = {"s", "x"},
        .materialization = kind,
        .file = "assets/s/x.sql",
        .sql = sql,
        .sql_size = strlen(sql),
        .refs = &source_ref,
        .ref_count = 1,
        .inputs = source_input,
        .input_count = 1,
        .vars = "{\"as_of\": 7}",
        .config_hash = "1",
        .run_id = "run-1",
    };
    json_t *list = json_loads(checks != NULL ? checks : "[]", 0, NULL);
    size_t count = json_array_size(list);
    struct check *parsed = arena_calloc(&bench->arena, count, sizeof *parsed);
    struct err err;

    check(list != NULL);
    for (size_t i = 0; i < count; i++) {
        const json_t *pair = json_array_get(list, i);
        check_ok(check_parse(&bench->arena, json_string_value(json_array_get(pair, 0)),
                             json_array_get(pair, 1), &parsed[i], &err));
    }
    json_decref(list);
    spec.checks = parsed;
    spec.check_count = count;
    return spec;
}

enum model_outcome bench_run(struct bench *bench, const struct model_spec *spec)
{
    struct err err;

    check_ok(model_run(&bench->session, spec, &bench->arena, &bench->result, &err));
    check(!bench->session.in_transaction);
    return bench->result.outcome;
}

const char *bench_rows(struct bench *bench, const struct relation *relation)
{
    return rows_or_error(
        &bench->session,
        arena_printf(&bench->arena, "SELECT * FROM %s ORDER BY 1, 2",
                     relation_sql(&bench->arena, bench->session.dialect, relation)));
}

const char *bench_table(struct bench *bench, const char *name)
{
    struct relation relation = {"s", name};

    return bench_rows(bench, &relation);
}

int bench_clean(struct bench *bench)
{
    struct err err;
    int count;

    check_ok(relation_clean(&bench->session, true, NULL, NULL, &count, &err));
    return count;
}

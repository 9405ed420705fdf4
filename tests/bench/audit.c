/*
 * What the checks of a pipeline's assets cost, asked together and one by one.
 *
 *     bench_audit PROJECT SQLITE_MODULE SQLITE_FILE ROUNDS
 *
 * ROUNDS is for quick ones: an asset whose rounds have taken ten seconds has had enough of them.
 *
 * The pipeline in the folder PROJECT has been run. For each asset with checks that has a table in
 * its warehouse, in one session and in turn: the engine's audit, and a query for each check as dbt
 * runs it (the rows or keys that fail, selected and counted), and one for the number of rows, which
 * an audit gives too. Then all of it in SQLite, where the tables are copied to.
 *
 * A line of JSON an asset and database: {"asset", "database", "rows", "checks", "ours": [seconds of
 * each round], "peer": […]}, or "error" instead of the last two, where SQL of a check is another
 * database's.
 */
#include "audit_orders.h"

#include "base/clock.h"
#include "base/json.h"
#include "check/vocabulary.h"
#include "executor/connection.h"
#include "executor/warehouse.h"
#include "model/audit.h"
#include "model/audit_sql.h"
#include "model/stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENOUGH_SECONDS = 10, LEAST_ROUNDS = 3 };

/* An asset, as a step of it knows it. */
struct audited {
    struct arena arena;
    const struct order *order;
    struct model_spec spec;
    struct relation relation;
};

static void die(const char *what, const struct err *err)
{
    fprintf(stderr, "audit: %s: %s\n", what, err->message);
    exit(1);
}

static void open_session(const struct connection *connection, struct session *session)
{
    struct err err;

    if (session_open(session, connection->connector->warehouse, connection->handle,
                     connection->name, NULL, &err) < 0)
        die(connection->name, &err);
}

/* ------------------------------------------------------------------------------------- the checks */

/* The query of one check; NULL for one that looks at names of columns, which costs nothing. */
static const char *alone(const struct session *session, const struct audit *audit,
                         const struct check *check, struct arena *arena)
{
    struct audit_sql sql = {0};
    struct err err;

    if (check->kind->scope == CHECK_SCOPE_COLUMNS)
        return NULL;
    if (audit_sql_make(session, audit, check, arena, &sql, &err) < 0)
        return NULL; /* the audit, which was first, has said why */
    if (sql.count != NULL)
        return sql.count;
    return arena_printf(arena,
                        "SELECT count(*) FROM (SELECT * FROM %s AS new_rows WHERE %s) AS failing",
                        audit->rows, sql.fails);
}

static int run_alone(struct session *session, const struct audit *audit, struct arena *arena,
                     struct err *err)
{
    int64_t count;

    if (session_query_int(session,
                          arena_printf(arena, "SELECT count(*) FROM %s AS all_rows", audit->rows),
                          &count, err) < 0)
        return -1;
    for (size_t i = 0; i < audit->check_count; i++) {
        const char *sql = alone(session, audit, &audit->checks[i], arena);
        if (sql != NULL && session_query_int(session, sql, &count, err) < 0)
            return err_wrap(err, "check %s", audit->checks[i].name);
    }
    return 0;
}

static int run_together(struct session *session, const struct audit *audit, struct arena *arena,
                        int64_t *rows, struct err *err)
{
    struct check_result *results = arena_calloc(arena, audit->check_count, sizeof *results);
    struct audit_totals totals;

    if (audit_run(session, audit, arena, results, &totals, err) < 0)
        return -1;
    *rows = totals.row_count;
    return 0;
}

/* Both, once; the second first in every other round. */
static int measure(struct session *session, const struct audit *audit, int round, double seconds[2],
                   int64_t *rows, struct err *err)
{
    for (int i = 0; i < 2; i++) {
        int which = (round + i) % 2;
        struct arena arena;
        arena_init(&arena);
        int64_t start = clock_monotonic_us();
        int result = which == 0 ? run_together(session, audit, &arena, rows, err)
                                : run_alone(session, audit, &arena, err);
        seconds[which] = (double)(clock_monotonic_us() - start) / 1e6;
        arena_release(&arena);
        if (result < 0)
            return -1;
    }
    return 0;
}

static void write_rounds(struct json_writer *json, double (*seconds)[2], int rounds)
{
    for (int which = 0; which < 2; which++) {
        json_write_key(json, which == 0 ? "ours" : "peer");
        json_write_array(json);
        for (int round = 0; round < rounds; round++)
            json_write_double(json, seconds[round][which]);
        json_write_end(json);
    }
}

static void audit_asset(struct session *session, struct audited *one, int rounds)
{
    struct relation_columns columns;
    double(*seconds)[2] = calloc((size_t)rounds, sizeof *seconds);
    double ignored[2], taken = 0;
    int64_t rows = 0;
    int result = 0, done = 0;
    struct json_writer json;
    struct buf line;
    struct err err;

    if (relation_describe(session, &one->relation, &one->arena, &columns, &err) < 0)
        die(one->order->asset, &err);
    const char *table = relation_sql(&one->arena, session->dialect, &one->relation);
    const struct audit audit = {
        .asset = one->order->asset,
        .rows = table,
        .whole = table,
        .columns = &columns,
        .checks = one->spec.checks,
        .check_count = one->spec.check_count,
        .refs = one->spec.refs,
        .ref_count = one->spec.ref_count,
    };
    result = measure(session, &audit, 0, ignored, &rows, &err); /* warm */
    while (result == 0 && done < rounds && (done < LEAST_ROUNDS || taken < ENOUGH_SECONDS)) {
        result = measure(session, &audit, done, seconds[done], &rows, &err);
        taken += seconds[done][0] + seconds[done][1];
        done++;
    }

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "asset");
    json_write_str(&json, one->order->asset);
    json_write_key(&json, "database");
    json_write_str(&json, session->dialect->name);
    json_write_key(&json, "rows");
    json_write_int(&json, rows);
    json_write_key(&json, "checks");
    json_write_int(&json, (int64_t)one->spec.check_count);
    if (result == 0) {
        write_rounds(&json, seconds, done);
    } else {
        json_write_key(&json, "error");
        json_write_str(&json, err.message);
    }
    json_write_end(&json);
    printf("%s\n", line.data);
    fflush(stdout);
    buf_release(&line);
    free(seconds);
}

/* ---------------------------------------------------------------------------------------- copies */

static int copy_rows(struct session *from, struct session *to, const struct audited *one,
                     struct err *err)
{
    const struct aorta_warehouse *warehouse = from->warehouse;
    struct aorta_error error;
    struct aorta_batch batch;
    struct stage_load load;
    struct arena arena;
    int32_t field_count;
    int64_t rows;
    void *cursor;
    int more, result = -1;

    arena_init(&arena);
    const char *sql = arena_printf(&arena, "SELECT * FROM %s",
                                   relation_sql(&arena, from->dialect, &one->relation));
    if (warehouse->query(from->handle, sql, NULL, 0, &cursor, &error) < 0) {
        arena_release(&arena);
        return session_error(from, &error, err);
    }
    const struct aorta_field *fields = warehouse->cursor_fields(cursor, &field_count);
    if (stage_create(to, &one->relation, fields, field_count, err) < 0 ||
        stage_load_open(&load, to, &one->relation, fields, field_count, err) < 0)
        goto out;
    while ((more = warehouse->next(cursor, &batch, &error)) > 0)
        if (stage_load_batch(&load, &batch, err) < 0)
            break;
    if (more != 0) {
        stage_load_abort(&load);
        if (more < 0)
            session_error(from, &error, err);
        goto out;
    }
    result = stage_load_finish(&load, &rows, err);
out:
    warehouse->cursor_close(cursor);
    arena_release(&arena);
    return result;
}

static void copy_all(struct session *from, struct session *to, struct audited *assets, size_t count)
{
    struct err err;

    if (session_begin(to, true, &err) < 0)
        die("sqlite", &err);
    for (size_t i = 0; i < count; i++)
        if (copy_rows(from, to, &assets[i], &err) < 0)
            die(assets[i].order->asset, &err);
    if (session_commit(to, &err) < 0)
        die("sqlite", &err);
}

/* ------------------------------------------------------------------------------------------ main */

static void prepare(struct audited *one, const struct order *order)
{
    struct step step = {.order = order, .is_stored = true};
    struct err err;

    arena_init(&step.arena);
    one->order = order;
    one->relation = (struct relation){order->schema, order->table};
    warehouse_refs(order, &step.arena, &one->spec);
    if (warehouse_checks(&step, &one->spec.checks, &one->spec.check_count, &err) < 0)
        die(order->asset, &err);
    one->arena = step.arena;
}

static void audit_all(struct session *session, struct audited *assets, size_t count, int rounds)
{
    for (size_t i = 0; i < count; i++)
        if (assets[i].spec.check_count > 0)
            audit_asset(session, &assets[i], rounds);
}

int main(int argc, char **argv)
{
    struct order_option path = {"path", argc == 5 ? argv[3] : NULL};
    struct order_connection sqlite = {"sqlite", argc == 5 ? argv[2] : NULL, &path, 1};
    struct connection *warehouse = NULL, *copy = NULL;
    struct session first, second;
    struct order *orders;
    struct arena arena;
    struct err err;

    if (argc != 5) {
        fprintf(stderr, "usage: bench_audit PROJECT SQLITE_MODULE SQLITE_FILE ROUNDS\n");
        return 2;
    }
    int rounds = (int)strtol(argv[4], NULL, 10);
    arena_init(&arena);
    size_t count = audit_orders(argv[1], &arena, &orders);
    if (rounds < 1 || count == 0)
        return 2;
    struct audited *assets = arena_calloc(&arena, count, sizeof *assets);
    for (size_t i = 0; i < count; i++)
        prepare(&assets[i], &orders[i]);
    const struct order *order = &orders[0];
    if (connection_acquire(&order->connections[order->into.connection], order->folder, &warehouse,
                           &err) < 0 ||
        connection_acquire(&sqlite, order->folder, &copy, &err) < 0)
        die("connection", &err);
    open_session(warehouse, &first);
    open_session(copy, &second);
    audit_all(&first, assets, count, rounds);
    copy_all(&first, &second, assets, count);
    audit_all(&second, assets, count, rounds);

    session_close(&first);
    session_close(&second);
    connection_release(warehouse);
    connection_release(copy);
    connection_close_idle();
    for (size_t i = 0; i < count; i++)
        arena_release(&assets[i].arena);
    arena_release(&arena);
    return 0;
}

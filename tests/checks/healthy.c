#include "healthy.h"

#include "base/file.h"
#include "check/vocabulary.h"
#include "executor/step.h"
#include "executor/warehouse.h"
#include "model/stage.h"
#include "model/state.h"
#include "test.h"

#include <string.h>

enum { FILE_LIMIT = 1 << 20 };

/* After all that healthy.sql has loaded. */
static const char raw_position[] = "2024-05-01 00:00:00";

/* --------------------------------------------------------------------------------------- tables */

static void read_table(struct healthy *healthy, const struct order *order)
{
    struct table *table = &healthy->tables[healthy->table_count++];
    struct step step = {.arena = healthy->arena, .order = order};
    struct model_spec spec = {0};
    struct err err;

    warehouse_refs(order, &step.arena, &spec);
    check_ok(warehouse_checks(&step, &spec.checks, &spec.check_count, &err));
    healthy->arena = step.arena; /* which it is again, with what the step has added */
    *table = (struct table){
        .asset = order->asset,
        .relation = {order->schema, order->table},
        .checks = spec.checks,
        .check_count = spec.check_count,
        .refs = spec.refs,
        .ref_count = spec.ref_count,
    };
}

static void read_tables(struct healthy *healthy, enum calendar calendar)
{
    const char *folder = arena_printf(&healthy->arena, "%s/%p", test_folder(), (void *)healthy);

    orders_open(&healthy->orders, folder, calendar);
    healthy->tables = arena_calloc(&healthy->arena, healthy->orders.count, sizeof *healthy->tables);
    for (size_t i = 0; i < healthy->orders.count; i++)
        read_table(healthy, &healthy->orders.items[i]);
}

const struct table *healthy_table(const struct healthy *healthy, const char *asset)
{
    for (size_t i = 0; i < healthy->table_count; i++)
        if (strcmp(healthy->tables[i].asset, asset) == 0)
            return &healthy->tables[i];
    test_fail(__FILE__, __LINE__, "no table %s", asset);
}

static bool names(const struct check *check, const struct table *table)
{
    const char *name = check_reference(check);

    return name != NULL &&
           (strcmp(name, table->relation.name) == 0 || strcmp(name, table->asset) == 0);
}

struct table healthy_readers(const struct table *table, const struct table *other,
                             struct arena *arena)
{
    struct check *checks = arena_calloc(arena, table->check_count, sizeof *checks);
    struct table readers = *table;
    bool is_named = false;

    readers.checks = checks;
    readers.check_count = 0;
    for (size_t i = 0; i < table->check_count; i++) {
        const struct check *check = &table->checks[i];
        is_named = is_named || names(check, other);
        if (names(check, other) || check->kind->id == CHECK_EXPRESSION)
            checks[readers.check_count++] = *check;
    }
    if (!is_named)
        readers.check_count = 0;
    return readers;
}

/* ---------------------------------------------------------------------------------------- build */

static void run_file(struct healthy *healthy, const char *path)
{
    struct buf text;
    struct err err;

    buf_init(&text);
    check_ok(file_read(path, FILE_LIMIT, &text, &err));
    for (char *statement = strtok(text.data, ";"); statement != NULL; statement = strtok(NULL, ";"))
        if (statement[strspn(statement, " \n")] != '\0')
            check_ok(session_exec(&healthy->session, statement, &err));
    buf_release(&text);
}

/* Says of a raw table what ingestion would have said. */
static void publish_raw(struct healthy *healthy, const char *asset)
{
    struct state before, written, next = {.position = raw_position, .row_count = -1};
    struct err err;

    check_ok(session_begin(&healthy->session, true, &err));
    check_ok(state_lock(&healthy->session, asset, &healthy->arena, &before, &err));
    check_ok(state_put(&healthy->session, &before, &next, &healthy->arena, &written, &err));
    check_ok(session_commit(&healthy->session, &err));
}

static void run_order(const struct order *order)
{
    struct step step = {.order = order, .is_stored = true};
    struct err err;

    arena_init(&step.arena);
    pthread_mutex_init(&step.lock, NULL);
    check_ok(run_model(&step, &err));
    for (size_t i = 0; i < step.report.check_count; i++)
        if (strcmp(step.report.checks[i].status, "pass") != 0)
            test_fail(__FILE__, __LINE__, "%s: %s: %s", order->asset, step.report.checks[i].name,
                      step.report.checks[i].detail);
    check_str(step.report.outcome, "published");
    check(step.report.rows > 0);
    pthread_mutex_destroy(&step.lock);
    arena_release(&step.arena);
}

static void open_session(struct healthy *healthy, const struct order_connection *order)
{
    struct err err;

    check_ok(
        connection_acquire(order, healthy->orders.items[0].folder, &healthy->connection, &err));
    check_ok(session_open(&healthy->session, healthy->connection->connector->warehouse,
                          healthy->connection->handle, order->name, NULL, &err));
}

void healthy_open(struct healthy *healthy, enum calendar calendar)
{
    struct err err;

    *healthy = (struct healthy){.calendar = calendar};
    arena_init(&healthy->arena);
    read_tables(healthy, calendar);
    const struct order *first = &healthy->orders.items[0];
    open_session(healthy, &first->connections[first->into.connection]);
    check_ok(state_create(&healthy->session, &err));
    run_file(healthy, AORTA_TEST_PIPELINE "/tests/checks/healthy.sql");
    for (size_t i = 0; i < healthy->orders.count; i++) {
        struct order *one = &healthy->orders.items[i];
        one->run = "healthy";
        if (strcmp(one->kind, "source") == 0)
            publish_raw(healthy, one->asset);
        else
            run_order(one);
    }
}

void healthy_close(struct healthy *healthy)
{
    session_close(&healthy->session);
    connection_release(healthy->connection);
    connection_close_idle();
    orders_close(&healthy->orders);
    arena_release(&healthy->arena);
}

/* ----------------------------------------------------------------------------------------- copy */

static void copy_rows(struct session *to, const struct session *from, const char *select,
                      const struct relation *relation)
{
    const struct aorta_warehouse *warehouse = from->warehouse;
    const struct aorta_field *fields;
    struct stage_load load;
    struct aorta_error error;
    struct aorta_batch batch;
    int32_t field_count;
    int64_t rows;
    void *cursor;
    struct err err;
    int more;

    if (warehouse->query(from->handle, select, NULL, 0, &cursor, &error) < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", select, error.message);
    fields = warehouse->cursor_fields(cursor, &field_count);
    check_ok(stage_create(to, relation, fields, field_count, &err));
    check_ok(stage_load_open(&load, to, relation, fields, field_count, &err));
    while ((more = warehouse->next(cursor, &batch, &error)) > 0)
        check_ok(stage_load_batch(&load, &batch, &err));
    check_int(more, 0);
    check_ok(stage_load_finish(&load, &rows, &err));
    check(rows > 0);
    warehouse->cursor_close(cursor);
}

/* SQL of the pipeline's own names a table as DuckDB does: here a schema is a database. */
static const char attach_seeds[] = "ATTACH DATABASE ':memory:' AS seeds";
static const char copy_seed[] =
    "CREATE TABLE seeds.country_codes AS SELECT * FROM seeds__country_codes";

void healthy_copy(struct healthy *healthy, const struct healthy *from)
{
    struct order_option path = {"path", "copy.db"};
    const struct order_connection order = {"copy", AORTA_TEST_CONNECTORS "/sqlite.so", &path, 1};
    struct err err;

    memset(healthy, 0, sizeof *healthy);
    arena_init(&healthy->arena);
    read_tables(healthy, from->calendar);
    open_session(healthy, &order);
    check_ok(session_begin(&healthy->session, true, &err));
    for (size_t i = 0; i < healthy->table_count; i++) {
        const struct relation *relation = &healthy->tables[i].relation;
        copy_rows(&healthy->session, &from->session,
                  arena_printf(&healthy->arena, "SELECT * FROM %s",
                               relation_sql(&healthy->arena, from->session.dialect, relation)),
                  relation);
    }
    check_ok(session_commit(&healthy->session, &err));
    check_ok(session_exec(&healthy->session, attach_seeds, &err));
    check_ok(session_exec(&healthy->session, copy_seed, &err));
}

/* ---------------------------------------------------------------------------------------- audit */

int healthy_audit(struct healthy *healthy, const struct table *table, struct arena *arena,
                  struct check_result **results, struct err *err)
{
    struct relation_columns columns;
    struct audit_totals totals;

    if (relation_describe(&healthy->session, &table->relation, arena, &columns, err) < 0)
        return -1;
    const char *sql = relation_sql(arena, healthy->session.dialect, &table->relation);
    const struct audit audit = {
        .asset = table->asset,
        .rows = sql,
        .whole = sql,
        .columns = &columns,
        .checks = table->checks,
        .check_count = table->check_count,
        .refs = table->refs,
        .ref_count = table->ref_count,
    };
    *results = arena_calloc(arena, table->check_count, sizeof **results);
    return audit_run(&healthy->session, &audit, arena, *results, &totals, err);
}

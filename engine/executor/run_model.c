/* Steps that run SQL: models, snapshots, and seeds, whose rows come from a file. */
#include "executor/step.h"

#include "base/limits.h"
#include "data/batch.h"
#include "data/csv_reader.h"
#include "data/infer.h"
#include "executor/audit_report.h"
#include "executor/spec.h"
#include "executor/warehouse.h"
#include "model/decide.h"
#include "model/snapshot.h"

#include <string.h>

/* The rows of a seed, read from the order's body. */
struct seed {
    struct schema schema;
    struct batch batch;
    struct csv_reader *reader;
    const char *at;
    size_t left;
    bool is_finished;
};

static void seed_release(struct seed *seed)
{
    csv_reader_free(seed->reader);
    batch_release(&seed->batch);
    schema_release(&seed->schema);
}

static int seed_next(void *arg, struct aorta_batch *view, struct err *err)
{
    struct seed *seed = arg;

    batch_reset(&seed->batch);
    while (seed->left > 0 && !batch_is_full(&seed->batch)) {
        int64_t used = csv_reader_feed(seed->reader, seed->at, seed->left, err);
        if (used < 0)
            return -1;
        seed->at += used;
        seed->left -= (size_t)used;
    }
    if (seed->left == 0 && !seed->is_finished && !batch_is_full(&seed->batch)) {
        seed->is_finished = true;
        if (csv_reader_finish(seed->reader, err) < 0)
            return -1;
    }
    *view = batch_view(&seed->batch);
    return seed->batch.row_count > 0;
}

static int seed_open(struct step *step, struct seed *seed, struct model_rows *rows, struct err *err)
{
    const struct order *order = step->order;
    char delimiter = order->delimiter != NULL ? order->delimiter[0] : ',';

    schema_init(&seed->schema);
    for (size_t i = 0; i < order->column_count; i++) {
        struct schema_column column = {.name = order->columns[i].name};
        if (order->columns[i].type == NULL)
            continue;
        if (schema_type_parse(order->columns[i].type, &column.type, err) < 0 ||
            schema_add(&seed->schema, &column, err) < 0)
            return err_wrap(err, "%s: column %s", order->file, column.name);
    }
    seed->at = order->body;
    seed->left = strlen(order->body);
    if (infer_csv(&seed->schema, order->body_file, seed->at, seed->left, delimiter, err) < 0)
        return -1;
    rows->fields = schema_fields(&seed->schema, &step->arena);
    rows->field_count = seed->schema.column_count;
    rows->next = seed_next;
    rows->arg = seed;
    batch_init(&seed->batch, rows->fields, rows->field_count);
    seed->reader = csv_reader_new(&(struct csv_reader_options){
        .schema = &seed->schema, .batch = &seed->batch, .delimiter = delimiter});
    csv_reader_begin(seed->reader, order->body_file);
    return 0;
}

static void fill_snapshot(struct step *step, struct model_spec *spec,
                          struct snapshot_options *options)
{
    const struct order *order = step->order;
    struct snapshot_unknown *unknown =
        arena_calloc(&step->arena, order->column_count, sizeof *unknown);

    *options = (struct snapshot_options){
        .changed_at = order->changed_at,
        .deleted_at = order->deleted_at,
        .surrogate_key = order->surrogate_key,
        .order_by = order->order_by,
        .order_by_count = order->order_by_count,
        .unknown = unknown,
    };
    for (size_t i = 0; i < order->column_count; i++)
        if (order->columns[i].unknown != NULL)
            unknown[options->unknown_count++] =
                (struct snapshot_unknown){order->columns[i].name, order->columns[i].unknown};
    spec->options = options;
}

static void report_window(struct step *step, const struct model_result *result)
{
    const struct order *order = step->order;
    struct report *report = &step->report;
    const struct order_window *window;

    if (order->windows_count == 0 || result->outcome != MODEL_PUBLISHED)
        return;
    report->is_whole = !result->was_incremental;
    window = &order->windows[report->is_whole ? order->windows_count - 1 : 0];
    if (window->keys_count > 0) {
        report->partitions = window->keys;
        report->partition_count = window->keys_count;
        return;
    }
    report->partitions = arena_calloc(&step->arena, 1, sizeof *report->partitions);
    report->partitions[0] = window->label;
    report->partition_count = 1;
}

static int report_result(struct step *step, const struct model_result *result)
{
    static const char *const outcomes[] = {
        [MODEL_PUBLISHED] = "published",
        [MODEL_FRESH] = "fresh",
        [MODEL_REJECTED] = "rejected",
    };
    struct report *report = &step->report;

    report->outcome = outcomes[result->outcome];
    report->rows = result->rows;
    report->table_rows = result->state.row_count;
    report->version = result->state.version;
    report->fingerprint = result->state.fingerprint;
    report->why = result->reason;
    report->note = result->warnings;
    report_window(step, result);
    audit_report(step, result->checks, result->check_count);
    return 0;
}

static void expect(struct step *step, struct model_spec *spec)
{
    const struct order *order = step->order;
    struct model_expectation *expected =
        arena_calloc(&step->arena, order->expected_count, sizeof *expected);

    for (size_t i = 0; i < order->expected_count; i++)
        expected[i] = (struct model_expectation){
            order->expected[i].asset, order->expected[i].restarts, order->expected[i].is_sure};
    spec->expected = expected;
    spec->expected_count = order->expected_count;
}

static int look(struct step *step, struct model_spec *spec, struct warehouse_use *use,
                struct err *err)
{
    struct report *report = &step->report;
    struct model_decision decision;
    int is_there = warehouse_look(step, use, err);

    if (is_there < 0)
        return step_is_unreachable(step, err);
    expect(step, spec);
    if (model_decide(is_there ? &use->session : NULL, spec, &step->arena, &decision, err) < 0)
        return -1;
    report->outcome = decision.is_stale ? "stale" : "fresh";
    report->action = spec->materialization->is_view ? "view"
                     : decision.is_incremental      ? "append"
                                                    : "build";
    report->cause = decision.cause;
    report->note = decision.reason;
    report->is_conditional = decision.is_conditional;
    report->restarts = decision.restarts;
    return 0;
}

static bool is_known_fresh(struct step *step, const struct warehouse_use *use,
                           const struct model_spec *spec, struct model_result *result)
{
    const struct connection *connection = use->connection;

    return connection->known != NULL &&
           decide_is_known_fresh(connection->known, connection->connector->warehouse->dialect, spec,
                                 &step->arena, result);
}

int run_model(struct step *step, struct err *err)
{
    struct model_result *result = arena_alloc(&step->arena, sizeof *result);
    struct snapshot_options snapshot;
    struct warehouse_use use = {0};
    struct model_spec spec;
    struct model_rows rows;
    struct seed seed = {0};
    bool is_seed = strcmp(step->order->kind, "seed") == 0;
    int status = -1;

    if (spec_fill(step->order, &step->arena, &spec, err) < 0 ||
        warehouse_checks(step, &spec.checks, &spec.check_count, err) < 0)
        goto out;
    if (step->order->looks) {
        status = look(step, &spec, &use, err);
        goto out;
    }
    if (warehouse_connect(step, &use, err) < 0)
        goto out;
    if (is_known_fresh(step, &use, &spec, result)) {
        status = report_result(step, result);
        goto out;
    }
    if (warehouse_open(step, &use, err) < 0)
        goto out;
    if (is_seed) {
        if (seed_open(step, &seed, &rows, err) < 0)
            goto out;
        spec.rows = &rows;
    }
    if (strcmp(step->order->kind, "snapshot") == 0)
        fill_snapshot(step, &spec, &snapshot);
    if (model_run(&use.session, &spec, &step->arena, result, err) < 0)
        goto out;
    if (result->outcome == MODEL_FRESH)
        known_learn(use.connection->known, &use.session);
    status = report_result(step, result);
out:
    if (status < 0)
        warehouse_forget_places(&use);
    warehouse_close(step, &use);
    if (is_seed)
        seed_release(&seed);
    return status;
}

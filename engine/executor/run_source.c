/*
 * Steps that bring a source's new rows into the warehouse, in one write transaction:
 *
 *     lock the state ─▶ read from its checkpoint ─▶ stage ─▶ audit ─▶ publish, checkpoint ─▶ commit
 *                                                       └▶ keep the refused rows, commit: rejected
 *
 * then the source is told what it may forget.
 */
#include "base/clock.h"
#include "base/fault.h"
#include "base/hash.h"
#include "executor/audit_report.h"
#include "executor/intake.h"
#include "executor/warehouse.h"
#include "model/audit.h"
#include "model/foreign.h"
#include "model/publish.h"
#include "model/stage.h"
#include "model/state.h"
#include "model/widen.h"

#include <string.h>

struct ingestion {
    struct step *step;
    struct warehouse_use use;
    struct intake intake;
    struct model_spec spec; /* relation, refs, checks */
    struct relation stage;
    struct relation_columns target;
    struct state before;
    const struct order_window *window; /* asked for; NULL: what is new is read */
    bool is_gone;                      /* what was published: somebody has dropped the table */
    bool replaces;                     /* the whole table, not only new rows */
    int64_t deleted;                   /* rows of the target that the new ones replace */
    int64_t extracted_at_us;
    char origin[HASH_HEX_SIZE + 1]; /* of what is read, and how */
    struct publish_report report;
};

/* Strictly greater than that of any load before, whatever the clock says. */
static int64_t next_extracted_at(const struct state *before)
{
    int64_t now = clock_now_us();
    int64_t last;

    if (before->position != NULL &&
        clock_parse(before->position, strlen(before->position), &last, NULL, NULL) && last >= now)
        return last + 1;
    return now;
}

static int give_batch(void *arg, int32_t worker, struct aorta_batch *batch)
{
    return intake_next(arg, worker, batch);
}

/* Rows that do not belong to the load after all. */
static int take_back(struct ingestion *in, struct err *err)
{
    struct session *session = &in->use.session;
    int64_t rows;

    if (intake_take_back(&in->intake, err) < 0)
        return -1;
    if (in->intake.left == NULL)
        return 0;
    const char *sql =
        arena_printf(&in->step->arena, "DELETE FROM %s WHERE %s",
                     relation_sql(&in->step->arena, session->dialect, &in->stage), in->intake.left);
    if (session_run(session, sql, NULL, 0, &rows, err) < 0)
        return -1;
    in->intake.rows -= rows;
    return 0;
}

static int load_stage(struct ingestion *in, struct err *err)
{
    struct session *session = &in->use.session;
    struct intake *intake = &in->intake;
    const struct aorta_feed feed = {intake, intake->workers, give_batch};

    if (stage_create(session, &in->stage, intake->fields, intake->field_count, err) < 0)
        return -1;
    int loaded =
        stage_load_from(session, &in->stage, intake->fields, intake->field_count, &feed, err);
    if (intake_finish(intake, err) < 0 || loaded < 0)
        return -1;
    return take_back(in, err);
}

/* The target's columns as the stage has them: some are wider there, some are not here yet. */
static void append_published(const struct ingestion *in, const struct relation_columns *stage,
                             struct buf *out)
{
    for (int32_t i = 0; i < stage->count; i++) {
        const char *name = stage->fields[i].name;
        int32_t column = relation_column_find(&in->target, name);
        if (i > 0)
            buf_append_str(out, ", ");
        if (column < 0)
            buf_printf(out, "CAST(NULL AS %s)", stage->type_names[i]);
        else
            widen_expression(out, in->use.session.dialect, name, in->target.fields[column].type,
                             stage->fields[i].type);
    }
}

/* What the target will be: itself and the stage, by the stage's columns. */
static const char *whole_after(struct ingestion *in, const struct relation_columns *columns)
{
    const struct aorta_dialect *dialect = in->use.session.dialect;
    struct arena *arena = &in->step->arena;
    const char *stage = relation_sql(arena, dialect, &in->stage), *kept = "";
    struct buf list, published;

    if (in->replaces || !in->target.is_there)
        return stage;
    if (in->intake.replaced != NULL)
        kept = arena_printf(arena, " WHERE (%s) IS NOT TRUE", in->intake.replaced);
    buf_init(&list);
    buf_init(&published);
    relation_column_list(&list, columns, "", NULL);
    append_published(in, columns, &published);
    const char *whole =
        arena_printf(arena, "(SELECT %s FROM %s UNION ALL SELECT %s FROM %s%s)", list.data, stage,
                     published.data, relation_sql(arena, dialect, &in->spec.relation), kept);
    buf_release(&published);
    buf_release(&list);
    return whole;
}

static int run_audit(struct ingestion *in, bool *is_blocked, struct err *err)
{
    struct arena *arena = &in->step->arena;
    struct relation_columns columns;
    struct audit_totals totals;
    struct check_result *results = arena_calloc(arena, in->spec.check_count, sizeof *results);

    if (relation_describe(&in->use.session, &in->stage, arena, &columns, err) < 0)
        return -1;
    struct audit audit = {
        .asset = in->spec.asset,
        .file = in->spec.checks_file,
        .rows = relation_sql(arena, in->use.session.dialect, &in->stage),
        .whole = whole_after(in, &columns),
        .columns = &columns,
        .checks = in->spec.checks,
        .check_count = in->spec.check_count,
        .refs = in->spec.refs,
        .ref_count = in->spec.ref_count,
    };
    if (audit_run(&in->use.session, &audit, arena, results, &totals, err) < 0)
        return -1;
    audit_report(in->step, results, in->spec.check_count);
    *is_blocked = audit_is_blocking(results, in->spec.check_count);
    return 0;
}

/* Rows that the staged ones stand for: those of a file that was read again. */
static int delete_replaced(struct ingestion *in, struct err *err)
{
    struct session *session = &in->use.session;
    struct buf sql;

    if (in->intake.replaced == NULL)
        return 0;
    buf_init(&sql);
    buf_printf(&sql, "DELETE FROM %s WHERE %s",
               relation_sql(&in->step->arena, session->dialect, &in->spec.relation),
               in->intake.replaced);
    int result = session_run(session, sql.data, NULL, 0, &in->deleted, err);
    buf_release(&sql);
    return result;
}

static int publish(struct ingestion *in, int64_t *rows, struct err *err)
{
    struct session *session = &in->use.session;

    if (in->replaces || !in->target.is_there) {
        *rows = in->intake.rows;
        return publish_replace(session, &in->spec.relation, &in->stage, &in->report, err);
    }
    if (delete_replaced(in, err) < 0 || widen_columns(session, &in->spec.relation, in->intake.wider,
                                                      in->intake.wider_count, &in->report, err) < 0)
        return -1;
    return publish_append(session, &in->spec.relation, &in->stage, PUBLISH_COLUMNS_EVOLVE, NULL,
                          rows, &in->report, err);
}

static int put_state(struct ingestion *in, int64_t rows, struct state *written, struct err *err)
{
    struct arena *arena = &in->step->arena;
    char *position = arena_alloc(arena, CLOCK_TEXT_SIZE);
    char *now = arena_alloc(arena, CLOCK_TEXT_SIZE);
    bool adds = in->before.version > 0 && !in->replaces;
    bool restarts = in->before.version > 0 && in->replaces;

    clock_format_sql(position, in->extracted_at_us, 6);
    clock_format_iso(now, clock_now_us(), 6);
    const struct state next = {
        .asset = in->spec.asset,
        .epoch = restarts ? state_new_epoch(arena) : NULL,
        .fingerprint = in->origin,
        .position = position,
        .checkpoint = arena_strdup(arena, intake_position(&in->intake)),
        .row_count = (adds ? in->before.row_count - in->deleted : 0) + rows,
        .published_at = now,
        .run_id = in->step->order->run,
    };
    return state_put(&in->use.session, &in->before, &next, arena, written, err);
}

static int fill_spec(struct ingestion *in, struct err *err)
{
    const struct order *order = in->step->order;

    in->spec.asset = order->asset;
    in->spec.relation = (struct relation){order->schema, order->table};
    in->spec.config_hash = order->config_hash;
    in->window = order->windows_count == 1 ? order->windows : NULL;
    warehouse_refs(in->step->order, &in->step->arena, &in->spec);
    return warehouse_checks(in->step, &in->spec.checks, &in->spec.check_count, err);
}

static int open_all(struct ingestion *in, struct err *err)
{
    if (fill_spec(in, err) < 0 || warehouse_open(in->step, &in->use, err) < 0)
        return -1;
    in->stage = relation_hidden(&in->step->arena, in->use.session.dialect, &in->spec.relation,
                                RELATION_STAGE);
    return 0;
}

/* A checkpoint means something only where it came from. */
static void hash_origin(struct ingestion *in)
{
    const struct order *order = in->step->order;
    struct hash *hash = hash_new();

    hash_add_str(hash, order->connections[order->from.connection].name);
    hash_add_str(hash, order->from.object != NULL ? order->from.object : "");
    hash_add_str(hash, order->mode);
    hash_add_str(hash, order->cursor != NULL ? order->cursor : "");
    hash_finish(hash, in->origin);
}

static int check_origin(const struct ingestion *in, struct err *err)
{
    const char *before = in->before.fingerprint;

    if (in->before.version == 0 || in->replaces ||
        (before != NULL && strcmp(before, in->origin) == 0))
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s: what is published was read from elsewhere (connection, table, mode or "
                   "cursor have changed): read it again with --full-refresh, or give the asset "
                   "another name",
                   in->step->order->file);
}

/* What will be done with what is there: for the run and for the plan that only says so. */
static int decide(struct ingestion *in, struct err *err)
{
    const struct order *order = in->step->order;
    const struct foreign foreign = {
        .relation = &in->spec.relation,
        .there = &in->target,
        .own = &in->before,
        .full_refresh = order->full_refresh,
        .keeps_history = order->keeps_history,
    };

    if (foreign_check(&in->use.session, &foreign, &in->step->arena, err) < 0)
        return -1;
    in->is_gone = in->before.version > 0 && !in->target.is_there;
    in->replaces = strcmp(order->mode, "full_refresh") == 0 || order->full_refresh;
    if (in->is_gone && !in->replaces && strcmp(order->mode, "cdc_append") == 0)
        return err_set(err, ERR_CONFIG,
                       "%s: its table is gone, and the changes in it cannot be read again: bring "
                       "it back, or begin anew with --full-refresh --discard-history",
                       order->file);
    in->replaces = in->replaces || in->is_gone;
    hash_origin(in);
    return check_origin(in, err);
}

/* Whether it is published even if the source has nothing new. */
static bool publishes_anyway(const struct ingestion *in)
{
    return in->before.version == 0 || in->replaces || in->window != NULL;
}

/* Inside the transaction, up to and with the stage. */
static int fill_stage(struct ingestion *in, struct err *err)
{
    const struct order *order = in->step->order;
    struct session *session = &in->use.session;

    if (state_lock(session, order->asset, &in->step->arena, &in->before, err) < 0 ||
        relation_describe(session, &in->spec.relation, &in->step->arena, &in->target, err) < 0)
        return -1;
    if (decide(in, err) < 0)
        return -1;
    bool resumes =
        in->before.version > 0 && !in->replaces && strcmp(order->mode, "append_all") != 0;
    in->extracted_at_us = next_extracted_at(&in->before);
    const struct intake_load load = {
        .session = session,
        .target = in->spec.relation,
        .columns = &in->target,
        .position = resumes ? in->before.checkpoint : NULL,
        .window = in->window,
        .extracted_at_us = in->extracted_at_us,
        .replaces = in->replaces || !in->target.is_there,
        .may_leave = strcmp(order->mode, "incremental_append") == 0 && in->window == NULL &&
                     !(in->replaces && in->target.is_there),
    };
    if (intake_open(&in->intake, in->step, &load, err) < 0)
        return -1;
    int loaded = load_stage(in, err);
    warehouse_interruptible(in->step, &in->use); /* the reader was, until now */
    return loaded;
}

static int reject(struct ingestion *in, struct err *err)
{
    if (intake_settle(&in->intake, false, err) < 0 ||
        publish_reject(&in->use.session, &in->spec.relation, &in->stage, err) < 0 ||
        session_commit(&in->use.session, err) < 0)
        return -1;
    in->step->report.outcome = "rejected";
    return 0;
}

/* Which partitions there is something new of. */
static void report_partitions(struct ingestion *in)
{
    struct report *report = &in->step->report;

    report->is_whole = in->replaces;
    report->confirms = in->intake.has_all;
    report->hours = hours_texts(&in->intake.hours, &in->step->arena, &report->hour_count);
    if (in->window == NULL)
        return;
    report->partitions = arena_calloc(&in->step->arena, 1, sizeof *report->partitions);
    report->partitions[report->partition_count++] = in->window->label;
}

/* The rows are safe: a source that cannot be told so now is told at the next run. */
static void acknowledge(struct ingestion *in, const char *checkpoint)
{
    struct err err;

    if (intake_ack(&in->intake, checkpoint, &err) < 0)
        buf_printf(&in->report.warnings, "the source was not told what it may forget: %s\n",
                   err.message);
}

static int publish_and_commit(struct ingestion *in, struct err *err)
{
    struct report *report = &in->step->report;
    struct state written;
    int64_t rows;

    if (publish(in, &rows, err) < 0 || intake_settle(&in->intake, true, err) < 0)
        return -1;
    fault_point("source.state.before");
    if (put_state(in, rows, &written, err) < 0)
        return -1;
    fault_point("source.state.after");
    if (session_commit(&in->use.session, err) < 0)
        return state_explain(&in->use.session, &in->before, err);
    report->outcome = "published";
    report->rows = rows;
    report->table_rows = written.row_count;
    report->version = written.version;
    report->fingerprint = arena_strdup(&in->step->arena, in->origin);
    report_partitions(in);
    acknowledge(in, written.checkpoint);
    return 0;
}

/* Nothing new: what is published stays as it is, the position too. */
static int leave_fresh(struct ingestion *in)
{
    session_rollback(&in->use.session);
    in->step->report.outcome = "fresh";
    in->step->report.confirms = in->intake.has_all;
    in->step->report.table_rows = in->before.row_count;
    in->step->report.version = in->before.version;
    acknowledge(in, in->before.checkpoint);
    return 0;
}

static int ingest(struct ingestion *in, struct err *err)
{
    bool is_blocked;

    if (open_all(in, err) < 0 || session_begin(&in->use.session, true, err) < 0 ||
        fill_stage(in, err) < 0)
        return -1;
    if (!in->intake.has_news && !publishes_anyway(in))
        return leave_fresh(in);
    if (run_audit(in, &is_blocked, err) < 0)
        return -1;
    return is_blocked ? reject(in, err) : publish_and_commit(in, err);
}

/* What a person should know of a load that went well. */
static void note(struct ingestion *in)
{
    struct buf *lines = &in->report.warnings;
    const struct quarantine *quarantine = &in->intake.quarantine;
    long long passed_over = (long long)quarantine->count;
    long long with_errors = (long long)in->intake.rows_with_errors;

    if (in->intake.notes.size > 0)
        buf_append_str(lines, in->intake.notes.data);
    if (passed_over > 0)
        buf_printf(lines, "%lld %s not be read: see %s\n", passed_over,
                   passed_over == 1 ? "line could" : "lines could",
                   relation_sql(&in->step->arena, in->use.session.dialect, &quarantine->table));
    if (with_errors > 0)
        buf_printf(lines, "%lld %s errors: see %s\n", with_errors,
                   with_errors == 1 ? "row has" : "rows have",
                   metadata_errors(in->step->order->airbyte_names));
    in->step->report.note = publish_report_lines(&in->report, &in->step->arena);
}

/* Why a plan has it read. */
static void explain(const struct ingestion *in)
{
    struct report *report = &in->step->report;
    bool is_first = in->before.version == 0, is_full = in->step->order->full_refresh;

    report->cause = is_first             ? "first"
                    : is_full            ? "full_refresh"
                    : in->is_gone        ? "gone"
                    : in->window != NULL ? "partition"
                                         : "source";
    report->note =
        is_first       ? "first load"
        : is_full      ? "full refresh"
        : in->is_gone  ? "the relation is gone"
        : in->replaces ? "a source is always asked: it is read whole"
        : in->window == NULL
            ? "a source is always asked: for what is new"
            : arena_printf(&in->step->arena, "partition %s was asked for", in->window->label);
}

static int look(struct ingestion *in, struct err *err)
{
    struct step *step = in->step;
    struct report *report = &step->report;
    int is_there = fill_spec(in, err) < 0 ? -1 : warehouse_look(step, &in->use, err);

    if (is_there < 0)
        return step_is_unreachable(step, err);
    if (is_there &&
        (state_read(&in->use.session, step->order->asset, &step->arena, &in->before, err) < 0 ||
         relation_describe(&in->use.session, &in->spec.relation, &step->arena, &in->target, err) <
             0))
        return -1;
    if (decide(in, err) < 0)
        return -1;
    report->outcome = "stale";
    report->is_conditional = !publishes_anyway(in);
    report->restarts = in->replaces;
    report->action = in->replaces ? "replace" : "read";
    explain(in);
    return 0;
}

int run_source(struct step *step, struct err *err)
{
    struct ingestion *in = arena_alloc(&step->arena, sizeof *in);

    in->step = step;
    publish_report_init(&in->report);
    int result = step->order->looks ? look(in, err) : ingest(in, err);
    if (result == 0 && !step->order->looks)
        note(in);
    if (result < 0)
        warehouse_forget_places(&in->use);
    intake_close(&in->intake);
    warehouse_close(step, &in->use);
    publish_report_release(&in->report);
    return result;
}

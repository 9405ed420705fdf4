#include "model/materialize.h"

#include "model/decide.h"
#include "model/template_context.h"

#include <inttypes.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------- audit */

/* 1 if it may be published, 0 if a blocking check failed. */
static int audit_attempt(struct model_attempt *attempt, struct audit_totals *totals,
                         struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct model_result *result = attempt->result;
    struct audit audit = {
        .asset = spec->asset,
        .file = spec->checks_file,
        .rows = attempt->audit_rows,
        .whole = attempt->audit_whole,
        .is_view = spec->materialization->is_view,
        .columns = &attempt->columns,
        .checks = spec->checks,
        .check_count = spec->check_count,
        .refs = spec->refs,
        .ref_count = spec->ref_count,
        .position_column = spec->position_column,
        .after = attempt->is_incremental ? attempt->before.position : NULL,
    };

    memset(totals, 0, sizeof *totals);
    totals->row_count = -1;
    /* A view's rows are counted only if somebody asked for a check: it may be a costly one. */
    if (spec->materialization->is_view && spec->check_count == 0)
        return 1;
    result->check_count = spec->check_count;
    result->checks = arena_calloc(attempt->arena, spec->check_count, sizeof *result->checks);
    if (audit_run(attempt->session, &audit, attempt->arena, result->checks, totals, err) < 0)
        return -1;
    if (totals->not_after > 0)
        return err_set(err, ERR_DATA,
                       "%" PRId64 " new rows have no \"%s\" after %s, which has been published: "
                       "who reads new rows would miss them",
                       totals->not_after, spec->position_column,
                       audit.after != NULL ? audit.after : "anything");
    return !audit_is_blocking(result->checks, result->check_count);
}

/* -------------------------------------------------------------------------------------- publish */

static int64_t rows_after(const struct model_attempt *attempt, const struct audit_totals *totals)
{
    if (!attempt->result->was_incremental)
        return totals->row_count;
    if (attempt->before.row_count < 0)
        return -1;
    return attempt->before.row_count + attempt->result->rows - attempt->result->rows_deleted;
}

bool model_restarts(const struct model_spec *spec)
{
    return spec->position_column != NULL || spec->materialization->can_be_incremental;
}

static int publish_attempt(struct model_attempt *attempt, const char *print,
                           const struct audit_totals *totals, struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct model_result *result = attempt->result;
    struct state next = {.fingerprint = print, .run_id = spec->run_id};

    result->rows = totals->row_count;
    if (spec->materialization->publish(attempt, err) < 0)
        return -1;
    if (!result->was_incremental && model_restarts(spec))
        next.epoch = state_new_epoch(attempt->arena);
    next.position = totals->greatest_position;
    if (next.position == NULL && result->was_incremental)
        next.position = attempt->before.position;
    next.checkpoint = model_checkpoint(attempt);
    next.row_count = rows_after(attempt, totals);
    if (state_put(attempt->session, &attempt->before, &next, attempt->arena, &result->state, err) <
            0 ||
        session_commit(attempt->session, err) < 0)
        return -1;
    result->outcome = MODEL_PUBLISHED;
    return 0;
}

/* The old relation stands; what was refused is kept, but for a view, which keeps nothing. */
static int reject_attempt(struct model_attempt *attempt, struct err *err)
{
    const struct model_spec *spec = attempt->spec;

    attempt->result->state = attempt->before;
    attempt->result->outcome = MODEL_REJECTED;
    if (spec->materialization->is_view) {
        session_rollback(attempt->session);
        return 0;
    }
    if (publish_reject(attempt->session, &spec->relation, &attempt->hidden, err) < 0)
        return -1;
    return session_commit(attempt->session, err);
}

/* ------------------------------------------------------------------------------------------ run */

/* What it will read must not be exchanged for something that its snapshot does not see. */
static int lock_inputs(const struct model_attempt *attempt, const bool *is_there, struct err *err)
{
    const struct aorta_dialect *dialect = attempt->session->dialect;
    struct buf sql;
    int result = 0;

    if (dialect->read_lock == NULL)
        return 0;
    buf_init(&sql);
    for (size_t i = 0; result == 0 && i < attempt->spec->ref_count; i++) {
        if (!is_there[i])
            continue;
        buf_reset(&sql);
        relation_pattern(&sql, dialect->read_lock,
                         relation_sql(attempt->arena, dialect, &attempt->spec->refs[i].relation),
                         NULL, NULL);
        result = session_exec(attempt->session, sql.data, err);
    }
    buf_release(&sql);
    return result;
}

/* Which inputs there are to be locked; asked before the transaction, whose snapshot begins with
 * its first query and must begin after the locks. */
static int find_inputs(const struct model_attempt *attempt, bool *is_there, struct err *err)
{
    struct relation_columns columns;

    if (attempt->session->dialect->read_lock == NULL)
        return 0;
    for (size_t i = 0; i < attempt->spec->ref_count; i++) {
        if (relation_describe(attempt->session, &attempt->spec->refs[i].relation, attempt->arena,
                              &columns, err) < 0)
            return -1;
        is_there[i] = columns.is_there;
    }
    return 0;
}

/* The write transaction, from lock to commit. */
static int build(struct model_attempt *attempt, const bool *is_there, struct err *err)
{
    const struct model_spec *spec = attempt->spec;
    struct audit_totals totals;
    const char *print;

    if (session_begin(attempt->session, true, err) < 0 || lock_inputs(attempt, is_there, err) < 0 ||
        state_claim(attempt->session, spec->asset, err) < 0)
        return -1;
    int stale = decide_attempt(attempt, &attempt->before, &print, err);
    if (stale <= 0)
        return stale; /* fresh, or somebody was faster */
    if ((spec->sql != NULL && model_render(attempt, err) < 0) ||
        spec->materialization->write(attempt, err) < 0)
        return -1;
    int passed = audit_attempt(attempt, &totals, err);
    if (passed < 0)
        return -1;
    return passed == 0 ? reject_attempt(attempt, err)
                       : publish_attempt(attempt, print, &totals, err);
}

/* A write transaction that keeps nobody waiting, and locks no row, is begun at once: what decides is
 * its own snapshot. Elsewhere one is begun only for what has to be built. */
static bool begin_is_free(const struct session *session)
{
    return session->dialect->concurrent_writers && session->dialect->row_lock[0] == '\0';
}

int model_run(struct session *session, const struct model_spec *spec, struct arena *arena,
              struct model_result *result, struct err *err)
{
    struct model_attempt attempt = {
        .session = session, .spec = spec, .arena = arena, .result = result};
    bool *is_there = arena_calloc(arena, spec->ref_count, sizeof *is_there);
    const char *print;
    int stale, done = -1;

    memset(result, 0, sizeof *result);
    publish_report_init(&attempt.report);
    stale = begin_is_free(session) ? 1 : decide_attempt(&attempt, &attempt.before, &print, err);
    if (stale == 0)
        done = 0;
    if (stale <= 0)
        goto out;
    if (find_inputs(&attempt, is_there, err) < 0)
        goto out;
    done = build(&attempt, is_there, err);
    session_rollback(session);
    if (done < 0 && attempt.before.asset != NULL)
        state_explain(session, &attempt.before, err);
out:
    result->warnings = publish_report_lines(&attempt.report, arena);
    publish_report_release(&attempt.report);
    return done < 0 ? err_wrap(err, "asset %s", spec->asset) : 0;
}

#include "model/publish.h"

#include "model/session.h"
#include "model/swap.h"

#include <string.h>
#include <strings.h>

void publish_report_init(struct publish_report *report)
{
    memset(report, 0, sizeof *report);
    buf_init(&report->warnings);
}

void publish_report_release(struct publish_report *report)
{
    buf_release(&report->warnings);
}

const char *publish_report_lines(const struct publish_report *report, struct arena *arena)
{
    const struct buf *warnings = &report->warnings;

    return warnings->size == 0 ? NULL : arena_strndup(arena, warnings->data, warnings->size - 1);
}

/* The columns of both: those that are known, the others as the database says. */
static int describe_pair(struct swap *swap, const struct publish_pair *pair, struct err *err)
{
    if (pair->target_columns == NULL || pair->hidden_columns == NULL)
        return swap_describe(swap, err);
    swap->old = *pair->target_columns;
    swap->new = *pair->hidden_columns;
    return 0;
}

int publish_pair(struct session *session, const struct publish_pair *pair,
                 struct publish_report *report, struct err *err)
{
    struct swap swap;
    int result = -1;

    swap_init(&swap, session, pair->target, pair->hidden, report);
    swap.view_select = pair->select;
    if (describe_pair(&swap, pair, err) < 0 ||
        swap_find_carried(&swap, swap.hidden.name, err) < 0 ||
        (pair->select != NULL &&
         session_execf(session, err, "DROP VIEW %s", swap.hidden_sql) < 0) ||
        swap_run(&swap, err) < 0)
        goto out;
    if (!relation_columns_equal(&swap.old, &swap.new) && swap_remake_views(&swap, err) < 0)
        goto out;
    result = 0;
out:
    swap_release(&swap);
    return result < 0 ? err_wrap(err, "publish %s", pair->target->name) : 0;
}

int publish_replace(struct session *session, const struct relation *target,
                    const struct relation *hidden, struct publish_report *report, struct err *err)
{
    const struct publish_pair pair = {.target = target, .hidden = hidden};

    return publish_pair(session, &pair, report, err);
}

int publish_view(struct session *session, const struct relation *target,
                 const struct relation *candidate, const char *select,
                 struct publish_report *report, struct err *err)
{
    const struct publish_pair pair = {.target = target, .hidden = candidate, .select = select};

    return publish_pair(session, &pair, report, err);
}

/* ------------------------------------------------------------------------------------ increment */

static int add_column(struct swap *swap, int32_t column, struct err *err)
{
    struct buf name;

    buf_init(&name);
    relation_quote_name(&name, swap->new.fields[column].name);
    int result = session_execf(swap->session, err, "ALTER TABLE %s ADD COLUMN %s %s",
                               swap->target_sql, name.data, swap->new.type_names[column]);
    buf_release(&name);
    return result;
}

/* Brings the target's columns up to the stage's. Appends to `list` those that both have. */
static int match_columns(struct swap *swap, enum publish_columns policy, const char *except,
                         struct buf *list, struct err *err)
{
    bool added = false;

    for (int32_t i = 0; i < swap->new.count; i++) {
        const char *name = swap->new.fields[i].name;
        if (except != NULL && strcasecmp(name, except) == 0)
            continue;
        if (relation_column_find(&swap->old, name) < 0) {
            if (policy == PUBLISH_COLUMNS_IGNORE)
                continue;
            if (policy == PUBLISH_COLUMNS_FREEZE)
                return err_set(err, ERR_CONFIG,
                               "column \"%s\" is new, and %s has not got it: run once with "
                               "--full-refresh, or allow new columns",
                               name, swap->target.name);
            if (add_column(swap, i, err) < 0)
                return -1;
            added = true;
        }
        if (list->size > 0)
            buf_append_str(list, ", ");
        relation_quote_name(list, name);
    }
    return added && (swap_find_carried(swap, "", err) < 0 || swap_remake_views(swap, err) < 0) ? -1
                                                                                               : 0;
}

static int insert_staged(struct swap *swap, enum publish_columns policy, const char *marker,
                         int64_t *rows, struct err *err)
{
    struct buf columns, sql;
    int result = -1;

    buf_init(&columns);
    buf_init(&sql);
    if (match_columns(swap, policy, marker, &columns, err) < 0)
        goto out;
    buf_printf(&sql, "INSERT INTO %s (%s) SELECT %s FROM %s", swap->target_sql, columns.data,
               columns.data, swap->hidden_sql);
    if (marker != NULL) {
        buf_append_str(&sql, " WHERE ");
        relation_quote_name(&sql, marker);
        buf_append_str(&sql, " IS NOT TRUE");
    }
    if (session_run(swap->session, sql.data, NULL, 0, rows, err) < 0 ||
        session_execf(swap->session, err, "DROP TABLE %s", swap->hidden_sql) < 0)
        goto out;
    result = 0;
out:
    buf_release(&sql);
    buf_release(&columns);
    return result;
}

static int increment_begin(struct swap *swap, struct session *session,
                           const struct relation *target, const struct relation *stage,
                           struct publish_report *report, struct err *err)
{
    swap_init(swap, session, target, stage, report);
    if (swap_describe(swap, err) < 0)
        return -1;
    if (!swap->old.is_there || swap->old.is_view)
        return err_set(err, ERR_CONFIG, "there is no table to add rows to");
    return 0;
}

int publish_append(struct session *session, const struct relation *target,
                   const struct relation *stage, enum publish_columns columns, const char *except,
                   int64_t *rows, struct publish_report *report, struct err *err)
{
    struct swap swap;
    int result = -1;

    if (increment_begin(&swap, session, target, stage, report, err) == 0 &&
        insert_staged(&swap, columns, except, rows, err) == 0)
        result = 0;
    swap_release(&swap);
    return result < 0 ? err_wrap(err, "publish %s", target->name) : 0;
}

/* Rows, not a join: `(a, b) IN (SELECT a, b …)` is the one form that all databases take. A key with
 * a null in it matches nothing; the audit refuses such rows. */
static int delete_staged_keys(struct swap *swap, const struct publish_keys *keys, int64_t *deleted,
                              struct err *err)
{
    struct buf list, sql;

    buf_init(&list);
    buf_init(&sql);
    for (size_t i = 0; i < keys->count; i++) {
        if (i > 0)
            buf_append_str(&list, ", ");
        relation_quote_name(&list, keys->names[i]);
    }
    buf_printf(&sql, "DELETE FROM %s WHERE (%s) IN (SELECT %s FROM %s)", swap->target_sql,
               list.data, list.data, swap->hidden_sql);
    int result = session_run(swap->session, sql.data, NULL, 0, deleted, err);
    buf_release(&sql);
    buf_release(&list);
    return result;
}

int publish_delete_insert(struct session *session, const struct relation *target,
                          const struct relation *stage, const struct publish_keys *keys,
                          enum publish_columns columns, int64_t *rows, int64_t *deleted,
                          struct publish_report *report, struct err *err)
{
    struct swap swap;
    int result = -1;

    if (increment_begin(&swap, session, target, stage, report, err) == 0 &&
        delete_staged_keys(&swap, keys, deleted, err) == 0 &&
        insert_staged(&swap, columns, keys->delete_marker, rows, err) == 0)
        result = 0;
    swap_release(&swap);
    return result < 0 ? err_wrap(err, "publish %s", target->name) : 0;
}

int publish_replace_rows(struct session *session, struct publish_window *window,
                         struct publish_report *report, struct err *err)
{
    struct swap swap;
    struct buf sql;
    int result = -1;

    buf_init(&sql);
    if (increment_begin(&swap, session, window->target, window->stage, report, err) == 0) {
        buf_printf(&sql, "DELETE FROM %s WHERE %s", swap.target_sql, window->condition);
        if (session_run(session, sql.data, NULL, 0, &window->deleted, err) == 0 &&
            insert_staged(&swap, window->columns, NULL, &window->rows, err) == 0)
            result = 0;
    }
    swap_release(&swap);
    buf_release(&sql);
    return result < 0 ? err_wrap(err, "publish %s", window->target->name) : 0;
}

/* ---------------------------------------------------------------------------------------- other */

int publish_drop(struct session *session, const struct relation *relation, struct err *err)
{
    struct relation_columns columns;
    struct arena arena;
    int result = 0;

    arena_init(&arena);
    if (relation_describe(session, relation, &arena, &columns, err) < 0)
        result = -1;
    else if (columns.is_there)
        result = session_execf(session, err, "DROP %s %s", columns.is_view ? "VIEW" : "TABLE",
                               relation_sql(&arena, session->dialect, relation));
    arena_release(&arena);
    return result;
}

int publish_reject(struct session *session, const struct relation *target,
                   const struct relation *hidden, struct err *err)
{
    struct arena arena;
    struct buf name;
    int result = -1;

    arena_init(&arena);
    buf_init(&name);
    struct relation rejected = relation_hidden(&arena, session->dialect, target, RELATION_REJECTED);
    relation_quote_name(&name, rejected.name);
    if (publish_drop(session, &rejected, err) == 0 &&
        session_execf(session, err, "ALTER TABLE %s RENAME TO %s",
                      relation_sql(&arena, session->dialect, hidden), name.data) == 0)
        result = 0;
    buf_release(&name);
    arena_release(&arena);
    return result < 0 ? err_wrap(err, "keep the refused rows of %s", target->name) : 0;
}

/* "IF NOT EXISTS" is looked at before the lock: of two at once, one may fail and then find it. */
int publish_ensure_schema(struct session *session, const struct relation *relation, struct err *err)
{
    struct relation physical;
    struct arena arena;
    struct buf name;
    int result = 0;

    arena_init(&arena);
    buf_init(&name);
    physical = relation_physical(&arena, session->dialect, relation);
    if (physical.schema[0] != '\0') {
        struct err ignored;
        relation_quote_name(&name, physical.schema);
        if (session_execf(session, &ignored, "CREATE SCHEMA IF NOT EXISTS %s", name.data) < 0)
            result = session_execf(session, err, "CREATE SCHEMA IF NOT EXISTS %s", name.data);
    }
    buf_release(&name);
    arena_release(&arena);
    return result;
}

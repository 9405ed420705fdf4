#include "model/publish.h"

#include "base/fault.h"
#include "model/cell.h"
#include "model/session.h"

#include <string.h>
#include <strings.h>
#include <time.h>

/* What one publication works with. */
struct swap {
    struct session *session;
    struct arena arena;
    struct relation target; /* physical, as all here */
    struct relation hidden; /* name NULL: an increment */
    const char *target_sql;
    const char *hidden_sql;  /* of the hidden table or view, or the stage */
    const char *view_select; /* NULL: the new one is a table */
    struct relation_columns old;
    struct relation_columns new; /* of the hidden one */
    struct carried *carried, **last_carried;
    struct publish_report *report;
};

/* A row of the dialect's `carry` query. */
struct carried {
    const char *phase;
    const char *statement;
    struct carried *next;
};

/* How often the old relation's lock is tried for, and the pause before the next try. */
enum { SWAP_TRIES = 4, SWAP_PAUSE_MS = 200 };

void publish_report_init(struct publish_report *report)
{
    memset(report, 0, sizeof *report);
    buf_init(&report->warnings);
}

void publish_report_release(struct publish_report *report)
{
    buf_release(&report->warnings);
}

static void swap_init(struct swap *swap, struct session *session, const struct relation *target,
                      struct publish_report *report)
{
    memset(swap, 0, sizeof *swap);
    arena_init(&swap->arena);
    swap->session = session;
    swap->report = report;
    swap->target = relation_physical(&swap->arena, session->dialect, target);
    swap->target_sql = relation_sql(&swap->arena, session->dialect, target);
    swap->last_carried = &swap->carried;
}

static void swap_release(struct swap *swap)
{
    arena_release(&swap->arena);
}

/* ---------------------------------------------------------------------------------------- carry */

static const char *cell_copy(const struct aorta_batch *batch, int64_t row, int32_t column,
                             struct arena *arena)
{
    struct buf text;

    buf_init(&text);
    cell_text(batch, row, column, &text);
    const char *copy = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static int keep_carried(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct swap *swap = arg;
    struct carried *one = arena_alloc(&swap->arena, sizeof *one);

    (void)err;
    one->phase = cell_copy(batch, row, 0, &swap->arena);
    one->statement = cell_copy(batch, row, 1, &swap->arena);
    *swap->last_carried = one;
    swap->last_carried = &one->next;
    return 0;
}

/* Asks the database what hangs on the target. Before anything is dropped. */
static int find_carried(struct swap *swap, struct err *err)
{
    struct aorta_value params[] = {
        session_text(swap->target.schema),
        session_text(swap->target.name),
        session_text(swap->hidden.name != NULL ? swap->hidden.name : ""),
    };
    const char *sql = swap->session->dialect->carry;

    if (sql == NULL || !swap->old.is_there)
        return 0;
    return session_query(swap->session, sql, params, 3, keep_carried, swap, err);
}

static int run_carried(struct swap *swap, const char *phase, struct err *err)
{
    for (struct carried *one = swap->carried; one != NULL; one = one->next)
        if (strcmp(one->phase, phase) == 0 &&
            session_exec(swap->session, one->statement, err) < 0)
            return err_wrap(err, "carry over to the new %s: %.120s", swap->target.name,
                            one->statement);
    return 0;
}

/* Views that bind by name are not part of what is published: one that cannot be made again (it
 * uses a column that is gone) is reported and left to whoever owns it. */
static int remake_views(struct swap *swap, struct err *err)
{
    for (struct carried *one = swap->carried; one != NULL; one = one->next) {
        struct err why;
        if (strcmp(one->phase, "view") != 0)
            continue;
        if (session_exec(swap->session, one->statement, &why) == 0)
            continue;
        if (why.code == ERR_CANCELED || why.code == ERR_TRANSIENT) {
            *err = why;
            return -1;
        }
        buf_printf(&swap->report->warnings, "a view on %s cannot be made again: %.120s: %s\n",
                   swap->target.name, one->statement, why.message);
    }
    return 0;
}

/* The things that cannot be carried, as one line; NULL if there are none. */
static const char *blockers(struct swap *swap)
{
    const char *list = NULL;

    for (struct carried *one = swap->carried; one != NULL; one = one->next)
        if (strcmp(one->phase, "block") == 0)
            list = list == NULL ? one->statement
                                : arena_printf(&swap->arena, "%s, %s", list, one->statement);
    return list;
}

/* ----------------------------------------------------------------------------------------- swap */

static int drop_old(struct swap *swap, struct err *err)
{
    if (!swap->old.is_there)
        return 0;
    return session_execf(swap->session, err, "DROP %s %s", swap->old.is_view ? "VIEW" : "TABLE",
                         swap->target_sql);
}

static int make_new(struct swap *swap, struct err *err)
{
    struct buf name;

    if (swap->view_select != NULL)
        return session_execf(swap->session, err, "CREATE VIEW %s AS %s", swap->target_sql,
                             swap->view_select);
    buf_init(&name);
    relation_quote_name(&name, swap->target.name);
    int result = session_execf(swap->session, err, "ALTER TABLE %s RENAME TO %s", swap->hidden_sql,
                               name.data);
    buf_release(&name);
    return result;
}

static int swap_once(struct swap *swap, struct err *err)
{
    fault_point("model.swap.before");
    if (run_carried(swap, "before", err) < 0 || drop_old(swap, err) < 0 ||
        make_new(swap, err) < 0 || run_carried(swap, "after", err) < 0)
        return -1;
    fault_point("model.swap.after");
    return 0;
}

static void pause_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

/* Where readers hold the old relation, whoever waits for it makes all later readers wait. So the
 * wait is short, and given up and tried again: between two tries the readers pass. */
static int swap_between_readers(struct swap *swap, struct err *err)
{
    for (int try = 1;; try++) {
        struct err ignored;
        if (session_exec(swap->session, "SAVEPOINT aorta_swap", err) < 0)
            return -1;
        if (session_exec(swap->session, swap->session->dialect->lock_wait, err) == 0 &&
            swap_once(swap, err) == 0)
            return session_exec(swap->session, "RELEASE SAVEPOINT aorta_swap", err);
        if (err->code != ERR_TRANSIENT ||
            session_exec(swap->session, "ROLLBACK TO SAVEPOINT aorta_swap", &ignored) < 0 ||
            try == SWAP_TRIES)
            return -1;
        pause_ms((int64_t)SWAP_PAUSE_MS * try);
    }
}

/* The other way to publish a table: its rows are exchanged, it stays itself. Readers are not
 * waited for, and whatever hangs on the table stays. Slower, and it leaves dead rows behind. */
static int replace_rows(struct swap *swap, const char *why, struct err *err)
{
    struct session *session = swap->session;
    struct buf columns;
    int result = -1;

    buf_init(&columns);
    relation_column_list(&columns, &swap->old, "", NULL);
    if (session_execf(session, err, "DELETE FROM %s", swap->target_sql) == 0 &&
        session_execf(session, err, "INSERT INTO %s (%s) SELECT %s FROM %s", swap->target_sql,
                      columns.data, columns.data, swap->hidden_sql) == 0 &&
        session_execf(session, err, "DROP TABLE %s", swap->hidden_sql) == 0)
        result = 0;
    buf_release(&columns);
    if (result < 0)
        return -1;
    swap->report->rows_replaced = true;
    buf_printf(&swap->report->warnings, "the rows of %s were replaced, not the table: %s\n",
               swap->target.name, why);
    return 0;
}

static bool can_replace_rows(const struct swap *swap)
{
    return swap->view_select == NULL && swap->old.is_there && !swap->old.is_view &&
           relation_columns_equal(&swap->old, &swap->new);
}

static int swap_run(struct swap *swap, struct err *err)
{
    const char *blocked = blockers(swap);

    if (blocked != NULL && can_replace_rows(swap))
        return replace_rows(swap, blocked, err);
    if (blocked != NULL)
        return err_set(err, ERR_CONFIG,
                       "%s cannot be replaced by one with other columns, since this depends on "
                       "it: %s", swap->target.name, blocked);
    if (run_carried(swap, "build", err) < 0)
        return -1;
    if (swap->session->dialect->lock_wait == NULL || !swap->old.is_there)
        return swap_once(swap, err);
    if (swap_between_readers(swap, err) == 0)
        return 0;
    if (err->code != ERR_TRANSIENT || !can_replace_rows(swap))
        return -1;
    return replace_rows(swap, "somebody has been reading it all the time", err);
}

static int describe_target(struct swap *swap, struct err *err)
{
    return relation_describe(swap->session, &swap->target, &swap->arena, &swap->old, err);
}

int publish_replace(struct session *session, const struct relation *target,
                    const struct relation *hidden, struct publish_report *report, struct err *err)
{
    struct swap swap;
    int result = -1;

    swap_init(&swap, session, target, report);
    swap.hidden = relation_physical(&swap.arena, session->dialect, hidden);
    swap.hidden_sql = relation_sql(&swap.arena, session->dialect, hidden);
    if (describe_target(&swap, err) < 0 ||
        relation_describe(session, &swap.hidden, &swap.arena, &swap.new, err) < 0 ||
        find_carried(&swap, err) < 0 || swap_run(&swap, err) < 0)
        goto out;
    if (!relation_columns_equal(&swap.old, &swap.new) && remake_views(&swap, err) < 0)
        goto out;
    result = 0;
out:
    swap_release(&swap);
    return result < 0 ? err_wrap(err, "publish %s", target->name) : 0;
}

int publish_view(struct session *session, const struct relation *target,
                 const struct relation *candidate, const char *select,
                 struct publish_report *report, struct err *err)
{
    struct swap swap;
    int result = -1;

    swap_init(&swap, session, target, report);
    swap.view_select = select;
    swap.hidden = relation_physical(&swap.arena, session->dialect, candidate);
    swap.hidden_sql = relation_sql(&swap.arena, session->dialect, candidate);
    if (describe_target(&swap, err) < 0 ||
        relation_describe(session, candidate, &swap.arena, &swap.new, err) < 0 ||
        find_carried(&swap, err) < 0 ||
        session_execf(session, err, "DROP VIEW %s", swap.hidden_sql) < 0 ||
        swap_run(&swap, err) < 0)
        goto out;
    if (!relation_columns_equal(&swap.old, &swap.new) && remake_views(&swap, err) < 0)
        goto out;
    result = 0;
out:
    swap_release(&swap);
    return result < 0 ? err_wrap(err, "publish %s", target->name) : 0;
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
                               "--full-refresh, or allow new columns", name, swap->target.name);
            if (add_column(swap, i, err) < 0)
                return -1;
            added = true;
        }
        if (list->size > 0)
            buf_append_str(list, ", ");
        relation_quote_name(list, name);
    }
    return added && (find_carried(swap, err) < 0 || remake_views(swap, err) < 0) ? -1 : 0;
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
    swap_init(swap, session, target, report);
    swap->hidden_sql = relation_sql(&swap->arena, session->dialect, stage);
    if (describe_target(swap, err) < 0 ||
        relation_describe(session, stage, &swap->arena, &swap->new, err) < 0)
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
    struct relation rejected =
        relation_hidden(&arena, session->dialect, target, RELATION_REJECTED);
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
int publish_ensure_schema(struct session *session, const struct relation *relation,
                          struct err *err)
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

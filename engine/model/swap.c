#include "model/swap.h"

#include "base/fault.h"
#include "model/cell.h"
#include "model/session.h"
#include "model/trace.h"

#include <string.h>
#include <time.h>

/* A row of the dialect's `carry` query. */
struct carried {
    const char *phase;
    const char *statement;
    struct carried *next;
};

/* How often the old relation's lock is tried for, and the pause before the next try. */
enum { SWAP_TRIES = 4, SWAP_PAUSE_MS = 200 };

void swap_init(struct swap *swap, struct session *session, const struct relation *target,
               const struct relation *hidden, struct publish_report *report)
{
    memset(swap, 0, sizeof *swap);
    arena_init(&swap->arena);
    swap->session = session;
    swap->report = report;
    swap->target = relation_physical(&swap->arena, session->dialect, target);
    swap->target_sql = relation_sql(&swap->arena, session->dialect, target);
    swap->hidden = relation_physical(&swap->arena, session->dialect, hidden);
    swap->hidden_sql = relation_sql(&swap->arena, session->dialect, hidden);
    swap->last_carried = &swap->carried;
}

void swap_release(struct swap *swap)
{
    arena_release(&swap->arena);
}

int swap_describe(struct swap *swap, struct err *err)
{
    if (relation_describe(swap->session, &swap->target, &swap->arena, &swap->old, err) < 0)
        return -1;
    return relation_describe(swap->session, &swap->hidden, &swap->arena, &swap->new, err);
}

/* ---------------------------------------------------------------------------------------- carry */

static const char *text_of(const struct aorta_batch *batch, int64_t row, int32_t column,
                           struct arena *arena)
{
    const char *text = cell_copy(batch, row, column, arena);

    return text != NULL ? text : "";
}

static int keep_carried(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct swap *swap = arg;
    struct carried *one = arena_alloc(&swap->arena, sizeof *one);

    (void)err;
    one->phase = text_of(batch, row, 0, &swap->arena);
    one->statement = text_of(batch, row, 1, &swap->arena);
    *swap->last_carried = one;
    swap->last_carried = &one->next;
    return 0;
}

/* Whether the database may have something to carry; it is asked only where asking is dear. */
static int needs_carry(struct swap *swap, struct err *err)
{
    const struct aorta_warehouse *warehouse = swap->session->warehouse;
    struct aorta_error error;
    struct trace trace;

    if (warehouse->dialect->carry == NULL || !swap->old.is_there)
        return 0;
    if (warehouse->needs_carry == NULL || !relation_columns_equal(&swap->old, &swap->new))
        return 1;
    trace_begin(&trace);
    int needed = warehouse->needs_carry(swap->session->handle, swap->target.schema,
                                        swap->target.name, &error);
    trace_call(&trace, swap->session, "needs carry", swap->target.name);
    return needed < 0 ? session_error(swap->session, &error, err) : needed;
}

int swap_find_carried(struct swap *swap, const char *hidden_name, struct err *err)
{
    struct aorta_value params[] = {
        session_text(swap->target.schema),
        session_text(swap->target.name),
        session_text(hidden_name),
    };
    int needed = needs_carry(swap, err);

    if (needed <= 0)
        return needed;
    return session_query(swap->session, swap->session->dialect->carry, params, 3, keep_carried,
                         swap, err);
}

static int run_carried(struct swap *swap, const char *phase, struct err *err)
{
    for (struct carried *one = swap->carried; one != NULL; one = one->next)
        if (strcmp(one->phase, phase) == 0 && session_exec(swap->session, one->statement, err) < 0)
            return err_wrap(err, "carry over to the new %s: %.120s", swap->target.name,
                            one->statement);
    return 0;
}

int swap_remake_views(struct swap *swap, struct err *err)
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

int swap_run(struct swap *swap, struct err *err)
{
    const char *blocked = blockers(swap);

    if (blocked != NULL && can_replace_rows(swap))
        return replace_rows(swap, blocked, err);
    if (blocked != NULL)
        return err_set(err, ERR_CONFIG,
                       "%s cannot be replaced by one with other columns, since this depends on "
                       "it: %s",
                       swap->target.name, blocked);
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

/*
 * How SQLite carries out the checks of the pipeline: none reads a table anew for each row of
 * another. What that costs is no matter of degree: half a million readings against the calendar's
 * 73,049 days took a quarter of an hour instead of a second.
 *
 * DuckDB and PostgreSQL make a join of such a query themselves; SQLite does not.
 */
#include "healthy.h"

#include "check/vocabulary.h"
#include "model/audit_sql.h"
#include "model/cell.h"
#include "test.h"

#include <string.h>

enum { PLAN_DETAIL = 3 }; /* column of EXPLAIN QUERY PLAN (sqlite.org/eqp.html) */

/* What has been read of a plan. */
struct plan {
    struct buf text;
    bool is_correlated; /* the line before began what is done for each row */
    bool is_quadratic;
};

static int read_line(void *arg, const struct aorta_batch *batch, int64_t row, struct err *err)
{
    struct plan *plan = arg;
    size_t start = plan->text.size;

    (void)err;
    check(cell_text(batch, row, PLAN_DETAIL, &plan->text));
    const char *line = plan->text.data + start;
    plan->is_quadratic |= plan->is_correlated && strncmp(line, "SCAN ", 5) == 0;
    plan->is_correlated = strstr(line, "CORRELATED") != NULL;
    buf_append_char(&plan->text, '\n');
    return 0;
}

static bool is_quadratic(struct healthy *healthy, const char *sql, struct arena *arena)
{
    struct plan plan = {.is_quadratic = false};
    struct err err;

    buf_init(&plan.text);
    check_ok(session_query(&healthy->session, arena_printf(arena, "EXPLAIN QUERY PLAN %s", sql),
                           NULL, 0, read_line, &plan, &err));
    check(plan.text.size > 0);
    buf_release(&plan.text);
    return plan.is_quadratic;
}

static void look_at(struct healthy *healthy, const struct table *table)
{
    struct relation_columns columns;
    struct arena arena;
    struct err err;

    arena_init(&arena);
    const char *rows = relation_sql(&arena, healthy->session.dialect, &table->relation);
    check_ok(relation_describe(&healthy->session, &table->relation, &arena, &columns, &err));
    const struct audit audit = {
        .asset = table->asset,
        .rows = rows,
        .whole = rows,
        .columns = &columns,
        .checks = table->checks,
        .check_count = table->check_count,
        .refs = table->refs,
        .ref_count = table->ref_count,
    };
    for (size_t i = 0; i < table->check_count; i++) {
        struct audit_sql sql = {0};
        check_ok(audit_sql_make(&healthy->session, &audit, &audit.checks[i], &arena, &sql, &err));
        bool is_own = audit.checks[i].kind->id != CHECK_EXPRESSION; /* which the pipeline wrote */
        if (is_own && sql.count != NULL && is_quadratic(healthy, sql.count, &arena))
            test_fail(__FILE__, __LINE__, "check %s of %s reads a table for each row",
                      audit.checks[i].name, table->asset);
    }
    arena_release(&arena);
}

TEST("no check of the pipeline reads a table anew for each row of another")
{
    struct healthy healthy, copy;
    struct arena arena;

    arena_init(&arena);
    healthy_open(&healthy, CALENDAR_OF_A_YEAR);
    healthy_copy(&copy, &healthy);
    check(is_quadratic(&copy,
                       "SELECT count(*) FROM sqlite_schema AS a WHERE NOT EXISTS "
                       "(SELECT 1 FROM sqlite_schema AS b WHERE b.sql = a.name)",
                       &arena));
    for (size_t i = 0; i < copy.table_count; i++)
        look_at(&copy, &copy.tables[i]);
    healthy_close(&copy);
    healthy_close(&healthy);
    arena_release(&arena);
}

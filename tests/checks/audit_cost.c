/*
 * What the audit of each of the pipeline's tables costs, against one query a check in the same
 * session, on DuckDB and on SQLite. All together must never be slower than one after another.
 *
 * It prints a table, tab-separated: the best of AORTA_BENCH_ROUNDS rounds, 5 unless that is set.
 * Apart there is a query that counts the rows, which the audit does as well. A query of one check
 * is what a person would write for it: SELECT count(*) … WHERE the row fails.
 */
#include "healthy.h"

#include "model/audit_sql.h"
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5 };

struct cost {
    int64_t together_us, apart_us;
    int64_t statements; /* of the audit */
};

/* What the process has used, not what passed: other programs may be at work. There is one thread. */
static int64_t cpu_us(void)
{
    struct timespec now;

    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct audit audit_of(const struct table *table, struct healthy *healthy,
                             struct arena *arena, struct relation_columns *columns)
{
    const char *sql = relation_sql(arena, healthy->session.dialect, &table->relation);
    struct err err;

    check_ok(relation_describe(&healthy->session, &table->relation, arena, columns, &err));
    return (struct audit){
        .asset = table->asset,
        .rows = sql,
        .whole = sql,
        .columns = columns,
        .checks = table->checks,
        .check_count = table->check_count,
        .refs = table->refs,
        .ref_count = table->ref_count,
    };
}

static void query_each(struct healthy *healthy, const struct audit *audit, struct arena *arena)
{
    int64_t failures;
    struct err err;

    check_ok(session_query_int(&healthy->session,
                               arena_printf(arena, "SELECT count(*) FROM %s AS r", audit->rows),
                               &failures, &err));
    for (size_t i = 0; i < audit->check_count; i++) {
        struct audit_sql sql = {0};
        check_ok(audit_sql_make(&healthy->session, audit, &audit->checks[i], arena, &sql, &err));
        const char *query =
            sql.fails != NULL ? arena_printf(arena, "SELECT count(*) FROM %s AS new_rows WHERE %s",
                                             audit->rows, sql.fails)
                              : sql.count;
        if (query != NULL)
            check_ok(session_query_int(&healthy->session, query, &failures, &err));
    }
}

static int64_t least(int64_t before, int64_t now)
{
    return before == 0 || now < before ? now : before;
}

static struct cost measure(struct healthy *healthy, const struct table *table, int rounds)
{
    struct cost cost = {0};
    struct audit_totals totals;
    struct relation_columns columns;
    struct arena arena;
    struct err err;

    arena_init(&arena);
    for (int round = 0; round < rounds; round++) {
        arena_reset(&arena);
        const struct audit audit = audit_of(table, healthy, &arena, &columns);
        struct check_result *results = arena_calloc(&arena, table->check_count, sizeof *results);
        int64_t statements = healthy->session.statement_count, begin = cpu_us();
        check_ok(audit_run(&healthy->session, &audit, &arena, results, &totals, &err));
        int64_t middle = cpu_us();
        cost.statements = healthy->session.statement_count - statements;
        query_each(healthy, &audit, &arena);
        int64_t end = cpu_us();
        cost.together_us = least(cost.together_us, middle - begin);
        cost.apart_us = least(cost.apart_us, end - middle);
    }
    arena_release(&arena);
    return cost;
}

static void print_costs(struct healthy *healthy, int rounds)
{
    for (size_t i = 0; i < healthy->table_count; i++) {
        const struct table *table = &healthy->tables[i];
        struct cost cost = measure(healthy, table, rounds);
        printf("%s\t%s\t%zu\t%" PRId64 "\t%.2f\t%.2f\t%.2f\n", healthy->session.dialect->name,
               table->asset, table->check_count, cost.statements, (double)cost.together_us / 1000,
               (double)cost.apart_us / 1000, (double)cost.apart_us / (double)cost.together_us);
    }
}

TEST("what the audit of each table costs, together and apart")
{
    const char *asked = getenv("AORTA_BENCH_ROUNDS");
    int rounds = asked != NULL ? atoi(asked) : ROUNDS;
    struct healthy healthy, copy;

    printf("database\tasset\tchecks\tstatements\ttogether ms\tapart ms\ttimes\n");
    healthy_open(&healthy, CALENDAR_WHOLE);
    print_costs(&healthy, rounds);
    healthy_copy(&copy, &healthy);
    print_costs(&copy, rounds);
    healthy_close(&copy);
    healthy_close(&healthy);
}

/*
 * Which partitions an order makes; and no order where that is not known.
 */
#include "config_fixture.h"
#include "test.h"

#include "run/window.h"

#include <string.h>

static const char days[] =
    "materialized = \"incremental\"\nstrategy = \"partition\"\n"
    "partitions = { by = \"day\", start = \"2024-04-01\", column = \"seen\" }\n";

static struct plan *plan_of(const char *const *partitions, size_t count)
{
    const struct request request = {.verb = "run",
                                    .folder = config_fixture_folder(),
                                    .partitions = (const char **)(uintptr_t)partitions,
                                    .partition_count = count};

    config_fixture_model("marts", "days", "select {{ partition.start }} as seen");
    config_fixture_write("assets/marts/days.toml", days);
    struct plan *plan = config_fixture_plan_of(&request);
    if (plan->problems.count > 0)
        test_fail(__FILE__, __LINE__, "%s", plan->problems.items[0].message);
    return plan;
}

static int fill(struct plan *plan, struct order *order, struct err *err)
{
    *order = (struct order){0};
    return window_fill(order, plan, graph_find(plan->graph, "days"), &plan->arena, err);
}

TEST("an order makes what was asked for, as one window")
{
    static const char *const asked[] = {"2024-04-02..2024-04-03", "2024-04-04"};
    struct plan *plan = plan_of(asked, 2);
    struct order order;
    struct err err;

    check_int(fill(plan, &order, &err), 0);
    check_int(order.windows_count, 1);
    check_str(order.windows[0].label, "2024-04-02..2024-04-04");
    check_str(order.windows[0].start, "2024-04-02");
    check_str(order.windows[0].end, "2024-04-05");
    plan_free(plan);
}

TEST("what was not asked for is the last that is over, or all")
{
    struct plan *plan = plan_of(NULL, 0);
    struct order order;
    struct err err;

    check_int(fill(plan, &order, &err), 0);
    check_int(order.windows_count, 2);
    check(order.windows[0].is_one);
    check_str(order.windows[1].first, "2024-04-01");
    check_str(order.windows[1].last, order.windows[0].last);
    plan_free(plan);
}

TEST("what cannot be read any more is no order for the whole")
{
    static const char *const asked[] = {"2024-04-02"};
    struct plan *plan = plan_of(asked, 1);
    struct order order;
    struct err err;

    plan->partitions[0] = "2024-13-02";
    check_int(fill(plan, &order, &err), -1);
    check_int(err.code, ERR_CONFIG);
    check_contains(err.message, "2024-13-02");
    plan_free(plan);
}

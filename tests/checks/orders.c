#include "orders.h"

#include "base/file.h"
#include "run/order.h"
#include "run/plan.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void link_files(const char *folder)
{
    static const char *const names[] = {"pipeline.toml", "assets"};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    check_ok(file_make_folders(arena_printf(&arena, "%s/.aorta", folder), &err));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check(symlink(arena_printf(&arena, "%s/%s", AORTA_TEST_PIPELINE, names[i]),
                      arena_printf(&arena, "%s/%s", folder, names[i])) == 0);
    arena_release(&arena);
}

/* The text with the one place of `old` replaced. */
static const char *replace(struct arena *arena, const char *text, const char *old, const char *with)
{
    const char *at = strstr(text, old);

    if (at == NULL || strstr(at + 1, old) != NULL)
        test_fail(__FILE__, __LINE__, "not once in dim_dates: %s", old);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, with, at + strlen(old));
}

static void shrink_calendar(struct order *order, struct arena *arena)
{
    order->body = replace(arena, order->body, "'1900-01-01'", "'2024-01-01'");
    order->body = replace(arena, order->body, "'2100-01-01'", "'2025-01-01'");
    order->checks = replace(arena, order->checks, "73049", "366");
    order->checks = replace(arena, order->checks, "1900-01-01", "2024-01-01");
    order->checks = replace(arena, order->checks, "2099-12-31", "2024-12-31");
}

/* The tables are small: a second thread would only be waited for. */
static void use_one_thread(struct order_connection *warehouse, struct arena *arena)
{
    size_t count = warehouse->option_count;
    struct order_option *options = arena_calloc(arena, count + 1, sizeof *options);

    memcpy(options, warehouse->options, count * sizeof *options);
    options[count] = (struct order_option){"threads", "1"};
    warehouse->options = options;
    warehouse->option_count = count + 1;
}

static void fill_order(struct orders *orders, const struct asset *asset, enum calendar calendar)
{
    struct plan *plan = orders->plan;
    struct order *order = &orders->items[orders->count++];

    order_fill(order, plan->graph, asset, NULL, 0, &plan->arena);
    use_one_thread(&order->connections[order->into.connection], &plan->arena);
    if (calendar == CALENDAR_OF_A_YEAR && strcmp(asset->name, "dim_dates") == 0)
        shrink_calendar(order, &plan->arena);
}

void orders_open(struct orders *orders, const char *folder, enum calendar calendar)
{
    const struct request request = {.folder = folder};

    link_files(folder);
    setenv("AORTA_CONNECTORS", AORTA_TEST_CONNECTORS, 1);
    struct plan *plan = plan_new(&request);
    if (plan->problems.count > 0)
        test_fail(__FILE__, __LINE__, "%s", problem_text(&plan->problems.items[0], &plan->arena));
    *orders = (struct orders){.plan = plan};
    orders->items = arena_calloc(&plan->arena, plan->graph->count, sizeof *orders->items);
    for (size_t i = 0; i < plan->graph->count; i++)
        if (asset_is_relation(plan->graph->assets[i]))
            fill_order(orders, plan->graph->assets[i], calendar);
}

void orders_close(struct orders *orders)
{
    plan_free(orders->plan);
}

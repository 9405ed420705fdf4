#include "audit_orders.h"

#include "run/order.h"
#include "run/plan.h"

#include <stdio.h>
#include <stdlib.h>

static bool has_table(const struct asset *asset)
{
    return asset->kind == ASSET_SEED || asset->kind == ASSET_SOURCE || asset->kind == ASSET_MODEL ||
           asset->kind == ASSET_SNAPSHOT;
}

size_t audit_orders(const char *folder, struct arena *arena, struct order **orders)
{
    const struct request request = {.verb = "check", .folder = folder};
    struct plan *plan = plan_new(&request); /* lives to the end: orders borrow from it */
    size_t count = 0;

    if (plan->problems.count > 0) {
        fprintf(stderr, "audit: %s has mistakes: see aorta check\n", folder);
        exit(1);
    }
    *orders = arena_calloc(arena, plan->graph->count, sizeof **orders);
    for (size_t i = 0; i < plan->graph->count; i++)
        if (has_table(plan->graph->assets[i]))
            order_fill(&(*orders)[count++], plan->graph, plan->graph->assets[i], NULL, 0, arena);
    return count;
}

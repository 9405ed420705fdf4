#include "cli/command.h"
#include "run/plan.h"

#include <string.h>

static void print_step(const struct plan *plan, const struct asset *asset)
{
    const char *between = "  after ";

    printf("%-32s %-9s", asset->key, asset_kind_names[asset->kind]);
    for (size_t i = 0; i < asset->parent_count; i++) {
        if (!plan->is_selected[asset->parents[i]->order])
            continue;
        printf("%s%s", between, asset->parents[i]->key);
        between = ", ";
    }
    fputc('\n', stdout);
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_plan, argc, argv, &arena, &a) == 0) {
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        struct plan *plan = plan_new(&a.request);
        command_report(plan);
        if (plan->problems.count == 0)
            status = EXIT_OK;
        for (size_t i = 0; status == EXIT_OK && i < plan->graph.count; i++)
            if (plan->is_selected[i])
                print_step(plan, plan->graph.assets[i]);
        plan_free(plan);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {FLAGS_OF_SELECTION, FLAGS_OF_PIPELINE, {0}};

const struct command cmd_plan = {
    "plan",
    "[SELECT…]",
    "Shows the steps that a run would have, in order",
    "Nothing is connected to and nothing is changed. Whether an asset is fresh is decided by the\n"
    "run itself, against what its destination says.",
    flags,
    run};

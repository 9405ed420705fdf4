#include "cli/command.h"
#include "run/plan.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_ls, argc, argv, &arena, &a) == 0) {
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        struct plan *plan = plan_new(&a.request);
        for (size_t i = 0; i < plan->problems.count; i++)
            fprintf(stderr, "%s\n", problem_text(&plan->problems.items[i], &plan->arena));
        if (plan->problems.count == 0)
            status = EXIT_OK;
        for (size_t i = 0; status == EXIT_OK && i < plan->graph.count; i++)
            if (plan->is_selected[i])
                printf("%-32s %-9s %s\n", plan->graph.assets[i]->key,
                       asset_kind_names[plan->graph.assets[i]->kind],
                       plan->graph.assets[i]->file);
        plan_free(plan);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_ls = {"ls",  "[SELECT…]", "Lists the assets", NULL, flags, run};

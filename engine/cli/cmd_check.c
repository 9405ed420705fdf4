#include "cli/command.h"
#include "run/plan.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_check, argc, argv, &arena, &a) == 0) {
        a.request.verb = "check";
        struct plan *plan = plan_new(&a.request);
        command_report(plan);
        if (plan->problems.count == 0) {
            size_t checks = 0;
            for (size_t i = 0; i < plan->graph.count; i++)
                checks += plan->graph.assets[i]->check_count;
            printf("%s: %zu assets, %zu checks, target %s: ok\n", plan->pipeline.name,
                   plan->graph.count, checks, plan->pipeline.target->name);
            status = EXIT_OK;
        }
        plan_free(plan);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_check = {
    "check",
    "",
    "Reads the whole pipeline and reports everything that is wrong with it, with file and line",
    "Nothing is connected to and nothing is changed.",
    flags,
    run};

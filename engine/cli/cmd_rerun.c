#include "cli/watch.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_rerun, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count < 1) {
        command_fail(status, "rerun wants one run: aorta runs shows them");
        goto out;
    }
    a.request.verb = "reexecute";
    a.request.of = a.rest[0];
    a.request.select = a.rest + 1;
    a.request.select_count = a.rest_count - 1;
    status = watch(&a);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--failed", NULL, "only what did not succeed, and what was skipped because of it", NULL},
    {"--detach", NULL, "prints the new run's id, and leaves it to aorta serve", NULL},
    {"--quiet", NULL, "says only what goes wrong, and how it ends", NULL},
    {"--json", NULL, "one JSON object an event", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_rerun = {
    "rerun",
    "RUN [SELECT…]",
    "<runs> <assets>",
    "Runs again what a former run was asked for, as the files are now",
    "RUN is its id, or as much of it as says which. With SELECT only those of its steps that are\n"
    "meant are run again, the others stay as they are; aorta run --help says what SELECT may be.",
    flags,
    run};

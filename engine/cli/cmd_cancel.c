#include "cli/watch.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_cancel, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count != 1) {
        command_fail(status, "cancel wants one run: aorta runs shows them");
        goto out;
    }
    a.request.verb = "cancel";
    a.request.of = a.rest[0];
    status = watch(&a);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object an event", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_cancel = {
    "cancel",
    "RUN",
    "<runs>",
    "Cancels a run that is queued or running",
    "RUN is its id, or as much of it as says which. What has been published stays.",
    flags,
    run};

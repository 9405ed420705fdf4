#include "cli/change.h"
#include "cli/watch.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_tick, argc, argv, &arena, &a) == 0 &&
        change_read_subject(&cmd_tick, &a) == 0)
        status = watch(&a);
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object an event", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_tick = {
    "tick",
    "SUBJECT",
    "<schedules> <sensors>",
    "Makes a schedule or a sensor have its run now, paused or not",
    "SUBJECT is schedule:NAME, as aorta schedules lists it, or sensor:NAME, as aorta sensors does: what\n"
    "that has seen stays as it is. If aorta serve is at work here, the run is its affair, and this\n"
    "command prints its id. Else it is carried out and shown as by aorta run.",
    flags,
    run};

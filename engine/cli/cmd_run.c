#include "cli/watch.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_run, argc, argv, &arena, &a) == 0) {
        a.request.verb = "run";
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        status = watch(&a);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--full-refresh", NULL, "builds incremental assets from nothing", NULL},
    {"--partition", "KEY", "of what is made in partitions, or FROM..TO; repeatable", NULL},
    {"--discard-history", NULL, "with --full-refresh: also what cannot be read again", NULL},
    {"--force", NULL, "builds also what is fresh", NULL},
    {"--fail-fast", NULL, "starts nothing more after the first failure", NULL},
    {"--threads", "N", "steps at once (default: 4 an executor); 1: in the order of plan", NULL},
    {"--detach", NULL, "prints the run's id, and leaves it to aorta serve", NULL},
    {"--quiet", NULL, "says only what goes wrong, and how it ends", NULL},
    {"--json", NULL, "one JSON object an event", NULL},
    FLAGS_OF_SELECTION,
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_run = {
    "run",
    "[SELECT…]",
    "<assets>",
    "Brings assets up to date: all of them, or those that are selected",
    HELP_OF_SELECTION
    "\n\n"
    "Ctrl-C cancels: what has been published stays, exit status 1. Once more ends at once, 130.",
    flags,
    run};

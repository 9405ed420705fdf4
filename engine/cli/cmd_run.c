#include "cli/command.h"
#include "cli/progress.h"
#include "daemon/daemon.h"

struct watching {
    struct listener listener;
    struct progress_view *view;
};

static void hear(struct listener *listener, const struct frame *frame)
{
    struct watching *watching = (struct watching *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (frame->kind == MESSAGE_EVENT &&
        record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0)
        progress_hear(watching->view, &event, frame->text, frame->size);
    arena_release(&arena);
}

static void tick(struct listener *listener)
{
    progress_tick(((struct watching *)listener)->view);
}

static void canceling(struct listener *listener)
{
    progress_canceling(((struct watching *)listener)->view);
}

static int run(int argc, char **argv)
{
    struct watching watching = {.listener = {.hear = hear, .tick = tick, .canceling = canceling}};
    struct arguments a;
    struct arena arena;
    struct err err;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_run, argc, argv, &arena, &a) < 0)
        goto out;
    a.request.verb = "run";
    a.request.select = a.rest;
    a.request.select_count = a.rest_count;
    watching.view = progress_new(a.as_json);
    int done = daemon_request(a.state_folder, &a.request, &watching.listener, &err);
    status = progress_end(watching.view);
    if (done < 0)
        status =
            command_fail(err.code == ERR_CANCELED ? EXIT_AT_ONCE : EXIT_FAILED, "%s", err.message);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--full-refresh", NULL, "builds incremental assets from nothing"},
    {"--discard-history", NULL, "with --full-refresh: also what cannot be read again"},
    {"--force", NULL, "builds also what is fresh"},
    {"--fail-fast", NULL, "starts nothing more after the first failure"},
    {"--threads", "N", "steps at once (default: 4 an executor); 1: in the order of plan"},
    {"--json", NULL, "one JSON object an event"},
    FLAGS_OF_SELECTION,
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_run = {
    "run",
    "[SELECT…]",
    "Brings assets up to date: all of them, or those that are selected",
    HELP_OF_SELECTION
    "\n\n"
    "Ctrl-C cancels: what has been published stays, exit status 1. Once more ends at once, 130.",
    flags,
    run};

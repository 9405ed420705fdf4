#include "cli/watch.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_stream, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count == 0) {
        command_fail(status, "stream wants the name of a stream: aorta ls kind:stream shows them");
        goto out;
    }
    a.request.verb = "stream";
    a.request.select = a.rest;
    a.request.select_count = a.rest_count;
    status = watch(&a);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--until-idle", NULL, "ends when it has caught up with the topic", NULL},
    {"--for", "TIME", "ends after so long: 30s, 5m, 2h", NULL},
    {"--json", NULL, "one JSON object an event", NULL},
    FLAGS_OF_SELECTION,
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_stream = {
    "stream",
    "SELECT…",
    "<assets>",
    "Runs streams, from a topic into a lake, until they are told to end",
    "Records are written when one of the stream's flush limits is reached. Several processes share\n"
    "the partitions of a topic. Ctrl-C writes what was read, and ends; once more ends at once: what\n"
    "was not written then is read again, and nothing is there twice.",
    flags,
    run};

#include "cli/ask.h"

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_clean, argc, argv, &arena, &a) == 0) {
        a.request.verb = "clean";
        status = ask(&a, ROWS_TABLE);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--rejected", NULL, "drops also the rows that checks refused", NULL}, FLAGS_OF_PIPELINE, {0}};

const struct command cmd_clean = {
    "clean",
    "",
    NULL,
    "Drops the hidden tables that interrupted steps have left in the warehouse",
    "The rows that a blocking check refused stay for a person to look at, unless --rejected is\n"
    "given. Prints what it dropped.",
    flags,
    run};

#include "cli/command.h"

static int run(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return EXIT_OK;
}

static const struct flag flags[] = {
    {"--rejected", NULL, "removes also the rows that checks refused"}, FLAGS_OF_PIPELINE, {0}};

const struct command cmd_clean = {
    "clean", "", "Removes hidden tables that steps which died have left in the warehouse", NULL,
    flags, run};

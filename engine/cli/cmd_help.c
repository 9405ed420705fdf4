#include "cli/commands.h"

#include <string.h>

/* Not by arguments_read: no flag is wrong here, and there is no pipeline to be found. */
static int run(int argc, char **argv)
{
    const struct command *command = argc > 0 ? commands_find(argv[0]) : NULL;

    if (argc > 0 && strcmp(argv[0], "man") == 0)
        commands_manual(stdout);
    else if (command != NULL)
        command_help(command, stdout);
    else if (argc > 0 && argv[0][0] != '-')
        return commands_unknown(argv[0]);
    else
        commands_help(stdout);
    return EXIT_OK;
}

static const struct flag flags[] = {{0}};

const struct command cmd_help = {
    "help",
    "[COMMAND | man]",
    "<commands> man",
    "Says what a command does and what can be said to it; man: the manual page",
    "Without argument: which commands there are.",
    flags,
    run};

#include "base/log.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "executor/executor.h"

#include <stdlib.h>
#include <string.h>

static void set_log_level(void)
{
    const char *level = getenv("AORTA_LOG");

    if (level == NULL)
        return;
    if (strcmp(level, "debug") == 0)
        log_set_level(LOG_DEBUG);
    else if (strcmp(level, "info") == 0)
        log_set_level(LOG_INFO);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* aorta help, aorta help COMMAND, aorta help man. */
static int help(int argc, char **argv)
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

int main(int argc, char **argv)
{
    set_log_level();
    if (argc < 2) {
        commands_help(stderr);
        return output_end(EXIT_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return output_end(help(argc - 2, argv + 2));
    if (strcmp(argv[1], "--version") == 0) {
        puts("aorta " AORTA_VERSION);
        return output_end(EXIT_OK);
    }
    /* The two that the daemon starts: nobody types them. */
    if (strcmp(argv[1], "executor") == 0 && argc == 3)
        return executor_main(argv[2]);
    if (strcmp(argv[1], "server") == 0 && argc == 2)
        return executor_serve_main();
    const struct command *command = commands_find(argv[1]);
    if (command == NULL)
        return commands_unknown(argv[1]);
    if (asks_for_help(argc - 2, argv + 2)) {
        command_help(command, stdout);
        return output_end(EXIT_OK);
    }
    return output_end(command->run(argc - 2, argv + 2));
}

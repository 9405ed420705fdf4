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

int main(int argc, char **argv)
{
    set_log_level();
    if (argc < 2) {
        commands_help(stderr);
        return output_end(EXIT_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return output_end(cmd_help.run(argc - 2, argv + 2));
    if (strcmp(argv[1], "--version") == 0) {
        puts("aorta " AORTA_VERSION);
        return output_end(EXIT_OK);
    }
    /* Those that the daemon starts, and a shell: nobody types them. */
    if (strcmp(argv[1], "executor") == 0 && argc == 3)
        return executor_main(argv[2]);
    if (strcmp(argv[1], "server") == 0 && argc == 2)
        return executor_serve_main();
    if (strcmp(argv[1], cmd_names.name) == 0)
        return output_end(cmd_names.run(argc - 2, argv + 2));
    const struct command *command = commands_find(argv[1]);
    if (command == NULL)
        return commands_unknown(argv[1]);
    if (asks_for_help(argc - 2, argv + 2)) {
        command_help(command, stdout);
        return output_end(EXIT_OK);
    }
    return output_end(command->run(argc - 2, argv + 2));
}

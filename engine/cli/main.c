#include "base/log.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/output.h"
#include "executor/executor.h"

#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &cmd_check, &cmd_plan, &cmd_run,   &cmd_ls,    &cmd_query,
    &cmd_runs,  &cmd_logs, &cmd_state, &cmd_clean,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void help(FILE *out)
{
    fputs("aorta keeps a graph of data assets up to date.\n\n"
          "usage: aorta COMMAND [ARGUMENTS]\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n  aorta COMMAND --help says more. A command looks for pipeline.toml here and above.\n"
          "\nExit status: 0 done, 1 something failed, 2 usage or configuration.\n",
          out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[COMMANDS];

    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *near = suggest(name, names, COMMANDS);
    if (near != NULL)
        return command_fail(EXIT_USAGE, "there is no command %s: did you mean %s?", name, near);
    return command_fail(EXIT_USAGE, "there is no command %s: see aorta --help", name);
}

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
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(argc < 2 ? stderr : stdout);
        return output_end(argc < 2 ? EXIT_USAGE : EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("aorta " AORTA_VERSION);
        return output_end(EXIT_OK);
    }
    /* The two that the daemon starts: nobody types them. */
    if (strcmp(argv[1], "executor") == 0 && argc == 3)
        return executor_main(argv[2]);
    if (strcmp(argv[1], "server") == 0 && argc == 2)
        return executor_serve_main();
    const struct command *command = find_command(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    if (asks_for_help(argc - 2, argv + 2)) {
        command_help(command, stdout);
        return output_end(EXIT_OK);
    }
    return output_end(command->run(argc - 2, argv + 2));
}

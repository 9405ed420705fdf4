#include "cli/commands.h"

#include "base/suggest.h"

#include <string.h>

const struct command *const commands[] = {
    &cmd_init,       &cmd_check,     &cmd_plan,       &cmd_run,   &cmd_rerun,  &cmd_cancel,
    &cmd_serve,      &cmd_schedules, &cmd_sensors,    &cmd_pause, &cmd_resume, &cmd_tick,
    &cmd_backfill,   &cmd_backfills, &cmd_stream,     &cmd_ls,    &cmd_show,   &cmd_query,
    &cmd_runs,       &cmd_logs,      &cmd_alerts,     &cmd_audit, &cmd_state,  &cmd_connections,
    &cmd_connectors, &cmd_help,      &cmd_completion, &cmd_token, &cmd_clean,  &cmd_prune,
    &cmd_trigger,
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

const size_t command_count = COMMANDS;

const struct setting command_settings[] = {
    {"AORTA_CONNECTORS", "folder of the connectors (default: beside the program)"},
    {"AORTA_LIBDUCKDB", "the libduckdb.so to load, in the place of the one that is found"},
    {"AORTA_LOG", "debug or info: more is said on standard error"},
    {"NO_COLOR", "set to anything: no colours on terminals"},
    {0},
};

const struct command *commands_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int commands_unknown(const char *name)
{
    const char *names[COMMANDS];

    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *near = suggest(name, names, COMMANDS);
    if (near != NULL)
        return command_fail(EXIT_USAGE, "there is no command %s: did you mean %s?", name, near);
    return command_fail(EXIT_USAGE, "there is no command %s: see aorta --help", name);
}

void commands_help(FILE *out)
{
    fputs("aorta keeps a graph of data assets up to date.\n\n"
          "usage: aorta COMMAND [ARGUMENTS]\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-11s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n  aorta COMMAND --help says more. A command looks for pipeline.toml here and above.\n"
          "\nExit status: 0 done, 1 something failed, 2 usage or configuration.\n",
          out);
}

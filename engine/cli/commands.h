/*
 * All subcommands, in the order of the help. What is said of them anywhere (help, manual, the
 * shells' completion) is made of this table and of each command's own, so nothing is said twice.
 */
#ifndef AORTA_CLI_COMMANDS_H
#define AORTA_CLI_COMMANDS_H

#include "cli/command.h"

#include <stddef.h>

extern const struct command *const commands[];
extern const size_t command_count;

/* Settings that come from the environment, ended by a NULL name. */
struct setting {
    const char *name;
    const char *help;
};

extern const struct setting command_settings[];

/* By name, or NULL. */
const struct command *commands_find(const char *name);

/* Says that there is none of that name, and which may be meant; EXIT_USAGE. */
int commands_unknown(const char *name);

/* What cmd_names.c lists: the kind of the index, NULL behind the last. */
const char *commands_kind(size_t index);

/* The overview: `aorta help`. */
void commands_help(FILE *out);

/* The manual page aorta(1), as roff: `aorta help man`. */
void commands_manual(FILE *out);

/* The completion of a shell ("bash", "zsh", "fish"); -1 if there is none. */
int commands_completion(const char *shell, FILE *out);

#endif

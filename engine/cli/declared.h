/*
 * Commands that list what pipeline.toml declares of a kind, or show one of it: `aorta schedules`,
 * `aorta sensors`.
 */
#ifndef AORTA_CLI_DECLARED_H
#define AORTA_CLI_DECLARED_H

#include "cli/command.h"
#include "run/plan.h"

struct declared {
    const char *kind; /* "schedule"; what is meant is called NAME or KIND:NAME */

    /* How many there are, and the name of each. */
    size_t (*count)(const struct loaded *loaded);
    const char *(*name)(const struct loaded *loaded, size_t index);

    /* Lists all, or with an index (else DECLARED_ALL) shows that one. The exit status. */
    int (*show)(const struct arguments *arguments, const struct loaded *loaded, size_t index);
};

#define DECLARED_ALL SIZE_MAX

/* The whole command. */
int declared_run(const struct command *command, const struct declared *declared, int argc,
                 char **argv);

#endif

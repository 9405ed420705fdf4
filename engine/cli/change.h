/*
 * A request that changes something and is done at once: `aorta pause`, `aorta resume`.
 */
#ifndef AORTA_CLI_CHANGE_H
#define AORTA_CLI_CHANGE_H

#include "cli/command.h"

/* Reads the arguments of the command, which is about one subject, and sends a request of its name;
 * says "SUBJECT is DONE" when that is committed. The exit status. */
int change_subject(const struct command *command, int argc, char **argv, const char *done);

/* The one subject of the arguments, into the request. -1 after saying what is wrong. */
int change_read_subject(const struct command *command, struct arguments *arguments);

#endif

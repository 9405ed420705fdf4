/*
 * A request that is answered at once, with one event or none before its end: `aorta pause`, `aorta
 * token create`, `aorta connections test`.
 */
#ifndef AORTA_CLI_CHANGE_H
#define AORTA_CLI_CHANGE_H

#include "cli/command.h"

/* Sends the arguments' request and waits for its end: the exit status, after saying what is wrong.
 * *found (both may be NULL) is the event of that type, in the arguments' arena, or all zero. */
int change_ask(const struct arguments *arguments, const char *type, struct event *found);

/* Reads the arguments of the command, which is about one subject, and sends a request of its name;
 * says "SUBJECT is DONE" when that is committed. The exit status. */
int change_subject(const struct command *command, int argc, char **argv, const char *done);

/* The one subject of the arguments, into the request. -1 after saying what is wrong. */
int change_read_subject(const struct command *command, struct arguments *arguments);

#endif

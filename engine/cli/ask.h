/*
 * A question to the daemon whose answer is rows.
 */
#ifndef AORTA_CLI_ASK_H
#define AORTA_CLI_ASK_H

#include "cli/command.h"
#include "cli/rows.h"

#include <jansson.h>

/* Sends the request and writes its rows to standard output; the exit status. */
int ask(const struct arguments *arguments, enum rows_form form);

/* The same for commands that look at the rows themselves: a list of lists, or NULL after saying
 * what is wrong. json_decref it. */
json_t *ask_for_rows(const struct arguments *arguments, int *status);

#endif

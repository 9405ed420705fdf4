/*
 * A question to the daemon whose answer is rows.
 */
#ifndef AORTA_CLI_ASK_H
#define AORTA_CLI_ASK_H

#include "cli/command.h"
#include "cli/rows.h"

/* Sends the request and writes its rows to standard output; the exit status. */
int ask(const struct arguments *arguments, enum rows_form form);

#endif

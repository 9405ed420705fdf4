/*
 * A request whose run somebody watches: `aorta run` and `aorta stream`.
 */
#ifndef AORTA_CLI_WATCH_H
#define AORTA_CLI_WATCH_H

#include "cli/command.h"

/* Sends the request and shows what becomes of it (cli/progress.h); the exit status. */
int watch(const struct arguments *arguments);

#endif

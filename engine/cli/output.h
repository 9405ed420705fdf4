/*
 * Standard output, and whether what was said there has arrived: a command whose output is lost has
 * failed, whatever else it did.
 */
#ifndef AORTA_CLI_OUTPUT_H
#define AORTA_CLI_OUTPUT_H

#include <stdbool.h>

/* Hands on what was printed. False when some of it could not be written, now or before. */
bool output_flush(void);

/* For the end of a command: its exit status, or EXIT_FAILED after saying why its output was lost.
 * A reader who left (a closed pipe) is told nothing: he had enough. */
int output_end(int status);

#endif

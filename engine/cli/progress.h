/*
 * A run as a person watches it: on a terminal the running steps with a bar where it is known how much
 * there is, their rows and rates, and below them how many steps are done; redrawn in place
 * (cli/live.h), ten times a second at most. Elsewhere a plain line a step. At the end one table.
 *
 *     / raw.heart_rate_stream     3.2s  [=====>      ]  45%    1,234,567 rows  385,802/s
 *     - raw.users                 0.3s        9,999 rows  33,330/s
 *     4 of 17 steps done, 2 running, 5.1s
 *
 *     asset                 kind       rows    time  checks
 *     raw.users             source    9,999   0.21s  24 ok
 *     marts.dim_users       snapshot        -       -  skipped: raw.users failed
 */
#ifndef AORTA_CLI_PROGRESS_H
#define AORTA_CLI_PROGRESS_H

#include "message/control.h"

#include <stdbool.h>

struct progress_view;

/* With as_json each event is one JSON object on standard output, and nothing else is. A quiet one
 * says what goes wrong and how it ends: no line a step, no table; a terminal still shows what runs. */
struct progress_view *progress_new(bool as_json, bool is_quiet);

/* One event of the run, as text of its message and as record. */
void progress_hear(struct progress_view *view, const struct event *event, const char *text,
                   size_t size);

/* Draws the running steps again: time has passed. */
void progress_tick(struct progress_view *view);

/* A signal has canceled the run, or told its streams to end: says what happens now. */
void progress_canceling(struct progress_view *view, bool is_stream);

/* Writes the table and frees; returns the command's exit status. */
int progress_end(struct progress_view *view);

#endif

/*
 * Assets that are made without anybody asking: schedule/automation.h decides, this asks.
 *
 *     a step or run is over ─┐
 *     a stream has written  ─┤ a moment later   automation_decide      one run of all that are due,
 *     a tick, a gap is over ─┼────────────────▶                   ───▶ trigger "automation"
 *     the files have changed ┘
 *
 * What was asked for is written into the table automation in the transaction of the run's row
 * (struct asker): a daemon that dies has either both or none, and the next one asks again, or not.
 *
 * Whether assets are older than they may be is looked at by the same clock, and told to alerts.
 *
 * One thread, the loop's. All functions accept NULL: a daemon that does not stay has none.
 */
#ifndef AORTA_DAEMON_AUTOMATION_H
#define AORTA_DAEMON_AUTOMATION_H

#include "daemon/work.h"

struct automation;

/* Begins to read what there is; decides nothing before that is done. */
struct automation *automation_open(struct daemon *daemon);
void automation_close(struct automation *automation);

/* The pipeline was read again. */
void automation_configure(struct automation *automation);

/* Something that it depends on has changed: it looks in a moment. */
void automation_wake(struct automation *automation);

/* An attempt of the step began, or the step is over: beside the journal's functions for that. */
void automation_step_began(struct automation *automation, const struct run *run,
                           const struct run_step *step);
void automation_step_over(struct automation *automation, const struct run *run,
                          const struct run_step *step);

/* All steps are over. */
void automation_run_ended(struct automation *automation, const struct run *run);

/* A stream has so many records in its lake. */
void automation_stream_wrote(struct automation *automation, const struct run *run,
                             const struct run_step *step, int64_t records);

#endif

/*
 * What happened, and who is told of it: the alerts of a daemon that stays.
 *
 *     dispatch ─▶ alerts_step_over(…)  ─▶ messenger.h decides, for each [alert.NAME]
 *     sensors  ─▶ alerts_late(…)             │ SEND, HOLD
 *     streams  ─▶ alerts_lag(…)              ▼
 *                                        run store, in the transaction of what caused it
 *                                            │ committed
 *                                            ▼
 *                                        delivery.h
 *
 * Call them beside the journal's function for the same thing, in the same turn of the loop: what is
 * queued together is committed together (store/store.h), so an alert is raised if and only if its
 * cause is written down, whenever the daemon dies.
 *
 * Subjects are asset:KEY, stream:KEY for lag, and run:SELECTION for a run that failed without a
 * step that did. One thread, the loop's. All functions accept NULL for alerts: a daemon that does not
 * stay has none.
 */
#ifndef AORTA_DAEMON_ALERTS_H
#define AORTA_DAEMON_ALERTS_H

#include "daemon/journal.h"
#include "message/control.h"
#include "message/report.h"
#include "run/loaded.h"
#include "run/run.h"

#include <uv.h>

struct alerts;
struct job;

/* Reads what was told before. Blocks: before the daemon is ready. NULL with err if the store cannot
 * be read. */
struct alerts *alerts_open(uv_loop_t *loop, struct journal *journal, struct err *err);

/* Where people look, to be linked to: "https://data.example.org/api/v1". NULL, as at first: nowhere. */
void alerts_set_link(struct alerts *alerts, const char *link);

/* Right before the journal is closed: nothing may be committed in between. */
void alerts_close(struct alerts *alerts);

/* The pipeline as it is now, its [alert.NAME] and its assets. Delivers what waits. */
void alerts_configure(struct alerts *alerts, struct loaded *loaded);

/* What an executor said at the end of an attempt: kept for alerts_step_over, if the step is over by
 * it. */
void alerts_report(struct alerts *alerts, const struct run *run, const struct run_step *step,
                   const struct report *report);

/* The step is over: failure, warning, or recovery from them. */
void alerts_step_over(struct alerts *alerts, const struct run *run, const struct run_step *step);

/* The run is over. */
void alerts_run_ended(struct alerts *alerts, const struct run *run);

/* What was asked for could not begin, or not go on, at no step's fault. `run` is NULL if there is none
 * yet. It is over when a run of the same selection has succeeded. */
void alerts_run_refused(struct alerts *alerts, const struct request *request, const char *run,
                        const char *why);

/* An asset of the configured pipeline is older than it may be (why says by how much), or no longer
 * (NULL). To be called as often as it is looked at: what was told is not told again. */
void alerts_late(struct alerts *alerts, const char *asset, const char *why);

/* A stream of the configured pipeline is well again, though its step is not over: its failure is. */
void alerts_stream_well(struct alerts *alerts, const char *asset);

/* As alerts_late, of a stream that is behind its log. */
void alerts_lag(struct alerts *alerts, const char *asset, const char *why);

/* The verb test_alert: tells the destination that the request names that this is a test. */
void alerts_begin_test(struct job *job);

#endif

/*
 * Backfills: many partitions, a run each, so many at once.
 *
 *     backfill ─▶ planned, so that what is wrong is said ─▶ in the store ─▶ accepted (its id)
 *
 *     partition   waiting ─▶ queued, with its run ─▶ succeeded, failed, canceled
 *                            (in the transaction of the run's row: the one is not there without
 *                            the other)
 *
 * So a daemon that dies loses nothing: the next one takes up the runs that were queued or at work,
 * and goes on with the partitions that wait. A backfill that is over has succeeded if all of it
 * has; a retry makes again only what has not. To the queue all runs of backfills are one source.
 *
 *     verb               of
 *     backfill           select, exclude, assignments, partitions, at_once, priority
 *     cancel_backfill    of: the beginning of its id
 *     retry_backfill     of
 */
#ifndef AORTA_DAEMON_BACKFILL_H
#define AORTA_DAEMON_BACKFILL_H

#include "daemon/work.h"
#include "store/record.h"

struct backfills;

/* Reads those that are not over. Blocks. */
int backfills_open(struct daemon *daemon, struct backfills **backfills, struct err *err);

/* Accepts NULL; what is at work goes on, and nothing more is begun. */
void backfills_close(struct backfills *backfills);

/* The job's request is planned, and without a problem. */
void backfills_add(struct job *job);

/* Likewise, though nothing of the plan is needed: who asks to try again has perhaps changed a file,
 * which was read by it. */
void backfills_retry(struct job *job);

void backfills_begin_cancel(struct job *job);

/* The job's run is over, in this turn of the loop. */
void backfills_run_over(struct backfills *backfills, const struct job *job, enum store_state state);

#endif

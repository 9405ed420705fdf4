/*
 * Ready steps begin, as many as there is room for.
 *
 * Whose next step begins: that of the run with the highest priority; of those, of the source (people,
 * schedules, backfills, …) of which the fewest steps are running, so that a backfill of a thousand
 * runs and a person who wants one table take turns; of those, the step with the highest priority; of
 * those, of the run of which the fewest steps are running; of those, of the oldest. Within a run
 * higher priorities begin first, and what has no room lets the others pass.
 *
 * A step that waits for a slot, or for another run that makes the same asset, says so.
 */
#ifndef AORTA_DAEMON_READY_H
#define AORTA_DAEMON_READY_H

#include <stdint.h>

struct daemon;

/* Begins what can begin; when the next retry is due (monotonic), or INT64_MAX. */
int64_t ready_begin(struct daemon *daemon);

#endif

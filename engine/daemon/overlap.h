/*
 * Runs of one schedule or sensor: never two at a time, and what becomes of a tick while one is not
 * over.
 */
#ifndef AORTA_DAEMON_OVERLAP_H
#define AORTA_DAEMON_OVERLAP_H

#include "base/map.h"
#include "schedule/schedule.h"

struct daemon;
struct job;

enum { OVERLAP_REASON_SIZE = 128 };

/* Whether the schedule may have another run now; else why not. Cancels earlier ones, if that is its
 * policy. `asking` is not one of them; NULL. */
bool overlap_settle(struct daemon *daemon, const struct schedule *schedule,
                    const struct job *asking, char reason[OVERLAP_REASON_SIZE]);

/* Whether a run of that trigger is queued or at work. */
bool overlap_is_unfinished(const struct daemon *daemon, const char *trigger);

/* To be asked of all jobs in their order, with a map that is empty before: whether the job's run
 * waits for an earlier one of its schedule or sensor. */
bool overlap_waits(const struct job *job, struct map *ahead);

#endif

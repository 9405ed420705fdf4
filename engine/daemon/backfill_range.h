/*
 * Which partitions a backfill that is asked for is of: those of its range, or all that there are
 * now; of these, if the request says so, only what is missing, failed or stale.
 */
#ifndef AORTA_DAEMON_BACKFILL_RANGE_H
#define AORTA_DAEMON_BACKFILL_RANGE_H

struct job;

/* Of the job's plan, into its range. What is wrong goes to the plan's problems. Reads the store: in
 * the thread pool. */
void backfill_range_read(struct job *job);

#endif

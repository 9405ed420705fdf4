/*
 * Runs that wait for their turn.
 *
 *     request ─▶ planned, so that what is wrong with it is said ─▶ queued, in the store ─▶ accepted
 *                                                                    │
 *     a daemon that died: what it had queued or running ─▶ queued ───┤
 *                                                                    ▼
 *                               a place is free: planned as the files are then ─▶ running
 *
 * A daemon that stays (`aorta serve`) runs so many at once as its settings say, higher priorities
 * first, then whoever has the fewest running (schedules and people take turns), then the oldest;
 * streams have places of their own, and of one schedule's runs only the oldest may begin. One that lives for a single command starts all at once.
 */
#ifndef AORTA_DAEMON_QUEUE_H
#define AORTA_DAEMON_QUEUE_H

#include "daemon/work.h"

/* The job's request is planned, and without a problem. */
void queue_add(struct job *job);

/* Starts what may start. */
void queue_admit(struct daemon *daemon);

/* The queued job is planned again, as things are now: it begins, or fails. */
void queue_begin(struct job *job);

/* Takes the queued job out. */
void queue_cancel(struct job *job);

/* A run that a former daemon had queued or running. */
void queue_take_up(struct daemon *daemon, const struct store_run *stored);

#endif

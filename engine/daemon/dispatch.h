/*
 * Runs and queries meet executors.
 */
#ifndef AORTA_DAEMON_DISPATCH_H
#define AORTA_DAEMON_DISPATCH_H

struct job;

/* Tells the listener which steps there are. */
void dispatch_accepted(struct job *job);

/* Cancels the job's run: running steps are told to end. */
void dispatch_cancel(struct job *job);

/* Begins the job's query, or refuses it. */
void dispatch_query(struct job *job);

/* Interrupts the job's query, if it has begun; it ends when its executor says so. */
void dispatch_cancel_query(struct job *job);

#endif

/*
 * Runs and queries meet executors.
 */
#ifndef AORTA_DAEMON_DISPATCH_H
#define AORTA_DAEMON_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct event;
struct job;
struct run_step;

/* The run has begun: tells which steps there are. */
void dispatch_begun(struct job *job);

/* Tells of the job's run when all that was written before is committed; the last word of it. */
void dispatch_tell(struct job *job, const struct event *event);
void dispatch_tell_last(struct job *job, const struct event *event);

/* Cancels the job's run: running steps are told to end. */
void dispatch_cancel(struct job *job);

/* Begins the job's query, lets it wait for another one of its executor, or refuses it. */
void dispatch_query(struct job *job);

/* Interrupts the job's query, if it has begun; it ends when its executor says so. One that waits is
 * over, and forgotten. */
void dispatch_cancel_query(struct job *job);

/* Whether the job is `aorta clean` at work in that executor: no step may begin there. */
bool dispatch_is_cleaning(const struct job *job, const char *executor);

/* The ready step begins: false if its executor or a server that it needs is not there yet, or if it
 * has failed since they cannot be. */
bool dispatch_step(struct job *job, struct run_step *step);

/* What the ready step waits for is another thing now: writes it down, and tells it. */
void dispatch_explain(struct job *job, struct run_step *step);

/* The run has taken longer than it may. */
void dispatch_time_out(struct job *job);

/* Tells the executor of the step's live attempt to end it. */
void dispatch_cancel_step(struct daemon *daemon, const struct run_step *step);

#endif

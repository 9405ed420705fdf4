/*
 * The executor process: carries out the daemon's orders, a thread a step.
 *
 *     aorta executor LEASE          (started by the daemon, descriptor 3 is the control socket,
 *                                    descriptor 4 the one for rows of queries)
 *
 * The main thread does nothing but listen: it starts steps, repeats the interrupts of those that
 * were canceled, and ends the process at once when the daemon's end of the socket closes. A step
 * that is in its commit then is either committed or not; the next attempt finds out in the
 * destination.
 *
 * The lease is a file under a record lock of fcntl, which no child inherits and the kernel tells
 * the holder of. A new daemon kills who holds it before it believes any run to be interrupted.
 */
#ifndef AORTA_EXECUTOR_EXECUTOR_H
#define AORTA_EXECUTOR_EXECUTOR_H

#include "base/buf.h"

/* Runs until the daemon says stop or is gone; returns the exit status. */
int executor_main(const char *lease);

/* Runs the embedded server of a connector until the daemon is gone: its orders are a
 * query_order that holds the connection. */
int executor_serve_main(void);

/* Sends a frame to the daemon. Any thread; ends the process when nobody reads. */
void executor_send(const struct buf *frame);

/* Makes the main thread look at its steps. Any thread. */
void executor_wake(void);

#endif

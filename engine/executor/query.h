/*
 * A query of a person: its rows go to the daemon as JSON, over a socket of their own, so that a
 * slow reader holds up nothing else. Its SQL is not trusted: it runs in a confined session
 * (aorta_warehouse.confine), in a transaction that reads, within the order's limits.
 *
 * One at a time, also if the database does not let the one be interrupted: two would share the
 * socket of the rows, and with it the slower reader, and who ends the executor because of the one
 * would end the other. Nor can there be an executor of queries alone, where the database is a file
 * that one process at a time can open.
 */
#ifndef AORTA_EXECUTOR_QUERY_H
#define AORTA_EXECUTOR_QUERY_H

#include "base/err.h"
#include "message/frame.h"

#include <stdbool.h>

/* Starts it on a thread of its own; one at a time. */
int query_start(const struct frame *frame, struct err *err);

/* Ends the query of that number, if it is the one that runs, whatever it is at. */
void query_cancel(int64_t number);

/* Ends the query whose time is up, interrupts a canceled one again. Returns after how many
 * milliseconds it wants to be called again, -1: when the next query has begun. */
int query_tend(void);

bool query_is_running(void);

#endif

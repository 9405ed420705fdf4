/*
 * What takes too long: attempts and runs that have a timeout, and what was told to end and has not.
 *
 *     timeout comes ─▶ canceled in the database ─▶ it ends, as failed
 *     a person cancels ────────┘      └─▶ its grace is over: its executor is killed
 */
#ifndef AORTA_DAEMON_DEADLINE_H
#define AORTA_DAEMON_DEADLINE_H

#include <stdint.h>

struct daemon;

/* When the next timeout comes (monotonic), or INT64_MAX. */
int64_t deadline_next(const struct daemon *daemon);

/* Tells to end whatever has had its time. */
void deadline_enforce(struct daemon *daemon);

/* The grace of what was canceled begins: when it ends (monotonic). */
int64_t deadline_begin_grace(struct daemon *daemon);

#endif

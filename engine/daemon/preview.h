/*
 * What `aorta plan` wants to know: for each selected asset, parents first, its order goes to its
 * executor as one that only looks. The executor decides by the code that a run decides by, with
 * what is expected of the assets before; what it says is what is expected of them for those behind.
 *
 *     plan ─▶ order (looks, expected) ─▶ executor ─▶ stale or fresh, why ─▶ … ─▶ events, in order
 *
 * Streams and generators are asked nothing: they may always have news. Nothing is written anywhere,
 * no embedded server is started, and a database file that is not there stays so. If a destination
 * cannot be asked, one `unreachable` event comes in the place of all others.
 */
#ifndef AORTA_DAEMON_PREVIEW_H
#define AORTA_DAEMON_PREVIEW_H

#include "daemon/work.h"

/* Begins with the job's plan. */
void preview_begin(struct job *job);

/* An executor's answer: false if the report is of no preview. */
bool preview_hear(struct daemon *daemon, const struct report *report);

/* The job's executor died. */
void preview_lose(struct job *job, const struct child *child, const char *reason);

#endif

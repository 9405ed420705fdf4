/*
 * The daemon: one loop, its children, the run store, the control socket.
 *
 *     command ──request──▶ daemon ──order──▶ executor ──▶ destination
 *        ▲                  │  ▲                 │
 *        └──────event───────┘  └──report─────────┘
 *
 * A command that finds nobody holding the state folder's lock is the daemon itself, for its one
 * request and for what other commands ask meanwhile; then it leaves. Others connect. Both hear the
 * same events, so there is one code path with two ways in.
 *
 * Nothing here blocks on disk or network: pipelines are read on the loop's thread pool, the store
 * has a thread of its own. What is told to anybody has been committed before (invariant 1).
 */
#ifndef AORTA_DAEMON_DAEMON_H
#define AORTA_DAEMON_DAEMON_H

#include "base/err.h"
#include "message/control.h"
#include "message/listener.h"

#include <stdbool.h>

/* For who waits: the first signal came. */
void listener_cancel(struct listener *listener);

/* Carries the request out, as the daemon or by asking the one there is. The listener hears events
 * until "ended" or "refused". SIGINT and SIGTERM cancel the request, twice: end at once. -1 with
 * err when the daemon's own work failed (a broken store, a folder that cannot be written). */
int daemon_request(const char *state_folder, const struct request *request,
                   struct listener *listener, struct err *err);

#endif

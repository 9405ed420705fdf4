/*
 * Alerts leave the house: what waits in the run store is delivered, at least once.
 *
 *     delivery_look ─▶ thread pool: what is due, its secrets ─▶ transfer ─▶ store: delivered
 *          ▲                                                       │              retried later
 *          └───── a commit, the next one's time ◀──────────────────┘              dropped
 *
 * The store is all there is to know: nothing but what is under way is kept in memory, so a daemon
 * that dies here is no special case. It may have been delivered and not written down; the next
 * daemon delivers it again, with the same id.
 *
 * A secret exists from the reading on the thread pool until the transfer begins, and is wiped then;
 * libcurl has a copy of its own for as long as the transfer lasts.
 *
 * One thread, the loop's.
 */
#ifndef AORTA_DAEMON_DELIVERY_H
#define AORTA_DAEMON_DELIVERY_H

#include "daemon/journal.h"
#include "run/loaded.h"
#include "store/alerts.h"

#include <uv.h>

struct delivery;

/* What is held back for a destination: how many, up to which, and the first of them. */
struct delivery_held {
    int64_t count;
    const char *last_id;
    const struct store_alert *alerts;
    size_t alert_count;
};

/* Who raises the alerts. All are called on the loop. */
struct delivery_owner {
    void *arg;
    /* When a summary for the destination may be told; 0: there is none to be told. */
    int64_t (*summary_us)(void *arg, const struct alert *alert, int64_t now_us);
    void (*sum)(void *arg, const struct alert *alert, const struct delivery_held *held);
    /* It was refused for good, or given up: nobody was told. */
    void (*dropped)(void *arg, const struct store_alert *alert);
};

struct delivery *delivery_open(uv_loop_t *loop, struct journal *journal,
                               const struct delivery_owner *owner);

/* Right before the journal is closed: nothing may be committed in between. What is under way is
 * abandoned. Memory is given back when the loop has closed the handles. Accepts NULL. */
void delivery_close(struct delivery *delivery);

/* Where to: the alerts of a pipeline. Retains it. */
void delivery_configure(struct delivery *delivery, struct loaded *loaded);

/* Something may be due: an alert was committed, or the clock was set. */
void delivery_look(struct delivery *delivery);

#endif

/*
 * Whether somebody is told: of one event, at one destination, given what was told there before.
 * Pure: no clock, no store, no memory of its own beyond the history that it is given.
 *
 *     an event's kind ─▶ is it asked for?      else PASS
 *     a recovery      ─▶ was the trouble told? else PASS
 *     trouble         ─▶ told within `dedupe`? then REPEAT
 *     anything        ─▶ is the hour full?     then HOLD, and all that follows, until one summary
 *                     ─▶ SEND                  of it fits into the hour
 *
 * A subject's trouble is told once, and again when it still is there after `dedupe`. Once its
 * recovery was told, the next trouble is news and told at once. Each kind of trouble of a subject is
 * a matter of its own: an asset may be late and fail.
 *
 * `max_per_hour` counts what is told within any 60 minutes. What would be more is held back, not
 * lost: the summary names it, and it counts as told.
 *
 * A clock that goes back does not silence anything: what was told later than now was told now.
 */
#ifndef AORTA_SCHEDULE_ALERTING_H
#define AORTA_SCHEDULE_ALERTING_H

#include "config/alert.h"

#include <stdbool.h>
#include <stdint.h>

struct alerting_event {
    enum alert_kind kind;
    enum alert_kind of;  /* of a recovery: the trouble that is over; else the kind */
    const char *subject; /* "asset:marts.orders" */
    const char *target;
    int64_t at_us;
};

enum alerting_verdict {
    ALERTING_PASS,   /* not asked for */
    ALERTING_REPEAT, /* asked for, but told not long ago */
    ALERTING_SEND,
    ALERTING_HOLD, /* for the summary */
};

/* What one destination was told. */
struct alerting;

struct alerting *alerting_new(void);
void alerting_free(struct alerting *history);

/* Decides, and remembers that it did. *repeats gets, for SEND and HOLD of trouble that goes on, how
 * often it was not told since the last time. */
enum alerting_verdict alerting_decide(struct alerting *history, const struct alert *alert,
                                      const struct alerting_event *event, int64_t *repeats);

/* From the run store, in the order of their times: an event that was told by itself (SEND), is held
 * back (HOLD), or was named by a summary (PASS). */
void alerting_remember(struct alerting *history, const struct alerting_event *event,
                       enum alerting_verdict verdict);

/* The event could not be delivered: nobody was told. */
void alerting_forget(struct alerting *history, const struct alerting_event *event);

/* Whether trouble of that kind was told and its end was not. */
bool alerting_is_open(const struct alerting *history, enum alert_kind of, const char *target,
                      const char *subject);

/* When the summary of what is held back fits into the hour; 0: nothing is held. */
int64_t alerting_summary_us(struct alerting *history, const struct alert *alert, int64_t now_us);

/* A summary of `count` that were held was told. */
void alerting_summed(struct alerting *history, int64_t count, int64_t now_us);

/* When a delivery that failed for the `tries`th time, from 1, is tried again: 5 s, 15 s, 45 s, … up
 * to an hour, a quarter more or less by chance, and not before rest_s, which the receiver asked for,
 * are over. 0: never, it was raised three days ago. */
int64_t alerting_retry_us(int64_t tries, int64_t rest_s, int64_t created_us, int64_t now_us,
                          uint64_t chance);

#endif

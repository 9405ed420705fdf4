/*
 * Whether an asset is older than it may be. Pure.
 *
 *     max_lag = "2h"                      late two hours after it was last brought up to date
 *     deadline = "0 6 * * *"              late from 06:00 on, if it was not since the deadline before
 *     deadline = …, max_lag = "8h"        late from 06:00 on, if it was not since 22:00
 *
 * Until it is brought up to date: then it is not late before the next time. "Brought up to date" is
 * an attempt that published it, or found that there was nothing to do, by its beginning: what came
 * into being later is not in it. An asset that was never made counts from when a daemon began to
 * look. A stream, which is made all the time, is not late but behind: its max_lag says by how much it
 * may be.
 *
 * Whoever tells of it (aorta ls, the API, alerts) asks lateness_of, with the same facts.
 *
 * These are Dagster's two freshness policies, time window and cron, but for a deadline without a
 * max_lag, which Dagster does not have.
 */
#ifndef AORTA_SCHEDULE_LATENESS_H
#define AORTA_SCHEDULE_LATENESS_H

#include "schedule/automation.h"

enum { LATENESS_TEXT_SIZE = 160 };

struct lateness {
    bool is_timed; /* it may be late: freshness is declared, and since when it counts is known */
    bool is_late;
    bool was_made;
    int64_t since_us;    /* it was brought up to date then; if never, somebody has looked since */
    int64_t deadline_us; /* late since then */
    int64_t next_us;     /* when it will be, if nothing happens; INT64_MAX: never, or it is */
};

/* Of an asset that was last brought up to date (or is looked at since) at an instant. */
void lateness_find(const struct rule *rule, int64_t fresh_us, int64_t now_us,
                   struct lateness *lateness);

/* Of an asset with that rule (NULL: none), by confirmed_us and since_us of what is known of it. */
void lateness_of(const struct rule *rule, const struct automation_fact *fact, int64_t now_us,
                 struct lateness *lateness);

/* "last brought up to date at 2024-04-04T03:00:00Z: late since 2024-04-04T05:00:00Z", of what
 * lateness_of found. */
const char *lateness_describe(const struct lateness *lateness, char text[LATENESS_TEXT_SIZE]);

#endif

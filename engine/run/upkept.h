/*
 * How the upkeep of assets stands, as far as the run store knows: which are later than they may be,
 * and what automation waits for. A daemon that stays decides by the same rules, and by what it has
 * seen itself; who looks here may be some moments behind it.
 */
#ifndef AORTA_RUN_UPKEPT_H
#define AORTA_RUN_UPKEPT_H

#include "run/freshness.h"
#include "run/loaded.h"
#include "schedule/automation.h"
#include "schedule/lateness.h"

struct upkept {
    const struct rule *rule; /* NULL: nothing is declared */
    int64_t fresh_us;        /* when it was brought up to date last; 0: never */
    struct lateness lateness;
    bool is_paused;
    int64_t requested_us; /* by automation; 0: not yet */
    const char *run_id;   /* that it made for it last, or NULL */
    const char *waits_for;
    int64_t again_us; /* when time alone may change that; INT64_MAX: never */
};

/* Of all assets, by asset->order, in the arena, with what freshness_read found. A NULL reader knows
 * of nothing. */
int upkept_read(const struct loaded *loaded, struct store_reader *reader,
                const struct freshness_of *known, struct arena *arena, struct upkept **upkept,
                struct err *err);

/* Whether automation looks after it. */
static inline bool upkept_is_automated(const struct upkept *upkept)
{
    return upkept->rule != NULL && upkept->rule->when != UPKEEP_BY_HAND;
}

#endif

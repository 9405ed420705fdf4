/*
 * Which assets are to be made now, without anybody asking. Pure: facts in, verdicts out.
 *
 *     eager        when an asset that it depends on was made after its own last attempt began, or
 *                  is to be made now; or when it is not there
 *     on_missing   when it is not there
 *     on_cron      once a tick, when all that it depends on was brought up to date since the tick,
 *                  or is to be now
 *
 * and for all of them:
 *
 *     - not while it is among the assets of a run that waits or works, nor while something above it
 *       is still to be made by one;
 *     - not while something that it depends on is missing, or was rejected by a blocking check at
 *       its last step, unless that is to be made now, too: then the run decides; or if both are
 *       made in partitions: then those that need what was rejected are not owed;
 *     - not before its minimum gap is over, since its last attempt or request;
 *     - one attempt for the versions that its parents have: what was asked for and failed, was
 *       canceled or refused is not asked for again until there is something new to read (on_cron:
 *       until the next tick).
 *
 * Parents come first in the graph, so one pass finds all: what becomes due by what is due is
 * requested with it, and a chain is one run.
 *
 *     orders ──▶ stg_orders ──▶ sales        orders is due: { orders, stg_orders, sales }
 *     (eager)     (view)        (eager)       orders was made by somebody: { sales }
 *
 * A run that makes a parent and the asset leaves nothing to do: the asset's attempt began after the
 * parent was made, or the run ended after it. That needs no list of what was in which run.
 *
 * What is meant is Dagster's AutomationCondition. As there: eager() with any_deps_updated, "will be
 * requested" and the runs that updated a parent and the asset together, any_deps_missing,
 * in_progress, since_last_handled; on_cron() with all_deps_updated_since_cron. Different:
 *
 *     - Dagster forgets what was there before it evaluated a condition for the first time. Here what
 *       happened while no daemon lived counts: a new eager or on_missing asset that is not there is
 *       made. Only on_cron begins with the first tick after it was declared.
 *     - eager waits for all that is running above it, not only for direct parents.
 *     - Blocking checks hold back without being asked for (all_deps_blocking_checks_passed).
 *     - A view that has no automation is looked through: what it shows is as new as what it reads.
 *     - on_cron takes a parent that was looked at and found fresh as updated; what is not made here
 *       (external assets) or is made all the time (streams) is not waited for.
 *     - minimum_gap: Dagster has none for assets.
 *
 * Of what is made in partitions, eager and on_missing ask for those that are owed (run/owed.h tells
 * which, from outside), one attempt for what they would be made of. Such a run is not shared with
 * other assets, since a run has one list of partitions: those that read it follow when it is over.
 *
 * A clock that is set back holds nothing but on_cron, until it is where it was.
 */
#ifndef AORTA_SCHEDULE_AUTOMATION_H
#define AORTA_SCHEDULE_AUTOMATION_H

#include "base/arena.h"
#include "schedule/rule.h"

/* What is known of one asset. Times are instants, 0: never. */
struct automation_fact {
    uint64_t version; /* of what was published last; another one for each; 0: nothing is known */
    int64_t published_us; /* the last publication */
    int64_t confirmed_us; /* when the last attempt began that published it or found it fresh */
    int64_t handled_us;   /* when its last attempt began; without one, when its last run ended */
    int64_t requested_us; /* by automation */
    int64_t since_us;     /* since when its automation is looked after */
    uint64_t seen;        /* its parents' versions when it was requested; 0: it was not */
    bool is_rejected;     /* its last step failed by a blocking check */
    bool is_paused;
    bool is_in_run;           /* it is among the assets of a run that waits or works */
    bool is_being_made;       /* and its step is not over there */
    bool is_partitioned;      /* eager and on_missing ask for its partitions */
    uint64_t owed;            /* which of them, and of what they would be made; 0: none */
    int64_t partition_due_us; /* when time alone adds one; 0: not known */
};

enum automation_why {
    AUTOMATION_NOT,
    AUTOMATION_UPDATED,  /* `because` was made */
    AUTOMATION_TOGETHER, /* `because` is to be made now */
    AUTOMATION_MISSING,  /* it is not there */
    AUTOMATION_TICK,
    AUTOMATION_PARTITIONS, /* some of its partitions are owed: a run of its own makes them */
};

/* What it waits for, if it is not to be made. */
enum automation_wait {
    AUTOMATION_FOR_NOTHING,
    AUTOMATION_FOR_NEWS,     /* nothing of what it reads has changed, or it is there */
    AUTOMATION_FOR_TICK,     /* at again_us */
    AUTOMATION_FOR_UPDATE,   /* `because` was not brought up to date since the tick */
    AUTOMATION_FOR_RESUMING, /* it is paused */
    AUTOMATION_FOR_RUN,      /* it is among the assets of one */
    AUTOMATION_FOR_PARENT,   /* `because` is to be made by one, or what it reads is */
    AUTOMATION_FOR_MISSING,  /* `because` is not there */
    AUTOMATION_FOR_REJECTED, /* `because` was rejected by a blocking check */
    AUTOMATION_FOR_GAP,      /* its minimum gap, which is over at again_us */
};

struct automation_verdict {
    enum automation_why why; /* not AUTOMATION_NOT: it is to be made */
    enum automation_wait wait;
    const struct asset *because; /* of the one or the other */
    uint64_t seen;               /* what its fact has to say from then on */
    int64_t again_us;            /* when time alone may change this; INT64_MAX: never */
};

struct automation_world {
    const struct graph *graph;
    const struct rules *rules;
    const struct automation_fact *facts; /* by asset->order */
    int64_t now_us;
};

/* Of all assets, by asset->order, in the arena; *count gets how many are to be made. */
const struct automation_verdict *automation_decide(const struct automation_world *world,
                                                   struct arena *arena, size_t *count);

/* "raw.orders has changed", "it is not there", …, in the arena. */
const char *automation_describe(const struct automation_verdict *verdict, struct arena *arena);

/* What the asset of that rule waits for: "a change of what it reads", "raw.orders, which is not
 * there", …; "nothing: it is about to be made". In the arena. */
const char *automation_describe_wait(const struct asset *asset, const struct rule *rule,
                                     const struct automation_verdict *verdict, struct arena *arena);

/* The version of what that run published; rows: of a stream, which publishes many in one run. Never
 * 0, and another one each time. */
uint64_t automation_version(const char *run, int64_t rows);

#endif

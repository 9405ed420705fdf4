/*
 * What running steps take: of executors, of assets, of pools.
 *
 *     usage_count(&usage, daemon);
 *     if (usage_allows(&usage, job, step, &obstacle))
 *         usage_add(&usage, job, step);        it begins
 *     usage_release(&usage);
 *
 * Nothing of it is kept: it is counted anew, from the live attempts of all runs, each time that
 * steps are to begin. So a slot is held by a step that runs or not at all, whatever has died.
 *
 * Steps of `aorta stream` have their threads for good: they neither take slots nor wait for any, or
 * a pool would be full for ever.
 */
#ifndef AORTA_DAEMON_USAGE_H
#define AORTA_DAEMON_USAGE_H

#include "base/map.h"
#include "daemon/work.h"

struct usage {
    struct arena arena;
    struct map executors; /* name ─▶ what runs there */
    struct map assets;    /* key ─▶ the job that makes it */
    struct map slots;     /* name ─▶ how many are taken */
};

/* Why a step may not begin now. What else there may be is a matter of moments. */
struct obstacle {
    const struct slots *slots; /* all are taken, */
    int64_t taken;
    const struct job *job;     /* or this one makes the same asset, */
    const char *full_executor; /* or its executor takes no other step of the run */
};

/* now_us is monotonic: a retry that is not due waits for nothing. */
void usage_count(struct usage *usage, const struct daemon *daemon, int64_t now_us);
void usage_release(struct usage *usage);

/* Two runs never make the same asset at once; one executor gets no more than it can work on, and a
 * run has no more steps at once than it asked for; a step that may be what killed its executor runs
 * there alone, and while it waits for that no other begins there; of each of the asset's slots one is free. */
bool usage_allows(const struct usage *usage, const struct job *job, const struct run_step *step,
                  struct obstacle *obstacle);

/* The step runs. */
void usage_add(struct usage *usage, const struct job *job, const struct run_step *step);

#endif

/*
 * The schedules of a pipeline, ready to tick: expressions parsed, zones loaded, selections looked
 * at. They live as long as what was loaded with them, and do not change.
 */
#ifndef AORTA_SCHEDULE_SCHEDULE_H
#define AORTA_SCHEDULE_SCHEDULE_H

#include "config/pipeline.h"
#include "graph/graph.h"
#include "schedule/cron.h"

struct schedule {
    const struct schedule_config *config;
    struct cron cron;
    const struct zone *zone;
    const char *definition; /* what its ticks come of: another one begins anew */
    const char *trigger;    /* of its runs: "schedule:NAME" */
};

struct schedules {
    struct schedule *items; /* in the order of the file */
    size_t count;
    struct zone **zones;
    size_t zone_count;
};

/* Compiles all of [schedule.NAME]; what is wrong is added to problems, each at its place. Whether
 * selections mean something is looked at only in a graph that is whole. Reads the zones' files. */
void schedules_compile(struct schedules *schedules, const struct pipeline *pipeline,
                       const struct graph *graph, bool graph_is_whole, struct problems *problems);
void schedules_release(struct schedules *schedules);

/* By name, or NULL. */
const struct schedule *schedules_find(const struct schedules *schedules, const char *name);

/* When the run of a tick begins: up to the schedule's jitter after it, for the same tick always the
 * same. */
int64_t schedule_start_us(const struct schedule *schedule, int64_t tick_us);

#endif

/*
 * What the assets of a graph declare of their upkeep (graph/upkeep.h), ready to be asked:
 * expressions parsed, zones loaded. Lives as long as what was loaded with it, and does not change.
 */
#ifndef AORTA_SCHEDULE_RULE_H
#define AORTA_SCHEDULE_RULE_H

#include "graph/graph.h"
#include "schedule/cron.h"

/* Below a stream, which writes all the time: the gap between two runs if none is declared. */
#define RULE_STREAM_GAP_US (INT64_C(60) * 1000 * 1000)

struct rule {
    enum upkeep_when when;
    struct cron cron; /* of UPKEEP_ON_CRON */
    const struct zone *zone;
    int64_t minimum_gap_us;
    bool has_freshness;
    bool has_deadline;
    struct cron deadline;
    const struct zone *deadline_zone;
    int64_t max_lag_us;     /* 0: none */
    const char *definition; /* of the automation: another one begins anew */
};

struct rules {
    struct rule **of; /* by asset->order; NULL: nothing is declared */
    size_t automated; /* how many are made by themselves */
    size_t timed;     /* how many have to be fresh */
    struct zone **zones;
    size_t zone_count;
};

/* Of all assets of the graph; what is wrong is added to problems, each at its place. Reads the
 * zones' files. */
void rules_compile(struct rules *rules, const struct graph *graph, struct arena *arena,
                   struct problems *problems);
void rules_release(struct rules *rules);

#endif

/*
 * Which assets an alert is about: `select` of [alert.NAME], which needs the graph.
 */
#ifndef AORTA_GRAPH_WATCH_H
#define AORTA_GRAPH_WATCH_H

#include "graph/graph.h"

/* Sets watched[asset->order] for each asset that the alert is about; the others must be false
 * before. Without `select` that is all of them. ERR_CONFIG as select_assets has it. */
int watch_assets(const struct graph *graph, const struct alert *alert, struct arena *arena,
                 bool *watched, struct err *err);

/* What is wrong with the selections of all alerts, each at its place. Of a graph without problems:
 * else the missing asset is the one that could not be read. */
void watch_check(const struct graph *graph, struct problems *problems);

#endif

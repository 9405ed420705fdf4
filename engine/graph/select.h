/*
 * Which assets are meant.
 *
 *     stg_users          by name or key        +a   and all it depends on
 *     tag:daily          by tag                a+   and all that depends on it
 *     group:staging      by group              +a+  both
 *     kind:model         by kind               *    all
 *
 * Several selections are a union. The names are dbt's where dbt has them.
 */
#ifndef AORTA_GRAPH_SELECT_H
#define AORTA_GRAPH_SELECT_H

#include "graph/graph.h"

/* Sets selected[asset->order] for each asset that one of the texts means; no texts: all. ERR_CONFIG
 * with a suggestion for a text that means nothing. */
int select_assets(const struct graph *graph, const char *const *texts, size_t count, bool *selected,
                  struct err *err);

#endif

/*
 * All assets of a pipeline and what depends on what.
 *
 * An asset depends on another because its SQL says so (ref, source, new_rows(ref(…))), because it
 * reads what the other writes (a source from a table that a generator fills, a stream from its
 * topic), because a check refers to it (relationships), or because depends_on says so. The graph
 * has no cycle: its assets stand in an order in which parents come first, ties by key, so that the
 * same files always give the same plan.
 */
#ifndef AORTA_GRAPH_GRAPH_H
#define AORTA_GRAPH_GRAPH_H

#include "base/map.h"
#include "graph/asset.h"

struct folder_signature;

struct graph {
    const struct pipeline *pipeline;
    struct asset **assets; /* parents first */
    size_t count;
    struct map by_name;
    struct map by_key;
    struct map by_lower; /* keys in small letters */
};

void graph_init(struct graph *graph);
void graph_release(struct graph *graph); /* the maps; the rest is the arena's */

/* Reads every asset below the pipeline's folder of assets, and adds to the signature what is there.
 * All that is wrong goes to problems; the graph is usable only if there is none. */
void graph_load(struct graph *graph, const struct pipeline *pipeline,
                struct folder_signature *signature, struct problems *problems);

/* By name or by key, or NULL. */
struct asset *graph_find(const struct graph *graph, const char *name);

#endif

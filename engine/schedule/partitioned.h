/*
 * Which assets of a graph are made in partitions, and in which.
 *
 *     asset file ─▶ graph/asset_partitions.h, as it is written ─▶ this ─▶ schedule/partition.h
 *
 * Part of what is loaded of a pipeline, and as unchangeable. Holds addresses of its own: it is not
 * copied.
 */
#ifndef AORTA_SCHEDULE_PARTITIONED_H
#define AORTA_SCHEDULE_PARTITIONED_H

#include "graph/graph.h"
#include "schedule/partition.h"

struct partitioned {
    struct partitions **of; /* by asset->order; NULL: it is made as one */
    size_t count;
    struct map zones;        /* by name: one of each */
    struct partitions hours; /* of streams: all hours of UTC */
};

/* Compiles what the assets say; what is wrong with it goes to problems, at its place. Reads the
 * files of time zones. The list lives in the pipeline's arena. */
void partitioned_init(struct partitioned *partitioned, const struct graph *graph,
                      struct problems *problems);
void partitioned_release(struct partitioned *partitioned);

/* The partitions of the asset, or NULL. */
const struct partitions *partitioned_find(const struct partitioned *partitioned,
                                          const struct asset *asset);

/* Likewise, and of a stream the hours of its events: they are known of it, though it is not made by
 * them. */
const struct partitions *partitioned_known(const struct partitioned *partitioned,
                                           const struct asset *asset);

/* The last partition that there is now: the last that is over, or as many behind that as the
 * asset's end_offset says. False if there is none yet. */
bool partitioned_last(const struct partitions *partitions, const struct asset *asset,
                      int64_t now_us, struct partition *last);

#endif

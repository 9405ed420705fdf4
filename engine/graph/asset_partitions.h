/*
 * What a model says of the partitions that it is made in.
 *
 *     materialized = "incremental"
 *     strategy = "partition"          # the rows of a partition are replaced
 *
 *     [partitions]
 *     by = "day"                      # hour, day, week, month
 *     start = "2024-04-01"            # the first
 *     timezone = "Europe/London"      # default UTC
 *     end_offset = 1                  # how many behind the last that is over exist, too
 *     column = "created_at"           # which column says to which partition a row belongs
 *
 * or, in the place of time, keys = ["north", "south"]: then the column holds the key.
 *
 * Here it is only read: schedule/partitioned.h knows what it means.
 */
#ifndef AORTA_GRAPH_ASSET_PARTITIONS_H
#define AORTA_GRAPH_ASSET_PARTITIONS_H

#include "graph/asset.h"

/* As many are behind, or before, the last that is over. */
enum { ASSET_END_OFFSET_MOST = 1000 };

/* Reads the asset's table, if it has one, and reports what makes no sense. */
void asset_partitions_read(struct asset *asset, struct problems *problems);

/* Where one of its keys stands; the table's place if it is not given. */
struct asset_site asset_partitions_site(const struct asset *asset, const char *key);

#endif

/*
 * What an asset says of the partitions that it is made in.
 *
 *     materialized = "incremental"    # or "table"
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
 * A run of a partition replaces exactly that partition's rows. So not everything can have
 * partitions:
 *
 *     table                    a run without --partition builds all of them anew
 *     incremental, partition   such a run makes the last (the strategy if none is given)
 *     source of files          the folders say the hour or the day of an object, in UTC, and there
 *                              is no column; such a run reads what is new, of whatever partition
 *     source of a topic        the same of the hours of its events, as the sink wrote them; days of
 *                              another time zone, too, if its clocks are whole hours from UTC
 *     stream                   has them without saying so: the hours of its events
 *     anything else            is refused, with the reason and the way out
 *
 * Here it is only read: schedule/partitioned.h knows what it means.
 */
#ifndef AORTA_GRAPH_ASSET_PARTITIONS_H
#define AORTA_GRAPH_ASSET_PARTITIONS_H

#include "graph/asset.h"

/* As many are behind, or before, the last that is over. */
enum { ASSET_END_OFFSET_MOST = 1000 };

/* Reads the asset's table, if it has one, and reports what makes no sense. Its body has been read. */
void asset_partitions_read(struct asset *asset, struct arena *arena, struct problems *problems);

/* Whether they would be those of a topic's lake, which is read by the sink's plans. */
bool asset_partitions_are_of_topic(const struct asset *asset);

/* Where one of its keys stands; the table's place if it is not given. */
struct asset_site asset_partitions_site(const struct asset *asset, const char *key);

#endif

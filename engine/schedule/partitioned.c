#include "schedule/partitioned.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "graph/asset_partitions.h"

#include <stdlib.h>

static const enum partition_unit units[] = {PARTITION_HOUR, PARTITION_DAY, PARTITION_WEEK,
                                            PARTITION_MONTH};

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)

/* Two changes a year, and no end: the rest of them are as those of the last years. */
enum { PERIODS_LOOKED_AT = 400 };

static void complain(const struct asset *asset, const char *key, struct problems *problems,
                     const struct err *err)
{
    struct asset_site site = asset_partitions_site(asset, key);

    problem_add(problems, site.file, site.line, site.column, "%s", err->message);
}

/* NULL if there is no such zone. */
static const struct zone *zone_of(struct partitioned *partitioned, const char *name,
                                  struct err *err)
{
    struct zone *zone = map_find(&partitioned->zones, name);

    if (zone != NULL)
        return zone;
    if (zone_load(name, &zone, err) < 0)
        return NULL;
    map_put(&partitioned->zones, name, zone);
    return zone;
}

/* Objects of a topic are of whole hours of UTC: where clocks are half an hour off, each would have
 * rows of two partitions. */
static int check_clocks(const struct partitions *partitions, struct err *err)
{
    struct zone_period period = {.until_us = partitions->first_us};

    for (int i = 0; i < PERIODS_LOOKED_AT && period.until_us < ZONE_END_US; i++) {
        zone_period_at(partitions->zone, period.until_us, &period);
        if (period.offset_us % US_PER_HOUR != 0)
            return err_set(err, ERR_CONFIG,
                           "the clocks of %s are not whole hours from UTC, and a topic's objects "
                           "are of hours of UTC, so that an object would have rows of two "
                           "partitions. Give partitions to the model that reads it",
                           zone_name(partitions->zone));
    }
    return 0;
}

static void compile(struct partitioned *partitioned, const struct asset *asset,
                    struct problems *problems)
{
    const struct asset_partitions *said = &asset->partitioned;
    bool is_static = said->by == ASSET_PARTITIONS_STATIC;
    struct partitions made;
    struct err err;
    int result;

    if (is_static) {
        result = partitions_init_static(&made, said->keys.items, said->keys.count, &err);
    } else {
        const char *name = said->timezone != NULL ? said->timezone : "UTC";
        const struct zone *zone = zone_of(partitioned, name, &err);
        if (zone == NULL) {
            complain(asset, "timezone", problems, &err);
            return;
        }
        result = partitions_init_time(&made, units[said->by], zone, 0, said->start, &err);
    }
    if (result < 0) {
        complain(asset, is_static ? "keys" : "start", problems, &err);
        return;
    }
    if (!is_static && asset_partitions_are_of_topic(asset) && check_clocks(&made, &err) < 0) {
        complain(asset, "timezone", problems, &err);
        partitions_release(&made);
        return;
    }
    partitioned->of[asset->order] = alloc_bytes(sizeof made);
    *partitioned->of[asset->order] = made;
}

static bool compile_hours(struct partitioned *partitioned, struct err *err)
{
    const struct zone *zone = zone_of(partitioned, "UTC", err);

    return zone != NULL &&
           partitions_init_time(&partitioned->hours, PARTITION_HOUR, zone, 0, NULL, err) == 0;
}

void partitioned_init(struct partitioned *partitioned, const struct graph *graph,
                      struct problems *problems)
{
    bool has_streams = false;
    struct err err;

    map_init(&partitioned->zones);
    partitioned->count = graph->count;
    partitioned->of =
        arena_calloc(graph->pipeline->arena, graph->count + 1, sizeof(struct partitions *));
    for (size_t i = 0; i < graph->count; i++) {
        has_streams |= graph->assets[i]->kind == ASSET_STREAM;
        if (graph->assets[i]->partitioned.table != NULL)
            compile(partitioned, graph->assets[i], problems);
    }
    if (has_streams && !compile_hours(partitioned, &err))
        problem_add(problems, NULL, 0, 0, "%s", err.message);
}

void partitioned_release(struct partitioned *partitioned)
{
    for (size_t i = 0; i < partitioned->count; i++) {
        if (partitioned->of[i] == NULL)
            continue;
        partitions_release(partitioned->of[i]);
        free(partitioned->of[i]);
    }
    for (size_t i = 0; i < partitioned->zones.count; i++)
        zone_free(partitioned->zones.entries[i].value);
    map_release(&partitioned->zones);
}

const struct partitions *partitioned_find(const struct partitioned *partitioned,
                                          const struct asset *asset)
{
    return asset->order < partitioned->count ? partitioned->of[asset->order] : NULL;
}

const struct partitions *partitioned_known(const struct partitioned *partitioned,
                                           const struct asset *asset)
{
    bool is_stream = asset->kind == ASSET_STREAM && partitioned->hours.zone != NULL;

    return is_stream ? &partitioned->hours : partitioned_find(partitioned, asset);
}

bool partitioned_last(const struct partitions *partitions, const struct asset *asset,
                      int64_t now_us, struct partition *last)
{
    int64_t offset = asset->partitioned.end_offset;
    struct partition at;

    if (partition_last(partitions, now_us, &at))
        ;
    else if (offset > 0 && partition_first(partitions, &at))
        offset--;
    else
        return false;
    for (; offset > 0; offset--)
        if (!partition_next(partitions, &at, &at))
            break;
    for (; offset < 0; offset++)
        if (!partition_previous(partitions, &at, &at))
            return false;
    *last = at;
    return true;
}

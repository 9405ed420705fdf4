#include "schedule/rule.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct compiling {
    struct rules *rules;
    struct arena *arena;
    struct problems *problems;
};

static const struct zone *find_zone(const struct compiling *c, const struct asset *asset,
                                    const struct upkeep_time *time)
{
    struct rules *rules = c->rules;
    struct zone *zone;
    struct err err;

    for (size_t i = 0; i < rules->zone_count; i++)
        if (strcmp(zone_name(rules->zones[i]), time->timezone) == 0)
            return rules->zones[i];
    if (zone_load(time->timezone, &zone, &err) < 0) {
        problem_add(c->problems, asset->file, time->zone_line, time->zone_column, "%s",
                    err.message);
        return NULL;
    }
    rules->zones = alloc_resize(rules->zones, (rules->zone_count + 1) * sizeof(struct zone *));
    rules->zones[rules->zone_count++] = zone;
    return zone;
}

/* Whether it ticks at all. */
static bool compile_time(const struct compiling *c, const struct asset *asset,
                         const struct upkeep_time *time, struct cron *cron,
                         const struct zone **zone)
{
    int64_t tick_us;
    struct err err;

    if (time->cron == NULL)
        return false;
    *zone = find_zone(c, asset, time);
    if (cron_parse(time->cron, cron, &err) < 0) {
        problem_add(c->problems, asset->file, time->line, time->column, "%s", err.message);
        return false;
    }
    if (*zone == NULL)
        return false;
    if (cron_next(cron, *zone, 0, &tick_us))
        return true;
    problem_add(c->problems, asset->file, time->line, time->column,
                "cron \"%s\": it never ticks in %s, where the clocks skip all its times",
                time->cron, time->timezone);
    return false;
}

static int64_t gap_of(const struct asset *asset)
{
    if (asset->upkeep.has_minimum_gap)
        return asset->upkeep.minimum_gap_ms * 1000;
    for (size_t i = 0; i < asset->parent_count; i++)
        if (asset->parents[i]->kind == ASSET_STREAM)
            return RULE_STREAM_GAP_US;
    return 0;
}

static struct rule *compile(const struct compiling *c, const struct asset *asset)
{
    const struct upkeep *upkeep = &asset->upkeep;
    struct rule *rule = arena_alloc(c->arena, sizeof *rule);

    rule->when = upkeep->when;
    rule->minimum_gap_us = gap_of(asset);
    if (rule->when == UPKEEP_ON_CRON &&
        !compile_time(c, asset, &upkeep->on_cron, &rule->cron, &rule->zone))
        rule->when = UPKEEP_BY_HAND; /* said already */
    rule->has_freshness = upkeep->freshness != NULL;
    rule->has_deadline =
        compile_time(c, asset, &upkeep->deadline, &rule->deadline, &rule->deadline_zone);
    rule->max_lag_us = upkeep->max_lag_ms * 1000;
    rule->definition = rule->when == UPKEEP_ON_CRON
                           ? arena_printf(c->arena, "%s %s %s", upkeep_when_names[rule->when],
                                          upkeep->on_cron.timezone, upkeep->on_cron.cron)
                           : upkeep_when_names[rule->when];
    return rule;
}

void rules_compile(struct rules *rules, const struct graph *graph, struct arena *arena,
                   struct problems *problems)
{
    const struct compiling c = {rules, arena, problems};

    *rules = (struct rules){.of = arena_calloc(arena, graph->count + 1, sizeof(struct rule *))};
    for (size_t i = 0; i < graph->count; i++) {
        const struct asset *asset = graph->assets[i];
        if (asset->upkeep.when == UPKEEP_BY_HAND && asset->upkeep.freshness == NULL)
            continue;
        rules->of[i] = compile(&c, asset);
        rules->automated += rules->of[i]->when != UPKEEP_BY_HAND;
        rules->timed += rules->of[i]->has_freshness;
    }
}

void rules_release(struct rules *rules)
{
    for (size_t i = 0; i < rules->zone_count; i++)
        zone_free(rules->zones[i]);
    free(rules->zones);
    *rules = (struct rules){0};
}

#include "schedule/schedule.h"

#include "base/clock.h"
#include "base/hash.h"
#include "schedule/chosen.h"

#include <string.h>

static const char FILE_NAME[] = "pipeline.toml";

static const struct zone *find_zone(struct schedules *schedules,
                                    const struct schedule_config *config, struct problems *problems)
{
    struct zone *zone;
    struct err err;

    for (size_t i = 0; i < schedules->zone_count; i++)
        if (strcmp(zone_name(schedules->zones[i]), config->timezone) == 0)
            return schedules->zones[i];
    if (zone_load(config->timezone, &zone, &err) < 0) {
        problem_add(problems, FILE_NAME, config->timezone_line, config->timezone_column, "%s",
                    err.message);
        return NULL;
    }
    schedules->zones[schedules->zone_count++] = zone;
    return zone;
}

static void check_cron(struct schedule *schedule, struct problems *problems)
{
    const struct schedule_config *config = schedule->config;
    int64_t tick_us;
    struct err err;

    if (config->cron == NULL)
        return; /* which was said */
    if (cron_parse(config->cron, &schedule->cron, &err) < 0)
        problem_add(problems, FILE_NAME, config->cron_line, config->cron_column, "%s", err.message);
    else if (schedule->zone != NULL &&
             !cron_next(&schedule->cron, schedule->zone, clock_now_us(), &tick_us))
        problem_add(problems, FILE_NAME, config->cron_line, config->cron_column,
                    "cron \"%s\": it never ticks in %s, where the clocks skip all its times",
                    config->cron, config->timezone);
}

static void check_selection(const struct schedule_config *config, const struct graph *graph,
                            struct problems *problems)
{
    const struct chosen chosen = {"schedule",       config->name, &config->select,
                                  &config->exclude, config->line, config->column};

    chosen_check(&chosen, graph, problems);
}

void schedules_compile(struct schedules *schedules, const struct pipeline *pipeline,
                       const struct graph *graph, bool graph_is_whole, struct problems *problems)
{
    const struct schedules_config *configs = &pipeline->schedules;
    struct arena *arena = pipeline->arena;

    *schedules = (struct schedules){
        .items = arena_calloc(arena, configs->count + 1, sizeof *schedules->items),
        .zones = arena_calloc(arena, configs->count + 1, sizeof(struct zone *)),
        .count = configs->count,
    };
    for (size_t i = 0; i < configs->count; i++) {
        struct schedule *schedule = &schedules->items[i];
        const struct schedule_config *config = &configs->items[i];
        schedule->config = config;
        schedule->zone = find_zone(schedules, config, problems);
        schedule->definition = arena_printf(arena, "%s %s", config->timezone,
                                            config->cron != NULL ? config->cron : "");
        schedule->trigger = arena_printf(arena, "schedule:%s", config->name);
        check_cron(schedule, problems);
        if (graph_is_whole)
            check_selection(config, graph, problems);
    }
}

void schedules_release(struct schedules *schedules)
{
    for (size_t i = 0; i < schedules->zone_count; i++)
        zone_free(schedules->zones[i]);
    *schedules = (struct schedules){0};
}

const struct schedule *schedules_find(const struct schedules *schedules, const char *name)
{
    for (size_t i = 0; i < schedules->count; i++)
        if (strcmp(schedules->items[i].config->name, name) == 0)
            return &schedules->items[i];
    return NULL;
}

int64_t schedule_start_us(const struct schedule *schedule, int64_t tick_us)
{
    const char *name = schedule->config->name;
    uint64_t spread_us = (uint64_t)schedule->config->jitter_ms * 1000;

    if (spread_us == 0)
        return tick_us;
    uint64_t chance = hash_mix(hash_bytes(name, strlen(name)) ^ (uint64_t)tick_us);
    return tick_us + (int64_t)(chance % spread_us);
}

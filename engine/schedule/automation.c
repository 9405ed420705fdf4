#include "schedule/automation.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>

/* What an asset is to those that depend on it. */
struct shown {
    uint64_t version;
    int64_t published_us, confirmed_us;
    bool is_missing, is_rejected;
    bool is_requested; /* it is to be made now, or a view of such a one */
    bool is_busy;      /* it is being made, or something above it is */
};

struct deciding {
    const struct automation_world *world;
    struct shown *shown; /* by asset->order */
};

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static const struct rule *rule_of(const struct deciding *d, const struct asset *asset)
{
    const struct rule *rule = d->world->rules->of[asset->order];

    return rule != NULL && rule->when != UPKEEP_BY_HAND ? rule : NULL;
}

/* Of streams and what somebody else makes nothing is published that could be waited for. */
static bool is_always_there(const struct asset *asset)
{
    return asset->kind == ASSET_STREAM || asset->kind == ASSET_EXTERNAL;
}

/* An asset that was found fresh is there, whoever made it. */
static bool is_missing(const struct automation_fact *fact)
{
    return fact->published_us == 0 && fact->confirmed_us == 0;
}

/* What a view shows is as new as what it reads. */
static void look_through(const struct deciding *d, const struct asset *asset, struct shown *shown)
{
    int64_t oldest_us = INT64_MAX;

    for (size_t i = 0; i < asset->parent_count; i++) {
        const struct shown *parent = &d->shown[asset->parents[i]->order];
        shown->version = hash_mix(shown->version ^ hash_mix(parent->version + i));
        shown->published_us = later(shown->published_us, parent->published_us);
        shown->is_rejected |= parent->is_rejected && !parent->is_requested;
        shown->is_requested |= parent->is_requested;
        oldest_us = earlier(oldest_us, parent->confirmed_us);
    }
    if (asset->parent_count > 0)
        shown->confirmed_us = later(shown->confirmed_us, oldest_us);
}

static void show(const struct deciding *d, const struct asset *asset, enum automation_why why)
{
    bool is_requested = why != AUTOMATION_NOT && why != AUTOMATION_PARTITIONS;
    const struct automation_fact *fact = &d->world->facts[asset->order];
    struct shown *shown = &d->shown[asset->order];
    bool is_view = asset->kind == ASSET_MODEL && asset->materialized == ASSET_VIEW;

    *shown = (struct shown){
        .version = fact->version,
        .published_us = fact->published_us,
        .confirmed_us =
            is_always_there(asset) ? INT64_MAX : later(fact->confirmed_us, fact->published_us),
        .is_missing = is_missing(fact) && !is_always_there(asset),
        .is_rejected = fact->is_rejected,
        .is_requested = is_requested,
        .is_busy =
            (fact->is_being_made && asset->kind != ASSET_STREAM) || why == AUTOMATION_PARTITIONS,
    };
    for (size_t i = 0; i < asset->parent_count; i++)
        shown->is_busy |= d->shown[asset->parents[i]->order].is_busy;
    if (is_view && rule_of(d, asset) == NULL)
        look_through(d, asset, shown);
}

/* ---- why it should be made ------------------------------------------------------------------- */

static uint64_t versions_of(const struct deciding *d, const struct asset *asset)
{
    uint64_t hash = hash_mix(asset->parent_count + 1);

    for (size_t i = 0; i < asset->parent_count; i++)
        hash = hash_mix(hash ^ d->shown[asset->parents[i]->order].version);
    return hash != 0 ? hash : 1;
}

static const struct asset *find_requested(const struct deciding *d, const struct asset *asset)
{
    for (size_t i = 0; i < asset->parent_count; i++)
        if (d->shown[asset->parents[i]->order].is_requested)
            return asset->parents[i];
    return NULL;
}

static const struct asset *find_updated(const struct deciding *d, const struct asset *asset,
                                        int64_t since_us)
{
    for (size_t i = 0; i < asset->parent_count; i++)
        if (d->shown[asset->parents[i]->order].published_us > since_us)
            return asset->parents[i];
    return NULL;
}

/* Whatever it reads: that is asked of each of its partitions. */
static enum automation_why want_partitions(const struct deciding *d, const struct asset *asset,
                                           struct automation_verdict *verdict)
{
    const struct automation_fact *fact = &d->world->facts[asset->order];

    verdict->wait = AUTOMATION_FOR_NEWS;
    verdict->seen = fact->owed;
    if (fact->partition_due_us > 0)
        verdict->again_us = fact->partition_due_us;
    return fact->owed != 0 && fact->owed != fact->seen ? AUTOMATION_PARTITIONS : AUTOMATION_NOT;
}

/* When it is not there, or (eager) what it reads has changed. */
static enum automation_why want(const struct deciding *d, const struct asset *asset, bool is_eager,
                                struct automation_verdict *verdict)
{
    const struct automation_fact *fact = &d->world->facts[asset->order];

    verdict->wait = AUTOMATION_FOR_NEWS;
    if (is_eager && (verdict->because = find_requested(d, asset)) != NULL)
        return AUTOMATION_TOGETHER;
    if (fact->seen == verdict->seen)
        return AUTOMATION_NOT; /* was tried with what there is to read */
    if (is_missing(fact))
        return AUTOMATION_MISSING;
    if (is_eager && (verdict->because = find_updated(d, asset, fact->handled_us)) != NULL)
        return AUTOMATION_UPDATED;
    return AUTOMATION_NOT;
}

static enum automation_why want_by_time(const struct deciding *d, const struct asset *asset,
                                        const struct rule *rule, struct automation_verdict *verdict)
{
    const struct automation_fact *fact = &d->world->facts[asset->order];
    int64_t now_us = d->world->now_us, tick_us, next_us;

    verdict->wait = AUTOMATION_FOR_TICK;
    if (cron_next(&rule->cron, rule->zone, now_us, &next_us))
        verdict->again_us = next_us;
    if (!cron_previous(&rule->cron, rule->zone, now_us + 1, &tick_us) ||
        tick_us <= fact->since_us || tick_us <= later(fact->requested_us, fact->handled_us))
        return AUTOMATION_NOT;
    for (size_t i = 0; i < asset->parent_count; i++) {
        const struct shown *parent = &d->shown[asset->parents[i]->order];
        if (parent->confirmed_us < tick_us && !parent->is_requested) {
            verdict->wait = AUTOMATION_FOR_UPDATE;
            verdict->because = asset->parents[i];
            return AUTOMATION_NOT;
        }
    }
    return AUTOMATION_TICK;
}

/* ---- why it may not -------------------------------------------------------------------------- */

static enum automation_wait find_hold(const struct deciding *d, const struct asset *asset,
                                      const struct asset **because)
{
    const struct automation_fact *fact = &d->world->facts[asset->order];

    if (fact->is_paused)
        return AUTOMATION_FOR_RESUMING;
    if (fact->is_in_run)
        return AUTOMATION_FOR_RUN;
    for (size_t i = 0; i < asset->parent_count; i++) {
        const struct shown *parent = &d->shown[asset->parents[i]->order];
        *because = asset->parents[i];
        if (parent->is_busy)
            return AUTOMATION_FOR_PARENT;
        if (parent->is_missing && !parent->is_requested)
            return AUTOMATION_FOR_MISSING;
        bool by_parts = fact->is_partitioned && d->world->facts[(*because)->order].is_partitioned;
        if (parent->is_rejected && !parent->is_requested && !by_parts)
            return AUTOMATION_FOR_REJECTED; /* of parts, those that wait for it are not owed */
    }
    return AUTOMATION_FOR_NOTHING;
}

static bool is_in_gap(const struct deciding *d, const struct asset *asset, const struct rule *rule,
                      struct automation_verdict *verdict)
{
    const struct automation_fact *fact = &d->world->facts[asset->order];
    int64_t last_us = later(fact->requested_us, fact->handled_us);
    int64_t over_us = last_us + rule->minimum_gap_us;

    if (last_us == 0 || last_us > d->world->now_us || d->world->now_us >= over_us)
        return false;
    verdict->again_us = earlier(verdict->again_us, over_us);
    return true;
}

static void decide(const struct deciding *d, const struct asset *asset, const struct rule *rule,
                   struct automation_verdict *verdict)
{
    const struct asset *holder = NULL;
    enum automation_why why;

    verdict->seen = versions_of(d, asset);
    if (rule->when == UPKEEP_ON_CRON)
        why = want_by_time(d, asset, rule, verdict);
    else if (d->world->facts[asset->order].is_partitioned)
        why = want_partitions(d, asset, verdict);
    else
        why = want(d, asset, rule->when == UPKEEP_EAGER, verdict);
    enum automation_wait hold = find_hold(d, asset, &holder);
    if (why == AUTOMATION_NOT) {
        if (hold == AUTOMATION_FOR_RESUMING || hold == AUTOMATION_FOR_RUN)
            verdict->wait = hold; /* nothing else is looked at before that */
        return;
    }
    verdict->wait = hold;
    if (hold != AUTOMATION_FOR_NOTHING)
        verdict->because = holder;
    else if (is_in_gap(d, asset, rule, verdict))
        verdict->wait = AUTOMATION_FOR_GAP;
    else
        verdict->why = why;
}

const struct automation_verdict *automation_decide(const struct automation_world *world,
                                                   struct arena *arena, size_t *count)
{
    const struct graph *graph = world->graph;
    struct automation_verdict *verdicts = arena_calloc(arena, graph->count + 1, sizeof *verdicts);
    const struct deciding d = {
        .world = world,
        .shown = arena_calloc(arena, graph->count + 1, sizeof(struct shown)),
    };

    *count = 0;
    for (size_t i = 0; i < graph->count; i++) {
        const struct asset *asset = graph->assets[i];
        const struct rule *rule = rule_of(&d, asset);
        verdicts[i].again_us = INT64_MAX;
        if (rule != NULL)
            decide(&d, asset, rule, &verdicts[i]);
        show(&d, asset, verdicts[i].why);
        *count += verdicts[i].why != AUTOMATION_NOT;
    }
    return verdicts;
}

const char *automation_describe(const struct automation_verdict *verdict, struct arena *arena)
{
    switch (verdict->why) {
    case AUTOMATION_UPDATED: return arena_printf(arena, "%s has changed", verdict->because->key);
    case AUTOMATION_TOGETHER: return arena_printf(arena, "with %s", verdict->because->key);
    case AUTOMATION_MISSING: return "it is not there";
    case AUTOMATION_TICK: return "it is time";
    case AUTOMATION_PARTITIONS: return "partitions are missing or stale, or failed with others";
    case AUTOMATION_NOT: break;
    }
    return "nothing to do";
}

const char *automation_describe_wait(const struct asset *asset, const struct rule *rule,
                                     const struct automation_verdict *verdict, struct arena *arena)
{
    const char *parent = verdict->because != NULL ? verdict->because->key : "";
    const char *news;
    char at[CLOCK_TEXT_SIZE] = "never";

    if (verdict->again_us != INT64_MAX)
        clock_format_iso(at, verdict->again_us, 0);
    switch (verdict->wait) {
    case AUTOMATION_FOR_NOTHING: return "nothing: it is about to be made";
    case AUTOMATION_FOR_NEWS:
        news =
            rule->when == UPKEEP_ON_MISSING ? "nothing: it is there" : "a change of what it reads";
        return verdict->again_us == INT64_MAX
                   ? news
                   : arena_printf(arena, "%s, or its next partition at %s", news, at);
    case AUTOMATION_FOR_TICK: return arena_printf(arena, "its tick at %s", at);
    case AUTOMATION_FOR_UPDATE:
        return arena_printf(arena, "%s, to be brought up to date since the tick", parent);
    case AUTOMATION_FOR_RESUMING:
        return arena_printf(arena, "aorta resume asset:%s: it is paused", asset->key);
    case AUTOMATION_FOR_RUN: return "the end of the run that makes it";
    case AUTOMATION_FOR_PARENT:
        return arena_printf(arena, "%s, which is being made, or what it reads", parent);
    case AUTOMATION_FOR_MISSING: return arena_printf(arena, "%s, which is not there", parent);
    case AUTOMATION_FOR_REJECTED:
        return arena_printf(arena, "%s, which was rejected by its checks", parent);
    case AUTOMATION_FOR_GAP: return arena_printf(arena, "the end of its minimum gap, %s", at);
    }
    return NULL;
}

uint64_t automation_version(const char *run, int64_t rows)
{
    uint64_t version = hash_mix(hash_bytes(run, strlen(run)) ^ hash_mix((uint64_t)rows));

    return version != 0 ? version : 1;
}

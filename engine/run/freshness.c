#include "run/freshness.h"

const char *const freshness_names[] = {
    [FRESHNESS_NEVER] = "never",     [FRESHNESS_FRESH] = "fresh",
    [FRESHNESS_STALE] = "stale",     [FRESHNESS_FAILED] = "failed",
    [FRESHNESS_RUNNING] = "running", [FRESHNESS_EXTERNAL] = "external",
};

bool freshness_is_input(const struct asset *asset, const struct asset *parent)
{
    if (asset->kind != ASSET_MODEL && asset->kind != ASSET_SNAPSHOT)
        return !asset_is_relation(parent);
    for (size_t i = 0; i < asset->sql_input_count; i++)
        if (asset->sql_inputs[i] == parent)
            return true;
    return false;
}

/* When the attempt began that knew the inputs as the asset has them. Without the run, when it was
 * published. */
static int64_t confirmed_us(const struct freshness_of *own)
{
    int64_t published_us = own->newest->at_us;
    int64_t confirmed = own->last != NULL ? own->last->confirmed_us : 0;

    return confirmed > 0 ? confirmed : published_us;
}

static void find_stale_input(const struct asset *asset, struct freshness_of *known)
{
    struct freshness_of *own = &known[asset->order];

    for (size_t i = 0; i < asset->parent_count; i++) {
        const struct asset *parent = asset->parents[i];
        const struct freshness_of *of = &known[parent->order];
        if (!freshness_is_input(asset, parent))
            continue;
        if (of->state == FRESHNESS_STALE ||
            (of->newest != NULL && of->newest->at_us > confirmed_us(own))) {
            own->state = FRESHNESS_STALE;
            own->because = parent;
            return;
        }
    }
}

/* Parents first. */
static void decide(const struct asset *asset, bool is_alive, struct freshness_of *known)
{
    struct freshness_of *own = &known[asset->order];
    enum store_state last = own->last != NULL ? own->last->state : STATE_QUEUED;

    own->state = FRESHNESS_FRESH;
    if (asset->kind == ASSET_EXTERNAL)
        own->state = FRESHNESS_EXTERNAL;
    else if (last == STATE_RUNNING && is_alive)
        own->state = FRESHNESS_RUNNING;
    else if (last == STATE_FAILED)
        own->state = FRESHNESS_FAILED;
    else if (own->newest == NULL)
        own->state = FRESHNESS_NEVER;
    else
        find_stale_input(asset, known);
}

int freshness_read(const struct graph *graph, struct store_reader *reader, bool is_alive,
                   struct arena *arena, struct freshness_of **known, struct err *err)
{
    struct store_materialization *newest = NULL;
    struct store_last_step *last = NULL;
    size_t newest_count = 0, last_count = 0;
    const char *target = graph->pipeline->target->name;

    if (reader != NULL &&
        (store_read_materializations(reader, target, arena, &newest, &newest_count, err) < 0 ||
         store_read_last_steps(reader, target, arena, &last, &last_count, err) < 0))
        return -1;
    *known = arena_calloc(arena, graph->count + 1, sizeof **known);
    for (size_t i = 0; i < newest_count; i++) {
        const struct asset *asset = map_find(&graph->by_key, newest[i].asset);
        if (asset != NULL)
            (*known)[asset->order].newest = &newest[i];
    }
    for (size_t i = 0; i < last_count; i++) {
        const struct asset *asset = map_find(&graph->by_key, last[i].asset);
        if (asset != NULL)
            (*known)[asset->order].last = &last[i];
    }
    for (size_t i = 0; i < graph->count; i++)
        decide(graph->assets[i], is_alive, *known);
    return 0;
}

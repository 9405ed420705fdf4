#include "graph/policy.h"

#include "base/limits.h"
#include "base/suggest.h"
#include "graph/graph.h"

#include <string.h>

enum { MAX_ATTEMPTS = 100 };

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

static const struct key retry_keys[] = {
    {"attempts", KEY_INTEGER, offsetof(struct policy, attempts), false, NULL},
    {"delay", KEY_DURATION, offsetof(struct policy, delay_ms), false, NULL},
    {"max_delay", KEY_DURATION, offsetof(struct policy, max_delay_ms), false, NULL},
    {0},
};

static void report(const struct asset *asset, const char *key, const char *message,
                   struct problems *problems)
{
    struct asset_site site = asset_site_of(asset, key);

    problem_add(problems, site.file, site.line, site.column, "%s", message);
}

static void report_retry(const struct asset *asset, const struct toml_node *table, const char *key,
                         const char *message, struct problems *problems)
{
    const struct toml_node *node = toml_find(table, key);

    node = node != NULL ? node : table;
    problem_add(problems, asset->file, node->line, node->column, "%s", message);
}

static void read_retry(const struct toml_node *table, struct asset *asset,
                       struct problems *problems)
{
    struct policy *policy = &asset->policy;

    if (table == NULL)
        return;
    keys_read(table, retry_keys, policy, asset->file, NULL, problems);
    if (toml_find(table, "max_delay") == NULL && policy->max_delay_ms < policy->delay_ms)
        policy->max_delay_ms = policy->delay_ms;
    if (policy->attempts < 1 || policy->attempts > MAX_ATTEMPTS)
        report_retry(asset, table, "attempts", "attempts must be from 1, which is no retry, to 100",
                     problems);
    if (policy->delay_ms > DAY_MS)
        report_retry(asset, table, "delay", "delay must be at most 1d", problems);
    else if (policy->max_delay_ms > DAY_MS)
        report_retry(asset, table, "max_delay", "max_delay must be at most 1d", problems);
    else if (policy->max_delay_ms < policy->delay_ms)
        report_retry(asset, table, "max_delay", "max_delay is less than delay", problems);
}

static void find_pool(const char *name, const struct pools *pools, struct asset *asset,
                      struct problems *problems)
{
    struct asset_site site = asset_site_of(asset, "pool");
    const char **names;

    if (name == NULL)
        return;
    asset->policy.pool = pools_find(pools, name);
    if (asset->policy.pool != NULL)
        return;
    names = arena_calloc(problems->arena, pools->count + 1, sizeof *names);
    for (size_t i = 0; i < pools->count; i++)
        names[i] = pools->items[i].name;
    const char *near = suggest(name, names, pools->count);
    if (near != NULL)
        problem_add(problems, site.file, site.line, site.column,
                    "there is no pool \"%s\": did you mean \"%s\"?", name, near);
    else
        problem_add(problems, site.file, site.line, site.column,
                    "there is no pool \"%s\": declare it as [pool.%s] in pipeline.toml", name,
                    name);
}

static bool has_tag(const struct asset *asset, const char *tag)
{
    for (size_t i = 0; i < asset->tags.count; i++)
        if (strcmp(asset->tags.items[i], tag) == 0)
            return true;
    return false;
}

static void add_slots(struct policy *policy, const struct slots *slots)
{
    if (slots->count < 1)
        return;
    for (size_t i = 0; i < policy->slots_count; i++)
        if (policy->slots[i] == slots)
            return;
    policy->slots[policy->slots_count++] = slots;
}

static void add_connection(struct policy *policy, const struct connection *connection)
{
    if (connection != NULL)
        add_slots(policy, &connection->slots);
}

static void collect_slots(const struct pools *pools, struct asset *asset, struct arena *arena)
{
    struct policy *policy = &asset->policy;
    size_t most = 3 + asset->input_count + pools->limit_count;

    policy->slots = arena_calloc(arena, most, sizeof(struct slots *));
    if (policy->pool != NULL)
        add_slots(policy, &policy->pool->slots);
    add_connection(policy, asset->from.connection);
    add_connection(policy, asset->into.connection);
    for (size_t i = 0; i < asset->input_count; i++)
        add_connection(policy, asset->inputs[i].place.connection);
    for (size_t i = 0; i < pools->limit_count; i++)
        if (pools->limits[i].tag != NULL && has_tag(asset, pools->limits[i].tag))
            add_slots(policy, &pools->limits[i].slots);
}

enum { LEAST_SILENCE_MS = 3000 };

void policy_read(const struct policy_keys *keys, const struct pipeline *pipeline,
                 struct asset *asset, struct problems *problems)
{
    asset->policy = (struct policy){
        .has_retry = keys->retry != NULL,
        .attempts = 4,
        .delay_ms = 250,
        .max_delay_ms = INT64_C(5) * 60 * 1000,
        .timeout_ms = keys->timeout_ms,
        .priority = keys->priority,
    };
    read_retry(keys->retry, asset, problems);
    const struct toml_node *timeout =
        asset->root != NULL ? toml_find(asset->root, "timeout") : NULL;
    if (timeout != NULL)
        keys_check_timeout(timeout, asset->file, problems);
    if (asset->kind == ASSET_STREAM && timeout != NULL && keys->timeout_ms < LEAST_SILENCE_MS)
        report(
            asset, "timeout",
            "the timeout of a stream is how long it may say nothing: at least 3s, since it says how "
            "far it is once it has begun",
            problems);
    if (keys->priority < -LIMIT_PRIORITY || keys->priority > LIMIT_PRIORITY)
        report(asset, "priority", "priority must be from -1000 to 1000", problems);
    find_pool(keys->pool, &pipeline->pools, asset, problems);
    collect_slots(&pipeline->pools, asset, pipeline->arena);
}

/* All tags, some more than once. */
static const char **list_tags(const struct graph *graph, size_t *count)
{
    const char **tags;
    size_t most = 0;

    for (size_t i = 0; i < graph->count; i++)
        most += graph->assets[i]->tags.count;
    tags = arena_calloc(graph->pipeline->arena, most + 1, sizeof *tags);
    *count = 0;
    for (size_t i = 0; i < graph->count; i++)
        for (size_t j = 0; j < graph->assets[i]->tags.count; j++)
            tags[(*count)++] = graph->assets[i]->tags.items[j];
    return tags;
}

void policy_check(const struct graph *graph, struct problems *problems)
{
    const struct pools *pools = &graph->pipeline->pools;
    size_t tag_count = 0;
    const char **tags = pools->limit_count > 0 ? list_tags(graph, &tag_count) : NULL;

    for (size_t i = 0; i < pools->limit_count; i++) {
        const struct tag_limit *limit = &pools->limits[i];
        bool is_used = limit->tag == NULL;
        for (size_t j = 0; j < tag_count && !is_used; j++)
            is_used = strcmp(tags[j], limit->tag) == 0;
        if (is_used)
            continue;
        const char *near = suggest(limit->tag, tags, tag_count);
        problem_add(problems, "pipeline.toml", limit->line, limit->column,
                    "limit %s: no asset has the tag \"%s\"%s%s%s", limit->name, limit->tag,
                    near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
    }
}

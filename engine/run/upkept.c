#include "run/upkept.h"

#include "base/clock.h"
#include "run/owed.h"
#include "store/automation.h"
#include "store/schedules.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    const struct loaded *loaded;
    struct store_reader *reader; /* NULL: there is no store yet */
    struct arena *arena;
    const struct freshness_of *known;
    struct automation_fact *facts; /* by asset->order */
    struct upkept *upkept;
};

/* ---- what is known --------------------------------------------------------------------------- */

static int64_t fresh_of(const struct freshness_of *known)
{
    if (known->last != NULL && known->last->confirmed_us > 0)
        return known->last->confirmed_us;
    return known->newest != NULL ? known->newest->at_us : 0;
}

/* As daemon/facts.h learns it, from the same rows. */
static void learn(struct automation_fact *fact, const struct freshness_of *known)
{
    const struct store_materialization *newest = known->newest;
    const struct store_last_step *last = known->last;

    fact->confirmed_us = fresh_of(known);
    if (last != NULL)
        fact->handled_us = last->started_us > 0 ? last->started_us : last->ended_us;
    if (newest != NULL) {
        fact->published_us = newest->at_us;
        fact->version = automation_version(newest->run_id, 0);
        fact->handled_us = fact->handled_us > 0 ? fact->handled_us : newest->at_us;
    }
    fact->is_in_run = fact->is_being_made = known->state == FRESHNESS_RUNNING;
}

static int learn_rejected(const struct reading *r, size_t i, struct err *err)
{
    const struct store_last_step *last = r->known[i].last;
    const char **assets;
    size_t count;

    if (r->known[i].state != FRESHNESS_FAILED || last == NULL)
        return 0;
    if (store_read_rejected(r->reader, last->run_id, r->arena, &assets, &count, err) < 0)
        return -1;
    for (size_t j = 0; j < count; j++)
        r->facts[i].is_rejected |= strcmp(assets[j], last->asset) == 0;
    return 0;
}

static int learn_owed(const struct reading *r, size_t i, struct err *err)
{
    const struct asset *asset = r->loaded->graph.assets[i];
    struct owed owed;

    if (!owed_applies(r->loaded, asset))
        return 0;
    if (owed_read(r->loaded, asset, r->reader, r->arena, &owed, err) < 0)
        return -1;
    r->facts[i].is_partitioned = true;
    r->facts[i].owed = owed.seen;
    r->facts[i].partition_due_us =
        partitions_change_us(partitioned_find(&r->loaded->partitioned, asset), clock_now_us());
    return 0;
}

static int learn_automation(const struct reading *r, struct err *err)
{
    const struct graph *graph = &r->loaded->graph;
    struct store_automation *rows;
    size_t count;

    if (store_read_automation(r->reader, r->loaded->pipeline.target->name, r->arena, &rows, &count,
                              err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct asset *asset = graph_find(graph, rows[i].asset);
        if (asset == NULL)
            continue;
        r->facts[asset->order].since_us = rows[i].since_us;
        r->facts[asset->order].requested_us = rows[i].requested_us;
        r->facts[asset->order].seen = strtoull(rows[i].seen, NULL, 16);
        r->upkept[asset->order].requested_us = rows[i].requested_us;
        r->upkept[asset->order].run_id = rows[i].run_id;
    }
    return 0;
}

static int learn_pauses(const struct reading *r, struct err *err)
{
    static const char kind[] = "asset:";
    struct store_pause *pauses;
    size_t count;

    if (store_read_pauses(r->reader, r->arena, &pauses, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *subject = pauses[i].subject;
        const struct asset *asset = strncmp(subject, kind, sizeof kind - 1) == 0
                                        ? graph_find(&r->loaded->graph, subject + sizeof kind - 1)
                                        : NULL;
        if (asset == NULL)
            continue;
        r->facts[asset->order].is_paused = pauses[i].is_paused;
        r->upkept[asset->order].is_paused = pauses[i].is_paused;
    }
    return 0;
}

/* ---- what follows ---------------------------------------------------------------------------- */

static void decide(const struct reading *r, int64_t now_us)
{
    const struct graph *graph = &r->loaded->graph;
    const struct automation_world world = {
        .graph = graph, .rules = &r->loaded->rules, .facts = r->facts, .now_us = now_us};
    size_t count;
    const struct automation_verdict *verdicts = automation_decide(&world, r->arena, &count);

    for (size_t i = 0; i < graph->count; i++) {
        struct upkept *upkept = &r->upkept[i];
        upkept->again_us = verdicts[i].again_us;
        if (upkept_is_automated(upkept))
            upkept->waits_for =
                automation_describe_wait(graph->assets[i], upkept->rule, &verdicts[i], r->arena);
    }
}

int upkept_read(const struct loaded *loaded, struct store_reader *reader,
                const struct freshness_of *known, struct arena *arena, struct upkept **upkept,
                struct err *err)
{
    size_t count = loaded->graph.count;
    const struct reading r = {
        .loaded = loaded,
        .reader = reader,
        .arena = arena,
        .known = known,
        .facts = arena_calloc(arena, count + 1, sizeof(struct automation_fact)),
        .upkept = arena_calloc(arena, count + 1, sizeof(struct upkept)),
    };
    int64_t now_us = clock_now_us();
    bool decides = loaded->rules.automated > 0;
    bool asks = reader != NULL && decides;
    bool remembers = reader != NULL && (decides || loaded->rules.timed > 0);

    for (size_t i = 0; i < count; i++) {
        struct upkept *one = &r.upkept[i];
        one->rule = loaded->rules.of[i];
        learn(&r.facts[i], &known[i]);
        if (asks && (learn_rejected(&r, i, err) < 0 || learn_owed(&r, i, err) < 0))
            return -1;
    }
    if ((remembers && learn_automation(&r, err) < 0) || (asks && learn_pauses(&r, err) < 0))
        return -1;
    for (size_t i = 0; i < count; i++) {
        r.upkept[i].fresh_us = r.facts[i].confirmed_us;
        lateness_of(r.upkept[i].rule, &r.facts[i], now_us, &r.upkept[i].lateness);
    }
    if (decides)
        decide(&r, now_us);
    *upkept = r.upkept;
    return 0;
}

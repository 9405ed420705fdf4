/*
 * What is made without anybody asking, in many histories, against a naive reading of each.
 */
#include "schedule_world.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASSETS = 30, STEPS = 4000, EVENTS = 4 * ASSETS * STEPS };
enum event_kind { BEGAN, PUBLISHED, FOUND_FRESH, REJECTED, FAILED, SKIPPED, REQUESTED };

static struct {
    enum event_kind kind;
    const struct asset *asset;
} * events;
static size_t event_count;
static uint64_t chance = 20260401;

static size_t dice(size_t sides)
{
    chance = hash_mix(chance + 1);
    return (size_t)(chance % sides);
}

static void note(enum event_kind kind, const struct asset *asset)
{
    events[event_count].kind = kind;
    events[event_count++].asset = asset;
}

/* Where the last event of those kinds is, from 1; 0: there is none. */
static size_t last_of(const struct asset *asset, unsigned kinds)
{
    for (size_t i = event_count; i > 0; i--)
        if (events[i - 1].asset == asset && (kinds >> events[i - 1].kind & 1) != 0)
            return i;
    return 0;
}

static bool naively_missing(const struct asset *asset)
{
    return last_of(asset, 1u << PUBLISHED | 1u << FOUND_FRESH) == 0;
}

static bool naively_rejected(const struct asset *asset)
{
    size_t last =
        last_of(asset, 1u << PUBLISHED | 1u << FOUND_FRESH | 1u << REJECTED | 1u << FAILED);

    return last > 0 && events[last - 1].kind == REJECTED;
}

static bool is_busy_above(const struct asset *asset)
{
    for (size_t i = 0; i < asset->parent_count; i++)
        if (facts[asset->parents[i]->order].is_being_made || is_busy_above(asset->parents[i]))
            return true;
    return false;
}

/* Read from the definition, one event at a time, without regard to order. */
static bool naively_due(const struct asset *asset, const bool *requested)
{
    bool is_eager = asset->upkeep.when == UPKEEP_EAGER;
    size_t handled = last_of(asset, 1u << BEGAN | 1u << SKIPPED);
    size_t asked = last_of(asset, 1u << REQUESTED);
    bool has_news = asked == 0, wants = false;

    if (asset->upkeep.when == UPKEEP_BY_HAND || facts[asset->order].is_in_run ||
        is_busy_above(asset))
        return false;
    for (size_t i = 0; i < asset->parent_count; i++) {
        const struct asset *parent = asset->parents[i];
        bool comes = requested[parent->order];
        if (!comes && (naively_missing(parent) || naively_rejected(parent)))
            return false;
        has_news |= last_of(parent, 1u << PUBLISHED) > asked;
        wants |= is_eager && last_of(parent, 1u << PUBLISHED) > handled;
    }
    for (size_t i = 0; i < asset->parent_count; i++)
        if (is_eager && requested[asset->parents[i]->order])
            return true;
    return has_news && (wants || naively_missing(asset));
}

static void find_naively(bool requested[ASSETS])
{
    bool has_changed = true;

    memset(requested, 0, ASSETS * sizeof *requested);
    while (has_changed) {
        has_changed = false;
        for (size_t i = 0; i < ASSETS; i++)
            if (!requested[i] && naively_due(plan->graph->assets[i], requested))
                requested[i] = has_changed = true;
    }
}

/* An attempt of it, which ends in one of several ways. */
static void attempt(const struct asset *asset)
{
    static const enum event_kind ends[] = {PUBLISHED,   PUBLISHED, PUBLISHED,
                                           FOUND_FRESH, REJECTED,  FAILED};
    enum event_kind end = ends[dice(sizeof ends / sizeof *ends)];
    struct automation_fact *is = &facts[asset->order];

    begin(asset->name);
    note(BEGAN, asset);
    note(end, asset);
    if (end == PUBLISHED)
        publish(asset->name);
    if (end == FOUND_FRESH)
        is->confirmed_us = is->handled_us;
    is->is_rejected = end == REJECTED;
}

/* The run of what is due: attempted, or canceled before it began. */
static void carry_out(const bool requested[ASSETS])
{
    bool is_canceled = dice(5) == 0;

    request();
    for (size_t i = 0; i < ASSETS; i++)
        if (requested[i])
            note(REQUESTED, plan->graph->assets[i]);
    for (size_t i = 0; i < ASSETS && !is_canceled; i++) {
        if (requested[i] && dice(4) > 0) {
            attempt(plan->graph->assets[i]);
        } else if (requested[i]) {
            facts[i].handled_us = ++now;
            note(SKIPPED, plan->graph->assets[i]);
        }
    }
}

static void write_random_world(void)
{
    static const char *const rules[] = {TABLE, TABLE EAGER, TABLE EAGER,
                                        TABLE "automation = \"on_missing\"\n"};

    for (int i = 0; i < ASSETS; i++) {
        char name[16], parents[128] = "";
        size_t used = 0;
        for (size_t j = dice(4); i > 0 && j > 0; j--)
            used += (size_t)snprintf(parents + used, sizeof parents - used, "%sa%02d",
                                     used > 0 ? " " : "", (int)dice((size_t)i));
        snprintf(name, sizeof name, "a%02d", i);
        model(name, parents, rules[dice(4)]);
    }
}

TEST("in random histories what is due is what a naive reading of the rules says")
{
    bool requested[ASSETS];
    size_t asked = 0, most = 0;

    events = calloc(EVENTS, sizeof *events);
    write_random_world();
    begin_world();
    for (int step = 0; step < STEPS; step++) {
        const struct asset *asset = plan->graph->assets[dice(ASSETS)];
        size_t count = 0;
        if (event_count > EVENTS - 4 * ASSETS)
            break;
        if (dice(3) > 0) {
            attempt(asset);
        } else {
            facts[asset->order].is_in_run = dice(12) == 0;
            facts[asset->order].is_being_made = facts[asset->order].is_in_run && dice(2) == 0;
        }
        due();
        find_naively(requested);
        for (size_t i = 0; i < ASSETS; i++) {
            if ((verdicts[i].why != AUTOMATION_NOT) != requested[i])
                test_fail(__FILE__, __LINE__, "step %d, %s: naively %s", step,
                          plan->graph->assets[i]->name, requested[i] ? "due" : "not");
            count += requested[i];
        }
        if (count > 0 && dice(2) == 0)
            carry_out(requested);
        asked += count > 0;
        most = count > most ? count : most;
    }
    check(asked > 500);
    check(most > 5);
    end_world();
    free(events);
}

TEST("left alone, any world comes to rest, and whatever could be made is up to date then")
{
    int rounds = 0;

    write_random_world();
    begin_world();
    for (size_t i = 0; i < ASSETS; i++)
        if (plan->graph->assets[i]->upkeep.when == UPKEEP_BY_HAND)
            make(plan->graph->assets[i]->name);
    while (due()[0] != '\0' && rounds++ < ASSETS) {
        const struct automation_verdict *asked = verdicts;
        for (size_t i = 0; i < ASSETS; i++)
            if (asked[i].why != AUTOMATION_NOT) {
                facts[i].requested_us = now;
                facts[i].seen = asked[i].seen;
                make(plan->graph->assets[i]->name);
            }
    }
    check(rounds <= 2); /* chains are one run */
    for (size_t i = 0; i < ASSETS; i++)
        check(facts[i].published_us > 0);
    end_world();
}

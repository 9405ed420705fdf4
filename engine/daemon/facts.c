#include "daemon/facts.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "schedule/due.h"
#include "store/automation.h"

#include <stdlib.h>
#include <string.h>

void facts_init(struct facts *facts)
{
    *facts = (struct facts){0};
    map_init(&facts->by_key);
}

void facts_release(struct facts *facts)
{
    for (size_t i = 0; i < facts->by_key.count; i++) {
        struct fact *fact = facts->by_key.entries[i].value;
        free(fact->key);
        free(fact->definition);
        free(fact);
    }
    map_release(&facts->by_key);
}

static void bring_back(int64_t *instant_us, int64_t now_us)
{
    if (*instant_us > now_us + DUE_CORRECTION_US)
        *instant_us = now_us;
}

static void correct(struct facts *facts, int64_t now_us)
{
    bring_back(&facts->last_us, now_us);
    for (size_t i = 0; i < facts->by_key.count; i++) {
        struct automation_fact *is = &((struct fact *)facts->by_key.entries[i].value)->is;
        bring_back(&is->published_us, now_us);
        bring_back(&is->confirmed_us, now_us);
        bring_back(&is->handled_us, now_us);
        bring_back(&is->requested_us, now_us);
        bring_back(&is->since_us, now_us);
    }
}

int64_t facts_now_us(struct facts *facts)
{
    int64_t now_us = clock_now_us();

    if (facts->last_us > now_us + DUE_CORRECTION_US)
        correct(facts, now_us);
    facts->last_us = now_us > facts->last_us ? now_us : facts->last_us + 1;
    return facts->last_us;
}

struct fact *facts_get(struct facts *facts, const char *key)
{
    struct fact *fact = map_find(&facts->by_key, key);

    if (fact != NULL)
        return fact;
    fact = alloc_zeroed(1, sizeof *fact);
    fact->key = alloc_strdup(key);
    map_put(&facts->by_key, fact->key, fact);
    return fact;
}

/* ---- what is in the store -------------------------------------------------------------------- */

/* Of failed steps those that a blocking check refused; steps of one run are asked for once. */
static int read_rejected(struct store_reader *reader, struct facts_read *read, struct err *err)
{
    struct map asked;
    int result = 0;

    map_init(&asked);
    read->rejected = arena_calloc(&read->arena, read->last_count + 1, sizeof *read->rejected);
    for (size_t i = 0; i < read->last_count && result == 0; i++) {
        const struct store_last_step *step = &read->last[i];
        struct map *names = map_find(&asked, step->run_id);
        if (step->state != STATE_FAILED)
            continue;
        if (names == NULL) {
            const char **assets;
            size_t count = 0;
            names = arena_alloc(&read->arena, sizeof *names);
            map_init(names);
            map_put(&asked, step->run_id, names);
            result = store_read_rejected(reader, step->run_id, &read->arena, &assets, &count, err);
            for (size_t j = 0; result == 0 && j < count; j++)
                map_put(names, assets[j], &assets[j]);
        }
        if (map_find(names, step->asset) != NULL)
            read->rejected[i] = step->asset;
    }
    for (size_t i = 0; i < asked.count; i++)
        map_release(asked.entries[i].value);
    map_release(&asked);
    return result;
}

int facts_read(const char *store, const char *target, struct facts_read *read, struct err *err)
{
    struct store_reader *reader = NULL;
    int result = -1;

    if (store_reader_open(store, &reader, err) < 0)
        return -1;
    if (store_read_materializations(reader, target, &read->arena, &read->newest,
                                    &read->newest_count, err) == 0 &&
        store_read_last_steps(reader, target, &read->arena, &read->last, &read->last_count, err) ==
            0 &&
        store_read_automation(reader, target, &read->arena, &read->automation,
                              &read->automation_count, err) == 0)
        result = read_rejected(reader, read, err);
    store_reader_close(reader);
    return result;
}

/* ---- taking it over -------------------------------------------------------------------------- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void learn_step(struct facts *facts, const struct store_last_step *step, bool is_rejected)
{
    struct fact *fact = facts_get(facts, step->asset);
    struct automation_fact *is = &fact->is;

    if (!fact->is_heard)
        is->is_rejected = is_rejected;
    is->handled_us =
        later(is->handled_us, step->started_us > 0 ? step->started_us : step->ended_us);
    is->confirmed_us = later(is->confirmed_us, step->confirmed_us);
}

/* Its steps may have been forgotten: then its publication says when it was at work. */
static void learn_newest(struct facts *facts, const struct store_materialization *newest)
{
    struct automation_fact *is = &facts_get(facts, newest->asset)->is;

    if (newest->at_us <= is->published_us)
        return;
    is->published_us = newest->at_us;
    is->version = automation_version(newest->run_id, 0);
    is->handled_us = is->handled_us > 0 ? is->handled_us : newest->at_us;
    is->confirmed_us = is->confirmed_us > 0 ? is->confirmed_us : newest->at_us;
}

static void learn_automation(struct facts *facts, const struct store_automation *row)
{
    struct fact *fact = facts_get(facts, row->asset);

    if (fact->is.requested_us > row->requested_us)
        return;
    free(fact->definition);
    fact->definition = alloc_strdup(row->definition);
    fact->is.since_us = row->since_us;
    fact->is_written = true;
    fact->is.requested_us = row->requested_us;
    fact->is.seen = strtoull(row->seen, NULL, 16);
}

void facts_learn(struct facts *facts, const struct facts_read *read)
{
    for (size_t i = 0; i < read->last_count; i++)
        learn_step(facts, &read->last[i], read->rejected[i] != NULL);
    for (size_t i = 0; i < read->newest_count; i++)
        learn_newest(facts, &read->newest[i]);
    for (size_t i = 0; i < read->automation_count; i++)
        learn_automation(facts, &read->automation[i]);
    correct(facts, clock_now_us());
}

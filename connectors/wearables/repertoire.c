#include "repertoire.h"

#include "chance.h"

#include "base/alloc.h"

#include <stdlib.h>

enum { DRAWS_MAX = 64, MINUTES_PER_HOUR = 60, MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR };

void repertoire_release(struct repertoire *repertoire)
{
    free(repertoire->known);
    repertoire->known = NULL;
    repertoire->count = repertoire->capacity = 0;
}

void repertoire_add(struct repertoire *repertoire, const struct known_activity *activity)
{
    if (repertoire->count == repertoire->capacity) {
        repertoire->capacity = repertoire->capacity == 0 ? 32 : repertoire->capacity * 2;
        repertoire->known = alloc_resize(repertoire->known,
                                         (size_t)repertoire->capacity * sizeof *repertoire->known);
    }
    repertoire->known[repertoire->count++] = *activity;
}

static int compare(const void *left, const void *right)
{
    const struct known_activity *a = left, *b = right;

    return a->activity_id < b->activity_id ? -1 : a->activity_id > b->activity_id;
}

static void add_up_habits(struct repertoire *repertoire)
{
    for (int country = 0; country < COUNTRIES; country++) {
        repertoire->shifts[country] = habit_shift(country);
        for (int hour = 0; hour < HABIT_HOURS; hour++) {
            int32_t sum = 0;
            for (int kind = 0; kind < ACTIVITIES; kind++) {
                sum += habit_weight(country, hour, (enum activity_kind)kind);
                repertoire->sums[country][hour][kind] = sum;
            }
        }
    }
}

int32_t repertoire_sort(struct repertoire *repertoire)
{
    if (repertoire->count > 0)
        qsort(repertoire->known, (size_t)repertoire->count, sizeof *repertoire->known, compare);
    for (int32_t i = 0; i < repertoire->count; i++) {
        if (i > 0 && repertoire->known[i].activity_id == repertoire->known[i - 1].activity_id)
            return repertoire->known[i].activity_id;
        repertoire->of_kind[repertoire->known[i].kind]++;
        repertoire->last[repertoire->known[i].kind] = i;
    }
    add_up_habits(repertoire);
    return -1;
}

/* The winner among all, or among those of one kind. */
static const struct known_activity *meet(const struct repertoire *repertoire, int kind,
                                         uint64_t session)
{
    const struct known_activity *best = repertoire->known;
    uint64_t best_score = 0;

    for (int32_t i = 0; i < repertoire->count; i++) {
        const struct known_activity *known = &repertoire->known[i];
        uint64_t score = hash_mix(session ^ (uint64_t)known->activity_id << 32);
        if ((kind < 0 || (int)known->kind == kind) && score >= best_score) {
            best_score = score;
            best = known;
        }
    }
    return best;
}

const struct known_activity *repertoire_any(const struct repertoire *repertoire, uint64_t session)
{
    return meet(repertoire, -1, session);
}

const struct known_activity *repertoire_at(const struct repertoire *repertoire,
                                           const struct moment *moment, uint64_t session)
{
    int minute = moment->minute - repertoire->shifts[moment->country] + MINUTES_PER_DAY;
    const int32_t *sums =
        repertoire->sums[moment->country][minute % MINUTES_PER_DAY / MINUTES_PER_HOUR];
    struct chance chance = {session};

    for (int i = 0; i < DRAWS_MAX; i++) {
        int64_t drawn = chance_below(&chance, sums[ACTIVITIES - 1]);
        int kind = 0;
        while (drawn >= sums[kind])
            kind++;
        if (repertoire->of_kind[kind] == 1)
            return &repertoire->known[repertoire->last[kind]];
        if (repertoire->of_kind[kind] > 1)
            return meet(repertoire, kind, session);
    }
    return repertoire_any(repertoire, session);
}

/*
 * Chance that comes out the same on every machine: integers only, from a hash of what is asked.
 *
 *     struct chance chance = chance_of(seed, CHANCE_SESSION, user_id, hour);
 *     if (chance_below(&chance, 24000) < sessions_per_day_thousandths)
 *         ...
 *
 * There is no generator that runs on from question to question: each question (subject, two
 * numbers) has its own sequence, so an answer depends on nothing that was asked before, and what is
 * added to one subject leaves the others as they were. A change of an existing question changes
 * all data that is generated; the unit test's committed hash says so.
 */
#ifndef AORTA_WEARABLES_CHANCE_H
#define AORTA_WEARABLES_CHANCE_H

#include "base/hash.h"

#include <stdint.h>

enum chance_subject {
    CHANCE_PERSON = 1,
    CHANCE_ADDRESS,
    CHANCE_CREATED,
    CHANCE_ACTIVITY_ID,
    CHANCE_EDIT,
    CHANCE_ACTIVITY_EDIT,
    CHANCE_SESSION,
    CHANCE_READING,
    CHANCE_BODY,
    CHANCE_LEAVES,
};

struct chance {
    uint64_t state;
};

static inline struct chance chance_of(uint64_t seed, enum chance_subject subject, uint64_t a,
                                      uint64_t b)
{
    uint64_t state = hash_mix(seed ^ (uint64_t)subject << 56);

    return (struct chance){hash_mix(hash_mix(state ^ a) ^ b)};
}

static inline uint64_t chance_next(struct chance *chance)
{
    chance->state += 0x9e3779b97f4a7c15U;
    return hash_mix(chance->state);
}

/* 0 to limit - 1; limit is at least 1 and below 2^32. */
static inline int64_t chance_below(struct chance *chance, int64_t limit)
{
    return (int64_t)((chance_next(chance) >> 32) * (uint64_t)limit >> 32);
}

/* An approximately normal whole number: the sum of twelve uniform ones of 16 bits has a standard
 * deviation of 65,536 (to 1 in 4 * 10^9), and never leaves six of them. */
int64_t chance_normal(struct chance *chance, int64_t mean, int64_t deviation);

/* An index, as often as its weight says. total is the sum of the weights. */
int chance_weighted(struct chance *chance, const int *weights, int total);

#endif

/*
 * Where heart rates come from: a table of models. What a model says is a function of what it is
 * given, of nothing else, and in whole numbers.
 *
 *     physiological   bodies, efforts, times of day and of the year (physiology.h)
 *     reference       ranges and a drift, whoever it is: no question has an answer in them
 */
#ifndef AORTA_WEARABLES_MODEL_H
#define AORTA_WEARABLES_MODEL_H

#include "activity.h"
#include "chance.h"
#include "repertoire.h"
#include "wearer.h"

#include <stdbool.h>

enum { MODEL_LOWEST = 30, MODEL_HIGHEST = 230 }; /* beats a minute */

/* A session, as far as its heart rates depend on it. */
struct exertion {
    const struct wearer *wearer;
    enum activity_kind kind;
    int64_t second;       /* of the first reading, since 1970 UTC */
    int64_t local_second; /* the same by the sun where it is taken */
    int32_t latitude;     /* millionths of a degree */
    /* The model's own, from the first reading to the last. */
    int32_t level, deviation;
};

struct model {
    const char *name;
    bool needs_body; /* then prepare is called once for each wearer, before anything else */
    void (*prepare)(uint64_t seed, struct wearer *wearer);
    /* Which of the known activities a session is, by the session's hash. */
    const struct known_activity *(*choose)(const struct repertoire *repertoire,
                                           const struct moment *moment, uint64_t session);
    /* Beats a minute, of a session's first reading and of one that follows. */
    int (*first)(struct exertion *exertion, struct chance *chance);
    int (*next)(struct exertion *exertion, struct chance *chance);
};

extern const struct model model_physiological;
extern const struct model model_reference;

/* The model of that name, or NULL. */
const struct model *model_find(const char *name);

#endif

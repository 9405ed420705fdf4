/*
 * Where heart rates come from: a table of models, each a pair of functions that are pure in what
 * they are given. "reference" draws from the ranges of the reference system; a physiological one
 * has its place beside it, and what it will need of a person comes in through struct wearer.
 */
#ifndef AORTA_WEARABLES_MODEL_H
#define AORTA_WEARABLES_MODEL_H

#include "activity.h"
#include "chance.h"

/* Who is measured, as the operational database has it. */
struct wearer {
    int32_t user_id;
    int16_t country;
};

struct model {
    const char *name;
    /* Beats a minute, of a session's first reading and of one that follows. */
    int (*first)(const struct wearer *wearer, enum intensity intensity, struct chance *chance);
    int (*next)(const struct wearer *wearer, enum intensity intensity, int previous,
                struct chance *chance);
};

/* The model of that name, or NULL. */
const struct model *model_find(const char *name);

#endif

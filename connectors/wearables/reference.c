/*
 * The model "reference": a range of beginnings for each of three intensities, then a drift. Every
 * activity is as likely as any other at any time.
 */
#include "model.h"

enum { DRIFT = 8 };

enum intensity { MODERATE, REST, HARD };

/* Beats a minute at the beginning of a session, both ends included. */
static const struct {
    int low, high;
} ranges[] = {
    [REST] = {40, 80},
    [MODERATE] = {70, 150},
    [HARD] = {130, 205},
};

static const enum intensity intensities[ACTIVITIES] = {
    [ACTIVITY_STAND] = REST,      [ACTIVITY_SIT] = REST,        [ACTIVITY_SLEEP] = REST,
    [ACTIVITY_RUN] = HARD,        [ACTIVITY_HIIT] = HARD,       [ACTIVITY_SWIMMING] = HARD,
    [ACTIVITY_MULTISPORT] = HARD, [ACTIVITY_KICKBOXING] = HARD,
};

static const struct known_activity *choose(const struct repertoire *repertoire,
                                           const struct moment *moment, uint64_t session)
{
    (void)moment;
    return repertoire_any(repertoire, session);
}

static int first(struct exertion *exertion, struct chance *chance)
{
    enum intensity intensity = intensities[exertion->kind];
    int low = ranges[intensity].low, high = ranges[intensity].high;

    exertion->level = low + (int)chance_below(chance, high - low + 1);
    return exertion->level;
}

static int next(struct exertion *exertion, struct chance *chance)
{
    int rate = exertion->level - DRIFT + (int)chance_below(chance, 2 * DRIFT + 1);

    exertion->level = rate < MODEL_LOWEST    ? MODEL_LOWEST
                      : rate > MODEL_HIGHEST ? MODEL_HIGHEST
                                             : rate;
    return exertion->level;
}

const struct model model_reference = {
    .name = "reference",
    .choose = choose,
    .first = first,
    .next = next,
};

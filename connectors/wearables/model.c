#include "model.h"

#include <string.h>

enum { LOWEST = 30, HIGHEST = 230, DRIFT = 8 };

/* Beats a minute at the beginning of a session, both ends included. */
static const struct {
    int low, high;
} ranges[] = {
    [INTENSITY_REST] = {40, 80},
    [INTENSITY_MODERATE] = {70, 150},
    [INTENSITY_HARD] = {130, 205},
};

static int reference_first(const struct wearer *wearer, enum intensity intensity,
                           struct chance *chance)
{
    int low = ranges[intensity].low, high = ranges[intensity].high;

    (void)wearer;
    return low + (int)chance_below(chance, high - low + 1);
}

static int reference_next(const struct wearer *wearer, enum intensity intensity, int previous,
                          struct chance *chance)
{
    int rate = previous - DRIFT + (int)chance_below(chance, 2 * DRIFT + 1);

    (void)wearer;
    (void)intensity;
    return rate < LOWEST ? LOWEST : rate > HIGHEST ? HIGHEST : rate;
}

static const struct model models[] = {
    {"reference", reference_first, reference_next},
};

const struct model *model_find(const char *name)
{
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}

#include "activity.h"

#include "chance.h"

#include <stdbool.h>
#include <string.h>

const struct activity activities[ACTIVITIES] = {
    [ACTIVITY_STAND] = {"Stand", NULL},
    [ACTIVITY_SIT] = {"Sit", NULL},
    [ACTIVITY_SLEEP] = {"Sleep", NULL},
    [ACTIVITY_WALK] = {"Walk", NULL},
    [ACTIVITY_RUN] = {"Run", NULL},
    [ACTIVITY_CYCLING] = {"Cycling", "Bicycling"},
    [ACTIVITY_ELLIPTICAL] = {"Elliptical", "Elliptical Trainer"},
    [ACTIVITY_ROWER] = {"Rower", "Rowing Machine"},
    [ACTIVITY_STAIRS] = {"Stair Stepper", "Stair Climber"},
    [ACTIVITY_HIIT] = {"HIIT", NULL},
    [ACTIVITY_HIKING] = {"Hiking", NULL},
    [ACTIVITY_YOGA] = {"Yoga", "Hatha Yoga"},
    [ACTIVITY_STRENGTH] = {"Functional Strength Training", NULL},
    [ACTIVITY_DANCE] = {"Dance", "Dancing"},
    [ACTIVITY_COOLDOWN] = {"Cooldown", "Cool-down"},
    [ACTIVITY_CORE] = {"Core Training", NULL},
    [ACTIVITY_PILATES] = {"Pilates", NULL},
    [ACTIVITY_TAI_CHI] = {"Tai Chi", "Taijiquan"},
    [ACTIVITY_SWIMMING] = {"Swimming", NULL},
    [ACTIVITY_WHEELCHAIR] = {"Wheelchair", NULL},
    [ACTIVITY_MULTISPORT] = {"Multisport", NULL},
    [ACTIVITY_KICKBOXING] = {"Kickboxing", NULL},
    [ACTIVITY_OTHER] = {"Other", NULL},
};

void activity_ids(uint64_t seed, int32_t ids[ACTIVITIES])
{
    int32_t range = ACTIVITY_LAST_ID - ACTIVITY_FIRST_ID + 1;
    struct chance chance = chance_of(seed, CHANCE_ACTIVITY_ID, 0, 0);

    for (int count = 0; count < ACTIVITIES;) {
        int32_t id = ACTIVITY_FIRST_ID + (int32_t)chance_below(&chance, range);
        int same = 0;
        while (same < count && ids[same] != id)
            same++;
        if (same == count)
            ids[count++] = id;
    }
}

static bool is_called(const char *known, const char *name, size_t size)
{
    return known != NULL && strlen(known) == size && memcmp(known, name, size) == 0;
}

enum activity_kind activity_find(const char *name, size_t size)
{
    for (int i = 0; i < ACTIVITIES; i++)
        if (is_called(activities[i].name, name, size) ||
            is_called(activities[i].other_name, name, size))
            return (enum activity_kind)i;
    return ACTIVITY_OTHER;
}

#include "activity.h"

#include "chance.h"

#include <string.h>

const struct activity activities[ACTIVITIES] = {
    {"Stand", NULL, INTENSITY_REST},
    {"Sit", NULL, INTENSITY_REST},
    {"Sleep", NULL, INTENSITY_REST},
    {"Walk", NULL, INTENSITY_MODERATE},
    {"Run", NULL, INTENSITY_HARD},
    {"Cycling", "Bicycling", INTENSITY_MODERATE},
    {"Elliptical", "Elliptical Trainer", INTENSITY_MODERATE},
    {"Rower", "Rowing Machine", INTENSITY_MODERATE},
    {"Stair Stepper", "Stair Climber", INTENSITY_MODERATE},
    {"HIIT", NULL, INTENSITY_HARD},
    {"Hiking", NULL, INTENSITY_MODERATE},
    {"Yoga", "Hatha Yoga", INTENSITY_MODERATE},
    {"Functional Strength Training", NULL, INTENSITY_MODERATE},
    {"Dance", "Dancing", INTENSITY_MODERATE},
    {"Cooldown", "Cool-down", INTENSITY_MODERATE},
    {"Core Training", NULL, INTENSITY_MODERATE},
    {"Pilates", NULL, INTENSITY_MODERATE},
    {"Tai Chi", "Taijiquan", INTENSITY_MODERATE},
    {"Swimming", NULL, INTENSITY_HARD},
    {"Wheelchair", NULL, INTENSITY_MODERATE},
    {"Multisport", NULL, INTENSITY_HARD},
    {"Kickboxing", NULL, INTENSITY_HARD},
    {"Other", NULL, INTENSITY_MODERATE},
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

enum intensity activity_intensity(const char *name, size_t size)
{
    for (int i = 0; i < ACTIVITIES; i++)
        if (strlen(activities[i].name) == size && memcmp(activities[i].name, name, size) == 0)
            return activities[i].intensity;
    return INTENSITY_MODERATE;
}

#include "habit.h"

#include "country.h"

#include <stddef.h>
#include <string.h>

enum hours {
    HOURS_NIGHT,
    HOURS_WAKING,
    HOURS_WALKING,
    HOURS_TRAINING,
    HOURS_CLASS,
    HOURS_DAYLIGHT,
    HOURS_KINDS,
};

/* Hundredths of the busiest hour. */
static const int16_t hours[HOURS_KINDS][HABIT_HOURS] = {
    [HOURS_NIGHT] = {100, 100, 100, 100, 100, 95, 70, 35, 12, 6,  3,  3,
                     3,   4,   4,   3,   3,   2,  3,  4,  8,  20, 55, 90},
    [HOURS_WAKING] = {6,  4,  3,   3,   4,  8,  25, 55, 80, 95, 100, 100,
                      95, 95, 100, 100, 95, 90, 85, 85, 80, 65, 40,  15},
    [HOURS_WALKING] = {2,  1,  1,  1,  2,  8,  30, 70, 80, 60, 55, 70,
                       85, 70, 60, 65, 80, 90, 70, 50, 35, 20, 10, 4},
    [HOURS_TRAINING] = {1,  1,  1,  1,  3,  30, 90,  100, 60, 35, 25, 30,
                        45, 30, 20, 25, 50, 95, 100, 80,  45, 20, 8,  3},
    [HOURS_CLASS] = {1,  1,  0,  0,  0,  5,  25,  35, 40, 50, 45, 30,
                     30, 20, 20, 25, 45, 85, 100, 95, 70, 35, 10, 3},
    [HOURS_DAYLIGHT] = {0,  0,  0,  0,  1,  5,  25, 60, 90, 100, 100, 95,
                        85, 90, 95, 85, 60, 35, 15, 5,  2,  1,   0,   0},
};

static const struct {
    int16_t share;
    int16_t hours;
} habits[ACTIVITIES] = {
    [ACTIVITY_STAND] = {30, HOURS_WAKING},       [ACTIVITY_SIT] = {45, HOURS_WAKING},
    [ACTIVITY_SLEEP] = {60, HOURS_NIGHT},        [ACTIVITY_WALK] = {35, HOURS_WALKING},
    [ACTIVITY_RUN] = {16, HOURS_TRAINING},       [ACTIVITY_CYCLING] = {14, HOURS_TRAINING},
    [ACTIVITY_ELLIPTICAL] = {6, HOURS_TRAINING}, [ACTIVITY_ROWER] = {5, HOURS_TRAINING},
    [ACTIVITY_STAIRS] = {5, HOURS_TRAINING},     [ACTIVITY_HIIT] = {8, HOURS_TRAINING},
    [ACTIVITY_HIKING] = {8, HOURS_DAYLIGHT},     [ACTIVITY_YOGA] = {8, HOURS_CLASS},
    [ACTIVITY_STRENGTH] = {10, HOURS_TRAINING},  [ACTIVITY_DANCE] = {5, HOURS_CLASS},
    [ACTIVITY_COOLDOWN] = {6, HOURS_TRAINING},   [ACTIVITY_CORE] = {6, HOURS_TRAINING},
    [ACTIVITY_PILATES] = {5, HOURS_CLASS},       [ACTIVITY_TAI_CHI] = {4, HOURS_CLASS},
    [ACTIVITY_SWIMMING] = {8, HOURS_TRAINING},   [ACTIVITY_WHEELCHAIR] = {3, HOURS_WALKING},
    [ACTIVITY_MULTISPORT] = {4, HOURS_TRAINING}, [ACTIVITY_KICKBOXING] = {5, HOURS_CLASS},
    [ACTIVITY_OTHER] = {8, HOURS_WAKING},
};

/* Countries whose day is not the sun's. */
static const struct {
    char country[3];
    int16_t minutes;
} shifts[] = {
    {"ES", 120}, {"IT", 45}, {"FR", 45}, {"BR", 30}, {"NL", 30}, {"NO", -30}, {"FI", -30},
};

/* What a country does more of, in hundredths. */
static const struct {
    char country[3];
    enum activity_kind kind;
    int16_t percent;
} preferences[] = {
    {"NL", ACTIVITY_CYCLING, 300},  {"DK", ACTIVITY_CYCLING, 300}, {"NO", ACTIVITY_HIKING, 300},
    {"SE", ACTIVITY_HIKING, 200},   {"FI", ACTIVITY_HIKING, 200},  {"AU", ACTIVITY_SWIMMING, 300},
    {"BR", ACTIVITY_SWIMMING, 200}, {"BR", ACTIVITY_DANCE, 200},   {"US", ACTIVITY_STRENGTH, 200},
};

int habit_shift(int country)
{
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++)
        if (strcmp(shifts[i].country, countries[country].code) == 0)
            return shifts[i].minutes;
    return 0;
}

int32_t habit_weight(int country, int hour, enum activity_kind kind)
{
    int32_t weight = habits[kind].share * hours[habits[kind].hours][hour];

    for (size_t i = 0; i < sizeof preferences / sizeof *preferences; i++)
        if (preferences[i].kind == kind &&
            strcmp(preferences[i].country, countries[country].code) == 0)
            return weight * preferences[i].percent;
    return weight * 100;
}

/*
 * What people do while they are measured: 23 activities.
 */
#ifndef AORTA_WEARABLES_ACTIVITY_H
#define AORTA_WEARABLES_ACTIVITY_H

#include <stddef.h>
#include <stdint.h>

enum { ACTIVITY_FIRST_ID = 20001, ACTIVITY_LAST_ID = 20999 };

enum activity_kind {
    ACTIVITY_STAND,
    ACTIVITY_SIT,
    ACTIVITY_SLEEP,
    ACTIVITY_WALK,
    ACTIVITY_RUN,
    ACTIVITY_CYCLING,
    ACTIVITY_ELLIPTICAL,
    ACTIVITY_ROWER,
    ACTIVITY_STAIRS,
    ACTIVITY_HIIT,
    ACTIVITY_HIKING,
    ACTIVITY_YOGA,
    ACTIVITY_STRENGTH,
    ACTIVITY_DANCE,
    ACTIVITY_COOLDOWN,
    ACTIVITY_CORE,
    ACTIVITY_PILATES,
    ACTIVITY_TAI_CHI,
    ACTIVITY_SWIMMING,
    ACTIVITY_WHEELCHAIR,
    ACTIVITY_MULTISPORT,
    ACTIVITY_KICKBOXING,
    ACTIVITY_OTHER,
    ACTIVITIES,
};

struct activity {
    const char *name;
    const char *other_name; /* what an edit renames it to and back; NULL: it keeps its name */
};

extern const struct activity activities[ACTIVITIES];

/* Their ids, all different, ACTIVITY_FIRST_ID to ACTIVITY_LAST_ID, in the order of the table. */
void activity_ids(uint64_t seed, int32_t ids[ACTIVITIES]);

/* The kind called so, by either name; ACTIVITY_OTHER if there is none. */
enum activity_kind activity_find(const char *name, size_t size);

#endif

/*
 * What people do while they are measured: 23 activities, each of one of three intensities.
 */
#ifndef AORTA_WEARABLES_ACTIVITY_H
#define AORTA_WEARABLES_ACTIVITY_H

#include <stddef.h>
#include <stdint.h>

enum { ACTIVITIES = 23, ACTIVITY_FIRST_ID = 20001, ACTIVITY_LAST_ID = 20999 };

enum intensity { INTENSITY_REST, INTENSITY_MODERATE, INTENSITY_HARD };

struct activity {
    const char *name;
    const char *other_name; /* what an edit renames it to and back; NULL: it keeps its name */
    enum intensity intensity;
};

extern const struct activity activities[ACTIVITIES];

/* Their ids, all different, ACTIVITY_FIRST_ID to ACTIVITY_LAST_ID, in the order of the table. */
void activity_ids(uint64_t seed, int32_t ids[ACTIVITIES]);

/* The intensity of the activity called so; one that is not in the table is moderate. */
enum intensity activity_intensity(const char *name, size_t size);

#endif

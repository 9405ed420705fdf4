/*
 * What people do at which hour, and where: how likely a session is to be of which activity.
 *
 *     weight = share of the activity * its hours * what its country makes of it
 *
 * Hours are local mean solar time, which a longitude gives without a table of time zones. A
 * country's day is shifted against it: people in Spain do everything later than the sun says.
 *
 * All numbers here are chosen. What they follow: people sleep at night, sit and stand by day, walk
 * to and from work and at noon, train before and after work, and hike by daylight. That it is the
 * country that makes its people's evenings late, more than the sun does, is in O. J. Walch,
 * A. Cochran, D. B. Forger, "A global quantification of 'normal' sleep schedules using smartphone
 * data", Science Advances 2 (2016) e1501705, doi:10.1126/sciadv.1501705; by how much, and what
 * sports it prefers, is a guess.
 */
#ifndef AORTA_WEARABLES_HABIT_H
#define AORTA_WEARABLES_HABIT_H

#include "activity.h"

#include <stdint.h>

enum { HABIT_HOURS = 24 };

/* By how many minutes the country's day is later than the sun's; negative: earlier. */
int habit_shift(int country);

/* The weight of an activity in that hour of the country's day, 0 or more; the sum over all is
 * positive and below 2^31. */
int32_t habit_weight(int country, int hour, enum activity_kind kind);

#endif

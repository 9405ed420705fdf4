/*
 * What can be done with a watch: the activities that were fed, and which of them a session is.
 *
 * A choice is a function of the session's hash and of what there is, and disturbs as little as it
 * can: when an activity is added or deleted, only sessions change that it wins or won.
 *
 *     any   rendezvous: the highest hash of session and activity wins (D. Thaler and
 *           C. Ravishankar 1998). Every activity is equally likely.
 *     at    the session draws kinds of activity, each as often as the time and the country say,
 *           until it draws one that there is; several of one kind settle it by rendezvous. If
 *           nothing comes of sixty-four draws, it is any.
 */
#ifndef AORTA_WEARABLES_REPERTOIRE_H
#define AORTA_WEARABLES_REPERTOIRE_H

#include "activity.h"
#include "country.h"
#include "habit.h"

struct known_activity {
    int32_t activity_id;
    enum activity_kind kind;
};

/* The time and the place of a session, as people live by them. */
struct moment {
    int16_t country;
    int16_t minute; /* of the local day, 0 to 1439 */
};

struct repertoire {
    struct known_activity *known;
    int32_t count;
    int32_t capacity;
    int32_t of_kind[ACTIVITIES]; /* how many there are */
    int32_t last[ACTIVITIES];    /* of the kind */
    int32_t shifts[COUNTRIES];   /* minutes: habit.h */
    /* Sums of the weights of the kinds up to each, by country and hour of its day. */
    int32_t sums[COUNTRIES][HABIT_HOURS][ACTIVITIES];
};

/* Zeroed storage is an empty repertoire. */
void repertoire_release(struct repertoire *repertoire);

void repertoire_add(struct repertoire *repertoire, const struct known_activity *activity);

/* Puts them in order of their ids, after the last was added and before the first choice. Returns
 * an id that came twice, or -1. */
int32_t repertoire_sort(struct repertoire *repertoire);

/* There is at least one. Lent as long as the repertoire. */
const struct known_activity *repertoire_any(const struct repertoire *repertoire, uint64_t session);
const struct known_activity *repertoire_at(const struct repertoire *repertoire,
                                           const struct moment *moment, uint64_t session);

#endif

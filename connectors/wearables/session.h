/*
 * A session: one to four readings of one person, in one hour, at one place, of one activity.
 *
 * Everything about it is a function of (seed, user id, hour), the user's row in the operational
 * database and the activities there are: no other user, no batch, no position has a say, so that a
 * record that is made again is the same record.
 *
 * Hours are counted from 1970 UTC.
 */
#ifndef AORTA_WEARABLES_SESSION_H
#define AORTA_WEARABLES_SESSION_H

#include "model.h"
#include "settings.h"

enum { SESSION_READINGS_MAX = 4, SESSION_DELAY_MAX = 6 };

struct session {
    int32_t activity_id;
    int32_t latitude, longitude; /* millionths of a degree */
    int reading_count;
    int64_t timestamps[SESSION_READINGS_MAX]; /* seconds since 1970, ascending, within the hour */
    int heart_rates[SESSION_READINGS_MAX];
};

/* Whether there is one; only then *delay is written: after how many hours it arrives, 0 mostly. */
bool session_happens(const struct settings *settings, int32_t user_id, int64_t hour, int *delay);

/* The session that happens. There is at least one activity. */
void session_make(const struct settings *settings, const struct repertoire *repertoire,
                  const struct wearer *wearer, int64_t hour, struct session *session);

#endif

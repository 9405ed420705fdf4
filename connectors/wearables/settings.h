/*
 * What a connection of wearables was told, in whole numbers.
 */
#ifndef AORTA_WEARABLES_SETTINGS_H
#define AORTA_WEARABLES_SETTINGS_H

#include "connector.h"

struct model;

enum { SETTINGS_PARTITIONS_MAX = 1000 };

/* What a message's leaves are: JSON numbers, strings of the same digits, or one or the other by
 * message. */
enum leaves { LEAVES_NUMBERS, LEAVES_TEXT, LEAVES_MIXED };

struct settings {
    uint64_t seed;
    int32_t users;
    int64_t start_us;
    int64_t as_of_us;         /* exclusive; INT64_MIN: the moment a read is opened */
    int64_t sessions_per_day; /* of a user, in thousandths */
    int64_t late_share;       /* of sessions, in thousandths */
    int32_t edits;            /* changes to users, a day */
    int32_t partitions;
    enum leaves leaves;
    const struct model *model;
};

/* Checks the options (in the order of settings_options) and turns them into settings. */
extern const struct aorta_option settings_options[];
int settings_read(struct settings *settings, const struct aorta_option_value *values,
                  struct aorta_error *error);

/* How far the history goes for a read that is opened now. */
int64_t settings_as_of(const struct settings *settings);

#endif

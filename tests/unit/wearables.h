/*
 * What the tests of the connector "wearables" share: the module, a connection with the options
 * that a test names, and reading a stream to its end.
 */
#ifndef AORTA_TESTS_WEARABLES_H
#define AORTA_TESTS_WEARABLES_H

#include "connector.h"

enum { WEARABLES_OPTIONS_MAX = 16 };

/* Days and hours behind 2024-04-01, the default start. */
#define WEARABLES_START_US INT64_C(1711929600000000)
#define WEARABLES_DAY_US INT64_C(86400000000)
#define WEARABLES_HOUR_US INT64_C(3600000000)

const struct aorta_connector *wearables_load(void);

struct wearables_options {
    int64_t as_of_us; /* always */
    int64_t users;    /* 0: the default, as all below */
    int64_t seed;
    int64_t edits; /* -1: none */
    double sessions_per_day;
    double late_share;
    const char *leaves; /* NULL: the default */
    const char *model;
};

/* A connection; it ends with the test's process, or by the connector's close. */
void *wearables_open(const struct wearables_options *options);

/* A reader. A position of NULL is the beginning. */
void *wearables_read(void *connection, const char *stream, const char *position);

/* A user or an activity, as the operational database has it. */
struct wearables_user {
    int32_t user_id;
    const char *country;
    const char *sex;
    int32_t date_of_birth, height, weight;
};

struct wearables_activity {
    int32_t activity_id;
    const char *name;
};

/* Feeds a reader of heart_rates. */
void wearables_feed(void *reader, const struct wearables_user *users, int64_t user_count,
                    const struct wearables_activity *activities, int64_t activity_count);

/* Calls each for every row to the end; then closes the reader unless keep is set. */
void wearables_rows(void *reader, bool keep,
                    void (*each)(void *arg, const struct aorta_batch *batch, int64_t row),
                    void *arg);

/* Values of a row, by the column's name; text ends with a NUL and is lent until the eighth next
 * call. NULL if it is null. */
const char *wearables_text(const struct aorta_batch *batch, const char *name, int64_t row);
int64_t wearables_int(const struct aorta_batch *batch, const char *name, int64_t row);
/* What wearables_int gives is at least low and below high (checked): how far above low. */
size_t wearables_index(const struct aorta_batch *batch, const char *name, int64_t row, int64_t low,
                       int64_t high);
bool wearables_is_null(const struct aorta_batch *batch, const char *name, int64_t row);

#endif

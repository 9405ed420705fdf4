/*
 * A look at the partitions of all assets that are made by themselves: which of them are owed
 * (run/owed.h). Read from the store in the thread pool; what comes of it does not change.
 */
#ifndef AORTA_DAEMON_SURVEY_H
#define AORTA_DAEMON_SURVEY_H

#include "base/err.h"
#include "run/owed.h"

#include <uv.h>

/* Of one asset. */
struct survey_item {
    struct owed owed;
    int64_t again_us; /* when time alone adds a partition; INT64_MAX: never */
};

struct survey {
    struct loaded *loaded;
    struct survey_item *items; /* by asset->order; of what is not looked at: zeroes */
    bool has_failed;
    struct err err;
    struct survey_running *running; /* its own */
};

/* Whether there is any asset whose partitions its automation asks for. */
bool survey_is_needed(const struct loaded *loaded);

/* Begins; `done` is called on the loop with the survey, which is then the caller's. */
void survey_begin(uv_loop_t *loop, struct loaded *loaded, const char *store,
                  void (*done)(void *arg, struct survey *survey), void *arg);

/* Accepts NULL. */
void survey_free(struct survey *survey);

#endif

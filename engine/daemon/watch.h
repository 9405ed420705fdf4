/*
 * One sensor of a daemon that stays: what it has seen, and how it is. Who decides what follows is
 * sensors.c.
 */
#ifndef AORTA_DAEMON_WATCH_H
#define AORTA_DAEMON_WATCH_H

#include "message/sensor.h"
#include "schedule/sensor_list.h"
#include "store/sensors.h"

#include <stdbool.h>
#include <stdint.h>

struct probe;
struct sensors;

enum { WATCH_RUN_SIZE = 32 };

/* Times are of the monotonic clock, but those that struct store_sensor has. */
struct watch {
    struct sensors *sensors;
    const struct sensor *sensor; /* of what is loaded */
    char *name, *definition;
    char *cursor, *pending, *error; /* or NULL, as struct store_sensor has them */
    bool is_error_of_run;           /* the error is why there was no run */
    char run[WATCH_RUN_SIZE];       /* the newest; empty: none */
    int64_t looked_us, requested_us, failures;
    int64_t refusals;         /* of runs, in a row */
    int64_t due_us;           /* when it looks next */
    int64_t late_us;          /* when the look under way has taken too long */
    int64_t refused_until_us; /* no run is asked for before */
    int64_t written_us;       /* when the store was told of it last */
    struct probe *probe;      /* the look under way, or NULL */
    bool is_late;             /* that look has taken too long: what it finds does not count */
    bool
        is_outdated; /* a run was asked for since it began: it compares with what was seen before */
    bool looks_again; /* something has happened since that began */
    bool is_asking;   /* for a run */
    bool is_paused;
    int64_t looks, failed_looks, requests; /* since the daemon began */
};

struct watch *watch_new(struct sensors *sensors, const struct sensor *sensor);
void watch_free(struct watch *watch); /* accepts NULL */

/* The files were read again: it is the same sensor, with other settings maybe. It looks at once. */
void watch_follow(struct watch *watch, const struct sensor *sensor);

/* What the store knows of it. */
void watch_remember(struct watch *watch, const struct store_sensor *known);

/* Queues all of it for the store. */
void watch_write(struct watch *watch, struct store *store, struct store_done done);

/* Whether the store has not been told for a minute: when it looked last is not worth a commit. */
bool watch_is_stale(const struct watch *watch);

/* The look has ended: the next one is due after a while. Then one of the next two. */
void watch_looked(struct watch *watch);
void watch_failed(struct watch *watch, const char *why);
bool watch_succeeded(struct watch *watch); /* whether the last one had failed */

/* The value is what it has seen; or it is to have a run: whether that was not known. */
void watch_move(struct watch *watch, const char *value);
bool watch_hold(struct watch *watch, const char *value);

/* The run is queued: because of the value, or (NULL) because a person wanted it. */
void watch_requested(struct watch *watch, const char *value, const char *run);

/* It was refused, and is asked for again later. */
void watch_refused(struct watch *watch, const char *why);

/* ahead_us: of the wall clock. Texts are lent. */
void watch_tell(const struct watch *watch, int64_t ahead_us, struct sensor_state *state);

#endif

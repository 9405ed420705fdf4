/*
 * What the run store keeps of sensors: what each has seen, and how its last look and its last run
 * ended. Writes are queued as those of write.h, reads are as those of read.h.
 */
#ifndef AORTA_STORE_SENSORS_H
#define AORTA_STORE_SENSORS_H

#include "store/read.h"
#include "store/store.h"

struct store_sensor {
    const char *name;
    const char *definition; /* what the cursor comes of */
    const char *cursor;     /* as schedule/sensor.h has it; NULL: it has not looked yet */
    const char *pending;    /* found, and no run was asked for yet; or NULL */
    int64_t looked_us;      /* the last look; 0: none. At most a minute older than the truth */
    int64_t requested_us;   /* the last run; 0: none */
    const char *run_id;     /* of that; NULL: it was refused */
    int64_t failures;       /* looks in a row that failed */
    const char *error;      /* of the last look, or why there was no run; NULL: all is well */
    /* When read: how its run stands; NULL: it had none, or that is forgotten. */
    const char *run_state;
};

/* Sets all of it, new or not. */
void store_sensor_put(struct store *store, const struct store_sensor *sensor,
                      struct store_done done);

/* It is no more. */
void store_sensor_forget(struct store *store, const char *name, struct store_done done);

/* All, by name. */
int store_read_sensors(struct store_reader *reader, struct arena *arena,
                       struct store_sensor **sensors, size_t *count, struct err *err);

/* What a sensor of runs looks for: ends of runs or, with an asset, of its steps. */
struct store_outcomes {
    int64_t after_id;    /* events behind that one */
    int64_t limit;       /* so many of them */
    const char *target;  /* in runs of that target */
    const char *own;     /* but not in those of this trigger */
    const char *trigger; /* only in those of this one; NULL: any */
    const char *asset;   /* or NULL */
    const char *states;  /* " succeeded failed ": of the events, each between blanks */
};

/* *last_id: the last event that was looked at, or after_id. */
int store_count_outcomes(struct store_reader *reader, const struct store_outcomes *outcomes,
                         int64_t *last_id, int64_t *found, struct err *err);

#endif

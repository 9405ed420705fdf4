/*
 * What the run store keeps of schedules: until when their ticks are accounted for, what became of
 * each tick, and what a person has paused. Writes are queued as those of write.h, reads are as
 * those of read.h.
 */
#ifndef AORTA_STORE_SCHEDULES_H
#define AORTA_STORE_SCHEDULES_H

#include "store/read.h"
#include "store/store.h"

struct store_schedule {
    const char *name;
    const char *definition; /* what its ticks come of */
    int64_t reached_us;     /* ticks until here are accounted for */
};

/* "fired", with its run; "skipped": an earlier run was not over; "missed": nobody was there;
 * "failed": the run was refused. */
struct store_tick {
    const char *schedule;
    int64_t due_us;
    const char *state;
    const char *run_id; /* or NULL */
    const char *reason; /* or NULL */
    int64_t at_us;      /* when that was decided */
    /* When read: how its run stands; NULL: it had none, or that is forgotten. */
    const char *run_state;
};

struct store_pause {
    const char *subject; /* "schedule:nightly" */
    bool is_paused;      /* else resumed, whatever the files say */
    const char *actor;   /* or NULL */
    int64_t at_us;
};

/* ---- writing --------------------------------------------------------------------------------- */

/* Sets all of it, new or not. */
void store_schedule_reach(struct store *store, const struct store_schedule *schedule,
                          struct store_done done);

/* It is no more; its ticks stay. */
void store_schedule_forget(struct store *store, const char *name, struct store_done done);

/* A tick of the same schedule and time is replaced: the clock showed that time twice. */
void store_tick_put(struct store *store, const struct store_tick *tick, struct store_done done);

void store_pause_put(struct store *store, const struct store_pause *pause, struct store_done done);

/* ---- reading --------------------------------------------------------------------------------- */

/* All, by name. */
int store_read_schedules(struct store_reader *reader, struct arena *arena,
                         struct store_schedule **schedules, size_t *count, struct err *err);

/* All, by subject. */
int store_read_pauses(struct store_reader *reader, struct arena *arena, struct store_pause **pauses,
                      size_t *count, struct err *err);

/* A schedule's ticks before an instant (INT64_MAX: all), the newest first, at most `limit`: the last
 * one's due_us is where the next page goes on. */
int store_read_ticks(struct store_reader *reader, const char *schedule, int64_t before_us,
                     int64_t limit, struct arena *arena, struct store_tick **ticks, size_t *count,
                     struct err *err);

#endif

/*
 * Partitions: the parts in which an asset is made, each with a key.
 *
 *     unit     key              is, in the zone
 *     hour     2024-04-04T13    from 13:00 to 14:00
 *     day      2024-04-04       from midnight to midnight
 *     week     2024-W14         ISO 8601: from Monday, of the year that has its Thursday
 *     month    2024-04          from the first to the first
 *     static   de, fr, it       what the list says, in its order; no time
 *
 * A partition is the instants in [start_us, end_us). Those of a definition follow each other
 * without a gap, so each instant has one. The order of keys as texts is that of time, except where
 * clocks go back by more than an hour (Antarctica/Troll).
 *
 * An offset moves every border: days with an offset of 6 hours go from 06:00 to 06:00, and keep the
 * key of the day in which they begin. A definition begins at a date: its first partition is the
 * first that begins then or later.
 *
 * When clocks change, borders are where the clocks show them:
 *   - A day may have 23 or 25 hours. Midnight that is skipped is the change; of two midnights the
 *     first counts.
 *   - An hour that is skipped has no partition; nor has a day that a calendar leaves out
 *     (Pacific/Apia, 2011-12-30).
 *   - An hour that comes twice is two partitions. The first has the plain key, the second its
 *     offset from UTC behind it: "2024-10-27T01" and "2024-10-27T01+0000" in Europe/London. Where
 *     clocks go back by half an hour, the second is shorter (Australia/Lord_Howe).
 *
 * Keys are read strictly: what is not exactly the key of a partition of the definition is an error.
 */
#ifndef AORTA_SCHEDULE_PARTITION_H
#define AORTA_SCHEDULE_PARTITION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "schedule/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A backfill is a list that is planned, stored and shown: 11 years of hours. */
enum { PARTITIONS_MOST = 100000, PARTITION_KEY_SIZE = 64 };

enum partition_unit {
    PARTITION_STATIC,
    PARTITION_HOUR,
    PARTITION_DAY,
    PARTITION_WEEK,
    PARTITION_MONTH,
};

extern const char *const partition_unit_names[]; /* "static", "hour", … */

/* A definition. */
struct partitions {
    enum partition_unit unit;
    const struct zone *zone; /* borrowed; of time */
    int64_t offset_us;
    int64_t first_us;                 /* where the first partition begins */
    char (*keys)[PARTITION_KEY_SIZE]; /* static */
    size_t key_count;
    struct map by_key;
};

struct partition {
    char key[PARTITION_KEY_SIZE];
    int64_t start_us, end_us; /* static: 0 */
    size_t index;             /* static: its place in the list */
};

/* Partitions of time in a zone that must live as long. start is a date, or the key of one of them;
 * NULL is 1970-01-01. An offset is of whole seconds and shorter than an hour, a day, seven days or
 * 28. ERR_CONFIG. */
int partitions_init_time(struct partitions *partitions, enum partition_unit unit,
                         const struct zone *zone, int64_t offset_us, const char *start,
                         struct err *err);

/* Static partitions; the keys are copied. Up to PARTITIONS_MOST, of 1 to 63 bytes each, none twice,
 * without control characters, commas and "..", which stand between keys. ERR_CONFIG. */
int partitions_init_static(struct partitions *partitions, const char *const *keys, size_t count,
                           struct err *err);

void partitions_release(struct partitions *partitions);

/* The partition of that key. ERR_CONFIG says how keys are written, or why there is none such. */
int partition_find(const struct partitions *partitions, const char *key,
                   struct partition *partition, struct err *err);

/* The partition that holds the instant. False for static ones, and for instants before the first
 * partition or behind the year 9998. */
bool partition_at(const struct partitions *partitions, int64_t us, struct partition *partition);

/* The partition behind another, and that before it. False at the ends. */
bool partition_next(const struct partitions *partitions, const struct partition *at,
                    struct partition *next);
bool partition_previous(const struct partitions *partitions, const struct partition *at,
                        struct partition *previous);

/* The first, and the last that is over by then (static: the last of the list). False if there is
 * none. */
bool partition_first(const struct partitions *partitions, struct partition *first);
bool partition_last(const struct partitions *partitions, int64_t now_us, struct partition *last);

/* When time alone brings another one: the end of that which is now, or of the first. INT64_MAX:
 * never. */
int64_t partitions_change_us(const struct partitions *partitions, int64_t now_us);

/* Of partitions of time in their order, those that share an instant with [start_us, end_us): from
 * `*from` up to the one before `*to`. */
void partition_overlap(const struct partition *list, size_t count, int64_t start_us, int64_t end_us,
                       size_t *from, size_t *to);

/* All from one key to another, both included, in the arena. ERR_CONFIG for a range that goes back
 * or has more than PARTITIONS_MOST. */
int partition_list(const struct partitions *partitions, const char *from, const char *to,
                   struct arena *arena, struct partition **list, size_t *count, struct err *err);

#endif

/*
 * IANA time zones, from the system's own data: "Europe/London".
 *
 * The files of the package tzdata (TZif, RFC 9636) are read from $TZDIR or /usr/share/zoneinfo, so
 * the rules are as new as the system is. "UTC" needs no file.
 *
 *     struct zone *zone;
 *     struct zone_period now;
 *     zone_load("Europe/London", &zone, &err);
 *     zone_period_at(zone, clock_now_us(), &now);         // +3600 s, "BST", since, until
 *     zone_find(zone, wall_us, instants);                 // what the clocks show, back to UTC
 *
 * An instant is microseconds since 1970 UTC. A wall time is what clocks show there, counted in the
 * same way: 1970-01-01 00:00 on the wall is 0, so clock_civil_from_days takes it apart. Then
 *
 *     wall time = instant + offset of the zone's period at that instant
 *
 *         instant   ───────────┬──────────────┬─────────▶      periods meet at changes
 *         wall      00:00 00:59│02:00    01:59│01:00           forward: an hour is skipped
 *                              ▲ forward      ▲ back           back: an hour comes twice
 *
 * Behind the last change of its file a zone follows the rule in the file's footer for ever. Before
 * its first it has the file's first offset. Instants outside of the years 1 to 9999 are taken as
 * the nearest inside. A zone does not change once it is loaded: any thread may ask it.
 *
 * Files that count leap seconds ("right/…") are refused: instants here have none.
 */
#ifndef AORTA_SCHEDULE_ZONE_H
#define AORTA_SCHEDULE_ZONE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0001-01-01 and 10000-01-01. */
#define ZONE_BEGIN_US INT64_C(-62135596800000000)
#define ZONE_END_US INT64_C(253402300800000000)

/* Longest in the data: "America/Argentina/ComodRivadavia". Longest abbreviation: six letters. */
enum { ZONE_NAME_SIZE = 64, ZONE_ABBREVIATION_SIZE = 16 };

struct zone;

/* How the clocks stand in [from_us, until_us). */
struct zone_period {
    int64_t from_us;  /* whole seconds, or ZONE_BEGIN_US */
    int64_t until_us; /* whole seconds, or ZONE_END_US */
    int64_t offset_us;
    int64_t offset_before_us; /* of the period before, or offset_us if there is none */
    bool is_dst;
    char abbreviation[ZONE_ABBREVIATION_SIZE];
};

enum zone_fit {
    ZONE_ONE,     /* both instants are the one that shows this wall time */
    ZONE_SKIPPED, /* none does: both instants are the change that skips it */
    ZONE_TWICE,   /* the first and the second that do */
};

/* Loads the zone of that name. ERR_CONFIG, with a suggestion, for a name that is none or that is no
 * name at all: it stays inside of the data's folder. Reads files. */
int zone_load(const char *name, struct zone **zone, struct err *err);

/* The zone out of a TZif file's bytes. */
int zone_parse(const char *name, const void *data, size_t size, struct zone **zone,
               struct err *err);

void zone_free(struct zone *zone);

/* As it was loaded. */
const char *zone_name(const struct zone *zone);

/* The period that holds the instant. */
void zone_period_at(const struct zone *zone, int64_t us, struct zone_period *period);

/* The wall time at the instant. */
int64_t zone_wall_us(const struct zone *zone, int64_t us);

/* The instants that show the wall time, in their order. */
enum zone_fit zone_find(const struct zone *zone, int64_t wall_us, int64_t instants_us[2]);

#endif

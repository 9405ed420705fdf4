#include "schedule/zone.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "schedule/zone_file.h"
#include "schedule/zone_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The largest of 2025 has 4 KiB. */
enum { FILE_BYTES = 64 * 1024, PATH_SIZE = 1024 };

/* Offsets from UTC are less than this. */
#define OFFSET_MOST_US (26 * 3600 * CLOCK_US_PER_SECOND)

static struct zone *zone_new(const char *name)
{
    struct zone *zone = alloc_zeroed(1, sizeof *zone);

    (void)snprintf(zone->name, sizeof zone->name, "%s", name);
    return zone;
}

static struct zone *utc_new(void)
{
    struct zone *zone = zone_new("UTC");

    zone->kinds[0] = (struct zone_kind){.abbreviation = "UTC"};
    zone->kind_count = 1;
    zone->cycle_s = INT64_MAX;
    return zone;
}

int zone_parse(const char *name, const void *data, size_t size, struct zone **zone, struct err *err)
{
    struct zone *parsed = zone_new(name);

    if (zone_file_parse(data, size, parsed, err) < 0) {
        zone_free(parsed);
        return -1;
    }
    *zone = parsed;
    return 0;
}

/* A name out of a file may hold anything: what cannot be one is not repeated as it stands. */
static int refuse_name(const char *name, struct err *err)
{
    bool is_plain = true;

    for (const char *at = name; *at != '\0'; at++)
        is_plain = is_plain && *at >= ' ' && *at <= '~';
    if (!is_plain || strlen(name) >= ZONE_NAME_SIZE)
        return err_set(err, ERR_CONFIG,
                       "a time zone's name has up to %d letters and none of it is blank: names are "
                       "as \"Europe/London\", \"UTC\"",
                       ZONE_NAME_SIZE - 1);
    return zone_name_unknown(name, err);
}

int zone_load(const char *name, struct zone **zone, struct err *err)
{
    char path[PATH_SIZE];
    struct stat status;
    struct buf data;

    if (strcmp(name, "UTC") == 0) {
        *zone = utc_new();
        return 0;
    }
    if (!zone_name_is_valid(name))
        return refuse_name(name, err);
    int size = snprintf(path, sizeof path, "%s/%s", zone_folder(), name);
    if (size >= PATH_SIZE || stat(path, &status) < 0 || !S_ISREG(status.st_mode))
        return zone_name_unknown(name, err);
    buf_init(&data);
    int result = file_read(path, FILE_BYTES, &data, err);
    if (result < 0)
        (void)err_wrap(err, "time zone \"%s\"", name);
    else
        result = zone_parse(name, data.data, data.size, zone, err);
    buf_release(&data);
    return result;
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->changes);
    free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

/* How many changes have happened by then. */
static size_t changes_until(const struct zone *zone, int64_t at_s)
{
    size_t low = 0, high = zone->change_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct zone_kind *kind_after(const struct zone *zone, size_t changes)
{
    return &zone->kinds[changes > 0 ? zone->changes[changes - 1].kind : zone->first_kind];
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

void zone_period_at(const struct zone *zone, int64_t us, struct zone_period *period)
{
    int64_t second = CLOCK_US_PER_SECOND;
    /* From the first year on, so that the division rounds down. */
    int64_t at_s = (clamp(us, ZONE_BEGIN_US, ZONE_END_US - 1) - ZONE_BEGIN_US) / second +
                   ZONE_BEGIN_US / second;
    int64_t shift_s = 0;

    if (zone->cycle_s <= at_s)
        shift_s = (at_s - zone->cycle_s) / ZONE_CYCLE_S * ZONE_CYCLE_S;
    size_t n = changes_until(zone, at_s - shift_s);
    const struct zone_kind *kind = kind_after(zone, n);
    period->from_us = n > 0 ? (zone->changes[n - 1].at_s + shift_s) * second : ZONE_BEGIN_US;
    period->until_us = n < zone->change_count ? clamp((zone->changes[n].at_s + shift_s) * second,
                                                      ZONE_BEGIN_US, ZONE_END_US)
                                              : ZONE_END_US;
    period->offset_us = kind->offset_s * second;
    period->offset_before_us = kind_after(zone, n > 0 ? n - 1 : 0)->offset_s * second;
    period->is_dst = kind->is_dst;
    memcpy(period->abbreviation, kind->abbreviation, sizeof period->abbreviation);
}

int64_t zone_wall_us(const struct zone *zone, int64_t us)
{
    struct zone_period period;

    zone_period_at(zone, us, &period);
    return us + period.offset_us;
}

/* All periods in which the wall time could be are looked at: few, since offsets are small. */
enum zone_fit zone_find(const struct zone *zone, int64_t wall_us, int64_t instants_us[2])
{
    struct zone_period period;
    int64_t wall = clamp(wall_us, ZONE_BEGIN_US, ZONE_END_US - 1);
    int64_t at_us = clamp(wall - OFFSET_MOST_US, ZONE_BEGIN_US, ZONE_END_US - 1);
    int64_t skipping_us = wall;
    int found = 0;

    do {
        zone_period_at(zone, at_us, &period);
        int64_t us = wall - period.offset_us;
        if (us >= period.from_us && us < period.until_us)
            instants_us[found++] = us;
        else if (us < period.from_us && wall - period.offset_before_us >= period.from_us)
            skipping_us = period.from_us;
        at_us = period.until_us;
    } while (found < 2 && at_us < ZONE_END_US && at_us <= wall + OFFSET_MOST_US);
    if (found == 0)
        instants_us[0] = skipping_us;
    if (found < 2)
        instants_us[1] = instants_us[0];
    return found == 2 ? ZONE_TWICE : found == 1 ? ZONE_ONE : ZONE_SKIPPED;
}

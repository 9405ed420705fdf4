/* A TZif file. What is accepted has periods that meet, and every instant is found again from what
 * its clocks show. */
#include "fuzz.h"

#include "base/clock.h"
#include "schedule/zone.h"

#include <string.h>

/* A rule makes 16,000 periods until the end of the calendar. */
enum { PERIODS = 3000 };

static void look_at(const struct zone *zone, int64_t us)
{
    int64_t instants[2];
    enum zone_fit fit = zone_find(zone, zone_wall_us(zone, us), instants);

    must(fit != ZONE_SKIPPED);
    must((fit == ZONE_TWICE) == (instants[0] < instants[1]));
    for (int i = 0; i < 2; i++)
        must(zone_wall_us(zone, instants[i]) == zone_wall_us(zone, us));
    /* Three instants can show the same time: files may hold what no government has done yet. */
    must(instants[0] <= us && (instants[0] == us || fit == ZONE_TWICE));
}

/* A skipped time is at the change that skips it. */
static void look_before(const struct zone *zone, const struct zone_period *period)
{
    int64_t change = period->offset_us - period->offset_before_us, instants[2];
    struct zone_period found;

    if (change <= 0 ||
        zone_find(zone, period->from_us + period->offset_us - 1, instants) != ZONE_SKIPPED)
        return;
    zone_period_at(zone, instants[0], &found);
    must(found.from_us == instants[0] && found.offset_us > found.offset_before_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone_period period, next;
    struct zone *zone;
    struct err err;
    int count = 0;

    if (zone_parse("fuzz", data, size, &zone, &err) < 0) {
        must(err.code == ERR_CONFIG && strlen(err.message) > 0);
        return 0;
    }
    zone_period_at(zone, ZONE_BEGIN_US, &period);
    must(period.from_us == ZONE_BEGIN_US);
    for (; period.until_us < ZONE_END_US && count < PERIODS; count++) {
        must(period.from_us < period.until_us);
        must(memchr(period.abbreviation, '\0', sizeof period.abbreviation) != NULL);
        zone_period_at(zone, period.until_us, &next);
        must(next.from_us == period.until_us && next.offset_before_us == period.offset_us);
        if (period.from_us > ZONE_BEGIN_US + 2 * CLOCK_US_PER_DAY &&
            period.until_us < ZONE_END_US - 2 * CLOCK_US_PER_DAY) {
            look_at(zone, period.from_us);
            look_at(zone, period.until_us - 1);
            look_before(zone, &period);
        }
        period = next;
    }
    zone_free(zone);
    return 0;
}

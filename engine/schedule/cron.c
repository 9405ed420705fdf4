#include "schedule/cron.h"

#include "base/clock.h"
#include "schedule/cron_day.h"

/*
 * Both searches walk over the zone's periods. In one the clocks run evenly, so a tick is a matching
 * wall time less the period's offset; what is skipped or comes twice lies between two of them:
 *
 *     period   [from … until)          wall times of its own   [from + offset … until + offset)
 *     skipped  [from + offset before … from + offset)          if its change goes forward
 *     repeated [from + offset … from + offset before)          if it goes back
 */

enum { SECONDS_PER_DAY = 86400 };

/* Three hours, and 400 years. */
#define SMALL_CHANGE_US (3 * 3600 * CLOCK_US_PER_SECOND)
#define HORIZON_US (INT64_C(146097) * CLOCK_US_PER_DAY)

#define NO_WALL INT64_MIN

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The matching wall time nearest to one of whole seconds: that one, or the first behind it. */
static int64_t wall_from(const struct cron *cron, int64_t wall_us)
{
    int64_t wall_s = floor_div(wall_us, CLOCK_US_PER_SECOND);
    int64_t today = floor_div(wall_s, SECONDS_PER_DAY);
    int64_t day = cron_day_from(cron, today);
    int second =
        day == today ? cron_second_from(cron, (int)(wall_s - today * SECONDS_PER_DAY)) : -1;

    if (second < 0 && day == today)
        day = cron_day_from(cron, today + 1);
    if (day == INT64_MIN)
        return NO_WALL;
    if (second < 0)
        second = cron_second_from(cron, 0);
    return (day * SECONDS_PER_DAY + second) * CLOCK_US_PER_SECOND;
}

/* That one, or the last before it. */
static int64_t wall_until(const struct cron *cron, int64_t wall_us)
{
    int64_t wall_s = floor_div(wall_us, CLOCK_US_PER_SECOND);
    int64_t today = floor_div(wall_s, SECONDS_PER_DAY);
    int64_t day = cron_day_until(cron, today);
    int second =
        day == today ? cron_second_until(cron, (int)(wall_s - today * SECONDS_PER_DAY)) : -1;

    if (second < 0 && day == today)
        day = cron_day_until(cron, today - 1);
    if (day == INT64_MIN)
        return NO_WALL;
    if (second < 0)
        second = cron_second_until(cron, SECONDS_PER_DAY - 1);
    return (day * SECONDS_PER_DAY + second) * CLOCK_US_PER_SECOND;
}

/* How far the change at which the period begins sets the clocks, where a job of fixed times heeds
 * that: less than zero goes back. */
static int64_t heeded_change_us(const struct cron *cron, const struct zone_period *period)
{
    int64_t change = period->offset_us - period->offset_before_us;

    if (cron->is_wildcard || change >= SMALL_CHANGE_US || change <= -SMALL_CHANGE_US)
        return 0;
    return change;
}

/* The first wall time of the period at which there can be a tick. */
static int64_t first_wall(const struct cron *cron, const struct zone_period *period)
{
    int64_t change = heeded_change_us(cron, period);

    return period->from_us + (change < 0 ? period->offset_before_us : period->offset_us);
}

static bool next_every(const struct cron *cron, int64_t after_us, int64_t *tick_us)
{
    int64_t every_us = cron->every_s * CLOCK_US_PER_SECOND;
    int64_t tick = (floor_div(after_us, every_us) + 1) * every_us;

    if (tick >= ZONE_END_US)
        return false;
    *tick_us = tick;
    return true;
}

static bool previous_every(const struct cron *cron, int64_t before_us, int64_t *tick_us)
{
    int64_t every_us = cron->every_s * CLOCK_US_PER_SECOND;
    int64_t tick = floor_div(before_us - 1, every_us) * every_us;

    if (tick < ZONE_BEGIN_US)
        return false;
    *tick_us = tick;
    return true;
}

bool cron_next(const struct cron *cron, const struct zone *zone, int64_t after_us, int64_t *tick_us)
{
    struct zone_period period;
    int64_t second = CLOCK_US_PER_SECOND;

    if (after_us >= ZONE_END_US)
        return false;
    after_us = after_us < ZONE_BEGIN_US ? ZONE_BEGIN_US - 1 : after_us;
    if (cron->every_s > 0)
        return next_every(cron, after_us, tick_us);

    zone_period_at(zone, after_us, &period);
    int64_t wall = (floor_div(after_us, second) + 1) * second + period.offset_us;
    if (wall < first_wall(cron, &period))
        wall = first_wall(cron, &period);
    int64_t match = wall_from(cron, wall);
    for (;;) {
        if (match == NO_WALL)
            return false;
        if (match < period.until_us + period.offset_us) {
            *tick_us = match - period.offset_us;
            return true;
        }
        if (period.until_us >= ZONE_END_US || period.until_us - after_us > HORIZON_US)
            return false;
        zone_period_at(zone, period.until_us, &period);
        if (heeded_change_us(cron, &period) > 0 && match < period.from_us + period.offset_us) {
            *tick_us = period.from_us;
            return true;
        }
        /* The match stays the first one, unless the clocks were set back to before it was looked
         * for, or over it. */
        int64_t begin = first_wall(cron, &period);
        if (begin < wall || begin > match)
            match = wall_from(cron, begin);
        wall = begin;
    }
}

bool cron_previous(const struct cron *cron, const struct zone *zone, int64_t before_us,
                   int64_t *tick_us)
{
    struct zone_period period;
    int64_t second = CLOCK_US_PER_SECOND;

    if (before_us <= ZONE_BEGIN_US)
        return false;
    before_us = before_us > ZONE_END_US ? ZONE_END_US : before_us;
    if (cron->every_s > 0)
        return previous_every(cron, before_us, tick_us);

    zone_period_at(zone, before_us - 1, &period);
    int64_t wall = floor_div(before_us - 1, second) * second + period.offset_us;
    int64_t match = wall_until(cron, wall);
    for (;;) {
        if (match != NO_WALL && match >= first_wall(cron, &period)) {
            *tick_us = match - period.offset_us;
            return true;
        }
        /* The match is before the period's own times, so it may be one of those skipped. */
        if (heeded_change_us(cron, &period) > 0 && match != NO_WALL &&
            match >= period.from_us + period.offset_before_us) {
            *tick_us = period.from_us;
            return true;
        }
        if (period.from_us <= ZONE_BEGIN_US || before_us - period.from_us > HORIZON_US)
            return false;
        zone_period_at(zone, period.from_us - 1, &period);
        int64_t end = period.until_us + period.offset_us - second;
        if (end > wall || end < match || match == NO_WALL)
            match = wall_until(cron, end);
        wall = end;
    }
}

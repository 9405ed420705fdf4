#include "schedule/cron_day.h"

#include "base/clock.h"

enum { CYCLE_MONTHS = 400 * 12, SECONDS_PER_DAY = 86400 };

/* The lowest and the highest bit of a set, at or above and at or below one; -1 if there is none. */
static int bit_from(uint64_t set, int least)
{
    uint64_t rest = least > 63 ? 0 : set >> least << least;

    return rest != 0 ? __builtin_ctzll(rest) : -1;
}

static int bit_until(uint64_t set, int most)
{
    uint64_t rest = most < 0 ? 0 : set << (63 - most) >> (63 - most);

    return rest != 0 ? 63 - __builtin_clzll(rest) : -1;
}

/* Counted from the year 0, so that neighbours differ by one. */
struct month {
    int64_t year;
    int month; /* 1 to 12 */
};

static struct month month_beside(struct month at, int step)
{
    int month = at.month + step;

    if (month < 1)
        return (struct month){at.year - 1, 12};
    return month > 12 ? (struct month){at.year + 1, 1} : (struct month){at.year, month};
}

/* The days of a month that match, as bits 1 to 31. */
static uint32_t matching_days(const struct cron *cron, struct month at, int64_t first_day)
{
    struct month next = month_beside(at, 1);

    if ((cron->months >> at.month & 1) == 0)
        return 0;
    int length = (int)(clock_days_from_civil(next.year, next.month, 1) - first_day);
    uint32_t in_month = (uint32_t)((UINT64_C(2) << length) - 2);
    uint32_t by_date = cron->days | (cron->last_day ? UINT32_C(1) << length : 0);
    /* Weekdays from the first of the month on, written five times behind each other. */
    int first_weekday = (int)(((first_day + 4) % 7 + 7) % 7);
    uint64_t week = ((uint64_t)cron->weekdays >> first_weekday | (uint64_t)cron->weekdays
                                                                     << (7 - first_weekday)) &
                    127;
    uint32_t by_weekday = (uint32_t)(week * UINT64_C(0x10204081) << 1);
    return in_month & (cron->either_day ? by_date | by_weekday : by_date & by_weekday);
}

int64_t cron_day_from(const struct cron *cron, int64_t day)
{
    struct month at;
    int day_of_month;

    clock_civil_from_days(day, &at.year, &at.month, &day_of_month);
    for (int i = 0; i <= CYCLE_MONTHS; i++) {
        int64_t first_day = clock_days_from_civil(at.year, at.month, 1);
        int found = bit_from(matching_days(cron, at, first_day), day_of_month);
        if (found > 0)
            return first_day + found - 1;
        at = month_beside(at, 1);
        day_of_month = 1;
    }
    return INT64_MIN;
}

int64_t cron_day_until(const struct cron *cron, int64_t day)
{
    struct month at;
    int day_of_month;

    clock_civil_from_days(day, &at.year, &at.month, &day_of_month);
    for (int i = 0; i <= CYCLE_MONTHS; i++) {
        int64_t first_day = clock_days_from_civil(at.year, at.month, 1);
        int found = bit_until(matching_days(cron, at, first_day), day_of_month);
        if (found > 0)
            return first_day + found - 1;
        at = month_beside(at, -1);
        day_of_month = 31;
    }
    return INT64_MIN;
}

static int second_at(int hour, int minute, int second)
{
    return (hour * 60 + minute) * 60 + second;
}

int cron_second_from(const struct cron *cron, int second)
{
    int hour = second / 3600, minute = second / 60 % 60;

    if (second >= SECONDS_PER_DAY)
        return -1;
    if (bit_from(cron->hours, hour) == hour) {
        int found = bit_from(cron->seconds, second % 60);
        if (bit_from(cron->minutes, minute) == minute && found >= 0)
            return second_at(hour, minute, found);
        found = bit_from(cron->minutes, minute + 1);
        if (found >= 0)
            return second_at(hour, found, bit_from(cron->seconds, 0));
    }
    hour = bit_from(cron->hours, hour + 1);
    return hour < 0 ? -1 : second_at(hour, bit_from(cron->minutes, 0), bit_from(cron->seconds, 0));
}

int cron_second_until(const struct cron *cron, int second)
{
    int hour = second / 3600, minute = second / 60 % 60;

    if (second < 0)
        return -1;
    if (bit_until(cron->hours, hour) == hour) {
        int found = bit_until(cron->seconds, second % 60);
        if (bit_until(cron->minutes, minute) == minute && found >= 0)
            return second_at(hour, minute, found);
        found = bit_until(cron->minutes, minute - 1);
        if (found >= 0)
            return second_at(hour, found, bit_until(cron->seconds, 59));
    }
    hour = bit_until(cron->hours, hour - 1);
    return hour < 0 ? -1
                    : second_at(hour, bit_until(cron->minutes, 59), bit_until(cron->seconds, 59));
}

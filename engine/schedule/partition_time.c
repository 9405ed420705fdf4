#include "schedule/partition_time.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/*
 * Days, weeks and months are numbered, and begin where the clocks show their beginning; one whose
 * beginning is also the next one's does not exist. Hours cannot be numbered so, since clocks show
 * some of them twice: an hour is as much of a zone's period as has the same date and hour on the
 * clocks, and goes on into the next period unless the clocks were set back.
 */

#define HOUR_US (3600 * CLOCK_US_PER_SECOND)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* --- days, weeks, months ---------------------------------------------------------------------- */

/* The number of the unit that has this day, since 1970. Weeks begin on Monday, 1969-12-29. */
static int64_t number_of(enum partition_unit unit, int64_t day)
{
    int64_t year;
    int month, day_of_month;

    if (unit == PARTITION_DAY)
        return day;
    if (unit == PARTITION_WEEK)
        return floor_div(day + 3, 7);
    clock_civil_from_days(day, &year, &month, &day_of_month);
    return (year - 1970) * 12 + month - 1;
}

static int64_t first_day(enum partition_unit unit, int64_t number)
{
    if (unit == PARTITION_DAY)
        return number;
    if (unit == PARTITION_WEEK)
        return number * 7 - 3;
    int64_t years = floor_div(number, 12);
    return clock_days_from_civil(1970 + years, (int)(number - years * 12) + 1, 1);
}

static int64_t start_of(const struct partitions *partitions, int64_t number)
{
    int64_t wall = first_day(partitions->unit, number) * CLOCK_US_PER_DAY + partitions->offset_us;
    int64_t instants[2];

    (void)zone_find(partitions->zone, wall, instants);
    return instants[0];
}

static void describe(const struct partitions *partitions, int64_t number,
                     struct partition *partition)
{
    int64_t day = first_day(partitions->unit, number), year;
    int month, day_of_month;

    *partition = (struct partition){.start_us = start_of(partitions, number),
                                    .end_us = start_of(partitions, number + 1)};
    /* A week belongs to the year of its Thursday. */
    day += partitions->unit == PARTITION_WEEK ? 3 : 0;
    clock_civil_from_days(day, &year, &month, &day_of_month);
    if (partitions->unit == PARTITION_DAY)
        (void)snprintf(partition->key, sizeof partition->key, "%04lld-%02d-%02d", (long long)year,
                       month, day_of_month);
    else if (partitions->unit == PARTITION_WEEK)
        (void)snprintf(partition->key, sizeof partition->key, "%04lld-W%02d", (long long)year,
                       (int)(day - clock_days_from_civil(year, 1, 1)) / 7 + 1);
    else
        (void)snprintf(partition->key, sizeof partition->key, "%04lld-%02d", (long long)year,
                       month);
}

/* Where clocks went back over a border, they show the unit before it once more: what they tell is
 * corrected by the instants. */
static void unit_at(const struct partitions *partitions, int64_t us, struct partition *partition)
{
    int64_t wall = zone_wall_us(partitions->zone, us) - partitions->offset_us;
    int64_t number = number_of(partitions->unit, floor_div(wall, CLOCK_US_PER_DAY));

    while (us >= start_of(partitions, number + 1))
        number++;
    describe(partitions, number, partition);
}

/* --- hours ------------------------------------------------------------------------------------- */

/* An hour of the clocks, [wall_us, wall_us + an hour), in one pass of it. */
struct hour {
    int64_t wall_us;
    int64_t start_us, end_us;
    struct zone_period period; /* that it begins in */
};

static void reach_back(const struct zone *zone, struct hour *hour)
{
    struct zone_period *period = &hour->period;

    while (hour->start_us == period->from_us && period->from_us > ZONE_BEGIN_US &&
           period->offset_us >= period->offset_before_us &&
           period->from_us + period->offset_before_us > hour->wall_us) {
        zone_period_at(zone, period->from_us - 1, period);
        hour->start_us = most(hour->wall_us - period->offset_us, period->from_us);
    }
}

static void reach_on(const struct zone *zone, struct zone_period period, struct hour *hour)
{
    while (hour->end_us == period.until_us && period.until_us < ZONE_END_US) {
        zone_period_at(zone, period.until_us, &period);
        if (period.offset_us < period.offset_before_us ||
            period.from_us + period.offset_us >= hour->wall_us + HOUR_US)
            return;
        hour->end_us = least(hour->wall_us + HOUR_US - period.offset_us, period.until_us);
    }
}

static void describe_hour(const struct partitions *partitions, const struct hour *hour,
                          struct partition *partition)
{
    const struct zone_period *period = &hour->period;
    int64_t label_s = (hour->wall_us - partitions->offset_us) / CLOCK_US_PER_SECOND;
    int64_t days = floor_div(label_s, 86400);
    char date[CLOCK_TEXT_SIZE];

    *partition = (struct partition){.start_us = hour->start_us, .end_us = hour->end_us};
    int size = snprintf(partition->key, sizeof partition->key, "%sT%02d",
                        clock_format_date(date, days), (int)(label_s - days * 86400) / 3600);
    /* The clocks were set back over the hour, or into it: they have shown it before. */
    if (period->offset_us < period->offset_before_us &&
        hour->wall_us < period->from_us + period->offset_before_us) {
        int seconds = (int)(period->offset_us / CLOCK_US_PER_SECOND);
        char sign = seconds < 0 ? '-' : '+';
        seconds = seconds < 0 ? -seconds : seconds;
        size_t room = sizeof partition->key - (size_t)size;
        (void)snprintf(partition->key + size, room, "%c%02d%02d", sign, seconds / 3600,
                       seconds / 60 % 60);
    }
}

static void hour_at(const struct partitions *partitions, int64_t us, struct partition *partition)
{
    struct zone_period period;
    struct hour hour;

    zone_period_at(partitions->zone, us, &period);
    hour.wall_us = floor_div(us + period.offset_us - partitions->offset_us, HOUR_US) * HOUR_US +
                   partitions->offset_us;
    hour.start_us = most(hour.wall_us - period.offset_us, period.from_us);
    hour.end_us = least(hour.wall_us + HOUR_US - period.offset_us, period.until_us);
    hour.period = period;
    reach_back(partitions->zone, &hour);
    reach_on(partitions->zone, period, &hour);
    describe_hour(partitions, &hour, partition);
}

void partition_time_at(const struct partitions *partitions, int64_t us, struct partition *partition)
{
    if (partitions->unit == PARTITION_HOUR)
        hour_at(partitions, us, partition);
    else
        unit_at(partitions, us, partition);
}

/* --- keys -------------------------------------------------------------------------------------- */

/* Reads a key by a pattern in which # is a digit; the numbers between other characters. */
static bool read_numbers(const char *text, const char *pattern, int numbers[5])
{
    int count = -1;
    bool in_number = false;

    for (; *pattern != '\0'; text++, pattern++) {
        bool is_digit = *text >= '0' && *text <= '9';
        if (*pattern == '#' ? !is_digit : *text != *pattern)
            return false;
        if (*pattern == '#' && !in_number)
            numbers[++count] = 0;
        if (*pattern == '#')
            numbers[count] = numbers[count] * 10 + (*text - '0');
        in_number = *pattern == '#';
    }
    return *text == '\0';
}

static bool is_date(int year, int month, int day)
{
    int64_t same_year;
    int same_month, same_day;

    if (year < 1900 || year > 9998 || month < 1 || month > 12)
        return false;
    clock_civil_from_days(clock_days_from_civil(year, month, day), &same_year, &same_month,
                          &same_day);
    return same_month == month && same_day == day;
}

/* An hour's first and last instants: a second pass may begin within the hour. */
static bool find_hour(const struct partitions *partitions, const char *key,
                      struct partition *partition, bool *is_key)
{
    int at[5], offset[5] = {0};
    int64_t instants[2];
    char head[14] = "";
    bool has_offset = strlen(key) == 18;

    (void)snprintf(head, sizeof head, "%s", key);
    if ((strlen(key) != 13 && !has_offset) || !read_numbers(head, "####-##-##T##", at) ||
        !is_date(at[0], at[1], at[2]) || at[3] > 23)
        return false;
    if (has_offset && !read_numbers(key + 13, "+####", offset) &&
        !read_numbers(key + 13, "-####", offset))
        return false;
    *is_key = true;
    int64_t wall = clock_days_from_civil(at[0], at[1], at[2]) * CLOCK_US_PER_DAY + at[3] * HOUR_US +
                   partitions->offset_us;
    (void)zone_find(partitions->zone, wall, instants);
    if (has_offset) {
        int64_t minutes = offset[0] / 100 * 60 + offset[0] % 100;
        int64_t offset_us = (key[13] == '-' ? -minutes : minutes) * 60 * CLOCK_US_PER_SECOND;
        instants[0] = wall - offset_us;
        instants[1] = wall + HOUR_US - 1 - offset_us;
    }
    for (int i = 0; i < 2; i++) {
        hour_at(partitions, instants[i], partition);
        if (strcmp(partition->key, key) == 0)
            return true;
    }
    return false;
}

static bool find_unit(const struct partitions *partitions, const char *key,
                      struct partition *partition, bool *is_key)
{
    int at[5];
    int64_t day;

    if (partitions->unit == PARTITION_DAY && read_numbers(key, "####-##-##", at) &&
        is_date(at[0], at[1], at[2]))
        day = clock_days_from_civil(at[0], at[1], at[2]);
    else if (partitions->unit == PARTITION_WEEK && read_numbers(key, "####-W##", at) &&
             is_date(at[0], 1, 1))
        /* 4 January is always in the first week. */
        day = clock_days_from_civil(at[0], 1, 4) + 7 * (int64_t)(at[1] - 1);
    else if (partitions->unit == PARTITION_MONTH && read_numbers(key, "####-##", at) &&
             is_date(at[0], at[1], 1))
        day = clock_days_from_civil(at[0], at[1], 1);
    else
        return false;
    describe(partitions, number_of(partitions->unit, day), partition);
    /* A year has no week 0, and 53 only sometimes. */
    *is_key = strcmp(partition->key, key) == 0;
    return *is_key && partition->start_us < partition->end_us;
}

bool partition_time_find(const struct partitions *partitions, const char *key,
                         struct partition *partition, bool *is_key)
{
    *is_key = false;
    return partitions->unit == PARTITION_HOUR ? find_hour(partitions, key, partition, is_key)
                                              : find_unit(partitions, key, partition, is_key);
}

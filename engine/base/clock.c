#include "base/clock.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t fixed_us = -1;
static int ahead_fd = -1; /* of AORTA_FAULT_CLOCK */

__attribute__((constructor)) static void read_environment(void)
{
    const char *path = getenv("AORTA_FAULT_CLOCK");

    if (path != NULL)
        ahead_fd = open(path, O_RDONLY | O_CLOEXEC);
}

static int64_t read_ahead_us(void)
{
    int64_t us = 0;

    return pread(ahead_fd, &us, sizeof us, 0) == (ssize_t)sizeof us ? us : 0;
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CLOCK_US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    int64_t fixed = atomic_load(&fixed_us);

    if (fixed >= 0)
        return fixed;
    return read_clock(CLOCK_REALTIME) + (ahead_fd >= 0 ? read_ahead_us() : 0);
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_set_us(int64_t now_us)
{
    atomic_store(&fixed_us, now_us);
}

int64_t clock_days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void clock_civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Times are written by the hundred thousand: printf takes ten times as long. */
static char *put_digits(char *at, int number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + count;
}

static char *format(char *text, int64_t us, int digits, char between, const char *zone)
{
    int64_t days = floor_div(us, CLOCK_US_PER_DAY);
    int64_t rest = us - days * CLOCK_US_PER_DAY;
    int second = (int)(rest / CLOCK_US_PER_SECOND);
    int fraction = (int)(rest % CLOCK_US_PER_SECOND);
    int64_t year;
    int month, day;

    clock_civil_from_days(days, &year, &month, &day);
    char *at = text;
    if (year >= 0 && year <= 9999)
        at = put_digits(at, (int)year, 4);
    else
        at += snprintf(text, CLOCK_TEXT_SIZE, "%04lld", (long long)year);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    at = put_digits(at, day, 2);
    *at++ = between;
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, second % 60, 2);
    if (digits > 0)
        *at++ = '.';
    if (digits > 0)
        at = put_digits(at, digits == 3 ? fraction / 1000 : fraction, digits);
    memcpy(at, zone, strlen(zone) + 1);
    return text;
}

char *clock_format_iso(char text[CLOCK_TEXT_SIZE], int64_t us, int digits)
{
    return format(text, us, digits, 'T', "Z");
}

char *clock_format_sql(char text[CLOCK_TEXT_SIZE], int64_t us, int digits)
{
    return format(text, us, digits, ' ', "");
}

char *clock_format_date(char text[CLOCK_TEXT_SIZE], int64_t days)
{
    int64_t year;
    int month, day;

    clock_civil_from_days(days, &year, &month, &day);
    snprintf(text, CLOCK_TEXT_SIZE, "%04lld-%02d-%02d", (long long)year, month, day);
    return text;
}

/* A cursor over the text: what is left of it. */
struct rest {
    const char *at;
    const char *end;
};

static bool take_char(struct rest *rest, char c)
{
    if (rest->at == rest->end || *rest->at != c)
        return false;
    rest->at++;
    return true;
}

static bool take_digits(struct rest *rest, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, rest->at++) {
        if (rest->at == rest->end || *rest->at < '0' || *rest->at > '9')
            return false;
        *value = *value * 10 + (*rest->at - '0');
    }
    return true;
}

static bool take_fraction(struct rest *rest, int64_t *us)
{
    int64_t unit = CLOCK_US_PER_SECOND / 10;
    int count = 0;

    while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9' && count < 9) {
        *us += (*rest->at++ - '0') * unit;
        unit /= 10;
        count++;
    }
    return count > 0;
}

static bool take_time(struct rest *rest, int64_t *us)
{
    int hour, minute, second = 0;

    if (!take_digits(rest, 2, &hour) || !take_char(rest, ':') || !take_digits(rest, 2, &minute))
        return false;
    if (take_char(rest, ':') && !take_digits(rest, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *us += ((hour * 60 + minute) * 60 + second) * CLOCK_US_PER_SECOND;
    return !take_char(rest, '.') || take_fraction(rest, us);
}

static bool take_zone(struct rest *rest, int64_t *us)
{
    int hour, minute = 0;

    if (take_char(rest, 'Z') || take_char(rest, 'z'))
        return true;
    int sign = take_char(rest, '+') ? 1 : take_char(rest, '-') ? -1 : 0;
    if (sign == 0 || !take_digits(rest, 2, &hour))
        return false;
    if ((take_char(rest, ':') || rest->at < rest->end) && !take_digits(rest, 2, &minute))
        return false;
    if (hour > 15 || minute > 59)
        return false;
    *us -= sign * (hour * 60 + minute) * 60 * CLOCK_US_PER_SECOND;
    return true;
}

static bool take_date(struct rest *rest, int64_t *days)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    if (!take_digits(rest, 4, &year) || !take_char(rest, '-') || !take_digits(rest, 2, &month) ||
        !take_char(rest, '-') || !take_digits(rest, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > month_days[month - 1])
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2 && day == 29 && !leap)
        return false;
    *days = clock_days_from_civil(year, month, day);
    return true;
}

bool clock_parse(const char *text, size_t size, int64_t *us, bool *has_time, bool *has_zone)
{
    struct rest rest = {text, text + size};
    int64_t days, result;
    bool time = false, zone = false;

    if (!take_date(&rest, &days))
        return false;
    result = days * CLOCK_US_PER_DAY;
    if (rest.at < rest.end) {
        time = true;
        if (!take_char(&rest, 'T') && !take_char(&rest, 't') && !take_char(&rest, ' '))
            return false;
        if (!take_time(&rest, &result))
            return false;
    }
    if (rest.at < rest.end) {
        zone = true;
        if (!take_zone(&rest, &result) || rest.at < rest.end)
            return false;
    }
    *us = result;
    if (has_time != NULL)
        *has_time = time;
    if (has_zone != NULL)
        *has_zone = zone;
    return true;
}

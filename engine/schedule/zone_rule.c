#include "schedule/zone_rule.h"

#include "base/clock.h"

#include <string.h>

enum { SECONDS_PER_HOUR = 3600, SECONDS_PER_DAY = 86400 };

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

static bool take_number(struct rest *rest, int least, int most, int *value)
{
    const char *begin = rest->at;
    int number = 0;

    while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9' && rest->at - begin < 3)
        number = number * 10 + (*rest->at++ - '0');
    if (rest->at == begin || number < least || number > most)
        return false;
    *value = number;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_quotable(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

static bool take_abbreviation(struct rest *rest, char text[ZONE_ABBREVIATION_SIZE])
{
    bool is_quoted = take_char(rest, '<');
    size_t size = 0;

    for (; rest->at < rest->end; rest->at++) {
        if (is_quoted ? !is_quotable(*rest->at) : !is_letter(*rest->at))
            break;
        if (size == ZONE_ABBREVIATION_SIZE - 1)
            return false;
        text[size++] = *rest->at;
    }
    text[size] = '\0';
    return size >= 3 && (!is_quoted || take_char(rest, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct rest *rest, int most_hours, int32_t *seconds)
{
    int sign = take_char(rest, '-') ? -1 : 1;
    int hours, minutes = 0, rest_s = 0;

    if (sign > 0)
        (void)take_char(rest, '+');
    if (!take_number(rest, 0, most_hours, &hours))
        return false;
    if (take_char(rest, ':')) {
        if (!take_number(rest, 0, 59, &minutes))
            return false;
        if (take_char(rest, ':') && !take_number(rest, 0, 59, &rest_s))
            return false;
    }
    *seconds = sign * (hours * SECONDS_PER_HOUR + minutes * 60 + rest_s);
    return true;
}

static bool take_kind(struct rest *rest, struct zone_kind *kind)
{
    int32_t west_s;

    if (!take_abbreviation(rest, kind->abbreviation) || !take_time(rest, 24, &west_s))
        return false;
    kind->offset_s = -west_s;
    return true;
}

static bool take_date(struct rest *rest, struct zone_date *date)
{
    bool is_read;

    *date = (struct zone_date){.form = ZONE_DATE_ZERO_BASED, .time_s = 2 * SECONDS_PER_HOUR};
    if (take_char(rest, 'M')) {
        date->form = ZONE_DATE_MONTH;
        is_read = take_number(rest, 1, 12, &date->month) && take_char(rest, '.') &&
                  take_number(rest, 1, 5, &date->week) && take_char(rest, '.') &&
                  take_number(rest, 0, 6, &date->day);
    } else if (take_char(rest, 'J')) {
        date->form = ZONE_DATE_JULIAN;
        is_read = take_number(rest, 1, 365, &date->day);
    } else {
        is_read = take_number(rest, 0, 365, &date->day);
    }
    return is_read && (!take_char(rest, '/') || take_time(rest, 167, &date->time_s));
}

bool zone_rule_parse(const char *text, size_t size, struct zone_rule *rule)
{
    struct rest rest = {text, text + size};

    memset(rule, 0, sizeof *rule);
    if (!take_kind(&rest, &rule->standard))
        return false;
    if (rest.at == rest.end)
        return true;
    rule->has_summer = true;
    rule->summer.is_dst = true;
    if (!take_abbreviation(&rest, rule->summer.abbreviation))
        return false;
    rule->summer.offset_s = rule->standard.offset_s + SECONDS_PER_HOUR;
    if (rest.at < rest.end && *rest.at != ',') {
        int32_t west_s;
        if (!take_time(&rest, 24, &west_s))
            return false;
        rule->summer.offset_s = -west_s;
    }
    return take_char(&rest, ',') && take_date(&rest, &rule->summer_from) && take_char(&rest, ',') &&
           take_date(&rest, &rule->summer_until) && rest.at == rest.end;
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The day, since 1970, that the date is in a year. */
static int64_t day_in_year(const struct zone_date *date, int64_t year)
{
    int64_t first;

    switch (date->form) {
    case ZONE_DATE_JULIAN:
        first = clock_days_from_civil(year, 1, 1);
        return first + date->day - 1 + (is_leap(year) && date->day >= 60);
    case ZONE_DATE_ZERO_BASED: return clock_days_from_civil(year, 1, 1) + date->day;
    case ZONE_DATE_MONTH: break;
    }
    first = clock_days_from_civil(year, date->month, 1);
    int64_t next_month = date->month < 12 ? clock_days_from_civil(year, date->month + 1, 1)
                                          : clock_days_from_civil(year + 1, 1, 1);
    /* 1970-01-01 was a Thursday. */
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t day = first + (date->day - weekday + 7) % 7 + 7 * (int64_t)(date->week - 1);
    return day < next_month ? day : day - 7;
}

static int64_t change_s(const struct zone_date *date, int64_t year, int32_t offset_before_s)
{
    return day_in_year(date, year) * SECONDS_PER_DAY + date->time_s - offset_before_s;
}

int64_t zone_rule_summer_from(const struct zone_rule *rule, int64_t year)
{
    return change_s(&rule->summer_from, year, rule->standard.offset_s);
}

int64_t zone_rule_summer_until(const struct zone_rule *rule, int64_t year)
{
    return change_s(&rule->summer_until, year, rule->summer.offset_s);
}

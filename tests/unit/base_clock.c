/*
 * Instants and their texts.
 */
#include "test.h"

#include "base/clock.h"

#include <string.h>

static int64_t parsed(const char *text)
{
    int64_t us;

    if (!clock_parse(text, strlen(text), &us, NULL, NULL))
        test_fail(__FILE__, __LINE__, "not parsed: %s", text);
    return us;
}

TEST("days and civil dates are one to one over eight hundred years")
{
    int64_t days = clock_days_from_civil(1600, 1, 1), year;
    int month, day, before_day = 31;

    check_int(days, -135140);
    for (; days < clock_days_from_civil(2400, 1, 2); days++) {
        clock_civil_from_days(days, &year, &month, &day);
        check_int(clock_days_from_civil(year, month, day), days);
        check(day == before_day + 1 || (day == 1 && before_day >= 28));
        before_day = day;
    }
    check_int(clock_days_from_civil(1970, 1, 1), 0);
    check_int(clock_days_from_civil(2000, 2, 29), 11016);
    check_int(clock_days_from_civil(-1, 12, 31), -719529);
}

TEST("an instant's text is what it is parsed from, before 1970 too")
{
    static const int64_t instants[] = {0,
                                       1,
                                       -1,
                                       1711974600123456,
                                       -62135596800000000,
                                       253402300799999999,
                                       CLOCK_US_PER_DAY - 1,
                                       -CLOCK_US_PER_DAY};
    char text[CLOCK_TEXT_SIZE];

    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        check_int(parsed(clock_format_iso(text, instants[i], 6)), instants[i]);
        check_int(parsed(clock_format_sql(text, instants[i], 6)), instants[i]);
    }
    check_str(clock_format_iso(text, -1, 6), "1969-12-31T23:59:59.999999Z");
    check_str(clock_format_iso(text, 1711974600123456, 3), "2024-04-01T12:30:00.123Z");
    check_str(clock_format_sql(text, 1711974600123456, 0), "2024-04-01 12:30:00");
    check_str(clock_format_date(text, -1), "1969-12-31");
    check_str(clock_format_iso(text, INT64_MAX, 6), "294247-01-10T04:00:54.775807Z");
}

TEST("a date, a time, a fraction and a zone are read, and what was there is said")
{
    bool has_time, has_zone;
    int64_t us;

    check(clock_parse("2024-04-01", 10, &us, &has_time, &has_zone));
    check_int(us, 1711929600000000);
    check(!has_time && !has_zone);
    check(clock_parse("2024-04-01T12:30", 16, &us, &has_time, &has_zone));
    check(has_time && !has_zone);
    check_int(us, 1711974600000000);
    check(clock_parse("2024-04-01 12:30:00.5-02:30", 27, &us, &has_time, &has_zone));
    check(has_time && has_zone);
    check_int(us, 1711983600500000);
    check_int(parsed("2024-04-01t12:30:00z"), 1711974600000000);
    check_int(parsed("2024-04-01T12:30:00+05"), 1711974600000000 - 5 * INT64_C(3600000000));
    check_int(parsed("2024-04-01T12:30:00+0530"), 1711974600000000 - INT64_C(19800000000));
    check_int(parsed("2024-04-01T00:00:00.123456789Z"), 1711929600123456);
    check_int(parsed("2024-02-29"), 1709164800000000);
}

TEST("what is no instant is not read, and leaves the result alone")
{
    static const char *const bad[] = {
        "",
        "2024",
        "2024-4-1",
        "2024-04-31",
        "2023-02-29",
        "1900-02-29",
        "2024-00-01",
        "2024-13-01",
        "2024-04-00",
        "2024-04-01T",
        "2024-04-01T24:00",
        "2024-04-01T12:60",
        "2024-04-01T12:00:60",
        "2024-04-01T12",
        "2024-04-01T12:30:",
        "2024-04-01T12:30:00.",
        "2024-04-01T12:30:00.1234567890",
        "2024-04-01T12:30:00Zx",
        "2024-04-01T12:30:00+",
        "2024-04-01T12:30:00+5",
        "2024-04-01T12:30:00+05:",
        "2024-04-01T12:30:00+05:3",
        "2024-04-01T12:30:00+16:00",
        " 2024-04-01",
        "2024-04-01 ",
        "2024/04/01",
        "02024-04-01",
        "2024-04-01T12:30:00 Z",
        "2024-04-01T+12:30:00",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t us = 7;
        if (clock_parse(bad[i], strlen(bad[i]), &us, NULL, NULL))
            test_fail(__FILE__, __LINE__, "parsed: %s", bad[i]);
        check_int(us, 7);
    }
    int64_t us;
    check(!clock_parse("2024-04-01\0", 11, &us, NULL, NULL));
}

TEST("a test sets the time and gives it back")
{
    clock_set_us(42);
    check_int(clock_now_us(), 42);
    clock_set_us(-1);
    check(clock_now_us() > INT64_C(1600000000000000));
    int64_t before = clock_monotonic_us();
    check(clock_monotonic_us() >= before);
}

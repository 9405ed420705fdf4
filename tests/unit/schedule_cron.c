/*
 * Cron expressions: what they mean, what is refused, and when they tick.
 */
#include "test.h"

#include "base/clock.h"
#include "schedule/cron.h"

#include <stdio.h>
#include <string.h>

static struct zone *zone_of(const char *name)
{
    struct zone *zone = NULL;
    struct err err;

    check_ok(zone_load(name, &zone, &err));
    return zone;
}

static int64_t us_of(const char *text)
{
    int64_t us;

    check(clock_parse(text, strlen(text), &us, NULL, NULL));
    return us;
}

/* Checks the ticks behind an instant, forward and then back, against instants joined by blanks. */
static void check_ticks(const char *zone_name, const char *expression, const char *after,
                        const char *wanted)
{
    struct zone *zone = zone_of(zone_name);
    char text[64], got[1024] = "";
    int64_t ticks[32], at = us_of(after);
    struct cron cron;
    struct err err;
    size_t count = 1;

    check_ok(cron_parse(expression, &cron, &err));
    for (const char *c = wanted; *c != '\0'; c++)
        count += *c == ' ';
    for (size_t i = 0; i < count; i++, at = ticks[i - 1]) {
        check(cron_next(&cron, zone, at, &ticks[i]));
        check(ticks[i] > at);
        clock_format_iso(text, ticks[i], 0);
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i > 0 ? " " : "", text);
    }
    check_str(got, wanted);
    for (size_t i = count; i-- > 0;) {
        check(cron_previous(&cron, zone, i + 1 < count ? ticks[i + 1] : ticks[i] + 1, &at));
        check_int(at, ticks[i]);
    }
    check(!cron_previous(&cron, zone, ticks[0], &at) || at <= us_of(after));
    zone_free(zone);
}

static void check_utc(const char *expression, const char *after, const char *wanted)
{
    check_ticks("UTC", expression, after, wanted);
}

TEST("five fields are minute, hour, day of month, month and day of week")
{
    check_utc("30 2 * * *", "2024-02-28T02:30:00Z", "2024-02-29T02:30:00Z 2024-03-01T02:30:00Z");
    check_utc("0 9-17/4 * * mon-fri", "2024-04-05T13:00:00Z",
              "2024-04-05T17:00:00Z 2024-04-08T09:00:00Z 2024-04-08T13:00:00Z");
    check_utc("*/20 23 31 dec *", "2024-01-01",
              "2024-12-31T23:00:00Z 2024-12-31T23:20:00Z 2024-12-31T23:40:00Z "
              "2025-12-31T23:00:00Z");
    check_utc("  5,1,3\t0 1 JAN,Mar *  ", "2024-01-01T00:02:00Z",
              "2024-01-01T00:03:00Z 2024-01-01T00:05:00Z 2024-03-01T00:01:00Z");
    check_utc("50/5 0 * * *", "2024-01-01",
              "2024-01-01T00:50:00Z 2024-01-01T00:55:00Z "
              "2024-01-02T00:50:00Z");
}

TEST("six fields have the second first")
{
    check_utc("*/25 59 23 31 12 ?", "2024-12-31T23:59:10.5Z",
              "2024-12-31T23:59:25Z 2024-12-31T23:59:50Z 2025-12-31T23:59:00Z");
    check_utc("* * * * * *", "2024-12-31T23:59:58.000001Z",
              "2024-12-31T23:59:59Z 2025-01-01T00:00:00Z 2025-01-01T00:00:01Z");
}

TEST("of two restricted day fields either matches, with a star both must")
{
    check_utc("0 0 13 * fri", "2024-09-01",
              "2024-09-06T00:00:00Z 2024-09-13T00:00:00Z 2024-09-20T00:00:00Z "
              "2024-09-27T00:00:00Z 2024-10-04T00:00:00Z 2024-10-11T00:00:00Z "
              "2024-10-13T00:00:00Z");
    check_utc("0 0 */15 * fri", "2024-01-01", "2024-02-16T00:00:00Z 2024-03-01T00:00:00Z");
    check_utc("0 0 ? * 7", "2024-01-01", "2024-01-07T00:00:00Z 2024-01-14T00:00:00Z");
    check_utc("0 0 13 * ?", "2024-01-01", "2024-01-13T00:00:00Z 2024-02-13T00:00:00Z");
}

TEST("Sunday is 0 and 7, and the end of a range")
{
    check_utc("0 0 * * 0", "2024-01-01", "2024-01-07T00:00:00Z 2024-01-14T00:00:00Z");
    /* A month that begins on a Sunday. */
    check_utc("0 0 * * 6-7", "2024-08-31", "2024-09-01T00:00:00Z 2024-09-07T00:00:00Z");
    check_utc("0 0 * * 6-7", "2024-01-01",
              "2024-01-06T00:00:00Z 2024-01-07T00:00:00Z 2024-01-13T00:00:00Z");
    check_utc("0 0 * * sat-sun", "2024-01-01",
              "2024-01-06T00:00:00Z 2024-01-07T00:00:00Z 2024-01-13T00:00:00Z");
    check_utc("0 0 * * 7-1", "2024-01-01", "2024-01-07T00:00:00Z 2024-01-08T00:00:00Z");
    check_utc("0 0 * * 7/3", "2024-01-01",
              "2024-01-03T00:00:00Z 2024-01-06T00:00:00Z 2024-01-07T00:00:00Z");
}

TEST("L is the month's last day")
{
    check_utc("0 0 L * *", "2024-01-31",
              "2024-02-29T00:00:00Z 2024-03-31T00:00:00Z "
              "2024-04-30T00:00:00Z");
    check_utc("0 0 1,l 2 *", "2023-01-01",
              "2023-02-01T00:00:00Z 2023-02-28T00:00:00Z "
              "2024-02-01T00:00:00Z 2024-02-29T00:00:00Z");
}

TEST("rare days are found at once")
{
    check_utc("0 0 29 2 *", "2096-02-29", "2104-02-29T00:00:00Z 2108-02-29T00:00:00Z");
    check_utc("0 0 29 2 */7", "2024-01-01",
              "2032-02-29T00:00:00Z 2060-02-29T00:00:00Z 2088-02-29T00:00:00Z "
              "2128-02-29T00:00:00Z");
    check_ticks("Europe/London", "0 0 29 2 */7", "2096-01-01", "2128-02-29T00:00:00Z");
}

TEST("names with @ stand for expressions")
{
    check_utc("@yearly", "2024-01-01", "2025-01-01T00:00:00Z");
    check_utc("@Annually", "2024-01-01", "2025-01-01T00:00:00Z");
    check_utc("@monthly", "2024-01-01", "2024-02-01T00:00:00Z");
    check_utc("@weekly", "2024-01-01", "2024-01-07T00:00:00Z");
    check_utc("@daily", "2024-01-01", "2024-01-02T00:00:00Z");
    check_utc("@midnight", "2024-01-01", "2024-01-02T00:00:00Z");
    check_utc("@hourly", "2024-01-01", "2024-01-01T01:00:00Z");
}

TEST("@every counts from 1970, whatever the zone")
{
    check_utc("@every 90s", "1970-01-01T00:00:00Z", "1970-01-01T00:01:30Z 1970-01-01T00:03:00Z");
    check_utc("@every 90s", "1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z 1970-01-01T00:01:30Z");
    check_ticks("Asia/Kolkata", "@every 1h30m", "2024-01-01T00:10:00Z",
                "2024-01-01T01:30:00Z 2024-01-01T03:00:00Z");
}

TEST("a job of fixed times in the skipped hour ticks once, right after the change")
{
    check_ticks("Europe/London", "30 1 * * *", "2024-03-30T12:00:00Z",
                "2024-03-31T01:00:00Z 2024-04-01T00:30:00Z");
    check_ticks("Europe/London", "0 1 * * *", "2024-03-30T12:00:00Z",
                "2024-03-31T01:00:00Z 2024-04-01T00:00:00Z");
    check_ticks("Europe/London", "10,30,50 1 * * *", "2024-03-30T12:00:00Z",
                "2024-03-31T01:00:00Z 2024-04-01T00:10:00Z");
    check_ticks("Europe/London", "0 1,2 * * *", "2024-03-30T12:00:00Z",
                "2024-03-31T01:00:00Z 2024-04-01T00:00:00Z");
    check_ticks("Australia/Lord_Howe", "15 2 * * *", "2024-10-05T00:00:00Z",
                "2024-10-05T15:30:00Z 2024-10-06T15:15:00Z");
    check_ticks("Europe/London", "30 30 1 * * *", "2024-03-30T12:00:00Z",
                "2024-03-31T01:00:00Z 2024-04-01T00:30:30Z");
}

TEST("a job of fixed times in the repeated hour ticks in its first pass")
{
    check_ticks("Europe/London", "30 1 * * *", "2024-10-26T12:00:00Z",
                "2024-10-27T00:30:00Z 2024-10-28T01:30:00Z");
    check_ticks("Europe/London", "0 0-3 * * *", "2024-10-26T22:00:00Z",
                "2024-10-26T23:00:00Z 2024-10-27T00:00:00Z 2024-10-27T02:00:00Z "
                "2024-10-27T03:00:00Z");
    /* From within the second pass. */
    check_ticks("Europe/London", "0-59 1 * * *", "2024-10-27T01:10:00Z",
                "2024-10-28T01:00:00Z 2024-10-28T01:01:00Z");
    check_ticks("Antarctica/Troll", "30 1 * * *", "2024-10-26T12:00:00Z",
                "2024-10-26T23:30:00Z 2024-10-28T01:30:00Z");
}

TEST("a wildcard job follows the clocks at each real instant")
{
    check_ticks("Europe/London", "*/30 * * * *", "2024-10-27T00:20:00Z",
                "2024-10-27T00:30:00Z 2024-10-27T01:00:00Z 2024-10-27T01:30:00Z "
                "2024-10-27T02:00:00Z");
    check_ticks("Europe/London", "@hourly", "2024-03-30T23:30:00Z",
                "2024-03-31T00:00:00Z 2024-03-31T01:00:00Z 2024-03-31T02:00:00Z");
    check_ticks("Europe/London", "*/30 1 * * *", "2024-03-30T12:00:00Z",
                "2024-04-01T00:00:00Z 2024-04-01T00:30:00Z");
    /* An hour that is any makes one, too; a second does not. */
    check_ticks("Europe/London", "30 * * * *", "2024-10-27T00:00:00Z",
                "2024-10-27T00:30:00Z 2024-10-27T01:30:00Z 2024-10-27T02:30:00Z");
    check_ticks("Europe/London", "*/30 30 1 * * *", "2024-10-26T12:00:00Z",
                "2024-10-27T00:30:00Z 2024-10-27T00:30:30Z 2024-10-28T01:30:00Z");
}

TEST("a day that a calendar leaves out is not made up for")
{
    check_ticks("Pacific/Apia", "0 9 * * *", "2011-12-28T20:00:00Z",
                "2011-12-29T19:00:00Z 2011-12-30T19:00:00Z 2011-12-31T19:00:00Z");
}

TEST("what a calendar of other hours repeats ticks again")
{
    check_ticks("Antarctica/Casey", "30 23 * * *", "2010-03-03T20:00:00Z",
                "2010-03-04T12:30:00Z 2010-03-04T15:30:00Z 2010-03-05T15:30:00Z");
}

TEST("what never happens in a zone is no tick, and the calendar has an end")
{
    struct zone *zone = zone_of("Europe/London");
    struct cron cron;
    struct err err;
    int64_t tick = 42;

    check_ok(cron_parse("* 1 31 3 */7", &cron, &err));
    check(!cron_next(&cron, zone, us_of("2024-01-01"), &tick));
    check_ok(cron_parse("@daily", &cron, &err));
    check(!cron_next(&cron, zone, us_of("9999-12-31"), &tick));
    check(!cron_next(&cron, zone, INT64_MAX, &tick));
    check(!cron_previous(&cron, zone, INT64_MIN, &tick));
    check_int(tick, 42);
    check(cron_previous(&cron, zone, INT64_MAX, &tick));
    check_int(tick, us_of("9999-12-31"));
    check(cron_next(&cron, zone, INT64_MIN, &tick));
    check_ok(cron_parse("@every 1h", &cron, &err));
    check(!cron_next(&cron, zone, INT64_MAX, &tick));
    check(!cron_previous(&cron, zone, INT64_MIN, &tick));
    check(!cron_next(&cron, zone, ZONE_END_US - 1, &tick));
    zone_free(zone);
}

TEST("what is refused names the field, the text and what is allowed")
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "cron \"\": it has 0 fields: five are minute, hour, day of month, month, day of week"},
        {"* * * *", "it has 4 fields"},
        {"0 0 0 * * ? 2024", "it has more than 6 fields"},
        {"60 * * * *", "cron \"60 * * * *\": minute \"60\": allowed are 0 to 59"},
        {"99999999999999999999 * * * *", "minute \"99999999999999999999\": allowed are 0 to 59"},
        {"60 * * * * *", "second \"60\": allowed are 0 to 59"},
        {"0 24 * * *", "hour \"24\": allowed are 0 to 23"},
        {"0 0 0 * *", "day of month \"0\": allowed are 1 to 31, and L, the last"},
        {"0 0 * 13 *", "month \"13\": allowed are 1 to 12, jan to dec"},
        {"0 0 * foo *", "month \"foo\": allowed are 1 to 12, jan to dec"},
        {"0 0 * * 8", "day of week \"8\": allowed are 0 to 7 (0 and 7 are Sunday), sun to sat"},
        {"0 0 * * monday", "day of week \"monday\": did you mean \"mon\"?"},
        {"0 mon * * *", "hour \"mon\": allowed are 0 to 23"},
        {"? * * * *", "minute \"?\": allowed are 0 to 59"},
        {"0 22-2 * * *", "hour \"22-2\": a range goes up: write \"22-23,0-2\""},
        {"0 0 * * fri-tue", "write \"5-6,0-2\""},
        {"*/90 * * * *", "minute \"*/90\": a step is 1 to 60; what goes beyond a field"},
        {"*/0 * * * *", "a step is 1 to 60"},
        {"*/ * * * *", "a step is 1 to 60"},
        {"1,,2 * * * *", "minute: a value is missing beside a comma, allowed are 0 to 59"},
        {"1, * * * *", "a value is missing"},
        {"1- * * * *", "minute \"1-\": allowed are"},
        {"-1 * * * *", "minute \"-1\": allowed are"},
        {"1-2-3 * * * *", "minute \"1-2-3\": allowed are"},
        {"*5 * * * *", "minute \"*5\": allowed are"},
        {"0 0 15W * *", "day of month \"15W\": \"#\", \"W\" and"},
        {"0 0 * * 5#2", "day of week \"5#2\": \"#\", \"W\" and"},
        {"0 0 * * 5L", "days of the week with \"L\" are not known here"},
        {"0 0 30 2 *", "it never ticks: no month that it names has the day that it names"},
        {"0 0 31 4,6,9,11 *", "it never ticks"},
        {"@dayly", "\"@dayly\" is not known: did you mean \"@daily\"?"},
        {"@", "is not known: there are @yearly"},
        {"@reboot", "\"@reboot\" is no time"},
        {"@every", "\"\" is no duration in whole seconds: write \"@every 90s\""},
        {"@every 0s", "\"0s\": a duration is 1s to 366d"},
        {"@every 367d", "a duration is 1s to 366d"},
        {"@every 500ms", "\"500ms\" is no duration in whole seconds"},
        {"@every 1h 30m", "is no duration"},
        {"@every 9999999999s", "is no duration"},
        {"TZ=UTC 0 0 * * *", "goes into \"timezone\""},
        {"CRON_TZ=UTC 0 0 * * *", "goes into \"timezone\""},
        {"0 0 * * *\n", "ASCII letters, digits and spaces only"},
    };
    struct cron cron = {.every_s = 42};
    struct err err;
    char large[300];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_fails(cron_parse(cases[i].text, &cron, &err), ERR_CONFIG, cases[i].message);
    memset(large, '1', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    check_fails(cron_parse(large, &cron, &err), ERR_CONFIG, "has at most 256 bytes");
    check_int(cron.every_s, 42);
}

/* The time in a key's folders. */
#include "base/clock.h"
#include "executor/key_hour.h"
#include "test.h"

/* The beginning of the keys that are `hours` earlier, or "none". */
static const char *earlier(const char *key, int64_t hours)
{
    static struct buf text;
    struct key_hour found;

    if (!key_hour_find(key, &found))
        return "none";
    buf_reset(&text);
    key_hour_write(key, &found, found.us - hours * 3600 * CLOCK_US_PER_SECOND, &text);
    return text.data;
}

TEST("the hour before is where keys of the hour before begin")
{
    check_str(earlier("t/hr/year=2024/month=04/day=01/hour=08/a.json", 0),
              "t/hr/year=2024/month=04/day=01/hour=08");
    check_str(earlier("t/hr/year=2024/month=03/day=01/hour=01/a.json", 2),
              "t/hr/year=2024/month=02/day=29/hour=23");
    check_str(earlier("logs/2025/01/01/00/a.json", 1), "logs/2024/12/31/23");
    check_str(earlier("e/date=2024-04-01/hour=08/a.json", 9), "e/date=2024-03-31/hour=23");
    check_str(earlier("dt=2024-04-01/a.json", 1), "dt=2024-03-31");
    check_str(earlier("e/1969/12/31/23/a", 24), "e/1969/12/30/23");
    check_str(earlier("v2/2024/04/01/b/a.json", 25), "v2/2024/03/30");
}

TEST("a time is found where it stands and says what it means")
{
    struct key_hour found;
    bool has_time, has_zone;
    int64_t wanted;

    check(key_hour_find("a/b/year=2024/month=04/day=01/hour=08/x", &found));
    check_int(found.from, 4);
    check(clock_parse("2024-04-01T08:00:00Z", 20, &wanted, &has_time, &has_zone));
    check_int(found.us, wanted);
}

TEST("folders that are not in the order of time are no time")
{
    check_str(earlier("year=2024/month=4/day=1/a.json", 1), "none");
    check_str(earlier("day=01/month=04/year=2024/a.json", 1), "none");
    check_str(earlier("year=2024/month=13/day=01/a.json", 1), "none");
    check_str(earlier("year=2024/month=00/day=01/a.json", 1), "none");
    check_str(earlier("date=2024-04-31x/a.json", 1), "none");
    check_str(earlier("topics/2024", 1), "none");
    check_str(earlier("2024/04/01", 1), "none");
    check_str(earlier("", 1), "none");
}

TEST("a folder is within a window, outside of it, or across its border")
{
    const int64_t hour_us = 3600 * CLOCK_US_PER_SECOND, day_us = 24 * hour_us;
    const char *eight = "t/year=2024/month=04/day=01/hour=08/a", *day = "t/dt=2024-04-01/a";
    struct key_hour found;

    check(key_hour_find(eight, &found));
    int64_t us = found.us;
    check_int(key_hour_place(eight, us, us + hour_us), KEY_WITHIN);
    check_int(key_hour_place(eight, us - hour_us, us), KEY_OUTSIDE);
    check_int(key_hour_place(eight, us + hour_us, us + day_us), KEY_OUTSIDE);
    check_int(key_hour_place(eight, us + 1, us + day_us), KEY_ACROSS);
    check_int(key_hour_place(day, us, us + hour_us), KEY_ACROSS);
    check_int(key_hour_place(day, us - 8 * hour_us, us - 8 * hour_us + day_us), KEY_WITHIN);
    check_int(key_hour_place("t/a.json", 0, INT64_MAX), KEY_OUTSIDE);
}

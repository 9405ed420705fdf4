/*
 * Time zones out of the system's data, and files that are none.
 */
#include "test.h"

#include "base/clock.h"
#include "base/file.h"
#include "schedule/zone.h"
#include "schedule/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct zone *load(const char *name)
{
    struct zone *zone = NULL;
    struct err err;

    check_ok(zone_load(name, &zone, &err));
    check_str(zone_name(zone), name);
    return zone;
}

static int64_t us_of(const char *text)
{
    int64_t us;

    check(clock_parse(text, strlen(text), &us, NULL, NULL));
    return us;
}

/* "2024-03-31 02:00:00 BST dst" of an instant. */
static const char *shown(const struct zone *zone, const char *instant)
{
    static char text[CLOCK_TEXT_SIZE + ZONE_ABBREVIATION_SIZE + 8];
    char wall[CLOCK_TEXT_SIZE];
    struct zone_period period;

    zone_period_at(zone, us_of(instant), &period);
    check(period.from_us <= us_of(instant) && us_of(instant) < period.until_us);
    clock_format_sql(wall, zone_wall_us(zone, us_of(instant)), 0);
    (void)snprintf(text, sizeof text, "%s %s%s", wall, period.abbreviation,
                   period.is_dst ? " dst" : "");
    return text;
}

/* "twice 2024-…Z 2024-…Z" of a wall time. */
static const char *found(const struct zone *zone, const char *wall)
{
    static const char *const names[] = {
        [ZONE_ONE] = "one", [ZONE_SKIPPED] = "skipped", [ZONE_TWICE] = "twice"};
    static char text[2 * CLOCK_TEXT_SIZE + 16];
    char one[CLOCK_TEXT_SIZE], two[CLOCK_TEXT_SIZE];
    int64_t instants[2];
    enum zone_fit fit = zone_find(zone, us_of(wall), instants);

    clock_format_iso(one, instants[0], 0);
    clock_format_iso(two, instants[1], 0);
    (void)snprintf(text, sizeof text, "%s %s%s%s", names[fit], one, fit == ZONE_TWICE ? " " : "",
                   fit == ZONE_TWICE ? two : "");
    check(fit == ZONE_TWICE || instants[0] == instants[1]);
    return text;
}

TEST("London's clocks go forward and back when its rule says, also in far years")
{
    struct zone *zone = load("Europe/London");

    check_str(shown(zone, "2024-03-31T00:59:59Z"), "2024-03-31 00:59:59 GMT");
    check_str(shown(zone, "2024-03-31T01:00:00Z"), "2024-03-31 02:00:00 BST dst");
    check_str(shown(zone, "2024-10-27T00:59:59.999999Z"), "2024-10-27 01:59:59 BST dst");
    check_str(shown(zone, "2024-10-27T01:00:00Z"), "2024-10-27 01:00:00 GMT");
    check_str(shown(zone, "1970-01-01T00:00:00Z"), "1970-01-01 01:00:00 BST");
    check_str(shown(zone, "1969-12-31T23:59:59.999999Z"), "1970-01-01 00:59:59 BST");
    check_str(shown(zone, "2100-07-01T12:00:00Z"), "2100-07-01 13:00:00 BST dst");
    /* 9600 is of the same calendar as 2000, where 31 March is a Friday. */
    check_str(shown(zone, "9600-03-26T00:59:59Z"), "9600-03-26 00:59:59 GMT");
    check_str(shown(zone, "9600-03-26T01:00:00Z"), "9600-03-26 02:00:00 BST dst");
    check_str(shown(zone, "9999-12-31T23:59:59Z"), "9999-12-31 23:59:59 GMT");
    check_str(shown(zone, "0001-01-01T00:00:00Z"), "0000-12-31 23:58:45 LMT");
    zone_free(zone);
}

TEST("a wall time is one instant, none or two")
{
    struct zone *zone = load("Europe/London");

    check_str(found(zone, "2024-06-01T12:00:00"), "one 2024-06-01T11:00:00Z");
    check_str(found(zone, "2024-03-31T00:59:59"), "one 2024-03-31T00:59:59Z");
    check_str(found(zone, "2024-03-31T01:00:00"), "skipped 2024-03-31T01:00:00Z");
    check_str(found(zone, "2024-03-31T01:59:59"), "skipped 2024-03-31T01:00:00Z");
    check_str(found(zone, "2024-03-31T02:00:00"), "one 2024-03-31T01:00:00Z");
    check_str(found(zone, "2024-10-27T00:59:59"), "one 2024-10-26T23:59:59Z");
    check_str(found(zone, "2024-10-27T01:00:00"),
              "twice 2024-10-27T00:00:00Z 2024-10-27T01:00:00Z");
    check_str(found(zone, "2024-10-27T01:59:59"),
              "twice 2024-10-27T00:59:59Z 2024-10-27T01:59:59Z");
    check_str(found(zone, "2024-10-27T02:00:00"), "one 2024-10-27T02:00:00Z");
    zone_free(zone);
}

TEST("half hours, missing days and summer time that is winter time are as the data has them")
{
    struct zone *howe = load("Australia/Lord_Howe"), *apia = load("Pacific/Apia"),
                *dublin = load("Europe/Dublin"), *kolkata = load("Asia/Kolkata");

    check_str(found(howe, "2024-04-07T01:45:00"),
              "twice 2024-04-06T14:45:00Z 2024-04-06T15:15:00Z");
    check_str(found(howe, "2024-10-06T02:15:00"), "skipped 2024-10-05T15:30:00Z");
    check_str(found(apia, "2011-12-30T12:00:00"), "skipped 2011-12-30T10:00:00Z");
    check_str(shown(apia, "2011-12-30T10:00:00Z"), "2011-12-31 00:00:00 +14 dst");
    check_str(shown(dublin, "2040-07-01T00:00:00Z"), "2040-07-01 01:00:00 IST");
    check_str(shown(kolkata, "2500-07-01T00:00:00Z"), "2500-07-01 05:30:00 IST");
    zone_free(howe);
    zone_free(apia);
    zone_free(dublin);
    zone_free(kolkata);
}

TEST("periods follow each other without a gap over four hundred years and more")
{
    struct zone *zone = load("America/New_York");
    struct zone_period period, next;
    int changes = 0;

    zone_period_at(zone, ZONE_BEGIN_US, &period);
    check_int(period.from_us, ZONE_BEGIN_US);
    for (; period.until_us < ZONE_END_US; period = next) {
        zone_period_at(zone, period.until_us, &next);
        check_int(next.from_us, period.until_us);
        check_int(next.offset_before_us, period.offset_us);
        check(next.until_us > next.from_us);
        changes += period.from_us >= us_of("2100-01-01");
    }
    check_int(changes, 2 * 7900 - 1);
    zone_period_at(zone, INT64_MAX, &next);
    check_int(next.from_us, period.from_us);
    zone_period_at(zone, INT64_MIN, &next);
    check_int(next.from_us, ZONE_BEGIN_US);
    zone_free(zone);
}

TEST("UTC needs no data, everything else says which package has it")
{
    struct zone *zone;
    struct err err;

    check(setenv("TZDIR", test_folder(), 1) == 0);
    zone = load("UTC");
    check_str(shown(zone, "2024-07-01T00:00:00Z"), "2024-07-01 00:00:00 UTC");
    check_str(found(zone, "2024-07-01T00:00:00"), "one 2024-07-01T00:00:00Z");
    zone_free(zone);
    check_fails(zone_load("Europe/London", &zone, &err), ERR_CONFIG, "install the package tzdata");
}

TEST("a name that is none comes back with the nearest")
{
    struct zone *zone = NULL;
    struct err err;

    check_fails(zone_load("Europe/Lodon", &zone, &err), ERR_CONFIG,
                "there is no time zone \"Europe/Lodon\": did you mean \"Europe/London\"?");
    check_fails(zone_load("europe/paris", &zone, &err), ERR_CONFIG, "\"Europe/Paris\"?");
    check_fails(zone_load("kolkata", &zone, &err), ERR_CONFIG, "\"Asia/Kolkata\"?");
    check_fails(zone_load("Asia/Calcuta", &zone, &err), ERR_CONFIG, "\"Asia/Calcutta\"?");
    check_fails(zone_load("Europe", &zone, &err), ERR_CONFIG, "there is no time zone \"Europe\"");
    check_fails(zone_load("qqqqqqqqq", &zone, &err), ERR_CONFIG, "names are as \"Europe/London\"");
    check(zone == NULL);
}

TEST("the list of zones alone serves for suggestions too")
{
    static const char tab[] = "# comment\nGB,GG\t+513030-0000731\tEurope/London\nshort\n";
    char path[512];
    struct zone *zone;
    struct err err;

    (void)snprintf(path, sizeof path, "%s/zone1970.tab", test_folder());
    check_ok(file_write_atomic(path, tab, sizeof tab - 1, &err));
    check(setenv("TZDIR", test_folder(), 1) == 0);
    check_fails(zone_load("Lodon", &zone, &err), ERR_CONFIG, "\"Europe/London\"?");
}

TEST("a name cannot leave the folder")
{
    static const char *const names[] = {"",     "/etc/passwd",      "../passwd",
                                        "..",   "Europe/../London", "Europe//London",
                                        "UTC/", "Europe/.",         "./UTC"};
    char large[ZONE_NAME_SIZE + 1];
    struct zone *zone = NULL;
    struct err err;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_fails(zone_load(names[i], &zone, &err), ERR_CONFIG, "there is no time zone");
    check_fails(zone_load("Europe\nLondon", &zone, &err), ERR_CONFIG, "none of it is blank");
    check(strchr(err.message, '\n') == NULL);
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    check_fails(zone_load(large, &zone, &err), ERR_CONFIG, "up to 63 letters");
    check(zone == NULL);
}

TEST("what is no zone is refused: other files, large files, leap seconds")
{
    static char large[64 * 1024 + 1] = "TZif2";
    char path[512];
    struct zone *zone = NULL;
    struct err err;

    check_fails(zone_load("zone1970.tab", &zone, &err), ERR_CONFIG, "its file holds no time zone");
    check_fails(zone_load("right/Europe/London", &zone, &err), ERR_CONFIG, "leap seconds");
    check(setenv("TZDIR", test_folder(), 1) == 0);
    (void)snprintf(path, sizeof path, "%s/Large", test_folder());
    check_ok(file_write_atomic(path, large, sizeof large, &err));
    check_fails(zone_load("Large", &zone, &err), ERR_CONFIG, "larger than 65536 bytes");
    check(zone == NULL);
}

/* A file of version 2 with these counts in its second header and these bytes behind it. */
static size_t make_file(char *file, const unsigned char counts[6], const char *data, size_t size)
{
    memset(file, 0, 88);
    memcpy(file, "TZif2", sizeof "TZif2");
    memcpy(file + 44, "TZif2", sizeof "TZif2");
    for (int i = 0; i < 6; i++)
        file[44 + 20 + 4 * i + 3] = (char)counts[i];
    memcpy(file + 88, data, size);
    return 88 + size;
}

#define FILE_OF(file, counts, data) make_file(file, counts, data, sizeof(data) - 1)

TEST("a file that lists no change has its footer's rule for all times")
{
    static const unsigned char counts[] = {0, 0, 0, 0, 1, 4};
    char file[256];
    struct zone *zone;
    struct err err;

    size_t size = FILE_OF(file, counts, "\0\0\0\0\0\0XXX\0\nAAA3BBB,M3.2.0,M11.1.0/1:30\n");
    check_ok(zone_parse("made", file, size, &zone, &err));
    check_str(shown(zone, "2024-03-10T04:59:59Z"), "2024-03-10 01:59:59 AAA");
    check_str(shown(zone, "2024-03-10T05:00:00Z"), "2024-03-10 03:00:00 BBB dst");
    check_str(shown(zone, "2024-11-03T03:29:59Z"), "2024-11-03 01:29:59 BBB dst");
    check_str(shown(zone, "2024-11-03T03:30:00Z"), "2024-11-03 00:30:00 AAA");
    check_str(shown(zone, "1800-07-01T00:00:00Z"), "1800-06-30 21:00:00 AAA");
    zone_free(zone);
    size = FILE_OF(file, counts, "\0\0\0\0\0\0XXX\0\nXXX3EDT4,0/0,J365/23\n");
    check_ok(zone_parse("made", file, size, &zone, &err));
    check_str(shown(zone, "2024-12-31T23:30:00Z"), "2024-12-31 19:30:00 EDT dst");
    check_str(shown(zone, "2025-01-01T03:30:00Z"), "2024-12-31 23:30:00 EDT dst");
    check_str(shown(zone, "7777-07-01T00:00:00Z"), "7777-06-30 20:00:00 EDT dst");
    zone_free(zone);
    size = FILE_OF(file, counts, "\0\0\x0e\x10\0\0ABC\0\n\n");
    check_ok(zone_parse("made", file, size, &zone, &err));
    check_str(shown(zone, "2024-12-31T23:30:00Z"), "2025-01-01 00:30:00 ABC");
    zone_free(zone);
}

TEST("the first version has 32 bits and no footer")
{
    static const char data[] = "\x40\0\0\0\x01\0\0\x0e\x10\0\0\0\0\x1c\x20\x01\0ABC\0";
    char file[128] = "TZif";
    struct zone *zone;
    struct err err;

    file[35] = 1;
    file[39] = 2;
    file[43] = 4;
    memcpy(file + 44, data, sizeof data - 1);
    check_ok(zone_parse("made", file, 44 + sizeof data - 1, &zone, &err));
    check_str(shown(zone, "2004-01-10T13:37:03Z"), "2004-01-10 14:37:03 ABC");
    check_str(shown(zone, "2004-01-10T13:37:04Z"), "2004-01-10 15:37:04 ABC dst");
    zone_free(zone);
}

TEST("each way in which a file can be damaged is refused")
{
    static const unsigned char counts[] = {0, 0, 0, 0, 1, 4}, none[] = {0, 0, 0, 0, 0, 4},
                               two[] = {0, 0, 0, 2, 1, 4};
    char file[256];
    struct zone *zone = NULL;
    struct err err;
    size_t size;

    check_fails(zone_parse("made", "TZif", 4, &zone, &err), ERR_CONFIG, "holds no time zone");
    check_fails(zone_parse("made", "", 0, &zone, &err), ERR_CONFIG, "holds no time zone");
    size = FILE_OF(file, none, "ABC\0\n\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "kinds of local time");
    size = FILE_OF(file, counts, "\0\x7f\0\0\0\0ABC\0\n\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "an offset from UTC");
    size = FILE_OF(file, counts,
                   "\0\0\0\0\0\x04"
                   "ABC\0\n\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "is not there");
    size = FILE_OF(file, counts, "\0\0\0\0\0\0ABCD\n\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "does not end");
    size = FILE_OF(file, counts, "\0\0\0\0\0\0ABC\0");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "no footer");
    check_fails(zone_parse("made", file, size - 1, &zone, &err), ERR_CONFIG, "ends too soon");
    check_fails(zone_parse("made", file, 80, &zone, &err), ERR_CONFIG, "ends too soon");
    size = FILE_OF(file, counts, "\0\0\0\0\0\0ABC\0\nABC1DEF\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "no rule");
    size = FILE_OF(file, counts, "\0\0\0\0\0\0ABC\0\nABC0DEF,0/0,364/167\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "overlap");
    size = FILE_OF(file, two, "\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\0ABC\0\n\n");
    check_fails(zone_parse("made", file, size, &zone, &err), ERR_CONFIG, "not in their order");
    check(zone == NULL);
}

TEST("rules are POSIX's and nothing else")
{
    static const char *const good[] = {"GMT0",
                                       "<+0330>-3:30",
                                       "EST5EDT,M3.2.0,M11.1.0",
                                       "IST-1GMT0,M10.5.0,M3.5.0/1",
                                       "ABC+2:03:04",
                                       "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                                       "EET-2EEST,M3.4.4/50,M10.4.4/50",
                                       "AAA1BBB,J60,365/167"};
    static const char *const bad[] = {"",
                                      "GM0",
                                      "GMT",
                                      "GMT25",
                                      "<GMT0",
                                      "<G*T>0",
                                      "GMT0 ",
                                      "GMT0BST",
                                      "GMT0BST,M3.5.0",
                                      "GMT0BST,M13.5.0,M10.5.0",
                                      "GMT0BST,M3.6.0,M10.5.0",
                                      "GMT0BST,M3.5.7,M10.5.0",
                                      "GMT0BST,J0,M10.5.0",
                                      "GMT0BST,M3.5.0/168,M10.5.0",
                                      "GMT0BST,M3.5.0,M10.5.0,",
                                      "GMT0:60",
                                      "GMT0:00:60",
                                      "GMT0:",
                                      "ABCDEFGHIJKLMNOP0",
                                      "GMT0BST,M3.5.0/,366"};
    struct zone_rule rule;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!zone_rule_parse(good[i], strlen(good[i]), &rule))
            test_fail(__FILE__, __LINE__, "refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_rule_parse(bad[i], strlen(bad[i]), &rule))
            test_fail(__FILE__, __LINE__, "accepted: %s", bad[i]);
    check(zone_rule_parse("AAA1BBB,J60,59/-24", 18, &rule));
    check_int(zone_rule_summer_from(&rule, 2024), us_of("2024-03-01T03:00:00Z") / 1000000);
    check_int(zone_rule_summer_from(&rule, 2023), us_of("2023-03-01T03:00:00Z") / 1000000);
    check_int(zone_rule_summer_until(&rule, 2024), us_of("2024-02-28T00:00:00Z") / 1000000);
}

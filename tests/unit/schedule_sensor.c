/*
 * What follows from what a sensor has seen: news or none, now or later, of each kind.
 */
#include "test.h"

#include "base/clock.h"
#include "schedule/sensor.h"

#include <stdio.h>
#include <string.h>

#define SECOND CLOCK_US_PER_SECOND
#define NOW (1000 * SECOND)

static struct sensor_config config;

static struct sensor_config *of_kind(enum sensor_kind kind)
{
    config = (struct sensor_config){.kind = (int)kind, .every_ms = 30000};
    return &config;
}

/* "ask VALUE", "wait VALUE until T", … of a sensor that has nothing else to consider. */
static const char *follows(const char *cursor, const char *value)
{
    static const char *const words[] = {"nothing", "move", "wait", "ask"};
    static char text[128];
    const struct sensor_past past = {.cursor = cursor};
    struct sensor_decision decision;

    sensor_decide(&config, &past, value, NOW, &decision);
    (void)snprintf(text, sizeof text, "%s%s%s", words[decision.verdict],
                   decision.value != NULL ? " " : "", decision.value != NULL ? decision.value : "");
    return text;
}

TEST("the first look remembers what there is")
{
    of_kind(SENSOR_FILE);
    check_str(follows(NULL, "1 2 3"), "move 1 2 3");
    check_str(follows(NULL, "-"), "move -");
    of_kind(SENSOR_RUN);
    check_str(follows(NULL, "17 0"), "move 17 0");
}

TEST("another value is a run, the same is nothing, and what is gone may come again")
{
    of_kind(SENSOR_FILE);
    check_str(follows("1 2 3", "1 2 3"), "nothing");
    check_str(follows("1 2 3", "1 2 4"), "ask 1 2 4");
    check_str(follows("1 2 3", "-"), "move -");
    check_str(follows("-", "-"), "nothing");
    check_str(follows("-", "1 2 3"), "ask 1 2 3");
    of_kind(SENSOR_QUERY);
    check_str(follows("-", "=-"), "ask =-");
    check_str(follows("=9", "=10"), "ask =10");
    of_kind(SENSOR_HTTP);
    check_str(follows("etag \"a\"", "etag \"b\""), "ask etag \"b\"");
}

TEST("objects that were removed are no news, those that came or changed are")
{
    of_kind(SENSOR_OBJECTS);
    check_str(follows("0 00 0", "1 ab 7"), "ask 1 ab 7");
    check_str(follows("2 ab 7", "2 ab 7"), "nothing");
    check_str(follows("2 ab 7", "2 cd 7"), "ask 2 cd 7"); /* one was overwritten, or replaced */
    check_str(follows("2 ab 7", "1 cd 7"), "move 1 cd 7");
    check_str(follows("2 ab 7", "1 cd 6"), "move 1 cd 6");
    check_str(follows("2 ab 7", "1 cd 8"), "ask 1 cd 8"); /* two went, one came */
    check_str(follows("-", "1 ab 7"), "ask 1 ab 7");
    check_str(follows("what is this", "1 ab 7"), "ask 1 ab 7");
}

TEST("the lag is of records that are not read and were not there at the last run")
{
    check_int(sensor_unread(NULL, "t 10:4 20:20"), 6);
    check_int(sensor_unread("t 10:4 20:20", "t 12:4 20:20"), 2);
    check_int(sensor_unread("t 10:4", "t 12:11"), 1);
    check_int(sensor_unread("t 10:4", "t 12:4 5:0"), 7); /* a partition more */
    check_int(sensor_unread("t 10:4", "other 12:4"), 8); /* the topic was made again */
    check_int(sensor_unread("t 10:4", "tt 12:4"), 8);
    check_int(sensor_unread("t 10:4", "t 3:0"), 0); /* cannot be, and is no run */
    check_int(sensor_unread(NULL, "t"), 0);
    check_int(sensor_unread(NULL, "t x:y"), 0);
    of_kind(SENSOR_LAG)->more_than = 5;
    check_str(follows(NULL, "t 5:0"), "nothing");
    check_str(follows(NULL, "t 6:0"), "ask t 6:0");
    check_str(follows("t 6:0", "t 11:0"), "nothing");
    check_str(follows("t 6:0", "t 12:0"), "ask t 12:0");
}

TEST("runs that were found are a run, whatever number they have")
{
    of_kind(SENSOR_RUN);
    check_str(follows("17 0", "17 0"), "nothing");
    check_str(follows("17 0", "20 0"), "move 20 0");
    check_str(follows("17 0", "20 2"), "ask 20 2");
    check_str(follows("20 2", "21 2"), "ask 21 2");
}

TEST("within the gap it waits, and asks when that is over, though the file has gone")
{
    struct sensor_past past = {.cursor = "a", .requested_us = NOW - 2 * SECOND};
    struct sensor_decision decision;

    of_kind(SENSOR_FILE)->minimum_gap_ms = 10000;
    sensor_decide(&config, &past, "b", NOW, &decision);
    check_int(decision.verdict, SENSOR_WAIT);
    check_str(decision.value, "b");
    check_int(decision.again_us, NOW + 8 * SECOND);
    past.pending = "b";
    sensor_decide(&config, &past, "-", NOW + SECOND, &decision);
    check_int(decision.verdict, SENSOR_WAIT);
    check_str(decision.value, "-");
    past.pending = "-";
    sensor_decide(&config, &past, NULL, NOW + 8 * SECOND - 1, &decision);
    check_int(decision.verdict, SENSOR_WAIT);
    sensor_decide(&config, &past, NULL, NOW + 8 * SECOND, &decision);
    check_int(decision.verdict, SENSOR_ASK);
    check_str(decision.value, "-");
}

TEST("while a run of it is at work it waits for its end")
{
    struct sensor_past past = {.cursor = "a", .pending = "b", .is_at_work = true};
    struct sensor_decision decision;

    of_kind(SENSOR_FILE);
    sensor_decide(&config, &past, "c", NOW, &decision);
    check_int(decision.verdict, SENSOR_WAIT);
    check_str(decision.value, "c");
    check(decision.again_us == INT64_MAX);
    past.is_at_work = false;
    sensor_decide(&config, &past, NULL, NOW, &decision);
    check_int(decision.verdict, SENSOR_ASK);
    check_str(decision.value, "b");
}

TEST("a lag is a level: what waits is not kept, but seen again")
{
    const struct sensor_past past = {.is_at_work = true};
    struct sensor_decision decision;

    of_kind(SENSOR_LAG)->more_than = 5;
    sensor_decide(&config, &past, "t 9:0", NOW, &decision);
    check_int(decision.verdict, SENSOR_WAIT);
    check(decision.value == NULL);
}

TEST("a clock that was set back makes no gap longer")
{
    const struct sensor_past past = {.cursor = "a", .requested_us = NOW + 3600 * SECOND};
    struct sensor_decision decision;

    of_kind(SENSOR_FILE)->minimum_gap_ms = 10000;
    sensor_decide(&config, &past, "b", NOW, &decision);
    check_int(decision.verdict, SENSOR_ASK);
}

TEST("what fails is looked at later each time, up to a quarter of an hour")
{
    of_kind(SENSOR_FILE);
    check_int(sensor_wait_ms(&config, 0), 30000);
    check_int(sensor_wait_ms(&config, 1), 60000);
    check_int(sensor_wait_ms(&config, 3), 240000);
    check_int(sensor_wait_ms(&config, 1000000000000), 900000);
    config.every_ms = 3600000;
    check_int(sensor_wait_ms(&config, 5), 3600000);
}

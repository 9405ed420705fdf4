/*
 * What becomes of a schedule's ticks: on time, late, many of them, with jitter, when clocks jump.
 */
#include "test.h"

#include "base/clock.h"
#include "schedule/due.h"

#include <stdio.h>
#include <string.h>

#define SECOND CLOCK_US_PER_SECOND
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static struct schedule_config config;
static struct schedule schedule;
static struct zone *zone;

static int64_t us_of(const char *text)
{
    int64_t us;

    check(clock_parse(text, strlen(text), &us, NULL, NULL));
    return us;
}

static void set(const char *cron, const char *timezone, enum schedule_catch_up catch_up)
{
    struct err err;

    zone_free(zone);
    check_ok(zone_load(timezone, &zone, &err));
    config = (struct schedule_config){.name = "test", .catch_up = (int)catch_up};
    schedule = (struct schedule){.config = &config, .zone = zone};
    check_ok(cron_parse(cron, &schedule.cron, &err));
}

/* What is done until nothing is due any more, a word each; returns where the schedule has got. */
static int64_t play(int64_t reached_us, int64_t seen_from_us, int64_t now_us, char text[2048],
                    int64_t *again_us)
{
    static const char *const words[] = {
        [DUE_FIRE] = "fire", [DUE_MISSED] = "miss", [DUE_ANEW] = "anew"};
    const struct due_time time = {now_us, seen_from_us};
    struct due due;
    char at[CLOCK_TEXT_SIZE];

    text[0] = '\0';
    for (due_find(&schedule, reached_us, &time, &due); due.verdict != DUE_LATER;
         due_find(&schedule, reached_us, &time, &due)) {
        size_t used = strlen(text);
        reached_us = due.verdict == DUE_ANEW ? now_us : due.tick_us;
        (void)snprintf(text + used, 2048 - used, "%s%s%s %.8s", used > 0 ? ", " : "",
                       words[due.verdict], due.also_before ? " all to" : "",
                       clock_format_iso(at, reached_us, 0) + 11);
        check(used < 2000);
    }
    *again_us = due.again_us;
    return reached_us;
}

/* Times of one day, as "10:30:00". */
static void check_day(const char *reached, const char *seen_from, const char *now,
                      const char *wanted)
{
    char text[2048], day[64];
    int64_t us[3], again_us;
    const char *const times[] = {reached, seen_from, now};

    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(day, sizeof day, "2024-04-01T%sZ", times[i]);
        us[i] = us_of(day);
    }
    play(us[0], us[1], us[2], text, &again_us);
    check_str(text, wanted);
}

TEST("a tick fires when it is due, once, and the next look is at the next one")
{
    char text[2048];
    int64_t again_us;

    set("*/10 * * * *", "UTC", CATCH_UP_NONE);
    int64_t reached_us = us_of("2024-04-01T10:00:00Z");
    int64_t got = play(reached_us, reached_us, reached_us + 9 * MINUTE, text, &again_us);
    check_str(text, "");
    check_int(again_us, reached_us + 10 * MINUTE);
    got = play(got, reached_us, reached_us + 10 * MINUTE, text, &again_us);
    check_str(text, "fire 10:10:00");
    got = play(got, reached_us, reached_us + 10 * MINUTE, text, &again_us);
    check_str(text, "");
    check_int(again_us, reached_us + 20 * MINUTE);
    play(got, reached_us, reached_us + 41 * MINUTE, text, &again_us);
    check_str(text, "fire 10:20:00, fire 10:30:00, fire 10:40:00");
}

TEST("ticks that nobody saw are caught up as the policy says")
{
    set("*/10 * * * *", "UTC", CATCH_UP_NONE);
    check_day("10:00:00", "10:35:00", "10:35:00", "miss 10:10:00, miss 10:20:00, miss 10:30:00");
    set("*/10 * * * *", "UTC", CATCH_UP_LAST);
    check_day("10:00:00", "10:35:00", "10:35:00", "miss 10:10:00, miss 10:20:00, fire 10:30:00");
    set("*/10 * * * *", "UTC", CATCH_UP_ALL);
    check_day("10:00:00", "10:35:00", "10:35:00", "fire 10:10:00, fire 10:20:00, fire 10:30:00");
}

TEST("a tick that is a second late is on time, and those on time fire whatever the policy")
{
    set("*/10 * * * *", "UTC", CATCH_UP_NONE);
    check_day("10:00:00", "10:10:01", "10:10:02", "fire 10:10:00");
    check_day("10:00:00", "10:10:02", "10:10:02", "miss 10:10:00");
    check_day("10:00:00", "10:15:00", "10:45:00",
              "miss 10:10:00, fire 10:20:00, fire 10:30:00, fire 10:40:00");
    set("*/10 * * * *", "UTC", CATCH_UP_LAST);
    check_day("10:00:00", "10:25:00", "10:30:00", "miss 10:10:00, miss 10:20:00, fire 10:30:00");
}

TEST("of very many ticks the newest hundred are named, the others together")
{
    char text[2048];
    int64_t again_us;
    const struct due_time time = {us_of("2024-04-01T12:00:00Z"), us_of("2024-04-01T12:00:00Z")};
    struct due due;

    set("* * * * * *", "UTC", CATCH_UP_ALL);
    due_find(&schedule, us_of("2023-04-01T12:00:00Z"), &time, &due);
    check_int(due.verdict, DUE_MISSED);
    check(due.also_before);
    check_int(due.tick_us, time.now_us - 100 * SECOND);
    due_find(&schedule, due.tick_us, &time, &due);
    check_int(due.verdict, DUE_FIRE);
    check_int(due.tick_us, time.now_us - 99 * SECOND);

    set("* * * * * *", "UTC", CATCH_UP_LAST);
    config.jitter_ms = 3000;
    int64_t reached_us =
        play(time.now_us - 30 * 24 * HOUR, time.now_us, time.now_us, text, &again_us);
    check(reached_us <= time.now_us && reached_us >= time.now_us - 3 * SECOND);
    check(strncmp(text, "miss all to 11:58:", 18) == 0);
    check(strstr(text, ", fire 11:59:5") != NULL);
    check(again_us > time.now_us && again_us <= time.now_us + 4 * SECOND);
}

TEST("exactly a hundred late ticks are named one by one")
{
    struct due due;
    const struct due_time time = {100 * SECOND, 100 * SECOND};

    set("* * * * * *", "UTC", CATCH_UP_ALL);
    due_find(&schedule, 0, &time, &due);
    check_int(due.verdict, DUE_FIRE);
    check_int(due.tick_us, SECOND);
    due_find(&schedule, -SECOND, &time, &due);
    check_int(due.verdict, DUE_MISSED);
    check(!due.also_before);
    check_int(due.tick_us, 0);
}

TEST("jitter is the same for the same tick, less than it may be, and spread")
{
    int64_t least = INT64_MAX, most = 0;

    set("* * * * *", "UTC", CATCH_UP_LAST);
    check_int(schedule_start_us(&schedule, 17 * MINUTE), 17 * MINUTE);
    config.jitter_ms = 30000;
    check_int(schedule_start_us(&schedule, us_of("2024-04-01T10:00:00Z")),
              us_of("2024-04-01T10:00:28.528237Z"));
    for (int64_t i = 0; i < 1000; i++) {
        int64_t late_us = schedule_start_us(&schedule, i * MINUTE) - i * MINUTE;
        least = late_us < least ? late_us : least;
        most = late_us > most ? late_us : most;
    }
    check(least >= 0 && least < SECOND);
    check(most < 30 * SECOND && most > 29 * SECOND);
    int64_t here_us = schedule_start_us(&schedule, 0);
    config.name = "another";
    check(schedule_start_us(&schedule, 0) != here_us);
}

TEST("a tick waits for its jitter, and keeps those behind it waiting")
{
    char text[2048];
    int64_t again_us;

    set("* * * * * *", "UTC", CATCH_UP_LAST);
    config.jitter_ms = 60000;
    int64_t start_us = schedule_start_us(&schedule, SECOND);
    play(0, 0, start_us - 1, text, &again_us);
    check_str(text, "");
    check_int(again_us, start_us);
    int64_t got = play(0, 0, start_us, text, &again_us);
    check(got >= SECOND);
    check(strncmp(text, "fire 00:00:01", 13) == 0);
}

TEST("a tick whose jitter ends while somebody looks is on time")
{
    char text[2048];
    int64_t again_us;

    set("*/10 * * * *", "UTC", CATCH_UP_NONE);
    config.jitter_ms = 300000;
    int64_t tick_us = us_of("2024-04-01T10:00:00Z");
    while (schedule_start_us(&schedule, tick_us) < tick_us + MINUTE)
        tick_us += 10 * MINUTE;
    int64_t start_us = schedule_start_us(&schedule, tick_us);
    int64_t got = play(tick_us - 1, start_us - 30 * SECOND, start_us, text, &again_us);
    check(strncmp(text, "fire ", 5) == 0 && strchr(text, ',') == NULL);
    check_int(got, tick_us);
}

TEST("a tick that still has to wait for its jitter does not take the place of a late one")
{
    char text[2048];
    int64_t again_us;

    set("*/10 * * * *", "UTC", CATCH_UP_LAST);
    config.jitter_ms = 1800000;
    int64_t tick_us = us_of("2024-04-01T10:00:00Z"), start_us;
    do {
        tick_us += 10 * MINUTE;
        start_us = schedule_start_us(&schedule, tick_us);
    } while (start_us < tick_us + 11 * MINUTE ||
             schedule_start_us(&schedule, tick_us + 10 * MINUTE) < start_us + MINUTE);
    int64_t now_us = start_us + 30 * SECOND;
    int64_t got = play(tick_us - 1, now_us, now_us, text, &again_us);
    check(strncmp(text, "fire ", 5) == 0 && strchr(text, ',') == NULL);
    check_int(got, tick_us);
    check_int(again_us, schedule_start_us(&schedule, tick_us + 10 * MINUTE));
}

TEST("a wall clock that follows the monotonic one has not jumped")
{
    struct due_watch watch = {0};
    struct due_time time;

    check(!due_look(&watch, 1000 * HOUR, 7 * SECOND, &time));
    check_int(time.seen_from_us, 1000 * HOUR);
    for (int64_t i = 1; i <= 600; i++)
        check(!due_look(&watch, 1000 * HOUR + i * MINUTE + i * 30000, 7 * SECOND + i * MINUTE,
                        &time));
    check_int(time.seen_from_us, 1000 * HOUR);
    check_int(time.now_us, 1000 * HOUR + 600 * MINUTE + 18 * SECOND);
}

TEST("what a clock skips that is set forward, or a sleep, is late")
{
    struct due_watch watch = {0};
    struct due_time time;
    char text[2048];
    int64_t again_us;

    set("*/10 * * * *", "UTC", CATCH_UP_LAST);
    int64_t start_us = us_of("2024-04-01T10:00:00Z");
    due_look(&watch, start_us, SECOND, &time);
    check(due_look(&watch, start_us + 2 * HOUR, 31 * SECOND, &time));
    check_int(time.seen_from_us, start_us + 2 * HOUR - 30 * SECOND);
    check(!due_look(&watch, start_us + 2 * HOUR + MINUTE, 91 * SECOND, &time));
    play(start_us + 80 * MINUTE, time.seen_from_us, time.now_us, text, &again_us);
    check_str(text, "miss 11:30:00, miss 11:40:00, miss 11:50:00, fire 12:00:00");
}

TEST("what falls into a time in which the daemon was stopped is late, and no jump")
{
    struct due_watch watch = {0};
    struct due_time time;
    char text[2048];
    int64_t again_us;

    set("*/10 * * * *", "UTC", CATCH_UP_LAST);
    int64_t start_us = us_of("2024-04-01T10:00:00Z");
    due_look(&watch, start_us, SECOND, &time);
    check(!due_look(&watch, start_us + 5 * MINUTE, SECOND + 5 * MINUTE, &time));
    check_int(time.seen_from_us, start_us); /* it was busy */
    check(!due_look(&watch, start_us + 65 * MINUTE, SECOND + 65 * MINUTE, &time));
    check_int(time.seen_from_us, start_us + 65 * MINUTE);
    play(start_us + 30 * MINUTE, time.seen_from_us, time.now_us, text, &again_us);
    check_str(text, "miss 10:40:00, miss 10:50:00, fire 11:00:00");
    check(!due_look(&watch, start_us + 66 * MINUTE, SECOND + 66 * MINUTE, &time));
    check_int(time.seen_from_us, start_us + 65 * MINUTE);
    /* The clock was set forward meanwhile, too. */
    check(due_look(&watch, start_us + 4 * HOUR, SECOND + 2 * HOUR, &time));
    check_int(time.seen_from_us, start_us + 4 * HOUR);
}

TEST("a clock that is set back shows ticks again that are accounted for")
{
    struct due_watch watch = {0};
    struct due_time time;
    char text[2048];
    int64_t again_us;

    set("*/10 * * * *", "UTC", CATCH_UP_ALL);
    int64_t start_us = us_of("2024-04-01T10:00:00Z");
    due_look(&watch, start_us, SECOND, &time);
    check(due_look(&watch, start_us - HOUR, 2 * SECOND, &time));
    int64_t reached_us = play(start_us, time.seen_from_us, time.now_us, text, &again_us);
    check_str(text, "");
    check_int(reached_us, start_us);
    check_int(again_us, start_us + 10 * MINUTE);
    play(start_us, start_us - HOUR, start_us - DUE_CORRECTION_US, text, &again_us);
    check_str(text, "");
}

TEST("a clock that was wrong by more than three hours begins anew")
{
    char text[2048];
    int64_t again_us, now_us = us_of("2024-04-01T10:01:00Z");

    set("*/10 * * * *", "UTC", CATCH_UP_ALL);
    int64_t reached_us = play(us_of("2031-01-01T00:00:00Z"), now_us, now_us, text, &again_us);
    check_str(text, "anew 10:01:00");
    check_int(reached_us, now_us);
    check_int(again_us, us_of("2024-04-01T10:10:00Z"));
}

TEST("a tick in the hour that is skipped fires at the change, one in that which comes twice once")
{
    char text[2048];
    int64_t again_us;

    set("30 1 * * *", "Europe/London", CATCH_UP_ALL);
    play(us_of("2024-03-30T12:00:00Z"), us_of("2024-03-30T12:00:00Z"),
         us_of("2024-04-01T12:00:00Z"), text, &again_us);
    check_str(text, "fire 01:00:00, fire 00:30:00");
    play(us_of("2024-10-26T12:00:00Z"), us_of("2024-10-26T12:00:00Z"),
         us_of("2024-10-28T12:00:00Z"), text, &again_us);
    check_str(text, "fire 00:30:00, fire 01:30:00");
}

TEST("the next ticks are listed, as many as there are")
{
    int64_t ticks[3];

    set("0 9 * * mon", "Europe/Berlin", CATCH_UP_LAST);
    check_int(due_list(&schedule, us_of("2024-04-01T07:00:00Z"), ticks, 3), 3);
    check_int(ticks[0], us_of("2024-04-08T07:00:00Z"));
    check_int(ticks[2], us_of("2024-04-22T07:00:00Z"));
    check_int(due_list(&schedule, ZONE_END_US - HOUR, ticks, 3), 0);
}

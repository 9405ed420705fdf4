/*
 * The hours that a lake has by its seals, read a piece at a time, whatever fails in between.
 */
#include "test.h"

#include "executor/sink_hours.h"
#include "executor/sink_stream.h"
#include "sink_fakes.h"

#include <inttypes.h>
#include <stdio.h>

enum { PARTITIONS = 2, RECORDS = 30, FIRST_HOUR = 475944 };

static struct fake_process process = {.calls_left = -1};
static struct fake_lake lake;
static struct fake_lake_client lake_client = {&lake, &process};
static struct fake_log topic_log;
static struct fake_log_client log_client = {&topic_log, &process};
static const struct sink_lake_place place = {&fake_lake_table, &lake_client, "hr"};
static struct arena arena;

/* Two records an hour, and in each partition another hour that nothing else has. */
static void produce(void)
{
    char value[64];

    fake_log_init(&topic_log, PARTITIONS);
    for (int32_t partition = 0; partition < PARTITIONS; partition++)
        for (int64_t i = 0; i < RECORDS; i++) {
            int64_t hour = i == 7 ? 100 + partition : i / 2;
            snprintf(value, sizeof value, "{\"t\":%" PRId64 "}", (FIRST_HOUR + hour) * 3600);
            fake_log_add(&topic_log, partition, value, "0");
        }
}

static int run_sink(struct err *err)
{
    static atomic_bool upstream_done = true;
    struct sink_progress progress;
    struct sink_config config;

    sink_config_init(&config);
    config.store = &fake_lake_table;
    config.lake = &lake_client;
    config.log = &fake_log_table;
    config.broker = &log_client;
    config.topic = "hr";
    config.group = "sink";
    config.grouping.time_field = "t";
    config.limits.records = 6;
    config.upstream_done = &upstream_done;
    return sink_run(&config, &progress, err);
}

static void begin(void)
{
    struct err err;

    arena_init(&arena);
    produce();
    check_ok(run_sink(&err));
}

static void end(void)
{
    fake_lake_release(&lake);
    fake_log_release(&topic_log);
    arena_release(&arena);
}

/* The texts, joined by blanks. */
static const char *told(struct hours *hours)
{
    const char *all = "";
    size_t count;
    const char **texts = hours_texts(hours, &arena, &count);

    for (size_t i = 0; i < count; i++)
        all = arena_printf(&arena, "%s%s%s", all, i > 0 ? " " : "", texts[i]);
    hours_release(hours);
    return all;
}

static const char all_hours[] = "475944..475958 476044..476045";

TEST("all hours are told, however small the pieces, and then nothing before there is more")
{
    static const int64_t pieces[] = {1, 3, 1000};
    struct sink_hours reading;
    struct hours found = {0};
    struct err err;

    begin();
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        int result = 0, calls = 0;
        sink_hours_init(&reading, &place, NULL);
        for (; result == 0; calls++)
            result = sink_hours_read(&reading, pieces[i], &found, &err);
        check_int(result, 1);
        check_int(calls > 1, pieces[i] < 1000);
        check_str(told(&found), all_hours);
        check_int(sink_hours_read(&reading, 1000, &found, &err), 1);
        check_str(told(&found), "");
        fake_log_add(&topic_log, 1, "{\"t\":1713398400}", "0"); /* once more of the first hour */
        check_ok(run_sink(&err));
        check_int(sink_hours_read(&reading, 1000, &found, &err), 1);
        check_str(told(&found), "475944");
        sink_hours_release(&reading);
    }
    end();
}

TEST("who begins where another one ended is told what came after, whichever call failed before")
{
    struct hours found = {0};
    struct err err;

    begin();
    for (int64_t calls = 0;; calls++) {
        struct sink_hours reading, next;
        bool has_failed = false;
        int result = 0;
        sink_hours_init(&reading, &place, NULL);
        process = (struct fake_process){.calls_left = calls};
        while (result == 0)
            result = sink_hours_read(&reading, 2, &found, &err);
        has_failed = result < 0;
        process = (struct fake_process){.calls_left = -1};
        sink_hours_init(&next, &place, reading.position.size > 0 ? reading.position.data : NULL);
        do
            result = sink_hours_read(&next, 2, &found, &err);
        while (result == 0);
        check_int(result, 1);
        check_str(told(&found), all_hours);
        sink_hours_release(&reading);
        sink_hours_release(&next);
        if (!has_failed)
            break;
    }
    end();
}

TEST("what has no seal is not told, until it has one")
{
    struct sink_hours reading;
    struct hours found = {0};
    struct err err;

    arena_init(&arena);
    produce();
    lake.failing = ".seal";
    check_int(run_sink(&err), -1);
    check(fake_lake_count(&lake, ".plan") > PARTITIONS);
    sink_hours_init(&reading, &place, NULL);
    check_int(sink_hours_read(&reading, 1000, &found, &err), 1);
    check_str(told(&found), "");
    lake.failing = NULL;
    check_ok(run_sink(&err));
    check_int(sink_hours_read(&reading, 1000, &found, &err), 1);
    check_str(told(&found), all_hours);
    sink_hours_release(&reading);
    end();
}

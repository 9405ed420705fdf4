/*
 * The finished objects of a window of hours: as many as who reads the chains from their beginning is
 * given, whatever the window and the position.
 */
#include "test.h"

#include "executor/lake_window.h"
#include "executor/sink_stream.h"
#include "sink_fakes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Hours over a month's end; restarts of the broker, each a new incarnation of the topic. */
enum { PARTITIONS = 3, RECORDS = 150, RESTARTS = 2, FIRST_HOUR = 475940, HOURS = 40, MOST = 2000 };

static struct fake_process process = {.calls_left = -1};
static struct fake_lake lake;
static struct fake_lake_client lake_client = {&lake, &process};
static struct fake_log topic_log;
static struct fake_log_client log_client = {&topic_log, &process};
static const char topic[] = "2024-04-01"; /* which looks like a folder of a day */
static const struct sink_lake_place place = {&fake_lake_table, &lake_client, topic};
static struct arena arena;
static uint32_t seed;

/* All objects in the order of who reads the lake, and the position before each. */
struct all {
    const char *keys[MOST], *positions[MOST];
    int64_t hours[MOST], counts[MOST];
    size_t count;
};

static struct all all;

static int64_t any(int64_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (int64_t)(seed >> 8) % below;
}

/* Mostly in order, and some of any hour. */
static void produce(void)
{
    char value[64];

    for (int32_t partition = 0; partition < PARTITIONS; partition++)
        for (int64_t i = 0; i < RECORDS; i++) {
            int64_t hour = any(10) == 0 ? any(HOURS) : i * HOURS / RECORDS;
            snprintf(value, sizeof value, "{\"t\":%" PRId64 "}", (FIRST_HOUR + hour) * 3600);
            fake_log_add(&topic_log, partition, value, NULL);
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
    config.topic = topic;
    config.group = "sink";
    config.grouping.time_field = "t";
    config.limits.records = 6;
    config.upstream_done = &upstream_done;
    return sink_run(&config, &progress, err);
}

static void begin(void)
{
    struct err err;

    seed = 7;
    arena_init(&arena);
    fake_log_init(&topic_log, PARTITIONS);
    for (int i = 0; i < RESTARTS; i++) {
        produce();
        check_ok(run_sink(&err));
        fake_log_restart(&topic_log);
    }
}

static void end(void)
{
    fake_lake_release(&lake);
    fake_log_release(&topic_log);
    arena_release(&arena);
}

static void read_all(void)
{
    struct sink_lake_object object;
    struct sink_lake *reader;
    struct err err;

    all.count = 0;
    check_ok(sink_lake_open(&place, NULL, &reader, &err));
    for (;;) {
        const char *position = arena_strdup(&arena, sink_lake_position(reader));
        int got = sink_lake_next(reader, &object, &err);
        check_ok(got);
        if (got == 0)
            break;
        check(all.count < MOST);
        all.positions[all.count] = position;
        all.keys[all.count] = arena_strdup(&arena, object.key);
        all.hours[all.count] = object.hour;
        all.counts[all.count++] = object.count;
    }
    sink_lake_close(reader);
}

static struct lake_window window_of(int64_t from, int64_t until, const char *position)
{
    return (struct lake_window){.place = place,
                                .from_hour = from,
                                .until_hour = until,
                                .position = position,
                                .arena = &arena};
}

static const struct lake_window_object *find(const struct lake_window *window, const char *key)
{
    for (size_t i = 0; i < window->count; i++)
        if (strcmp(window->objects[i].key, key) == 0)
            return &window->objects[i];
    return NULL;
}

/* The window has what the chains have of it; those from `behind` on are ahead. */
static void check_window(const struct lake_window *window, size_t behind)
{
    size_t count = 0, ahead = 0;

    for (size_t i = 0; i < all.count; i++) {
        if (all.hours[i] < window->from_hour || all.hours[i] >= window->until_hour)
            continue;
        const struct lake_window_object *object = find(window, all.keys[i]);
        check(object != NULL);
        check_int(object->count, all.counts[i]);
        check_int(object->is_ahead, i >= behind);
        count++;
        ahead += i >= behind;
    }
    check_int(window->count, count);
    check_int(window->ahead, ahead);
    for (size_t i = 1; i < window->count; i++)
        check(strcmp(window->objects[i - 1].key, window->objects[i].key) < 0);
}

TEST("a window has what the chains have of its hours, and it is known what a position is behind of")
{
    struct err err;

    begin();
    read_all();
    check(all.count > 150);
    for (int i = 0; i < 40; i++) {
        int64_t from = FIRST_HOUR + any(HOURS), size = i % 3 == 0 ? 1 : 1 + any(HOURS);
        size_t behind = (size_t)any((int64_t)all.count + 1);
        const char *position = behind == all.count ? NULL : all.positions[behind];
        struct lake_window window = window_of(from, from + size, position);
        check_ok(lake_window_find(&window, &err));
        check_window(&window, position != NULL ? behind : 0);
    }
    struct lake_window empty = window_of(FIRST_HOUR - 30, FIRST_HOUR - 3, NULL);
    check_ok(lake_window_find(&empty, &err));
    check_int(empty.count, 0);
    end();
}

TEST("what no finished plan names is not given: unsealed, void, or somebody else's")
{
    struct lake_window window = window_of(FIRST_HOUR, FIRST_HOUR + HOURS, NULL);
    char other[200];
    bool created;
    struct aorta_error error;
    struct err err;

    begin();
    read_all();
    produce();
    lake.failing = ".seal";
    check_int(run_sink(&err), -1); /* objects are there, and their plan is */
    lake.failing = NULL;
    for (int i = 0; i < 2; i++) {
        snprintf(other, sizeof other,
                 "topics/%s/year=2024/month=04/day=18/hour=00/%s+0+%010d.json%s", topic, topic,
                 999999999, i == 0 ? "" : ".bak");
        check_int(fake_lake_table.put(&lake_client, other, "{}\n", 3, false, &created, &error), 0);
    }
    check_ok(lake_window_find(&window, &err));
    check_window(&window, 0);
    fake_log_restart(&topic_log);
    produce();
    check_ok(run_sink(&err));
    read_all();
    check(fake_lake_count(&lake, ".json") > (int64_t)all.count);
    check_ok(lake_window_find(&window, &err));
    check_window(&window, 0);
    end();
}

/* Removes the first plans of a chain, and their seals. */
static void remove_plans(int32_t partition, int64_t until)
{
    struct aorta_error error;
    struct buf key;

    buf_init(&key);
    for (int64_t sequence = 1; sequence < until; sequence++) {
        sink_key_plan(&key, topic, partition, sequence);
        check_int(fake_lake_table.remove(&lake_client, key.data, &error), 0);
        sink_key_seal(&key, topic, partition, sequence);
        check_int(fake_lake_table.remove(&lake_client, key.data, &error), 0);
    }
    buf_release(&key);
}

TEST("of a chain whose first plans were removed the others are found")
{
    struct lake_window window = window_of(FIRST_HOUR, FIRST_HOUR + HOURS, NULL);
    size_t left = 0;
    struct err err;

    begin();
    read_all();
    check_ok(lake_window_find(&window, &err));
    size_t before = window.count;
    remove_plans(1, 30);
    check_ok(lake_window_find(&window, &err));
    for (size_t i = 0; i < all.count; i++)
        left += find(&window, all.keys[i]) != NULL;
    check_int(left, window.count);
    check(window.count < before && window.count > before * 2 / 3);
    remove_plans(1, 1000);
    check_ok(lake_window_find(&window, &err));
    for (size_t i = 0; i < window.count; i++)
        check(window.objects[i].partition != 1);
    end();
}

TEST("whichever call fails, it is an error and not a part of them")
{
    struct lake_window window = window_of(FIRST_HOUR + 3, FIRST_HOUR + 5, NULL);
    int64_t calls = 0;
    struct err err;

    begin();
    for (int result = -1; result < 0; calls++) {
        process = (struct fake_process){.calls_left = calls};
        result = lake_window_find(&window, &err);
        if (result < 0)
            check_contains(err.message, "process died");
    }
    check(calls > 10);
    process = (struct fake_process){.calls_left = -1};
    check_fails((window.position = "{", lake_window_find(&window, &err)), ERR_BROKEN,
                "is no position in the lake");
    end();
}

TEST("a chain is searched, not read from its beginning")
{
    struct lake_window window = window_of(FIRST_HOUR + HOURS - 1, FIRST_HOUR + HOURS, NULL);
    struct err err;

    begin();
    process = (struct fake_process){.calls_left = -1};
    check_ok(lake_window_find(&window, &err));
    int64_t entries = fake_lake_count(&lake, ".plan");
    check(window.count > 6);
    check(process.calls < 2 * entries); /* who reads all of it asks four times an entry */
    end();
}

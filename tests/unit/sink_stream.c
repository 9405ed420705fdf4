/*
 * The sink's loop, whole: several partitions, rebalances, crashes at every single call, what the
 * producer and the lake's readers are told.
 */
#include "test.h"

#include "base/alloc.h"
#include "executor/sink_lake.h"
#include "executor/sink_opening.h"
#include "executor/sink_stream.h"
#include "sink_fakes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 40, PARTITIONS = 3 };

static struct fake_process process = {.calls_left = -1};
static struct fake_lake lake;
static struct fake_lake_client lake_client = {&lake, &process};
static struct fake_log topic_log;
static struct fake_log_client log_client = {&topic_log, &process};
static atomic_bool upstream_done = true;
static atomic_bool cancel;

static struct sink_config make_config(void)
{
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
    config.cancel = &cancel;
    return config;
}

/* Records number `from` to the end of each partition, some of them late. */
static void produce(int32_t partition, int64_t from)
{
    char value[80], header[24];

    for (int64_t i = from; i < RECORDS; i++) {
        snprintf(value, sizeof value, "{\"id\":%" PRId64 ",\"t\":%" PRId64 "}", i,
                 1713398400 + i * 900 - (i % 7 == 0 ? 3600 : 0));
        snprintf(header, sizeof header, "%" PRId64, i);
        fake_log_add(&topic_log, partition, value, header);
    }
}

static void produce_all(void)
{
    fake_log_init(&topic_log, PARTITIONS);
    for (int32_t i = 0; i < PARTITIONS; i++)
        produce(i, 0);
}

/* Reads the lake on from the position and counts each record. */
static char *read_on(char *position, int64_t seen[PARTITIONS][RECORDS])
{
    const struct sink_lake_place place = {&fake_lake_table, &lake_client, "hr"};
    struct sink_lake_object object;
    struct sink_lake *reader;
    struct err err;
    int64_t id, t;

    check_ok(sink_lake_open(&place, position, &reader, &err));
    int result;
    while ((result = sink_lake_next(reader, &object, &err)) > 0) {
        const char *line = fake_lake_text(&lake, object.key);
        int64_t count = 0;
        for (; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1, count++) {
            check_int(sscanf(line, "{\"id\":%" SCNd64 ",\"t\":%" SCNd64 "}\n", &id, &t), 2);
            check_int(t / 3600, object.hour);
            seen[object.partition][id]++;
        }
        check_int(count, object.count);
    }
    check_int(result, 0);
    free(position);
    position = alloc_strdup(sink_lake_position(reader));
    sink_lake_close(reader);
    return position;
}

/* Each record is in the lake, each once. */
static void check_lake(void)
{
    int64_t seen[PARTITIONS][RECORDS] = {{0}};

    free(read_on(NULL, seen));
    for (int32_t i = 0; i < PARTITIONS; i++)
        for (int64_t j = 0; j < RECORDS; j++)
            check_int(seen[i][j], 1);
    check_int(lake.changed, 0);
}

static void clear(void)
{
    fake_lake_release(&lake);
    fake_log_release(&topic_log);
}

TEST("a drained topic is in the lake, each record once, and its offsets are committed")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    check_ok(sink_run(&config, &progress, &err));
    check_lake();
    check_int(progress.done.records, PARTITIONS * RECORDS);
    check_int(progress.polled, PARTITIONS * RECORDS);
    check_int(progress.partitions, PARTITIONS);
    for (int32_t i = 0; i < PARTITIONS; i++)
        check_int(topic_log.committed[i], RECORDS);
    check_ok(sink_run(&config, &progress, &err)); /* again: nothing to do */
    check_int(progress.done.records, 0);
    check_lake();
    clear();
}

TEST("an empty topic is drained at once")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    fake_log_init(&topic_log, PARTITIONS);
    check_ok(sink_run(&config, &progress, &err));
    check_int(progress.done.flushes, 0);
    clear();
}

/* One run that dies at call `at`, then one that does not. Returns whether the first one died. */
static bool die_and_run(int64_t at, bool dies_after)
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    process = (struct fake_process){.calls_left = at, .dies_after = dies_after};
    int result = sink_run(&config, &progress, &err);
    bool died = process.is_dead;
    check(died || result == 0);
    if (result < 0)
        check_contains(err.message, "process died");
    process = (struct fake_process){.calls_left = -1};
    check_ok(sink_run(&config, &progress, &err));
    check_lake();
    clear();
    return died;
}

TEST("a process may die at any call, before or after it took effect")
{
    int64_t at = 0;

    while (die_and_run(at, false) && die_and_run(at, true))
        at++;
    check(at > 150);
}

/* The producer starts again after the broker lost everything, and produces what the lake lacks. */
static void restart_broker_and_producer(void)
{
    const struct sink_opening opening = {.store = &fake_lake_table,
                                         .lake = &lake_client,
                                         .log = &fake_log_table,
                                         .broker = &log_client,
                                         .topic = "hr",
                                         .partition_count = PARTITIONS};
    const char *tokens[PARTITIONS];
    struct arena arena;
    struct err err;

    arena_init(&arena);
    fake_log_restart(&topic_log);
    check_ok(sink_opening_run(&opening, &arena, tokens, &err));
    for (int32_t i = 0; i < PARTITIONS; i++)
        produce(i, tokens[i] != NULL ? atoll(tokens[i]) + 1 : 0);
    arena_release(&arena);
}

static bool die_with_broker(int64_t at)
{
    struct sink_config config = make_config();
    int64_t seen[PARTITIONS][RECORDS] = {{0}};
    struct sink_progress progress;
    struct err err;

    produce_all();
    process = (struct fake_process){.calls_left = at};
    sink_run(&config, &progress, &err);
    bool died = process.is_dead;
    process = (struct fake_process){.calls_left = -1};
    char *position = read_on(NULL, seen);
    restart_broker_and_producer();
    check_ok(sink_run(&config, &progress, &err));
    free(read_on(position, seen));
    for (int32_t i = 0; i < PARTITIONS; i++)
        for (int64_t j = 0; j < RECORDS; j++)
            check_int(seen[i][j], 1);
    check_lake();
    clear();
    return died;
}

TEST("sink and broker may die together at any call: the producer goes on behind the lake")
{
    int64_t at = 0;

    while (die_with_broker(at))
        at++;
    check(at > 150);
}

TEST("a producer goes on after the log's last record, where there is one")
{
    const struct sink_opening opening = {.store = &fake_lake_table,
                                         .lake = &lake_client,
                                         .log = &fake_log_table,
                                         .broker = &log_client,
                                         .topic = "hr",
                                         .partition_count = 2};
    const char *tokens[2];
    struct arena arena;
    struct err err;

    arena_init(&arena);
    fake_log_init(&topic_log, 2);
    fake_log_add(&topic_log, 0, "{}", "first");
    fake_log_add(&topic_log, 0, "{}", "second");
    check_ok(sink_opening_run(&opening, &arena, tokens, &err));
    check_str(tokens[0], "second");
    check(tokens[1] == NULL);
    check_int(fake_lake_count(&lake, ".plan"), 2);
    fake_log_add(&topic_log, 1, "{}", NULL);
    check_fails(sink_opening_run(&opening, &arena, tokens, &err), ERR_CONFIG,
                "partition 1: the last record has no header");
    arena_release(&arena);
    clear();
}

/* Takes partition 1 away at the 4th poll and gives it back at the 9th. */
static void rebalance(struct fake_log *log, void *arg)
{
    int *polls = arg;

    ++*polls;
    if (*polls == 4 || *polls == 9) {
        log->event = *polls == 4 ? AORTA_POLL_REVOKED : AORTA_POLL_ASSIGNED;
        log->event_partition = 1;
    }
    atomic_store(&upstream_done, *polls > 12);
}

TEST("a partition that is revoked and assigned again goes on behind the lake")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;
    int polls = 0;

    produce_all();
    topic_log.batch = 100; /* most have come before partition 1 is taken away */
    topic_log.on_poll = rebalance;
    topic_log.arg = &polls;
    check_ok(sink_run(&config, &progress, &err));
    check(polls > 12);
    check_lake();
    check_int(progress.done.records, PARTITIONS * RECORDS);
    check(progress.polled > progress.done.records); /* what was dropped came again */
    clear();
}

static void cancel_soon(struct fake_log *log, void *arg)
{
    int *polls = arg;

    (void)log;
    atomic_store(&cancel, ++*polls > 3);
}

TEST("cancel ends the run; what was buffered comes again")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;
    int polls = 0;

    produce_all();
    topic_log.on_poll = cancel_soon;
    topic_log.arg = &polls;
    check_fails(sink_run(&config, &progress, &err), ERR_CANCELED, "canceled");
    check(progress.done.records < PARTITIONS * RECORDS);
    topic_log.on_poll = NULL;
    atomic_store(&cancel, false);
    check_ok(sink_run(&config, &progress, &err));
    check_lake();
    clear();
}

static atomic_bool stop;

static void stop_soon(struct fake_log *log, void *arg)
{
    int *polls = arg;

    (void)log;
    atomic_store(&stop, ++*polls > 3);
}

TEST("an endless stream that is stopped flushes what it has read, commits, and leaves the rest")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;
    int polls = 0;

    produce_all();
    topic_log.on_poll = stop_soon;
    topic_log.arg = &polls;
    config.upstream_done = NULL;
    config.stop = &stop;
    config.limits = (struct sink_limits){0}; /* nothing else makes it flush */
    check_ok(sink_run(&config, &progress, &err));
    check(progress.done.records > 0 && progress.done.records < PARTITIONS * RECORDS);
    check_int(progress.done.records, progress.polled);
    int64_t committed = 0;
    for (int32_t i = 0; i < PARTITIONS; i++)
        committed += topic_log.committed[i] > 0 ? topic_log.committed[i] : 0;
    check_int(committed, progress.done.records);
    topic_log.on_poll = NULL;
    atomic_store(&stop, false);
    config.upstream_done = &upstream_done;
    check_ok(sink_run(&config, &progress, &err));
    check_lake();
    atomic_store(&stop, true);
    check_ok(sink_run(&config, &progress, &err)); /* at once, whatever there is */
    check_int(progress.done.records, 0);
    clear();
}

TEST("a commit that the group refuses is no failure")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    topic_log.refuses_commits = true;
    check_ok(sink_run(&config, &progress, &err));
    check_lake();
    clear();
}

TEST("a read to the log's end flushes all partitions together there, each once")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    topic_log.batch = RECORDS; /* one partition after the other comes to its end */
    config.limits = (struct sink_limits){0};
    check_ok(sink_run(&config, &progress, &err));
    check_int(progress.done.flushes, PARTITIONS);
    check_lake();
    clear();
}

TEST("the records of a large poll are sorted by partition, and each partition keeps its limits")
{
    enum { EACH = 300, A_FLUSH = 50 };
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;
    char value[48];

    fake_log_init(&topic_log, PARTITIONS);
    topic_log.batch = PARTITIONS * EACH;
    for (int32_t i = 0; i < PARTITIONS * EACH; i++) {
        snprintf(value, sizeof value, "{\"id\":%d,\"t\":1713398400}", i / PARTITIONS);
        fake_log_add(&topic_log, i % PARTITIONS, value, NULL);
    }
    config.limits.records = A_FLUSH;
    check_ok(sink_run(&config, &progress, &err));
    check_int(progress.done.records, PARTITIONS * EACH);
    check_int(progress.done.flushes, PARTITIONS * EACH / A_FLUSH);
    for (int32_t i = 0; i < PARTITIONS; i++)
        check_int(topic_log.committed[i], EACH);
    check_contains(fake_lake_text(&lake, "topics/hr/year=2024/month=04/day=18/hour=00/"
                                         "hr+2+0000000250.json"),
                   "{\"id\":250,\"t\":1713398400}\n{\"id\":251,");
    clear();
}

TEST("of partitions that are flushed together one fails: the run fails, and the next finishes it")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    lake.failing = "/hr+1+"; /* partition 1's objects */
    check_fails(sink_run(&config, &progress, &err), ERR_TRANSIENT, "hr+1+0000000000.json");
    check_int(fake_lake_count(&lake, "_plans/1/00000000000000000002.plan"), 1);
    check_int(fake_lake_count(&lake, "_plans/1/00000000000000000002.seal"), 0);
    lake.failing = NULL;
    check_ok(sink_run(&config, &progress, &err));
    check_lake();
    clear();
}

TEST("memory is kept by flushing what is largest")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    config.limits = (struct sink_limits){0};
    config.memory_bytes = 2000;
    check_ok(sink_run(&config, &progress, &err));
    check(progress.done.flushes > PARTITIONS);
    check_lake();
    clear();
}

static struct sink_progress last_report;
static int report_count;

static void report(void *arg, const struct sink_progress *progress)
{
    (void)arg;
    last_report = *progress;
    report_count++;
}

TEST("reports have counts and the lag, which is 0 in the end")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    config.report = report;
    config.report_us = 0;
    check_ok(sink_run(&config, &progress, &err));
    check(report_count > 3);
    check_int(last_report.done.records, PARTITIONS * RECORDS);
    check_int(last_report.lag, 0);
    check_int(last_report.watermark_us % 1000000, 0);
    check(last_report.watermark_us >= INT64_C(1713398400) * 1000000);
    clear();
}

static void end_at_report(void *arg, const struct sink_progress *progress)
{
    report(arg, progress);
    atomic_store(&cancel, true);
}

TEST("without a partition it says that it is there, and that the lag is not known")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    fake_log_init(&topic_log, 0);
    config.report = end_at_report;
    config.upstream_done = NULL;
    check_fails(sink_run(&config, &progress, &err), ERR_CANCELED, "canceled");
    check_int(last_report.partitions, 0);
    check_int(last_report.lag, -1);
    atomic_store(&cancel, false);
    clear();
}

TEST("records that expired before they were read are an error, not a gap")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    fake_log_init(&topic_log, 1);
    fake_log_add(&topic_log, 0, "{\"t\":1713398400}", "0");
    check_ok(sink_run(&config, &progress, &err));
    for (int i = 0; i < 5; i++)
        fake_log_add(&topic_log, 0, "{\"t\":1713398400}", "1");
    topic_log.partitions[0].low = 3;
    check_fails(sink_run(&config, &progress, &err), ERR_CONFIG,
                "partition 0: offsets 1 to 2 have expired");
    clear();
}

TEST("a log that ends before the lake does is an error, not a reset")
{
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct err err;

    produce_all();
    check_ok(sink_run(&config, &progress, &err));
    fake_log_restart(&topic_log);
    topic_log.incarnation--; /* the same cluster, the topic made again */
    check_fails(sink_run(&config, &progress, &err), ERR_CONFIG,
                "ends at offset 0, the lake has its records up to 40");
    clear();
}

TEST("a reader's position is JSON, goes on within a plan, and is refused when it is none")
{
    const struct sink_lake_place place = {&fake_lake_table, &lake_client, "hr"};
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct sink_lake_object object;
    struct sink_lake *reader;
    struct err err;
    int64_t total = 0, count = 0;

    produce_all();
    check_ok(sink_run(&config, &progress, &err));
    char *position = NULL;
    do { /* one object a reader */
        check_ok(sink_lake_open(&place, position, &reader, &err));
        count = sink_lake_next(reader, &object, &err) > 0 ? object.count : 0;
        total += count;
        free(position);
        position = alloc_strdup(sink_lake_position(reader));
        sink_lake_close(reader);
    } while (count > 0);
    check_int(total, PARTITIONS * RECORDS);
    check_contains(position, "{\"version\":1,\"partitions\":{\"0\":[");
    free(position);
    static const char *const wrong[] = {"",
                                        "{}",
                                        "{\"version\":2,\"partitions\":{}}",
                                        "{\"version\":1,\"partitions\":{\"x\":[1,0]}}",
                                        "{\"version\":1,\"partitions\":{\"0\":[0,0]}}",
                                        "{\"version\":1,\"partitions\":{\"0\":[1]}}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        check_fails(sink_lake_open(&place, wrong[i], &reader, &err), ERR_BROKEN,
                    "is no position in the lake");
    clear();
}

TEST("a reader's end is fixed when it is opened")
{
    const struct sink_lake_place place = {&fake_lake_table, &lake_client, "hr"};
    struct sink_config config = make_config();
    struct sink_progress progress;
    struct sink_lake_object object;
    struct sink_lake *reader;
    struct err err;

    fake_log_init(&topic_log, 1);
    fake_log_add(&topic_log, 0, "{\"t\":1713398400}", "0");
    check_ok(sink_run(&config, &progress, &err));
    check_ok(sink_lake_open(&place, NULL, &reader, &err));
    fake_log_add(&topic_log, 0, "{\"t\":1713398400}", "1");
    check_ok(sink_run(&config, &progress, &err));
    check_int(sink_lake_next(reader, &object, &err), 1);
    check_int(sink_lake_next(reader, &object, &err), 0);
    sink_lake_close(reader);
    clear();
}

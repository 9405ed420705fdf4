/*
 * Objects of a flush that are put several at once: what is in the lake then, and after a failure or
 * a death in their midst.
 */
#include "sink_fakes.h"
#include "test.h"

#include "base/parallel.h"
#include "executor/sink_put.h"
#include "executor/sink_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HOURS = 23, AT_ONCE = 4 };

static struct fake_process process;
static struct fake_lake lake;
static struct fake_lake_client client = {&lake, &process};

static int is_live(void *arg, const char *incarnation, struct err *err)
{
    (void)arg, (void)incarnation, (void)err;
    return 1;
}

/* A writer with a record in each of HOURS hours, which wants to flush them. */
static struct sink_writer *start(int32_t at_once)
{
    const struct sink_writer_config config = {
        .chain = {.store = &fake_lake_table, .connection = &client, .topic = "hr", .partition = 3},
        .incarnation = "k1",
        .grouping = {.time_field = "t", .unit = SINK_SECONDS, .earliest_us = SINK_EARLIEST_US},
        .puts_at_once = at_once,
        .is_live = is_live,
    };

    process = (struct fake_process){.calls_left = -1};
    return sink_writer_new(&config);
}

/* Takes steps until it waits: 0, or the error. Gives it the records whenever it takes some. */
static int run(struct sink_writer *writer, struct err *err)
{
    char value[80];
    int result;

    while ((result = sink_writer_step(writer, 0, err)) > 0)
        ;
    if (result < 0)
        return -1;
    for (int64_t i = sink_writer_next_offset(writer); i < HOURS; i++) {
        int size = snprintf(value, sizeof value, "{\"t\":%" PRId64 "}", 1713398400 + i * 3600);
        struct aorta_record record = {
            .partition = 3, .offset = i, .value = value, .value_size = (size_t)size};
        check_int(sink_writer_push(writer, &record, 0, err), 0);
    }
    sink_writer_flush(writer);
    while ((result = sink_writer_step(writer, 0, err)) > 0)
        ;
    return result;
}

static void check_lake(void)
{
    check_int(fake_lake_count(&lake, ".json"), HOURS);
    check_int(fake_lake_count(&lake, ".seal"), 1);
    check_str(
        fake_lake_text(&lake, "topics/hr/year=2024/month=04/day=18/hour=22/hr+3+0000000022.json"),
        "{\"t\":1713477600}\n");
    check_int(lake.changed, 0);
}

TEST("all objects are there before the seal, however many are put at once")
{
    struct err err;

    for (int32_t at_once = 0; at_once <= PARALLEL_MAX + 1; at_once += 3) {
        struct sink_writer *writer = start(at_once);
        check_ok(run(writer, &err));
        check_lake();
        check_int(sink_writer_counts(writer)->objects, HOURS);
        sink_writer_free(writer);
        fake_lake_release(&lake);
    }
}

TEST("of several that fail the first is named, and nothing is sealed")
{
    struct sink_writer *writer = start(AT_ONCE);
    struct err err;

    lake.failing = "hour=1"; /* ten of them */
    check_fails(run(writer, &err), ERR_TRANSIENT, "hour=10/hr+3+0000000010.json");
    check_int(sink_writer_state(writer), SINK_STATE_WRITE);
    check_int(fake_lake_count(&lake, ".seal"), 0);
    check(fake_lake_count(&lake, ".json") >= 10);
    lake.failing = NULL;
    while (sink_writer_step(writer, 0, &err) > 0)
        ;
    check_lake();
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("a death after any of the puts loses nothing and repeats nothing")
{
    struct err err;

    for (int64_t calls = 0; calls < 2 * HOURS; calls++) {
        for (int after = 0; after < 2; after++) {
            struct sink_writer *writer = start(AT_ONCE);
            process.calls_left = calls;
            process.dies_after = after != 0;
            int result = run(writer, &err);
            check(result < 0 || calls > HOURS);
            sink_writer_free(writer);
            writer = start(AT_ONCE);
            check_ok(run(writer, &err));
            check_lake();
            sink_writer_free(writer);
            fake_lake_release(&lake);
        }
    }
}

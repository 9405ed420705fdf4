/*
 * One partition's writer, alone and against another one, step by step. (Random schedules are the
 * business of tests/model.)
 */
#include "test.h"

#include "executor/sink_lake.h"
#include "executor/sink_writer.h"
#include "sink_fakes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct fake_process process = {.calls_left = -1};
static struct fake_lake lake;
static struct fake_lake_client client = {&lake, &process};
static bool is_live_now = true;
static int64_t committed = -1;

static int is_live(void *arg, const char *incarnation, struct err *err)
{
    (void)arg, (void)incarnation, (void)err;
    return is_live_now;
}

static int commit(void *arg, int32_t partition, int64_t offset, struct err *err)
{
    (void)arg, (void)partition, (void)err;
    committed = offset;
    return 0;
}

static struct sink_writer_config make_config(const char *incarnation)
{
    return (struct sink_writer_config){
        .chain = {.store = &fake_lake_table, .connection = &client, .topic = "hr", .partition = 3},
        .incarnation = incarnation,
        .grouping = {.time_field = "t", .unit = SINK_SECONDS, .earliest_us = SINK_EARLIEST_US},
        .is_live = is_live,
        .commit = commit,
    };
}

static struct sink_writer *start(const char *incarnation, int64_t records)
{
    struct sink_writer_config config = make_config(incarnation);

    config.limits.records = records;
    return sink_writer_new(&config);
}

static void run_until(struct sink_writer *writer, enum sink_state state)
{
    struct err err;

    for (int i = 0; i < 100 && sink_writer_state(writer) != state; i++)
        check_ok(sink_writer_step(writer, 0, &err));
    check_int(sink_writer_state(writer), state);
}

/* Takes steps until the writer waits. */
static void run_on(struct sink_writer *writer)
{
    struct err err;
    int result = 1;

    for (int i = 0; i < 100 && result > 0; i++)
        check_ok(result = sink_writer_step(writer, 0, &err));
    check_int(result, 0);
}

static void push_at(struct sink_writer *writer, int64_t offset, const char *value,
                    const char *header)
{
    struct aorta_record record = {.partition = 3,
                                  .offset = offset,
                                  .timestamp_ms = 1711943972000,
                                  .value = value,
                                  .value_size = strlen(value),
                                  .header = header,
                                  .header_size = header != NULL ? strlen(header) : 0};
    struct err err;

    check_ok(sink_writer_push(writer, &record, 0, &err));
}

/* A record at a minute of 2024-04-18. Its token is its offset. */
static void push(struct sink_writer *writer, int64_t offset, int minute)
{
    char value[80], header[24];

    snprintf(value, sizeof value, "{\"id\":%" PRId64 ",\"t\":%d}", offset,
             1713398400 + minute * 60);
    snprintf(header, sizeof header, "%" PRId64, offset);
    push_at(writer, offset, value, header);
}

/* The objects of the lake in a reader's order: their keys' ends, hours and counts. */
static const char *list_lake(void)
{
    const struct sink_lake_place place = {&fake_lake_table, &client, "hr"};
    static char text[1024];
    struct sink_lake_object object;
    struct sink_lake *reader;
    struct err err;
    size_t size = 0;

    text[0] = '\0';
    check_ok(sink_lake_open(&place, NULL, &reader, &err));
    while (sink_lake_next(reader, &object, &err) > 0)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s:%" PRId64 " ",
                                 strstr(object.key, "/hour=") + 1, object.count);
    sink_lake_close(reader);
    return text;
}

TEST("a flush covers all open hours up to one offset, and the offset is committed last")
{
    struct sink_writer *writer = start("k1", 0);

    run_until(writer, SINK_STATE_READY);
    push(writer, 0, 58);
    push(writer, 1, 59);
    push(writer, 2, 60);
    push(writer, 3, 59); /* late */
    sink_writer_flush(writer);
    run_until(writer, SINK_STATE_COMMIT);
    check_int(committed, -1);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:3 hour=01/hr+3+0000000002.json:1 ");
    check_str(fake_lake_text(&lake, "topics/hr/year=2024/month=04/day=18/hour=00/"
                                    "hr+3+0000000000.json"),
              "{\"id\":0,\"t\":1713401880}\n{\"id\":1,\"t\":1713401940}\n"
              "{\"id\":3,\"t\":1713401940}\n");
    run_on(writer);
    check_int(committed, 4);
    check(sink_writer_is_empty(writer));
    check_int(sink_writer_counts(writer)->records, 4);
    check_int(sink_writer_counts(writer)->objects, 2);
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("the first and the last second of an hour are in it, the next one is not")
{
    struct sink_writer *writer = start("k1", 0);

    run_until(writer, SINK_STATE_READY);
    push_at(writer, 0, "{\"t\":1713398400}", NULL);
    push_at(writer, 1, "{\"t\":1713401999.999999}", NULL);
    push_at(writer, 2, "{\"t\":1713402000}", NULL);
    sink_writer_flush(writer);
    run_until(writer, SINK_STATE_COMMIT);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:2 hour=01/hr+3+0000000002.json:1 ");
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

static bool is_flushing(struct sink_writer *writer, int64_t now_us)
{
    struct err err;

    return sink_writer_step(writer, now_us, &err) == 1;
}

TEST("a count, a size and an age make a flush")
{
    static const struct sink_limits limits[] = {{.records = 2}, {.bytes = 150}, {.age_us = 500}};

    for (size_t i = 0; i < 3; i++) {
        struct sink_writer_config config = make_config("k1");
        config.limits = limits[i];
        struct sink_writer *writer = sink_writer_new(&config);
        run_until(writer, SINK_STATE_READY);
        check(!is_flushing(writer, 1000)); /* nothing is buffered */
        push(writer, 0, 0);
        check(!is_flushing(writer, 499));
        if (i < 2)
            push(writer, 1, 0);
        check(is_flushing(writer, 500));
        sink_writer_free(writer);
        fake_lake_release(&lake);
    }
}

TEST("an hour's end makes a flush, once, when the lateness has passed; late records do not")
{
    struct sink_writer_config config = make_config("k1");
    config.limits = (struct sink_limits){
        .closes_hours = true, .lateness_us = 60 * INT64_C(1000000), .pause_us = 10};
    struct sink_writer *writer = sink_writer_new(&config);

    run_until(writer, SINK_STATE_READY);
    push(writer, 0, 59);
    push(writer, 1, 60);
    check(!is_flushing(writer, 100));
    push(writer, 2, 61);
    check(!is_flushing(writer, 9)); /* a pause must lie between two of them */
    check(is_flushing(writer, 100));
    run_on(writer);
    push(writer, 3, 10);
    push(writer, 4, 62);
    check(!is_flushing(writer, 200));
    push(writer, 5, 121);
    check(is_flushing(writer, 300));
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("who finds a plan adopts it: the same objects, whatever he had buffered himself")
{
    struct sink_writer *first = start("k1", 0), *second = start("k1", 0);

    run_until(first, SINK_STATE_READY);
    run_until(second, SINK_STATE_READY);
    for (int64_t i = 0; i < 5; i++)
        push(first, i, 58 + (int)i);
    for (int64_t i = 0; i < 2; i++)
        push(second, i, 58 + (int)i);
    sink_writer_flush(first);
    run_until(first, SINK_STATE_WRITE); /* and is stopped there */
    sink_writer_flush(second);
    run_until(second, SINK_STATE_FILL); /* he wants the records that the plan has */
    check_int(sink_writer_next_offset(second), 2);
    check_str(list_lake(), "");
    for (int64_t i = 2; i < 7; i++)
        push(second, i, 58 + (int)i);
    run_on(second);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:2 hour=01/hr+3+0000000002.json:3 ");
    check(!sink_writer_is_empty(second)); /* 5 and 6 are his */
    check_int(sink_writer_next_offset(second), 7);
    run_on(first); /* wakes up and writes the same once more */
    check_int(lake.changed, 0);
    check_int(sink_writer_next_offset(first), 5);
    check_int(sink_writer_counts(first)->records, 0);
    check_int(sink_writer_counts(second)->records, 5);
    sink_writer_free(first);
    sink_writer_free(second);
    fake_lake_release(&lake);
}

TEST("who adopts a plan groups by the plan's settings, and goes on by his own")
{
    struct sink_writer_config config = make_config("k1");
    struct sink_writer *first = sink_writer_new(&config);
    config.grouping.time_field = "u";
    struct sink_writer *second = sink_writer_new(&config);
    const char *record = "{\"t\":1713398400,\"u\":1713405600}";

    run_until(first, SINK_STATE_READY);
    run_until(second, SINK_STATE_READY);
    push_at(first, 0, record, NULL);
    sink_writer_flush(first);
    run_until(first, SINK_STATE_WRITE);
    push_at(second, 0, record, NULL);
    push_at(second, 1, record, NULL);
    sink_writer_flush(second);
    run_on(second);
    sink_writer_flush(second);
    run_until(second, SINK_STATE_COMMIT);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:1 hour=02/hr+3+0000000001.json:1 ");
    sink_writer_free(first);
    sink_writer_free(second);
    fake_lake_release(&lake);
}

TEST("a plan whose records the log does not have is not written as something else")
{
    struct sink_writer *first = start("k1", 1), *second = start("k1", 1);
    struct err err;

    run_until(first, SINK_STATE_READY);
    push(first, 0, 0);
    run_until(first, SINK_STATE_WRITE);
    run_until(second, SINK_STATE_FILL);
    push_at(second, 0, "{\"t\":1713398400,\"other\":true}", NULL);
    check_fails(sink_writer_step(second, 0, &err), ERR_BROKEN, "the log does not have the records");
    sink_writer_free(first);
    sink_writer_free(second);
    fake_lake_release(&lake);
}

TEST("a plan whose objects are all there is sealed without its records")
{
    struct sink_writer *first = start("k1", 1), *second;

    run_until(first, SINK_STATE_READY);
    push(first, 0, 0);
    run_until(first, SINK_STATE_SEAL);
    sink_writer_free(first);
    check_str(list_lake(), "");
    second = start("k2", 1); /* the broker is another */
    run_until(second, SINK_STATE_READY);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:1 ");
    sink_writer_free(second);
    fake_lake_release(&lake);
}

/* The token of the last opening in the lake. */
static const char *opened_token(const struct sink_writer *writer, struct arena *arena)
{
    struct sink_writer_config config = make_config("");
    struct sink_entry entry;
    enum sink_outcome outcome;
    struct err err;

    check_int(
        sink_chain_load(&config.chain, sink_writer_opened(writer), arena, &entry, &outcome, &err),
        1);
    return entry.token;
}

TEST("a new incarnation voids an unfinished plan, and its zombie cannot bring it back")
{
    struct sink_writer *zombie = start("k1", 2), *young;
    struct arena arena;
    struct err err;

    arena_init(&arena);
    run_until(zombie, SINK_STATE_READY);
    push(zombie, 0, 0);
    push(zombie, 1, 0);
    run_on(zombie);
    push(zombie, 2, 0);
    push(zombie, 3, 0);
    run_until(zombie, SINK_STATE_PLAN);
    check_ok(sink_writer_step(zombie, 0, &err)); /* the plan is put, and he is stopped */

    young = start("k2", 2);
    run_until(young, SINK_STATE_READY);
    check_str(opened_token(young, &arena), "1"); /* 2 and 3 are to be produced again */
    push(young, 0, 0);
    push(young, 1, 0);
    run_on(young);

    run_until(zombie, SINK_STATE_OVER);
    check_fails(sink_writer_step(zombie, 0, &err), ERR_TRANSIENT, "incarnation \"k1\" is over");
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:2 hour=00/hr+3+0000000004.json:2 ");
    check_int(fake_lake_count(&lake, "hr+3+0000000002.json"), 1); /* lies there, named by nobody */
    sink_writer_free(zombie);
    sink_writer_free(young);
    fake_lake_release(&lake);
    arena_release(&arena);
}

TEST("a zombie with records in memory cannot add them after a new incarnation has begun")
{
    struct sink_writer *zombie = start("k1", 2), *young = start("k2", 2);

    run_until(zombie, SINK_STATE_READY);
    push(zombie, 0, 0);
    run_until(young, SINK_STATE_READY);
    sink_writer_flush(zombie);
    run_until(zombie, SINK_STATE_OVER);
    check_str(list_lake(), "");
    sink_writer_free(zombie);
    sink_writer_free(young);
    fake_lake_release(&lake);
}

TEST("an incarnation is opened once, and only while it is the broker's")
{
    struct sink_writer *first = start("k1", 2), *second = start("k2", 2), *late = start("k1", 2);

    run_until(first, SINK_STATE_READY);
    run_until(second, SINK_STATE_READY);
    run_until(late, SINK_STATE_OVER);
    struct sink_writer *stale = start("k3", 2);
    is_live_now = false;
    run_until(stale, SINK_STATE_OVER);
    sink_writer_free(first);
    sink_writer_free(second);
    sink_writer_free(late);
    sink_writer_free(stale);
    fake_lake_release(&lake);
}

TEST("with stop_at_new another incarnation is a choice to be made")
{
    struct sink_writer_config config = make_config("k1");
    config.stop_at_new = true;
    struct sink_writer *first = sink_writer_new(&config);
    config.incarnation = "k2";
    struct sink_writer *second = sink_writer_new(&config);
    struct err err;

    run_until(first, SINK_STATE_READY); /* the very first is none */
    run_until(second, SINK_STATE_ASK);
    check_fails(sink_writer_step(second, 0, &err), ERR_CONFIG,
                "topic \"hr\" partition 3: this is incarnation \"k2\", the lake has \"k1\"");
    sink_writer_free(first);
    sink_writer_free(second);
    fake_lake_release(&lake);
}

TEST("a log that does not begin at 0 gives its own numbers to the names")
{
    struct sink_writer_config config = make_config("k1");
    config.first_offset = 1000;
    struct sink_writer *writer = sink_writer_new(&config);

    run_until(writer, SINK_STATE_READY);
    check_int(sink_writer_next_offset(writer), 1000);
    push(writer, 1000, 0);
    sink_writer_flush(writer);
    run_until(writer, SINK_STATE_COMMIT);
    check_str(list_lake(), "hour=00/hr+3+0000001000.json:1 ");
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("what is no record is a dead letter, counted, with topic, partition, offset and reason")
{
    struct sink_writer *writer = start("k1", 0);
    struct err err;

    run_until(writer, SINK_STATE_READY);
    push(writer, 0, 0);
    push_at(writer, 1, "oops", NULL);
    struct aorta_record bytes = {.offset = 2, .value = "\xff\x00\x10\x80", .value_size = 4};
    check_ok(sink_writer_push(writer, &bytes, 0, &err));
    struct aorta_record nothing = {.offset = 3};
    check_ok(sink_writer_push(writer, &nothing, 0, &err));
    sink_writer_flush(writer);
    run_on(writer);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:1 ");
    check_str(fake_lake_text(&lake, "topics/hr/_dead/hr+3+0000000001.jsonl"),
              "{\"topic\":\"hr\",\"partition\":3,\"offset\":1,\"number\":1,"
              "\"time_ms\":1711943972000,\"reason\":\"the record is not a JSON object\","
              "\"text\":\"oops\"}\n"
              "{\"topic\":\"hr\",\"partition\":3,\"offset\":2,\"number\":2,\"time_ms\":0,"
              "\"reason\":\"the record is not a JSON object\",\"base64\":\"/wAQgA==\"}\n"
              "{\"topic\":\"hr\",\"partition\":3,\"offset\":3,\"number\":3,\"time_ms\":0,"
              "\"reason\":\"the record is not a JSON object\",\"text\":\"\"}\n");
    check_contains(fake_lake_text(&lake, "topics/hr/_plans/3/00000000000000000002.plan"),
                   "\"dead\":{\"first\":1,\"count\":3,");
    check_int(sink_writer_counts(writer)->dead, 3);
    check_int(sink_writer_counts(writer)->records, 4);
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("a flush of dead letters only has no object and is passed by readers")
{
    struct sink_writer *writer = start("k1", 1);

    run_until(writer, SINK_STATE_READY);
    push_at(writer, 0, "oops", "7");
    run_on(writer);
    push(writer, 1, 0);
    run_on(writer);
    check_str(list_lake(), "hour=00/hr+3+0000000001.json:1 ");
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("a record without a position leaves the last one standing")
{
    struct sink_writer *writer = start("k1", 1), *next;
    struct arena arena;

    arena_init(&arena);
    run_until(writer, SINK_STATE_READY);
    push_at(writer, 0, "{\"t\":1713398400}", "seventeen");
    run_on(writer);
    sink_writer_free(writer);
    writer = start("k1", 1);
    run_on(writer);
    push_at(writer, 1, "{\"t\":1713398400}", NULL);
    run_on(writer);
    next = start("k2", 1);
    run_until(next, SINK_STATE_READY);
    check_str(opened_token(next, &arena), "seventeen");
    sink_writer_free(writer);
    sink_writer_free(next);
    fake_lake_release(&lake);
    arena_release(&arena);
}

TEST("offsets that the log has left out do not matter")
{
    struct sink_writer *writer = start("k1", 0);

    run_until(writer, SINK_STATE_READY);
    push(writer, 0, 0);
    push(writer, 5, 0);
    push(writer, 5, 0); /* again: ignored */
    sink_writer_flush(writer);
    run_on(writer);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:2 ");
    check_int(sink_writer_next_offset(writer), 6);
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

TEST("a put that failed is done again by the next step")
{
    static const char *const parts[] = {".plan", ".json", ".seal"};
    struct err err;

    for (size_t i = 0; i < 3; i++) {
        struct sink_writer *writer = start("k1", 1);
        run_until(writer, SINK_STATE_READY);
        push(writer, 0, 0);
        lake.failing = parts[i];
        int result = 1;
        for (int j = 0; j < 10 && result > 0; j++)
            result = sink_writer_step(writer, 0, &err);
        check_int(result, -1);
        check_int(err.code, ERR_TRANSIENT);
        check_contains(err.message, "no space left on device");
        lake.failing = NULL;
        run_on(writer);
        check_str(list_lake(), "hour=00/hr+3+0000000000.json:1 ");
        sink_writer_free(writer);
        fake_lake_release(&lake);
    }
}

TEST("a store without put-if-absent needs a promise, and works with it")
{
    struct sink_writer_config config = make_config("k1");
    struct err err;

    config.chain.store = &fake_plain_lake_table;
    check_fails(sink_chain_check(&config.chain, &err), ERR_CONFIG, "set single_writer = true");
    config.chain.single_writer = true;
    check_ok(sink_chain_check(&config.chain, &err));
    struct sink_writer *writer = sink_writer_new(&config);
    run_until(writer, SINK_STATE_READY);
    push(writer, 0, 0);
    sink_writer_flush(writer);
    run_on(writer);
    check_str(list_lake(), "hour=00/hr+3+0000000000.json:1 ");
    config.chain.topic = "a/b";
    check_fails(sink_chain_check(&config.chain, &err), ERR_CONFIG, "\"a/b\" cannot be a topic");
    sink_writer_free(writer);
    fake_lake_release(&lake);
}

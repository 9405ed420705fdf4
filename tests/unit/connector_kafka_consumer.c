/*
 * The connector "kafka": members of a consumer group.
 */
#include "kafka_fixture.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST("100,000 records with keys are each read once, in the order of their partition")
{
    enum { COUNT = 100000 };
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct member member;
    struct aorta_watermarks marks;
    char key[16], value[64];
    void *producer;

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof key, "user-%d", i % 999);
        snprintf(value, sizeof value, "%d the rest of a reading", i);
        kafka_produce(producer, -1, key, value);
    }
    check_ok(broker->producer_flush(producer, &err));
    int64_t produced_us = clock_monotonic_us() - start_us;
    broker->producer_close(producer);

    member = member_open(connection, "g");
    member.seen = calloc(1, COUNT);
    member.seen_size = COUNT;
    member_await(&member, PARTITIONS);
    start_us = clock_monotonic_us();
    member_read(&member, COUNT);
    printf("        produced %.0f/s, consumed %.0f/s\n", COUNT * 1e6 / (double)produced_us,
           COUNT * 1e6 / (double)(clock_monotonic_us() - start_us));
    for (int i = 0; i < COUNT; i++)
        check_int(member.seen[i], 1);
    for (int32_t id = 0; id < PARTITIONS; id++) {
        check_ok(broker->watermarks(connection, TOPIC, id, &marks, &err));
        check_int(member.next[id], marks.high);
        check(marks.high > 0);
    }
    check_int(member_poll(&member, 300), AORTA_POLL_NOTHING);
    free(member.seen);
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a second member takes over partitions where the first stopped, and gives them back")
{
    enum { COUNT = 30000 };
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    uint8_t *seen = calloc(1, COUNT);
    struct member first = member_open(connection, "g");
    struct member second;
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;
    char text[16];
    void *producer;
    int produced = 0;

    first.seek_to = -1;
    first.seen = seen;
    first.seen_size = COUNT;
    member_await(&first, PARTITIONS);
    second = member_open(connection, "g");
    second.seek_to = -1;
    second.seen = seen;
    second.seen_size = COUNT;
    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    /* Records flow all the while. */
    while (second.owned != 3 || first.owned != 3 || produced < COUNT / 2) {
        for (int i = 0; i < 100 && produced < COUNT / 2; i++) {
            snprintf(text, sizeof text, "%d", produced);
            kafka_produce(producer, produced % PARTITIONS, NULL, text);
            produced++;
        }
        member_poll(&first, 20);
        member_poll(&second, 20);
        check(clock_monotonic_us() < deadline_us);
    }
    for (; produced < COUNT; produced++) {
        snprintf(text, sizeof text, "%d", produced);
        kafka_produce(producer, produced % PARTITIONS, NULL, text);
    }
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);
    while (first.records + second.records < COUNT) {
        member_poll(&first, 20);
        member_poll(&second, 20);
        check(clock_monotonic_us() < deadline_us);
    }
    check(second.records > 0);
    for (int i = 0; i < COUNT; i++)
        check_int(seen[i], 1);

    for (int32_t id = 0; id < PARTITIONS; id++)
        if (second.is_ours[id])
            member_commit(&second, id);
    broker->consumer_close(second.consumer);
    member_await(&first, PARTITIONS);
    for (int32_t id = 0; id < PARTITIONS; id++)
        check_int(first.next[id], COUNT / PARTITIONS);
    broker->consumer_close(first.consumer);
    free(seen);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a seek goes to the middle, and again while the partition is read")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct member member;

    kafka_produce_numbers(connection, 2, 5000);
    member = member_open(connection, "g");
    member.seek_to = 0;
    member_await(&member, PARTITIONS);
    check_ok(broker->consumer_seek(member.consumer, 2, 2500, &err));
    member.next[2] = 2500;
    member_read(&member, 2500);
    check_str(member.last_value[2], "4999");

    check_ok(broker->consumer_seek(member.consumer, 2, 4990, &err));
    member.next[2] = 4990;
    member_read(&member, 2510);
    check_str(member.last_value[2], "4999");
    check_ok(broker->consumer_seek(member.consumer, 2, 1000, &err));
    member.next[2] = 1000;
    member_read(&member, 2520);
    check_ok(broker->consumer_seek(member.consumer, 2, 0, &err));
    member.next[2] = 0;
    member.records = 0;
    member_read(&member, 5000);
    check_fails(broker->consumer_seek(member.consumer, 6, 0, &err), AORTA_BROKEN,
                "partition 6 of '" TOPIC "' is not assigned");
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a partition that is not sought is silent, and so is one that is paused")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct member member;
    struct aorta_polled polled = {.kind = AORTA_POLL_NOTHING};

    kafka_produce_numbers(connection, 0, 100);
    kafka_produce_numbers(connection, 1, 100);
    kafka_produce_numbers(connection, 2, 100);
    member = member_open(connection, "g");
    while (polled.kind != AORTA_POLL_ASSIGNED)
        check_ok(broker->consumer_poll(member.consumer, 1000, &polled, &err));
    check_int(polled.partition_count, PARTITIONS);
    for (int32_t id = 0; id < PARTITIONS; id++)
        member.is_ours[id] = true;
    check_ok(broker->consumer_seek(member.consumer, 0, 0, &err));
    check_ok(broker->consumer_seek(member.consumer, 2, 0, &err));
    check_ok(broker->consumer_pause(member.consumer, 2, true, &err));
    member_read(&member, 100);
    check_int(member_poll(&member, 500), AORTA_POLL_NOTHING);
    check_int(member.next[0], 100);

    check_ok(broker->consumer_seek(member.consumer, 1, 40, &err));
    member.next[1] = 40;
    check_ok(broker->consumer_pause(member.consumer, 2, false, &err));
    member_read(&member, 260);
    check_int(member.next[1], 100);
    check_int(member.next[2], 100);

    check_ok(broker->consumer_pause(member.consumer, 2, true, &err));
    kafka_produce_numbers(connection, 2, 50);
    kafka_produce_numbers(connection, 1, 50);
    member_read(&member, 310);
    check_int(member_poll(&member, 300), AORTA_POLL_NOTHING);
    check_int(member.next[2], 100);
    check_ok(broker->consumer_pause(member.consumer, 2, false, &err));
    member_read(&member, 360);
    check_int(member.next[2], 150);
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a committed offset is there for the next member of the group, not for another group")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct member member;
    int64_t offset = 0;

    kafka_produce_numbers(connection, 4, 500);
    member = member_open(connection, "g");
    member_await(&member, PARTITIONS);
    member_read(&member, 500);
    check_ok(broker->consumer_committed(member.consumer, 4, &offset, &err));
    check_int(offset, -1);
    check_ok(broker->consumer_commit(member.consumer, 4, 321, &err));
    check_ok(broker->consumer_committed(member.consumer, 4, &offset, &err));
    check_int(offset, 321);
    broker->consumer_close(member.consumer);

    member = member_open(connection, "g");
    check_ok(broker->consumer_committed(member.consumer, 4, &offset, &err));
    check_int(offset, 321);
    broker->consumer_close(member.consumer);
    member = member_open(connection, "h");
    check_ok(broker->consumer_committed(member.consumer, 4, &offset, &err));
    check_int(offset, -1);
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("what was expired is an error of the data, not a silent jump")
{
    enum { SIZE = 64 * 1024, COUNT = 200 };
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct aorta_record record = {.partition = 5, .value_size = SIZE};
    struct aorta_watermarks marks;
    struct member member;
    char *value = calloc(1, SIZE);
    uint64_t state = 1;
    void *producer;

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    for (int i = 0; i < COUNT; i++) {
        for (size_t at = 0; at < SIZE; at += sizeof state) { /* nothing that lz4 could press */
            state = state * 6364136223846793005U + 1442695040888963407U;
            memcpy(value + at, &state, sizeof state);
        }
        record.value = value;
        check_ok(broker->produce(producer, &record, &err));
    }
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);
    free(value);
    check_ok(broker->watermarks(connection, TOPIC, 5, &marks, &err));
    check_int(marks.high, COUNT);
    check(marks.low > 0 && marks.low < COUNT);
    check_int(broker->last_record(connection, TOPIC, 5, &record, &err), 1);
    check_int(record.offset, COUNT - 1);

    member = member_open(connection, "g");
    member_await(&member, PARTITIONS);
    member_await_failure(&member);
    check_int(err.code, AORTA_DATA);
    check_contains(err.message, "read '" TOPIC "' partition 5 at offset 0");
    check_ok(broker->consumer_seek(member.consumer, 5, marks.low, &err));
    member.next[5] = marks.low;
    member_read(&member, COUNT - marks.low);
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    kafka_server_stop(&server);
}

/* Polls of 20 ms that gave nothing before a consumer's first record. */
static int count_quiet_polls(void *connection)
{
    struct aorta_watermarks marks;
    struct aorta_polled polled;
    void *consumer;
    int quiet = 0;

    check_ok(broker->consumer_open(connection, TOPIC, "g", true, &consumer, &err));
    check_ok(broker->consumer_poll(consumer, 20, &polled, &err));
    check_int(polled.kind, AORTA_POLL_ASSIGNED);
    for (int32_t id = 0; id < PARTITIONS; id++) {
        check_ok(broker->watermarks(connection, TOPIC, id, &marks, &err));
        check_ok(broker->consumer_seek(consumer, id, marks.low, &err));
    }
    do {
        check_ok(broker->consumer_poll(consumer, 20, &polled, &err));
    } while (polled.kind == AORTA_POLL_NOTHING && ++quiet < 50 * WAIT_SECONDS);
    broker->consumer_close(consumer);
    return quiet;
}

TEST("who reads alone has records at once: librdkafka does not wait for its next look at the topic")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    int quiet = 0;

    kafka_produce_numbers(connection, 0, 10);
    for (int round = 0; round < 5; round++)
        quiet += count_quiet_polls(connection);
    check(quiet < 50); /* 1 s in all; a look is due after up to 1 s each */
    kafka->close(connection);
    kafka_server_stop(&server);
}

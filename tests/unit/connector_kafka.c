/*
 * The connector "kafka": topics, producing, and life without a server. Consuming is in
 * connector_kafka_consumer.c.
 */
#include "kafka_fixture.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* -------------------------------------------------------------------------------------- topics */

TEST("a topic that is there has its count, any other count is refused")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6, other:1");
    void *connection = kafka_connect(&server);
    int32_t partitions = 0;

    check_ok(broker->topic_ensure(connection, TOPIC, 6, &partitions, &err));
    check_int(partitions, 6);
    check_ok(broker->topic_ensure(connection, "other", 0, &partitions, &err));
    check_int(partitions, 1);
    check_fails(broker->topic_ensure(connection, "other", 6, &partitions, &err), AORTA_CONFIG,
                "topic 'other' has 1 partitions, not 6");
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a topic that is not there is never made by asking, and the error says how it is made")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct aorta_watermarks marks;
    int32_t partitions = 0;
    void *opened;

    for (int i = 0; i < 2; i++) {
        check_fails(broker->topic_ensure(connection, "new", 6, &partitions, &err), AORTA_CONFIG,
                    "option topics, as in \"new:6\"");
        check_fails(broker->producer_open(connection, "new", &opened, &err), AORTA_CONFIG,
                    "there is no topic 'new'");
        check_fails(broker->consumer_open(connection, "new", "g", false, &opened, &err),
                    AORTA_CONFIG, "there is no topic 'new'");
        check_fails(broker->watermarks(connection, "new", 0, &marks, &err), AORTA_CONFIG,
                    "there is no topic 'new'");
    }
    check_fails(broker->watermarks(connection, TOPIC, 6, &marks, &err), AORTA_CONFIG,
                "has partitions 0 to 5, not 6");
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a server that was started again is another incarnation")
{
    struct kafka_server first = kafka_server_start(TOPIC ":6");
    struct kafka_server second = kafka_server_start(TOPIC ":6");
    void *one = kafka_connect(&first);
    void *again = kafka_connect(&first);
    void *other = kafka_connect(&second);
    const char *a, *b, *c;

    check_ok(broker->topic_incarnation(one, TOPIC, &a, &err));
    check_ok(broker->topic_incarnation(again, TOPIC, &b, &err));
    check_ok(broker->topic_incarnation(other, TOPIC, &c, &err));
    check_str(a, b);
    check(strcmp(a, c) != 0);
    kafka->close(one);
    kafka->close(again);
    kafka->close(other);
    kafka_server_stop(&first);
    kafka_server_stop(&second);
}

TEST("options are checked before anything is connected")
{
    struct aorta_option_value values[HOST_OPTIONS];
    const char *address;
    void *opened;

    kafka_load();
    host_options(values, kafka->options, NULL);
    check_fails(kafka->open(&host, values, &opened, &err), AORTA_CONFIG, "brokers is not set");
    host_options(values, kafka->options, "brokers", "127.0.0.1:1", "compression", "brotli", NULL);
    check_fails(kafka->open(&host, values, &opened, &err), AORTA_CONFIG, "compression");
    host_options(values, kafka->options, "brokers", "127.0.0.1:1", "session_timeout", "3s", NULL);
    check_fails(kafka->open(&host, values, &opened, &err), AORTA_CONFIG, "at least 4000 ms");
    host_options(values, kafka->options, "topics", "good:6,bad", NULL);
    check_fails(kafka->server->start(&host, values, &opened, &address, &err), AORTA_CONFIG,
                "option topics: 'bad' is not a name");
    host_options(values, kafka->options, "topics", "bad:0", NULL);
    check_fails(kafka->server->start(&host, values, &opened, &address, &err), AORTA_CONFIG,
                "'bad:0'");
}

/* ----------------------------------------------------------------------------------- producing */

TEST("watermarks and the last record of each partition, with its key and header")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct aorta_watermarks marks;
    struct aorta_record record = {.partition = 3, .timestamp_ms = 1712000000123};
    void *producer;

    kafka_produce_numbers(connection, 3, 1000);
    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    record.key = "user-7";
    record.key_size = 6;
    record.value = "{\"bpm\":61}";
    record.value_size = 10;
    record.header = "12:345";
    record.header_size = 6;
    check_ok(broker->produce(producer, &record, &err));
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);

    check_ok(broker->watermarks(connection, TOPIC, 3, &marks, &err));
    check_int(marks.low, 0);
    check_int(marks.high, 1001);
    memset(&record, 0, sizeof record);
    check_int(broker->last_record(connection, TOPIC, 3, &record, &err), 1);
    check_int(record.partition, 3);
    check_int(record.offset, 1000);
    check_int(record.timestamp_ms, 1712000000123);
    check(record.key_size == 6 && memcmp(record.key, "user-7", 6) == 0);
    check(record.value_size == 10 && memcmp(record.value, "{\"bpm\":61}", 10) == 0);
    check(record.header_size == 6 && memcmp(record.header, "12:345", 6) == 0);

    check_ok(broker->watermarks(connection, TOPIC, 0, &marks, &err));
    check_int(marks.high, 0);
    check_int(broker->last_record(connection, TOPIC, 0, &record, &err), 0);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a key goes to the partition that the Java client would choose")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct aorta_watermarks marks;
    void *producer;
    /* murmur2("kafka"), as in Apache Kafka's own tests. */
    const int32_t expected = (int32_t)((0xd067cf64U & 0x7fffffffU) % PARTITIONS);

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    for (int i = 0; i < 10; i++)
        kafka_produce(producer, -1, "kafka", "x");
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);
    check_ok(broker->watermarks(connection, TOPIC, expected, &marks, &err));
    check_int(marks.high, 10);
    kafka->close(connection);
    kafka_server_stop(&server);
}

TEST("a record that is too large is refused as data, and the producer goes on")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct aorta_record record = {.partition = 1};
    struct aorta_watermarks marks;
    void *producer;
    const size_t size = (size_t)17 << 20;
    char *value = calloc(1, size);

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    record.value = value;
    record.value_size = size;
    check_fails(broker->produce(producer, &record, &err), AORTA_DATA, "a record of 17825792 bytes");
    record.value_size = (size_t)3 << 20;
    check_ok(broker->produce(producer, &record, &err));
    check_ok(broker->producer_flush(producer, &err));
    check_ok(broker->watermarks(connection, TOPIC, 1, &marks, &err));
    check_int(marks.high, 1);
    check_int(broker->last_record(connection, TOPIC, 1, &record, &err), 1);
    check_int(record.value_size, 3 << 20);
    broker->producer_close(producer);
    free(value);
    kafka->close(connection);
    kafka_server_stop(&server);
}

/* ------------------------------------------------------------------------------------ failures */

TEST("without a server every call fails for now, within seconds, and names the address")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    void *connection = kafka_connect(&server);
    struct aorta_watermarks marks;
    struct member member;
    void *producer, *late;
    int status;

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    kafka_produce(producer, 0, NULL, "before");
    check_ok(broker->producer_flush(producer, &err));
    member = member_open(connection, "g");
    member_await(&member, PARTITIONS);
    member_read(&member, 1);
    kill(server.pid, SIGKILL);
    check(waitpid(server.pid, &status, 0) == server.pid);
    int64_t start_us = clock_monotonic_us();

    kafka_produce(producer, 0, NULL, "after");
    check_fails(broker->producer_flush(producer, &err), AORTA_TRANSIENT, server.address);
    check_fails(broker->watermarks(connection, TOPIC, 0, &marks, &err), AORTA_TRANSIENT,
                server.address);
    member_await_failure(&member);
    check_int(err.code, AORTA_TRANSIENT);
    check_contains(err.message, server.address);
    void *fresh = kafka_connect(&server);
    check_fails(broker->producer_open(fresh, TOPIC, &late, &err), AORTA_TRANSIENT, server.address);
    broker->consumer_close(member.consumer);
    broker->producer_close(producer);
    kafka->close(fresh);
    kafka->close(connection);
    check(clock_monotonic_us() - start_us < 40 * CLOCK_US_PER_SECOND);
    printf("        %.1f s\n", (double)(clock_monotonic_us() - start_us) / 1e6);
}

TEST("a broker that does not take our credentials is a matter of configuration, at once")
{
    struct kafka_server server = kafka_server_start(TOPIC ":6");
    struct aorta_option_value values[HOST_OPTIONS];
    int32_t partitions = 0;
    void *connection;

    kafka_load();
    host_options(values, kafka->options, "brokers", server.address, "security_protocol",
                 "sasl_plaintext", "sasl_mechanism", "PLAIN", "sasl_username", "ann",
                 "sasl_password", "secret-word", NULL);
    check_ok(kafka->open(&host, values, &connection, &err));
    int64_t start_us = clock_monotonic_us();
    check_fails(broker->topic_ensure(connection, TOPIC, 6, &partitions, &err), AORTA_CONFIG,
                "SASL");
    check(clock_monotonic_us() - start_us < 5 * CLOCK_US_PER_SECOND);
    check(strstr(err.message, "secret-word") == NULL);
    kafka->close(connection);
    kafka_server_stop(&server);
}

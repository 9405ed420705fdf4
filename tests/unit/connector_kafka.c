/*
 * The connector "kafka" as the engine meets it: its embedded server in a process of its own,
 * producers and consumers here.
 *
 * A group's first member waits 3 s on that server, so the tests of consumers take that long.
 */
#include "test.h"

#include "connector.h"

#include "base/clock.h"
#include "base/units.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPTIONS_MAX = 32, PARTITIONS = 6, WAIT_SECONDS = 60 };

#define TOPIC "readings"

static struct aorta_error err;
static const struct aorta_connector *kafka;
static const struct aorta_message_log *broker;

/* ------------------------------------------------------------------------------------ fixture */

static void host_log(enum aorta_log_level level, const char *message)
{
    if (level >= AORTA_LOG_WARN)
        fprintf(stderr, "log: %s\n", message);
}

static const struct aorta_host host = {AORTA_ABI, sizeof(struct aorta_host), host_log};

static void load(void)
{
    const struct aorta_connector *(*entry)(void) = NULL;
    void *module = dlopen(CONNECTORS_FOLDER "/kafka.so", RTLD_NOW | RTLD_LOCAL);

    if (module == NULL)
        test_fail(__FILE__, __LINE__, "%s", dlerror());
    *(void **)&entry = dlsym(module, "aorta_connector");
    check(entry != NULL);
    kafka = entry();
    broker = kafka->message_log;
}

static void set_option(struct aorta_option_value *values, const char *name, const char *text)
{
    for (size_t i = 0; kafka->options[i].name != NULL; i++) {
        if (strcmp(kafka->options[i].name, name) != 0)
            continue;
        values[i].is_set = true;
        values[i].text = text;
        if (kafka->options[i].type == AORTA_OPTION_DURATION)
            check(units_parse_duration_ms(text, &values[i].integer));
        return;
    }
    test_fail(__FILE__, __LINE__, "no option %s", name);
}

static void default_options(struct aorta_option_value values[OPTIONS_MAX])
{
    memset(values, 0, OPTIONS_MAX * sizeof *values);
    for (size_t i = 0; kafka->options[i].name != NULL; i++)
        if (kafka->options[i].default_text != NULL)
            set_option(values, kafka->options[i].name, kafka->options[i].default_text);
}

struct server {
    pid_t pid;
    char address[64];
};

/* Serves until SIGTERM, which also comes when the test ends. */
static _Noreturn void serve(const char *topics, int out)
{
    struct aorta_option_value values[OPTIONS_MAX];
    const char *address;
    void *server;
    sigset_t term;
    int signal;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    load();
    default_options(values);
    set_option(values, "topics", topics);
    check_ok(kafka->server->start(&host, values, &server, &address, &err));
    check(write(out, address, strlen(address)) > 0);
    close(out);
    sigwait(&term, &signal);
    kafka->server->stop(server);
    exit(0);
}

static struct server server_start(const char *topics)
{
    struct server server = {0};
    int out[2];

    check(pipe(out) == 0);
    server.pid = fork();
    check(server.pid >= 0);
    if (server.pid == 0) {
        close(out[0]);
        serve(topics, out[1]);
    }
    close(out[1]);
    ssize_t size = read(out[0], server.address, sizeof server.address - 1);
    check(size > 0);
    close(out[0]);
    return server;
}

static void server_stop(struct server *server)
{
    int status = 0;

    kill(server->pid, SIGTERM);
    check(waitpid(server->pid, &status, 0) == server->pid);
    check_int(status, 0);
}

static void *connect_to(const struct server *server)
{
    struct aorta_option_value values[OPTIONS_MAX];
    void *connection;

    if (kafka == NULL)
        load();
    default_options(values);
    set_option(values, "brokers", server->address);
    set_option(values, "session_timeout", "4s");
    check_ok(kafka->open(&host, values, &connection, &err));
    return connection;
}

static void produce_text(void *producer, int32_t partition, const char *key, const char *value)
{
    struct aorta_record record = {
        .partition = partition,
        .key = key,
        .key_size = key != NULL ? strlen(key) : 0,
        .value = value,
        .value_size = strlen(value),
    };

    check_ok(broker->produce(producer, &record, &err));
}

/* `count` records "0", "1", … into the partition. */
static void produce_numbers(void *connection, int32_t partition, int count)
{
    void *producer;
    char text[16];

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%d", i);
        produce_text(producer, partition, NULL, text);
    }
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);
}

/* A consumer and what came of it, with the rules of connector.h checked at every poll. */
struct member {
    void *consumer;
    bool is_ours[PARTITIONS];
    int64_t next[PARTITIONS]; /* expected offset */
    int64_t seek_to;          /* where to begin; -1: where the group committed, else 0 */
    int64_t records;
    int owned;
    char last_value[PARTITIONS][32];
    uint8_t *seen; /* by the number in the value: how often */
    int64_t seen_size;
};

static struct member member_open(void *connection, const char *group)
{
    struct member member = {0};

    check_ok(broker->consumer_open(connection, TOPIC, group, &member.consumer, &err));
    return member;
}

static void on_assigned(struct member *member, const struct aorta_polled *polled)
{
    for (int32_t i = 0; i < polled->partition_count; i++) {
        int32_t id = polled->partitions[i];
        int64_t offset = member->seek_to;
        check(!member->is_ours[id]);
        if (offset < 0)
            check_ok(broker->consumer_committed(member->consumer, id, &offset, &err));
        if (offset < 0)
            offset = 0;
        check_ok(broker->consumer_seek(member->consumer, id, offset, &err));
        member->next[id] = offset;
        member->is_ours[id] = true;
        member->owned++;
    }
}

static void on_revoked(struct member *member, const struct aorta_polled *polled)
{
    for (int32_t i = 0; i < polled->partition_count; i++) {
        int32_t id = polled->partitions[i];
        check(member->is_ours[id]);
        check_ok(broker->consumer_commit(member->consumer, id, member->next[id], &err));
        member->is_ours[id] = false;
        member->owned--;
    }
}

static void on_record(struct member *member, const struct aorta_record *record)
{
    char text[32];

    check(record->partition >= 0 && record->partition < PARTITIONS);
    check(member->is_ours[record->partition]);
    check_int(record->offset, member->next[record->partition]);
    member->next[record->partition]++;
    member->records++;
    snprintf(text, sizeof text, "%.*s", (int)record->value_size, (const char *)record->value);
    memcpy(member->last_value[record->partition], text, sizeof text);
    if (member->seen != NULL) {
        long number = strtol(text, NULL, 10);
        check(number >= 0 && number < member->seen_size);
        member->seen[number]++;
    }
}

static enum aorta_poll member_poll(struct member *member, int timeout_ms)
{
    struct aorta_polled polled;

    check_ok(broker->consumer_poll(member->consumer, timeout_ms, &polled, &err));
    if (polled.kind == AORTA_POLL_ASSIGNED)
        on_assigned(member, &polled);
    if (polled.kind == AORTA_POLL_REVOKED)
        on_revoked(member, &polled);
    for (int64_t i = 0; i < polled.record_count; i++)
        on_record(member, &polled.records[i]);
    return polled.kind;
}

/* Polls until the member has read so many records in all. */
static void read_until(struct member *member, int64_t records)
{
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;

    while (member->records < records) {
        member_poll(member, 100);
        if (clock_monotonic_us() > deadline_us)
            test_fail(__FILE__, __LINE__, "%lld of %lld records after %d s",
                      (long long)member->records, (long long)records, WAIT_SECONDS);
    }
}

static void await_partitions(struct member *member, int count)
{
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;

    while (member->owned != count) {
        member_poll(member, 100);
        check(clock_monotonic_us() < deadline_us);
    }
}

/* Polls on until the error, which must come. */
static void await_failure(struct member *member)
{
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;
    struct aorta_polled polled;

    while (broker->consumer_poll(member->consumer, 100, &polled, &err) == 0)
        check(clock_monotonic_us() < deadline_us);
}

/* -------------------------------------------------------------------------------------- topics */

TEST("a topic that is there has its count, any other count is refused")
{
    struct server server = server_start(TOPIC ":6, other:1");
    void *connection = connect_to(&server);
    int32_t partitions = 0;

    check_ok(broker->topic_ensure(connection, TOPIC, 6, &partitions, &err));
    check_int(partitions, 6);
    check_ok(broker->topic_ensure(connection, "other", 0, &partitions, &err));
    check_int(partitions, 1);
    check_fails(broker->topic_ensure(connection, "other", 6, &partitions, &err), AORTA_CONFIG,
                "topic 'other' has 1 partitions, not 6");
    kafka->close(connection);
    server_stop(&server);
}

TEST("a topic that is not there is never made by asking, and the error says how it is made")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct aorta_watermarks marks;
    int32_t partitions = 0;
    void *opened;

    for (int i = 0; i < 2; i++) {
        check_fails(broker->topic_ensure(connection, "new", 6, &partitions, &err), AORTA_CONFIG,
                    "option topics, as in \"new:6\"");
        check_fails(broker->producer_open(connection, "new", &opened, &err), AORTA_CONFIG,
                    "there is no topic 'new'");
        check_fails(broker->consumer_open(connection, "new", "g", &opened, &err), AORTA_CONFIG,
                    "there is no topic 'new'");
        check_fails(broker->watermarks(connection, "new", 0, &marks, &err), AORTA_CONFIG,
                    "there is no topic 'new'");
    }
    check_fails(broker->watermarks(connection, TOPIC, 6, &marks, &err), AORTA_CONFIG,
                "has partitions 0 to 5, not 6");
    kafka->close(connection);
    server_stop(&server);
}

TEST("a server that was started again is another incarnation")
{
    struct server first = server_start(TOPIC ":6");
    struct server second = server_start(TOPIC ":6");
    void *one = connect_to(&first);
    void *again = connect_to(&first);
    void *other = connect_to(&second);
    const char *a, *b, *c;

    check_ok(broker->topic_incarnation(one, TOPIC, &a, &err));
    check_ok(broker->topic_incarnation(again, TOPIC, &b, &err));
    check_ok(broker->topic_incarnation(other, TOPIC, &c, &err));
    check_str(a, b);
    check(strcmp(a, c) != 0);
    kafka->close(one);
    kafka->close(again);
    kafka->close(other);
    server_stop(&first);
    server_stop(&second);
}

TEST("options are checked before anything is connected")
{
    struct aorta_option_value values[OPTIONS_MAX];
    const char *address;
    void *opened;

    load();
    default_options(values);
    check_fails(kafka->open(&host, values, &opened, &err), AORTA_CONFIG, "brokers is not set");
    set_option(values, "brokers", "127.0.0.1:1");
    set_option(values, "compression", "brotli");
    check_fails(kafka->open(&host, values, &opened, &err), AORTA_CONFIG, "compression");
    default_options(values);
    set_option(values, "topics", "good:6,bad");
    check_fails(kafka->server->start(&host, values, &opened, &address, &err), AORTA_CONFIG,
                "option topics: 'bad' is not a name");
    set_option(values, "topics", "bad:0");
    check_fails(kafka->server->start(&host, values, &opened, &address, &err), AORTA_CONFIG,
                "'bad:0'");
}

/* ----------------------------------------------------------------------------------- producing */

TEST("watermarks and the last record of each partition, with its key and header")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct aorta_watermarks marks;
    struct aorta_record record = {.partition = 3, .timestamp_ms = 1712000000123};
    void *producer;

    produce_numbers(connection, 3, 1000);
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
    server_stop(&server);
}

TEST("a key goes to the partition that the Java client would choose")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct aorta_watermarks marks;
    void *producer;
    /* murmur2("kafka"), as in Apache Kafka's own tests. */
    const int32_t expected = (int32_t)((0xd067cf64U & 0x7fffffffU) % PARTITIONS);

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    for (int i = 0; i < 10; i++)
        produce_text(producer, -1, "kafka", "x");
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);
    check_ok(broker->watermarks(connection, TOPIC, expected, &marks, &err));
    check_int(marks.high, 10);
    kafka->close(connection);
    server_stop(&server);
}

TEST("a record that is too large is refused as data, and the producer goes on")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
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
    server_stop(&server);
}

/* ----------------------------------------------------------------------------------- consuming */

TEST("100,000 records with keys are each read once, in the order of their partition")
{
    enum { COUNT = 100000 };
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct member member;
    struct aorta_watermarks marks;
    char key[16], value[64];
    void *producer;

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < COUNT; i++) {
        snprintf(key, sizeof key, "user-%d", i % 999);
        snprintf(value, sizeof value, "%d the rest of a reading", i);
        produce_text(producer, -1, key, value);
    }
    check_ok(broker->producer_flush(producer, &err));
    int64_t produced_us = clock_monotonic_us() - start_us;
    broker->producer_close(producer);

    member = member_open(connection, "g");
    member.seen = calloc(1, COUNT);
    member.seen_size = COUNT;
    await_partitions(&member, PARTITIONS);
    start_us = clock_monotonic_us();
    read_until(&member, COUNT);
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
    server_stop(&server);
}

TEST("a second member takes over partitions where the first stopped, and gives them back")
{
    enum { COUNT = 30000 };
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
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
    await_partitions(&first, PARTITIONS);
    second = member_open(connection, "g");
    second.seek_to = -1;
    second.seen = seen;
    second.seen_size = COUNT;
    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    /* Records flow all the while. */
    while (second.owned != 3 || first.owned != 3 || produced < COUNT / 2) {
        for (int i = 0; i < 100 && produced < COUNT / 2; i++) {
            snprintf(text, sizeof text, "%d", produced);
            produce_text(producer, produced % PARTITIONS, NULL, text);
            produced++;
        }
        member_poll(&first, 20);
        member_poll(&second, 20);
        check(clock_monotonic_us() < deadline_us);
    }
    for (; produced < COUNT; produced++) {
        snprintf(text, sizeof text, "%d", produced);
        produce_text(producer, produced % PARTITIONS, NULL, text);
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
            check_ok(broker->consumer_commit(second.consumer, id, second.next[id], &err));
    broker->consumer_close(second.consumer);
    await_partitions(&first, PARTITIONS);
    for (int32_t id = 0; id < PARTITIONS; id++)
        check_int(first.next[id], COUNT / PARTITIONS);
    broker->consumer_close(first.consumer);
    free(seen);
    kafka->close(connection);
    server_stop(&server);
}

TEST("a seek goes to the middle, and again while the partition is read")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct member member;

    produce_numbers(connection, 2, 5000);
    member = member_open(connection, "g");
    member.seek_to = 0;
    await_partitions(&member, PARTITIONS);
    check_ok(broker->consumer_seek(member.consumer, 2, 2500, &err));
    member.next[2] = 2500;
    read_until(&member, 2500);
    check_str(member.last_value[2], "4999");

    check_ok(broker->consumer_seek(member.consumer, 2, 4990, &err));
    member.next[2] = 4990;
    read_until(&member, 2510);
    check_str(member.last_value[2], "4999");
    check_ok(broker->consumer_seek(member.consumer, 2, 1000, &err));
    member.next[2] = 1000;
    read_until(&member, 2520);
    check_ok(broker->consumer_seek(member.consumer, 2, 0, &err));
    member.next[2] = 0;
    member.records = 0;
    read_until(&member, 5000);
    check_fails(broker->consumer_seek(member.consumer, 6, 0, &err), AORTA_BROKEN,
                "partition 6 of '" TOPIC "' is not assigned");
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    server_stop(&server);
}

TEST("a partition that is not sought is silent, and so is one that is paused")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct member member;
    struct aorta_polled polled = {.kind = AORTA_POLL_NOTHING};

    produce_numbers(connection, 0, 100);
    produce_numbers(connection, 1, 100);
    produce_numbers(connection, 2, 100);
    member = member_open(connection, "g");
    while (polled.kind != AORTA_POLL_ASSIGNED)
        check_ok(broker->consumer_poll(member.consumer, 1000, &polled, &err));
    check_int(polled.partition_count, PARTITIONS);
    for (int32_t id = 0; id < PARTITIONS; id++)
        member.is_ours[id] = true;
    check_ok(broker->consumer_seek(member.consumer, 0, 0, &err));
    check_ok(broker->consumer_seek(member.consumer, 2, 0, &err));
    check_ok(broker->consumer_pause(member.consumer, 2, true, &err));
    read_until(&member, 100);
    check_int(member_poll(&member, 500), AORTA_POLL_NOTHING);
    check_int(member.next[0], 100);

    check_ok(broker->consumer_seek(member.consumer, 1, 40, &err));
    member.next[1] = 40;
    check_ok(broker->consumer_pause(member.consumer, 2, false, &err));
    read_until(&member, 260);
    check_int(member.next[1], 100);
    check_int(member.next[2], 100);

    check_ok(broker->consumer_pause(member.consumer, 2, true, &err));
    produce_numbers(connection, 2, 50);
    produce_numbers(connection, 1, 50);
    read_until(&member, 310);
    check_int(member_poll(&member, 300), AORTA_POLL_NOTHING);
    check_int(member.next[2], 100);
    check_ok(broker->consumer_pause(member.consumer, 2, false, &err));
    read_until(&member, 360);
    check_int(member.next[2], 150);
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    server_stop(&server);
}

TEST("a committed offset is there for the next member of the group, not for another group")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct member member;
    int64_t offset = 0;

    produce_numbers(connection, 4, 500);
    member = member_open(connection, "g");
    await_partitions(&member, PARTITIONS);
    read_until(&member, 500);
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
    server_stop(&server);
}

TEST("what was expired is an error of the data, not a silent jump")
{
    enum { SIZE = 64 * 1024, COUNT = 200 };
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
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
    await_partitions(&member, PARTITIONS);
    await_failure(&member);
    check_int(err.code, AORTA_DATA);
    check_contains(err.message, "read '" TOPIC "' partition 5 at offset 0");
    check_ok(broker->consumer_seek(member.consumer, 5, marks.low, &err));
    member.next[5] = marks.low;
    read_until(&member, COUNT - marks.low);
    broker->consumer_close(member.consumer);
    kafka->close(connection);
    server_stop(&server);
}

/* ------------------------------------------------------------------------------------ failures */

TEST("without a server every call fails for now, within seconds, and names the address")
{
    struct server server = server_start(TOPIC ":6");
    void *connection = connect_to(&server);
    struct aorta_watermarks marks;
    struct member member;
    void *producer, *late;
    int status;

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    produce_text(producer, 0, NULL, "before");
    check_ok(broker->producer_flush(producer, &err));
    member = member_open(connection, "g");
    await_partitions(&member, PARTITIONS);
    read_until(&member, 1);
    kill(server.pid, SIGKILL);
    check(waitpid(server.pid, &status, 0) == server.pid);
    int64_t start_us = clock_monotonic_us();

    produce_text(producer, 0, NULL, "after");
    check_fails(broker->producer_flush(producer, &err), AORTA_TRANSIENT, server.address);
    check_fails(broker->watermarks(connection, TOPIC, 0, &marks, &err), AORTA_TRANSIENT,
                server.address);
    await_failure(&member);
    check_int(err.code, AORTA_TRANSIENT);
    check_contains(err.message, server.address);
    void *fresh = connect_to(&server);
    check_fails(broker->producer_open(fresh, TOPIC, &late, &err), AORTA_TRANSIENT, server.address);
    broker->consumer_close(member.consumer);
    broker->producer_close(producer);
    kafka->close(fresh);
    kafka->close(connection);
    check(clock_monotonic_us() - start_us < 40 * CLOCK_US_PER_SECOND);
    printf("        %.1f s\n", (double)(clock_monotonic_us() - start_us) / 1e6);
}

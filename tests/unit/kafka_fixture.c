#include "kafka_fixture.h"

#include "base/clock.h"
#include "base/hash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct aorta_error err;
const struct aorta_connector *kafka;
const struct aorta_message_log *broker;

void kafka_load(void)
{
    if (kafka != NULL)
        return;
    kafka = host_connector("kafka");
    broker = kafka->message_log;
}

/* -------------------------------------------------------------------------------------- server */

/* Serves until SIGTERM, which also comes when the test ends. */
static _Noreturn void serve(const char *topics, int out)
{
    struct aorta_option_value values[HOST_OPTIONS];
    const char *address;
    void *server;
    sigset_t term;
    int signal;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    kafka_load();
    host_options(values, kafka->options, "topics", topics, NULL);
    check_ok(kafka->server->start(&host, values, &server, &address, &err));
    check(write(out, address, strlen(address)) > 0);
    close(out);
    sigwait(&term, &signal);
    kafka->server->stop(server);
    exit(0);
}

struct kafka_server kafka_server_start(const char *topics)
{
    struct kafka_server server = {0};
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

void kafka_server_stop(struct kafka_server *server)
{
    int status = 0;

    kill(server->pid, SIGTERM);
    check(waitpid(server->pid, &status, 0) == server->pid);
    check_int(status, 0);
}

void *kafka_connect(const struct kafka_server *server)
{
    struct aorta_option_value values[HOST_OPTIONS];
    void *connection;

    kafka_load();
    host_options(values, kafka->options, "brokers", server->address, "session_timeout", "4s", NULL);
    check_ok(kafka->open(&host, values, &connection, &err));
    return connection;
}

void kafka_produce(void *producer, int32_t partition, const char *key, const char *value)
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

void kafka_produce_numbers(void *connection, int32_t partition, int count)
{
    void *producer;
    char text[16];

    check_ok(broker->producer_open(connection, TOPIC, &producer, &err));
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%d", i);
        kafka_produce(producer, partition, NULL, text);
    }
    check_ok(broker->producer_flush(producer, &err));
    broker->producer_close(producer);
}

struct member member_open(void *connection, const char *group)
{
    struct member member = {0};

    check_ok(broker->consumer_open(connection, TOPIC, group, false, &member.consumer, &err));
    return member;
}

/* The offset of a partition that was left while the group, in the midst of being rebalanced, took no
 * commit. It is for displays; where to go on is known elsewhere: the sink reads it in its lake, a
 * test here. */
static struct {
    bool is_there;
    int64_t offset;
} left_at[PARTITIONS];

void member_commit(struct member *member, int32_t id)
{
    int64_t offset = member->next[id];

    left_at[id].is_there = false;
    if (broker->consumer_commit(member->consumer, id, offset, &err) == 0)
        return;
    check_int(err.code, AORTA_TRANSIENT);
    check_contains(err.message, "commit '" TOPIC "' partition ");
    left_at[id].is_there = true;
    left_at[id].offset = offset;
}

static void on_assigned(struct member *member, const struct aorta_polled *polled)
{
    for (int32_t i = 0; i < polled->partition_count; i++) {
        int32_t id = polled->partitions[i];
        int64_t offset = member->seek_to;
        check(!member->is_ours[id]);
        if (offset < 0 && left_at[id].is_there)
            offset = left_at[id].offset;
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
        member_commit(member, id);
        member->is_ours[id] = false;
        member->owned--;
    }
}

static void on_record(struct member *member, const struct aorta_record *record)
{
    char text[32];

    if (record->partition < 0 || record->partition >= PARTITIONS)
        test_fail(__FILE__, __LINE__, "partition %d", record->partition);
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

static uint64_t hash_records(const struct aorta_polled *polled)
{
    uint64_t hash = 0;

    for (int64_t i = 0; i < polled->record_count; i++) {
        const struct aorta_record *record = &polled->records[i];
        hash = hash_mix(hash ^ (uint64_t)record->offset ^
                        hash_bytes(record->value, record->value_size));
    }
    return hash;
}

/* Records are lent until the poll after the next one. */
static void check_before(struct member *member, const struct aorta_polled *polled)
{
    check(hash_records(&member->before) == member->before_hash);
    member->before = *polled;
    member->before_hash = hash_records(polled);
}

enum aorta_poll member_poll(struct member *member, int timeout_ms)
{
    struct aorta_polled polled;

    check_ok(broker->consumer_poll(member->consumer, timeout_ms, &polled, &err));
    check_before(member, &polled);
    if (polled.kind == AORTA_POLL_ASSIGNED)
        on_assigned(member, &polled);
    if (polled.kind == AORTA_POLL_REVOKED)
        on_revoked(member, &polled);
    for (int64_t i = 0; i < polled.record_count; i++)
        on_record(member, &polled.records[i]);
    return polled.kind;
}

void member_read(struct member *member, int64_t records)
{
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;

    while (member->records < records) {
        member_poll(member, 100);
        if (clock_monotonic_us() > deadline_us)
            test_fail(__FILE__, __LINE__, "%lld of %lld records after %d s",
                      (long long)member->records, (long long)records, WAIT_SECONDS);
    }
}

void member_await(struct member *member, int count)
{
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;

    while (member->owned != count) {
        member_poll(member, 100);
        check(clock_monotonic_us() < deadline_us);
    }
}

void member_await_failure(struct member *member)
{
    int64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * CLOCK_US_PER_SECOND;
    struct aorta_polled polled;

    while (broker->consumer_poll(member->consumer, 100, &polled, &err) == 0)
        check(clock_monotonic_us() < deadline_us);
    member->before.record_count = 0;
    member->before_hash = 0;
}

/*
 * What the tests of the connector "kafka" share: its embedded server in a process of its own, and
 * a consumer that checks the rules of connector.h with every poll.
 *
 * A group's first member waits 3 s on that server, so the tests of consumers take that long.
 */
#ifndef AORTA_TESTS_KAFKA_FIXTURE_H
#define AORTA_TESTS_KAFKA_FIXTURE_H

#include "host.h"
#include "test.h"

#include <sys/types.h>

#define TOPIC "readings"

enum { PARTITIONS = 6, WAIT_SECONDS = 60 };

extern struct aorta_error err;
extern const struct aorta_connector *kafka; /* after kafka_load */
extern const struct aorta_message_log *broker;

void kafka_load(void);

struct kafka_server {
    pid_t pid;
    char address[64];
};

/* With topics as the option says: "readings:6". The server ends with the test, if not before. */
struct kafka_server kafka_server_start(const char *topics);
void kafka_server_stop(struct kafka_server *server); /* checks that it ended well, without leaks */

void *kafka_connect(const struct kafka_server *server);

void kafka_produce(void *producer, int32_t partition, const char *key, const char *value);

/* `count` records "0", "1", … into the partition of TOPIC, flushed. */
void kafka_produce_numbers(void *connection, int32_t partition, int count);

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
    struct aorta_polled before; /* the last poll's records, which the next one leaves alone */
    uint64_t before_hash;
};

struct member member_open(void *connection, const char *group);

/* Commits where the member is, as far as a group that is being rebalanced takes it. */
void member_commit(struct member *member, int32_t id);

/* One poll: takes up what is assigned, commits what is revoked, checks each record. */
enum aorta_poll member_poll(struct member *member, int timeout_ms);

/* Polls until the member has read so many records in all, owns so many partitions, or fails; each
 * must come within a minute. */
void member_read(struct member *member, int64_t records);
void member_await(struct member *member, int count);
void member_await_failure(struct member *member);

#endif

/*
 * A member of a consumer group, reading partitions from where its caller says.
 *
 * librdkafka announces a change of the group's partitions by a callback in the middle of a poll and
 * then waits until it is told that the change was taken up. Here the callback only notes it:
 *
 *     poll   … records, the callback notes "revoke 3"             → RECORDS (3 may be among them)
 *     poll   nothing is read                                      → REVOKED 3
 *              the caller finishes and commits what it has of 3
 *     poll   incremental_unassign(3), then reads on               → RECORDS (none of 3)
 *
 *     poll   … the callback notes "assign 4, 5"                   → ASSIGNED 4, 5
 *              the caller seeks 4 and 5
 *     poll   incremental_assign(4 and 5 at their offsets)         → RECORDS
 *
 * So nothing of a partition comes before its seek or after its REVOKED, and the group waits for the
 * caller's last commit (as long as max.poll.interval.ms). A partition that is not sought is owned
 * and silent. A seek of a partition that is being read takes it out and puts it in again: what was
 * fetched from the old place is dropped by librdkafka.
 *
 * A member that was silent for too long has lost its partitions before it hears REVOKED; then its
 * commit fails with AORTA_TRANSIENT, since they may be another's already.
 *
 * Used by one thread at a time.
 */
#ifndef AORTA_KAFKA_CONSUMER_H
#define AORTA_KAFKA_CONSUMER_H

#include "client.h"

enum { CONSUMER_BATCH = 4096 /* records a poll gives at most */ };

struct partition {
    bool is_ours;    /* ASSIGNED was returned, REVOKED was not */
    bool is_sought;  /* offset waits to be taken up by the next poll */
    bool is_reading; /* librdkafka has it */
    bool is_paused;
    int64_t offset;
};

/* A change of the group's partitions that librdkafka waits for. */
struct change {
    rd_kafka_topic_partition_list_t *list; /* NULL: there is none */
    bool is_revoke;
    bool is_told; /* the caller knows: the next poll takes it up */
};

/* What a poll took out of librdkafka's queue. */
struct fetch {
    rd_kafka_message_t *messages[CONSUMER_BATCH];
    size_t message_count;
    struct aorta_record records[CONSUMER_BATCH];
};

struct consumer {
    struct client client; /* first: the opaque of librdkafka's callbacks */
    char *topic;
    rd_kafka_queue_t *queue;
    struct partition *partitions;
    int32_t partition_count;
    struct change change;
    bool is_closing;
    bool has_joined;         /* the group has answered us once */
    int32_t *told;           /* the partitions of the last event, as the caller is lent them */
    struct fetch fetches[2]; /* of the last poll and of the one before: both are lent */
    int newest;              /* the last poll's */
    size_t taken_bytes;      /* out of librdkafka's queue since it was empty */
    bool has_problem;        /* met beside records: the next poll returns it */
    struct aorta_error problem;
};

/* As connector.h says of struct aorta_message_log; the last four are in position.c. */
int consumer_open(void *opaque, const char *topic, const char *group, bool alone,
                  void **consumer_out, struct aorta_error *error);
int consumer_poll(void *opaque, int32_t timeout_ms, struct aorta_polled *polled,
                  struct aorta_error *error);
void consumer_close(void *opaque);

int consumer_seek(void *opaque, int32_t id, int64_t offset, struct aorta_error *error);
int consumer_pause(void *opaque, int32_t id, bool pause, struct aorta_error *error);
int consumer_commit(void *opaque, int32_t partition, int64_t offset, struct aorta_error *error);
int consumer_committed(void *opaque, int32_t partition, int64_t *offset, struct aorta_error *error);

/* assignment.c: what librdkafka has, and how it learns of what the caller wants.
 *
 * The rebalance callback, whose opaque is the consumer; notes the change. */
void assignment_note(rd_kafka_t *rk, rd_kafka_resp_err_t kind,
                     rd_kafka_topic_partition_list_t *list, void *opaque);
/* Notes that these many partitions, all of the topic, are ours: there is no group that gives or
 * takes any. */
void assignment_take_all(struct consumer *consumer, int32_t count);
/* Gives the noted change to the caller. From here the partitions are its, or not. */
void assignment_tell(struct consumer *consumer, struct aorta_polled *polled);
/* Does what the caller has been told and has asked for since. */
int assignment_catch_up(struct consumer *consumer, struct aorta_error *error);
/* Makes librdkafka see at once what it can fetch. By itself it looks once a second: when it does not
 * know the leaders of new partitions, and when its queue was full and is not any more. */
void assignment_hurry(struct consumer *consumer);
/* Answers what is noted and what will be, since nobody polls any more. */
void assignment_end(struct consumer *consumer);

/* Grows with the topic; find gives NULL beyond it. */
struct partition *partition_get(struct consumer *consumer, int32_t id);
struct partition *partition_find(struct consumer *consumer, int32_t id);

/* A list of that one partition of the topic. */
rd_kafka_topic_partition_list_t *partition_list(const struct consumer *consumer, int32_t id);

#endif

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
 * Used by one thread at a time.
 */
#ifndef AORTA_KAFKA_CONSUMER_H
#define AORTA_KAFKA_CONSUMER_H

#include "connector.h"

/* As connector.h says of struct aorta_message_log. */
int consumer_open(void *connection, const char *topic, const char *group, void **consumer,
                  struct aorta_error *error);
int consumer_poll(void *consumer, int32_t timeout_ms, struct aorta_polled *polled,
                  struct aorta_error *error);
int consumer_seek(void *consumer, int32_t partition, int64_t offset, struct aorta_error *error);
int consumer_pause(void *consumer, int32_t partition, bool pause, struct aorta_error *error);
int consumer_commit(void *consumer, int32_t partition, int64_t offset, struct aorta_error *error);
int consumer_committed(void *consumer, int32_t partition, int64_t *offset,
                       struct aorta_error *error);
void consumer_close(void *consumer);

#endif

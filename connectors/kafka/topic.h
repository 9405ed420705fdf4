/*
 * What a topic is and holds, asked through the connection's reader.
 *
 * topic_incarnation is the cluster's id, and of an embedded server (server.h) its random number.
 * librdkafka 2.0.2 does not know the ids of topics: one that was deleted and made again on the same
 * cluster is recognised by its watermarks only.
 */
#ifndef AORTA_KAFKA_TOPIC_H
#define AORTA_KAFKA_TOPIC_H

#include "client.h"

#include "base/buf.h"

#define TOPIC_HEADER "aorta-position" /* the one header that records carry */

/* The partition count of a topic, from what was seen before or from the cluster. A topic that is
 * not there is AORTA_CONFIG. *partitions (may be NULL) is set on success. Takes the lock. */
int topic_require(struct connection *connection, const char *topic, int32_t *partitions,
                  struct aorta_error *error);

/* What a thread was lent by the connection, valid until it asks again. */
struct lent {
    struct lent *next;
    pthread_t thread;
    struct buf incarnation;
    struct buf record; /* key, value and header one after the other */
};

/* Under the connection's lock: the calling thread's; and -1 with AORTA_CONFIG unless the topic is
 * there and has the partition, after which the reader is open. */
struct lent *topic_lent(struct connection *connection);
int topic_check_partition(struct connection *connection, const char *topic, int32_t partition,
                          struct aorta_error *error);

/* The value of the record's last TOPIC_HEADER, or NULL. Lent with the message. */
const char *topic_header(const rd_kafka_message_t *message, size_t *size);

/* Whether a broker answers: as connector.h says of struct aorta_connector. */
int topic_ping(void *opaque, struct aorta_error *error);

/* As connector.h says of struct aorta_message_log. */
int topic_ensure(void *opaque, const char *topic, int32_t wanted_partitions,
                 int32_t *partition_count, struct aorta_error *error);
int topic_incarnation(void *opaque, const char *topic, const char **incarnation,
                      struct aorta_error *error);

/* Frees what the functions above keep in the connection. */
void topic_forget(struct connection *connection);

#endif

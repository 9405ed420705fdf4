/*
 * A Kafka broker for development, in this process: librdkafka's mock cluster.
 *
 * What it is not (librdkafka 2.0.2, rdkafka_mock*.c):
 *   - It keeps everything in memory, and of a partition the newest 5 MiB (as compressed) only.
 *   - It cannot be asked to make a topic, and makes any that a client names, with four partitions.
 *     So the topics are made here, from the option `topics`, and clients take care (client.h).
 *   - Transactions do nothing, and an idempotent producer's repetition is not recognised. On the
 *     loopback nothing is repeated but after a time-out.
 *   - Its cluster id comes from an address in memory. So that no two of its lives are taken for one
 *     it has a topic SERVER_MARK and a random number, which is part of topic_incarnation.
 *   - The first member of a group waits 3 s, which its session must outlast (SERVER_SESSION_MS);
 *     a later change of the group, or the death of a member, takes a session time-out.
 */
#ifndef AORTA_KAFKA_SERVER_H
#define AORTA_KAFKA_SERVER_H

#include "connector.h"

#define SERVER_MARK "aorta-incarnation-"

enum { SERVER_SESSION_MS = 4000 };

/* As connector.h says of struct aorta_server. */
int server_start(const struct aorta_host *host, const struct aorta_option_value *options,
                 void **server_out, const char **address, struct aorta_error *error);
void server_stop(void *opaque);

#endif

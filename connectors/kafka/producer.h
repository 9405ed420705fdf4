/*
 * Records into a topic, each once and in order, acknowledged by all replicas (librdkafka's
 * idempotent producer). produce only queues; flush is where the caller learns that they are kept.
 * Every record's delivery is reported and counted: a flush ends when all are accounted for, and one
 * that could not be delivered fails every later call, since the records behind it may be kept.
 *
 * The queue holds PRODUCER_QUEUE_RECORDS and PRODUCER_QUEUE_KBYTES at most; a full one blocks.
 */
#ifndef AORTA_KAFKA_PRODUCER_H
#define AORTA_KAFKA_PRODUCER_H

#include "connector.h"

/* As connector.h says of struct aorta_message_log. */
int producer_open(void *opaque, const char *topic, void **producer_out, struct aorta_error *error);
int producer_produce(void *opaque, const struct aorta_record *record, struct aorta_error *error);
int producer_flush(void *opaque, struct aorta_error *error);
void producer_close(void *opaque);

#endif

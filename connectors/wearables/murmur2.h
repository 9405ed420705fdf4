/*
 * The hash by which Kafka's Java client chooses a record's partition: 32-bit MurmurHash2 (A.
 * Appleby) with the seed 0x9747b28c, positive, modulo the number of partitions (Apache Kafka,
 * org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner).
 */
#ifndef AORTA_WEARABLES_MURMUR2_H
#define AORTA_WEARABLES_MURMUR2_H

#include <stddef.h>
#include <stdint.h>

uint32_t murmur2(const void *data, size_t size);

/* The partition of a record with that key. */
int32_t murmur2_partition(const void *key, size_t size, int32_t partitions);

#endif

/*
 * The calendar of partitions, of time only, and without a beginning.
 */
#ifndef AORTA_SCHEDULE_PARTITION_TIME_H
#define AORTA_SCHEDULE_PARTITION_TIME_H

#include "schedule/partition.h"

/* Instants that have partitions: the years 1900 to 9998, so that all around them have four digits. */
#define PARTITION_BEGIN_US INT64_C(-2208988800000000)
#define PARTITION_END_US INT64_C(253370764800000000)

/* The partition that holds an instant. */
void partition_time_at(const struct partitions *partitions, int64_t us,
                       struct partition *partition);

/* The partition of a key. False if the text is no such key, is_key says whether it looks like one:
 * then the zone has no such time. */
bool partition_time_find(const struct partitions *partitions, const char *key,
                         struct partition *partition, bool *is_key);

#endif

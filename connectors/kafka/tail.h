/*
 * The end of a partition: its watermarks, and the last record before it.
 *
 * A partition's last offset need not hold a record: a transaction's markers take offsets too, and
 * records of an aborted one are not given. So the last record is looked for from the end, in steps
 * that grow, TAIL_LOOK_MAX offsets at most.
 */
#ifndef AORTA_KAFKA_TAIL_H
#define AORTA_KAFKA_TAIL_H

#include "connector.h"

/* As connector.h says of struct aorta_message_log. */
int tail_watermarks(void *opaque, const char *topic, int32_t partition,
                    struct aorta_watermarks *watermarks, struct aorta_error *error);
int tail_last_record(void *opaque, const char *topic, int32_t partition,
                     struct aorta_record *record, struct aorta_error *error);

#endif

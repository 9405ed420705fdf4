/*
 * A place in the stream of readings, and for each partition the place of its last record.
 *
 * Records arrive slot by slot (a slot is an hour of arrival), within a slot user by user, and of a
 * user in the order of their time. So a record's place is (slot, user id, how many of that user
 * came before it in that slot), places ascend in each partition, and they mean the same whoever
 * else is there:
 *
 *     475540/10001/0                             a record's position
 *     {"0":"475540/10001/0","3":"475539/19999/2"}   a read's: partitions without one start at 0
 */
#ifndef AORTA_WEARABLES_PLACE_H
#define AORTA_WEARABLES_PLACE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLACE_TEXT_SIZE = 48 };

struct place {
    int64_t slot; /* hours since 1970 UTC; INT64_MIN: before all records */
    int32_t user_id;
    int32_t index;
};

bool place_is_after(const struct place *place, const struct place *other);

/* Writes "slot/user/index" and returns its size. */
size_t place_write(const struct place *place, char text[PLACE_TEXT_SIZE]);

/* All partitions before all records. */
void places_init(struct place *places, int32_t partitions);

/* Reads a position; false: it is none, or names a partition that is not there. */
bool places_parse(struct place *places, int32_t partitions, const char *json);

/* Appends the position. */
void places_write(const struct place *places, int32_t partitions, struct buf *out);

#endif

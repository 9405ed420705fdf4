/*
 * Positions of the source as JSON, the form in which they lie in the destination's checkpoint:
 *
 *     {"capture":"9f86d081884c7d65","lsn":42}                                 AORTA_READ_CHANGES
 *     {"class":"text","value":"2024-04-01","rows":["1b4f0e98...", ...]}      AORTA_READ_INCREMENTAL
 *
 * The second holds the cursor's last value (of a real its bits, as an integer) and a hash of each
 * row that has this value.
 */
#ifndef AORTA_SQLITE_POSITION_H
#define AORTA_SQLITE_POSITION_H

#include "base/buf.h"
#include "sqlite/session.h"

enum { POSITION_CAPTURE_SIZE = 17 };

/* Up to where the changes of one capture were read. */
struct position {
    char capture[POSITION_CAPTURE_SIZE];
    int64_t lsn;
};

/* AORTA_BROKEN if the text is not such a position. */
int position_read(struct session *session, const char *json, struct position *position,
                  struct aorta_error *error);
void position_write(const struct position *position, struct buf *out);

/* Whether the text is a position of changes, as opposed to one of a cursor. */
bool position_is_of_changes(struct session *session, const char *json);

#endif

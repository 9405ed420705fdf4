/*
 * Messages on a stream socket: four bytes of size (little-endian), a byte that says what it is, and
 * a text of JSON.
 *
 *     daemon ──order, stored, cancel, query, stop──▶ executor
 *     daemon ◀──hello, progress, report─────────────
 *     client ──request, cancel─────────────────────▶ daemon
 *     client ◀──event, rows─────────────────────────
 *
 * A text larger than frame_limit is refused by who reads it, who then ends the connection: who
 * writes one that outside data can make large looks at the limit before.
 */
#ifndef AORTA_MESSAGE_FRAME_H
#define AORTA_MESSAGE_FRAME_H

#include "base/buf.h"
#include "base/err.h"
#include "message/record.h"

enum message_kind {
    MESSAGE_HELLO = 'h',
    MESSAGE_ORDER = 'o',
    MESSAGE_STORED = 'd',
    MESSAGE_CANCEL = 'c',
    MESSAGE_QUERY = 'q',
    MESSAGE_STOP = 's',
    MESSAGE_PROGRESS = 'p',
    MESSAGE_REPORT = 'r',
    MESSAGE_ROWS = 't',
    MESSAGE_REQUEST = 'a',
    MESSAGE_EVENT = 'e',
};

#define MESSAGE_VERSION 1

/* The descriptors that an executor finds its sockets at. */
enum { MESSAGE_CONTROL_FD = 3, MESSAGE_ROWS_FD = 4 };

struct frame {
    enum message_kind kind;
    const char *text; /* lent until the next call on the buffer */
    size_t size;
};

/* What the text of such a message may have, in bytes. */
size_t frame_limit(enum message_kind kind);

/* Appends one frame. */
void frame_append(struct buf *out, enum message_kind kind, const char *text, size_t size);

/* Appends a frame that holds the record. */
void frame_append_record(struct buf *out, enum message_kind kind, const struct record_shape *shape,
                         const void *record);

/* The first frame of what has come in: 1 and *frame, with *used bytes to be consumed when it has
 * been read; 0 if it is not whole yet; -1 (ERR_BROKEN) if it cannot be one. */
int frame_find(const struct buf *in, struct frame *frame, size_t *used, struct err *err);

/* Blocking, for the sides without a loop: writes all of it, or -1 (ERR_TRANSIENT: the other end is
 * gone). */
int frame_write_all(int fd, const struct buf *out, struct err *err);

/* Blocking: reads into `in` until a whole frame is there: 1; 0 at the end of the stream; -1. */
int frame_read(int fd, struct buf *in, struct frame *frame, size_t *used, struct err *err);

#endif

#include "message/frame.h"

#include "base/limits.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_BYTES = 5 };

size_t frame_limit(enum message_kind kind)
{
    return kind == MESSAGE_ORDER ? LIMIT_ORDER_BYTES : LIMIT_MESSAGE_BYTES;
}

void frame_append(struct buf *out, enum message_kind kind, const char *text, size_t size)
{
    unsigned char head[HEAD_BYTES];

    for (int i = 0; i < 4; i++)
        head[i] = (unsigned char)(size >> (8 * i));
    head[4] = (unsigned char)kind;
    buf_append(out, head, sizeof head);
    buf_append(out, text, size);
}

void frame_append_record(struct buf *out, enum message_kind kind, const struct record_shape *shape,
                         const void *record)
{
    struct buf text;
    struct json_writer json;

    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, shape, record);
    frame_append(out, kind, text.data, text.size);
    buf_release(&text);
}

int frame_find(const struct buf *in, struct frame *frame, size_t *used, struct err *err)
{
    const unsigned char *head = (const unsigned char *)in->data;
    size_t size = 0;

    if (in->size < HEAD_BYTES)
        return 0;
    for (int i = 0; i < 4; i++)
        size |= (size_t)head[i] << (8 * i);
    if (size > frame_limit((enum message_kind)head[4]))
        return err_set(err, ERR_BROKEN, "message of %zu bytes", size);
    if (in->size < HEAD_BYTES + size)
        return 0;
    *frame = (struct frame){(enum message_kind)head[4], in->data + HEAD_BYTES, size};
    *used = HEAD_BYTES + size;
    return 1;
}

int frame_write_all(int fd, const struct buf *out, struct err *err)
{
    const char *data = out->data;
    size_t size = out->size;

    while (size > 0) {
        ssize_t written = send(fd, data, size, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return err_set(err, ERR_TRANSIENT, "message: %s", strerror(errno));
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

int frame_read(int fd, struct buf *in, struct frame *frame, size_t *used, struct err *err)
{
    for (;;) {
        int found = frame_find(in, frame, used, err);
        if (found != 0)
            return found;
        buf_reserve(in, 64 * 1024);
        ssize_t got = read(fd, in->data + in->size, 64 * 1024);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || (got < 0 && errno == ECONNRESET))
            return 0;
        if (got < 0)
            return err_set(err, ERR_TRANSIENT, "message: %s", strerror(errno));
        in->size += (size_t)got;
        in->data[in->size] = '\0';
    }
}

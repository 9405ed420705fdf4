#include "base/buf.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an empty buffer's data points at; never written to. */
static char empty[1];

void buf_init(struct buf *buf)
{
    *buf = (struct buf){.data = empty};
}

void buf_release(struct buf *buf)
{
    if (buf == NULL)
        return;
    if (buf->capacity > 0)
        free(buf->data);
    buf_init(buf);
}

void buf_reset(struct buf *buf)
{
    buf_truncate(buf, 0);
}

void buf_reserve(struct buf *buf, size_t more)
{
    size_t needed = buf->size + more + 1;

    if (needed <= more)
        alloc_fail(SIZE_MAX);
    if (needed <= buf->capacity)
        return;
    size_t capacity = buf->capacity < 64 ? 64 : buf->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    buf->data = alloc_resize(buf->capacity > 0 ? buf->data : NULL, capacity);
    buf->capacity = capacity;
    buf->data[buf->size] = '\0';
}

void buf_append(struct buf *buf, const void *data, size_t size)
{
    if (size == 0)
        return;
    buf_reserve(buf, size);
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void buf_append_str(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char c)
{
    buf_append(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *fmt, va_list args)
{
    va_list again;

    va_copy(again, args);
    int size = vsnprintf(NULL, 0, fmt, args);
    assert(size >= 0);
    buf_reserve(buf, (size_t)size);
    vsnprintf(buf->data + buf->size, (size_t)size + 1, fmt, again);
    va_end(again);
    buf->size += (size_t)size;
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    buf_vprintf(buf, fmt, args);
    va_end(args);
}

void buf_truncate(struct buf *buf, size_t size)
{
    assert(size <= buf->size);
    buf->size = size;
    if (buf->capacity > 0)
        buf->data[size] = '\0';
}

void buf_consume(struct buf *buf, size_t size)
{
    assert(size <= buf->size);
    memmove(buf->data, buf->data + size, buf->size - size);
    buf_truncate(buf, buf->size - size);
}

char *buf_take(struct buf *buf)
{
    char *text = buf->capacity > 0 ? buf->data : alloc_strdup("");

    buf_init(buf);
    return text;
}

/*
 * Growing text.
 *
 *     struct buf sql;
 *     buf_init(&sql);
 *     buf_printf(&sql, "SELECT count(*) FROM %s", name);
 *     exec(db, sql.data);
 *     buf_release(&sql);
 *
 * `data` always ends with a NUL that `size` does not count, also when nothing was appended, so it
 * can be passed wherever a C string is wanted. Outside data may hold NULs: use data and size then.
 */
#ifndef AORTA_BASE_BUF_H
#define AORTA_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t size;
    size_t capacity; /* 0: data is not on the heap yet */
};

void buf_init(struct buf *buf);
void buf_release(struct buf *buf);

/* Empties it and keeps the memory. */
void buf_reset(struct buf *buf);

/* Room for `more` bytes behind size, plus the NUL. */
void buf_reserve(struct buf *buf, size_t more);

void buf_append(struct buf *buf, const void *data, size_t size);
void buf_append_str(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Cuts to a smaller size. */
void buf_truncate(struct buf *buf, size_t size);

/* Drops the first `size` bytes. */
void buf_consume(struct buf *buf, size_t size);

/* Hands the text over (free() it) and leaves the buffer as after buf_init. */
char *buf_take(struct buf *buf);

#endif

/*
 * One growing column of a batch, in the layout that connectors/connector.h describes (Arrow's).
 *
 *     type TEXT, rows "ab", null, "c":
 *
 *         validity  101 (a bit a row, least significant first)
 *         offsets   0 2 2 3
 *         text      abc
 *
 * Values are appended, one a row, by the function of the column's type (asserted). While no null
 * has come there is no validity bitmap: `validity` is looked at only when null_count > 0, and bits
 * are written from the first null on. Memory is kept when the column is emptied, so that a reader
 * allocates while its first batch grows and then no more.
 *
 * The columns of one batch belong together: see data/batch.h. One thread at a time.
 */
#ifndef AORTA_DATA_COLUMN_H
#define AORTA_DATA_COLUMN_H

#include "connector.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct column {
    enum aorta_type type;
    int64_t row_count;
    int64_t row_capacity;
    int64_t null_count;
    uint8_t *validity;
    union {
        uint8_t *bytes; /* BOOL: bits; UUID: 16 a row; texts: what the offsets point into */
        int32_t *int32s;
        int64_t *int64s;
        double *doubles;
    };
    int32_t *offsets; /* of texts: row_count + 1 of them */
    size_t text_capacity;
};

/* TEXT, JSON, DECIMAL and BYTES have offsets. */
static inline bool column_type_is_text(enum aorta_type type)
{
    return type >= AORTA_TEXT;
}

void column_init(struct column *column, enum aorta_type type);
void column_release(struct column *column);

/* Empties it to its first row_count rows and keeps the memory. */
void column_truncate(struct column *column, int64_t row_count);

/* Bytes that its rows take, validity left out. */
size_t column_size_bytes(const struct column *column);

/* The column as connectors see it: lent until the next change. */
struct aorta_column column_view(const struct column *column);

/* What any type takes. */
void column_append_null(struct column *column);

/* The same text, count times: a file's name beside each of its rows. */
void column_repeat_text(struct column *column, const void *data, size_t size, int64_t count);

void column_append_bool(struct column *column, bool value);
void column_append_uuid(struct column *column, const uint8_t value[16]);

/* The two ways a column grows; callers are the inline functions below. */
void column_grow_rows(struct column *column);
void column_grow_text(struct column *column, size_t more);

/* Makes room for a row that is not null and returns its index. */
static inline int64_t column_next_row(struct column *column)
{
    int64_t row = column->row_count;

    if (row == column->row_capacity)
        column_grow_rows(column);
    if (column->null_count > 0)
        column->validity[row >> 3] = (uint8_t)(column->validity[row >> 3] | 1 << (row & 7));
    column->row_count = row + 1;
    return row;
}

/* INT32, INT64, DATE, TIME, TIMESTAMP, TIMESTAMPTZ; the value must fit (asserted). */
static inline void column_append_int(struct column *column, int64_t value)
{
    int64_t row = column_next_row(column);

    if (column->type == AORTA_INT32 || column->type == AORTA_DATE) {
        assert(value >= INT32_MIN && value <= INT32_MAX);
        column->int32s[row] = (int32_t)value;
        return;
    }
    assert(column->type == AORTA_INT64 || column->type == AORTA_TIME ||
           column->type == AORTA_TIMESTAMP || column->type == AORTA_TIMESTAMPTZ);
    column->int64s[row] = value;
}

static inline void column_append_double(struct column *column, double value)
{
    assert(column->type == AORTA_DOUBLE);
    int64_t row = column_next_row(column);
    column->doubles[row] = value;
}

/* TEXT, JSON, DECIMAL, BYTES. Not checked: text must be UTF-8, JSON one value. */
static inline void column_append_text(struct column *column, const void *data, size_t size)
{
    int64_t row = column_next_row(column);
    size_t used = (size_t)column->offsets[row];

    assert(column_type_is_text(column->type));
    if (size > column->text_capacity - used)
        column_grow_text(column, size);
    if (size > 0)
        memcpy(column->bytes + used, data, size);
    column->offsets[row + 1] = (int32_t)(used + size);
}

static inline void column_append_str(struct column *column, const char *text)
{
    column_append_text(column, text, strlen(text));
}

#endif

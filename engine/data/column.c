#include "data/column.h"

#include "base/alloc.h"

#include <stdlib.h>

enum { FIRST_ROWS = 64, FIRST_TEXT_BYTES = 1024 };

/* Bytes of one row's value; 0: a bit, or a text. */
static size_t value_width(enum aorta_type type)
{
    switch (type) {
    case AORTA_INT32:
    case AORTA_DATE: return 4;
    case AORTA_INT64:
    case AORTA_DOUBLE:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: return 8;
    case AORTA_UUID: return 16;
    case AORTA_BOOL:
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES: return 0;
    }
    return 0;
}

static size_t bitmap_bytes(int64_t rows)
{
    return (size_t)(rows + 7) / 8;
}

void column_init(struct column *column, enum aorta_type type)
{
    *column = (struct column){.type = type};
}

void column_release(struct column *column)
{
    if (column == NULL)
        return;
    free(column->validity);
    free(column->bytes);
    free(column->offsets);
    column_init(column, column->type);
}

void column_grow_rows(struct column *column)
{
    int64_t rows = column->row_capacity == 0 ? FIRST_ROWS : column->row_capacity * 2;
    size_t old_bits = bitmap_bytes(column->row_capacity);
    size_t new_bits = bitmap_bytes(rows);

    column->validity = alloc_resize(column->validity, new_bits);
    memset(column->validity + old_bits, 0, new_bits - old_bits);
    if (column_type_is_text(column->type)) {
        column->offsets = alloc_resize(column->offsets, ((size_t)rows + 1) * sizeof(int32_t));
        if (column->row_capacity == 0)
            column->offsets[0] = 0;
    } else if (column->type == AORTA_BOOL) {
        column->bytes = alloc_resize(column->bytes, new_bits);
        memset(column->bytes + old_bits, 0, new_bits - old_bits);
    } else {
        column->bytes = alloc_resize(column->bytes, (size_t)rows * value_width(column->type));
    }
    column->row_capacity = rows;
}

void column_grow_text(struct column *column, size_t more)
{
    size_t capacity = column->text_capacity == 0 ? FIRST_TEXT_BYTES : column->text_capacity;
    size_t used = column->row_count > 0 ? (size_t)column->offsets[column->row_count - 1] : 0;

    /* Offsets are 32 bits wide; a batch is full long before. */
    assert(more <= (size_t)INT32_MAX - used);
    while (capacity - used < more)
        capacity *= 2;
    column->bytes = alloc_resize(column->bytes, capacity);
    column->text_capacity = capacity;
}

static void set_bit(uint8_t *bits, int64_t row, bool value)
{
    uint8_t bit = (uint8_t)(1 << (row & 7));

    bits[row >> 3] = (uint8_t)(value ? bits[row >> 3] | bit : bits[row >> 3] & ~bit);
}

static int64_t count_nulls(const struct column *column)
{
    int64_t nulls = 0;

    for (int64_t row = 0; row < column->row_count; row++)
        nulls += (column->validity[row >> 3] >> (row & 7) & 1) == 0;
    return nulls;
}

void column_truncate(struct column *column, int64_t row_count)
{
    assert(row_count >= 0 && row_count <= column->row_count);
    if (row_count == column->row_count)
        return;
    column->row_count = row_count;
    if (column->null_count > 0)
        column->null_count = row_count == 0 ? 0 : count_nulls(column);
}

size_t column_size_bytes(const struct column *column)
{
    size_t rows = (size_t)column->row_count;

    if (column_type_is_text(column->type))
        return rows == 0 ? 0 : (rows + 1) * sizeof(int32_t) + (size_t)column->offsets[rows];
    return column->type == AORTA_BOOL ? bitmap_bytes(column->row_count)
                                      : rows * value_width(column->type);
}

struct aorta_column column_view(const struct column *column)
{
    static const int32_t no_offsets[1];
    static const uint8_t no_bytes[1];
    bool is_text = column_type_is_text(column->type);

    return (struct aorta_column){
        .validity = column->null_count > 0 ? column->validity : NULL,
        .values = column->bytes != NULL ? column->bytes : no_bytes,
        .offsets = !is_text                  ? NULL
                   : column->offsets != NULL ? column->offsets
                                             : no_offsets,
    };
}

void column_append_null(struct column *column)
{
    int64_t row = column->row_count;

    if (row == column->row_capacity)
        column_grow_rows(column);
    if (column->null_count == 0)
        memset(column->validity, 0xff, bitmap_bytes(row));
    set_bit(column->validity, row, false);
    column->null_count++;
    column->row_count = row + 1;
    /* Nobody looks at the value, but memory that is lent is never uninitialised. */
    if (column_type_is_text(column->type))
        column->offsets[row + 1] = column->offsets[row];
    else if (column->type == AORTA_BOOL)
        set_bit(column->bytes, row, false);
    else
        memset(column->bytes + (size_t)row * value_width(column->type), 0,
               value_width(column->type));
}

void column_append_bool(struct column *column, bool value)
{
    assert(column->type == AORTA_BOOL);
    int64_t row = column_next_row(column);
    set_bit(column->bytes, row, value);
}

void column_append_uuid(struct column *column, const uint8_t value[16])
{
    assert(column->type == AORTA_UUID);
    int64_t row = column_next_row(column);
    memcpy(column->bytes + row * 16, value, 16);
}

void column_repeat_text(struct column *column, const void *data, size_t size, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        column_append_text(column, data, size);
}

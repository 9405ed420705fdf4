#include "duckdb/column.h"

#include "duckdb/library.h"
#include "duckdb/text.h"
#include "duckdb/uuid.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "DuckDB's words of validity are read as Arrow's bytes");

bool column_init(struct column *column, duckdb_logical_type type, struct arena *arena)
{
    buf_init(&column->values);
    buf_init(&column->offsets);
    buf_init(&column->validity);
    shape_read(&column->shape, type, arena);
    return shape_type(&column->shape, &column->type);
}

void column_release(struct column *column)
{
    buf_release(&column->values);
    buf_release(&column->offsets);
    buf_release(&column->validity);
}

static bool bit_at(const uint8_t *bits, idx_t row)
{
    return bits == NULL || (bits[row / 8] >> (row % 8) & 1);
}

/* Space for `size` bytes in a buffer whose old content is not wanted. */
static void *space(struct buf *buf, size_t size)
{
    buf_reset(buf);
    buf_reserve(buf, size);
    return buf->data;
}

/* A bit a row for which `bytes` is not zero. */
static const uint8_t *pack_bits(struct buf *buf, const uint8_t *bytes, idx_t count)
{
    uint8_t *bits = space(buf, count / 8 + 1);

    memset(bits, 0, count / 8 + 1);
    for (idx_t i = 0; i < count; i++)
        bits[i / 8] |= (uint8_t)((bytes[i] != 0) << (i % 8));
    return bits;
}

/* Validity from `start` on: the vector's own bytes where a byte begins there. */
static const uint8_t *read_validity(struct column *column, const uint8_t *bits, idx_t start,
                                    idx_t count)
{
    if (bits == NULL || start % 8 == 0)
        return bits == NULL ? NULL : bits + start / 8;
    uint8_t *shifted = space(&column->validity, count / 8 + 1);
    memset(shifted, 0, count / 8 + 1);
    for (idx_t i = 0; i < count; i++)
        shifted[i / 8] |= (uint8_t)(bit_at(bits, start + i) << (i % 8));
    return shifted;
}

/* ------------------------------------------------------------------------- values of fixed width */

/* Copies into a wider type. */
#define WIDEN(from, to)                                                          \
    do {                                                                         \
        const __typeof__(from) *source = (const __typeof__(from) *)data + start; \
        __typeof__(to) *target = space(&column->values, count * sizeof(to));     \
        for (idx_t i = 0; i < count; i++)                                        \
            target[i] = (to)source[i];                                           \
        return target;                                                           \
    } while (0)

static const void *read_uuids(struct column *column, const duckdb_hugeint *numbers, idx_t count)
{
    uint8_t *bytes = space(&column->values, count * UUID_BYTES);

    for (idx_t i = 0; i < count; i++)
        uuid_bytes(bytes + i * UUID_BYTES,
                   (duckdb_uhugeint){.upper = (uint64_t)numbers[i].upper ^ UUID_FLIP,
                                     .lower = numbers[i].lower});
    return bytes;
}

static const void *read_floats(struct column *column, const float *numbers, idx_t count)
{
    double *wide = space(&column->values, count * sizeof *wide);

    for (idx_t i = 0; i < count; i++)
        wide[i] = text_widen_float(numbers[i]);
    return wide;
}

/* Values whose bytes are another batch type's, or that are widened to it; NULL for other types. */
static const void *read_fixed(struct column *column, const void *data, idx_t start, idx_t count)
{
    switch ((int)column->shape.type) {
    case DUCKDB_TYPE_BOOLEAN:
        return pack_bits(&column->values, (const uint8_t *)data + start, count);
    case DUCKDB_TYPE_TINYINT: WIDEN(int8_t, int32_t);
    case DUCKDB_TYPE_SMALLINT: WIDEN(int16_t, int32_t);
    case DUCKDB_TYPE_UTINYINT: WIDEN(uint8_t, int32_t);
    case DUCKDB_TYPE_USMALLINT: WIDEN(uint16_t, int32_t);
    case DUCKDB_TYPE_UINTEGER: WIDEN(uint32_t, int64_t);
    case DUCKDB_TYPE_FLOAT: return read_floats(column, (const float *)data + start, count);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE: return (const int32_t *)data + start;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return (const int64_t *)data + start;
    case DUCKDB_TYPE_UUID: return read_uuids(column, (const duckdb_hugeint *)data + start, count);
    default: return NULL;
    }
}

/* ------------------------------------------------------------------------ other units than ours */

/* Microseconds are the value times `multiple`, or the value divided by `divisor`, rounded down. */
static const struct {
    duckdb_type type;
    int64_t multiple;
    int64_t divisor;
} units[] = {
    {DUCKDB_TYPE_TIMESTAMP_S, 1000000, 1},
    {DUCKDB_TYPE_TIMESTAMP_MS, 1000, 1},
    {DUCKDB_TYPE_TIMESTAMP_NS, 1, 1000},
    {DUCKDB_TYPE_TIME_NS, 1, 1000},
};

enum { UNIT_COUNT = sizeof units / sizeof *units };

static int find_unit(duckdb_type type)
{
    for (int i = 0; i < UNIT_COUNT; i++)
        if (units[i].type == type)
            return i;
    return -1;
}

static int read_in_unit(struct column *column, int unit, const int64_t *values,
                        const struct aorta_column *out, idx_t count, struct aorta_error *error)
{
    int64_t *us = space(&column->values, count * sizeof *us);
    const int64_t divisor = units[unit].divisor;

    for (idx_t i = 0; i < count; i++) {
        int64_t value = values[i];
        if (value == INT64_MAX || value == -INT64_MAX || aorta_is_null(out, (int64_t)i))
            us[i] = value; /* infinite, or not looked at */
        else if (__builtin_mul_overflow(value, units[unit].multiple, &us[i]))
            return aorta_fail(error, AORTA_DATA, "a timestamp is out of range");
        else
            us[i] = us[i] / divisor - (us[i] % divisor < 0);
    }
    return 1;
}

/* ------------------------------------------------------------------------------------------ text */

static void write_row(struct column *column, duckdb_vector vector, const void *data, idx_t row)
{
    size_t size;

    if (column->shape.children != NULL) {
        text_write_json(&column->values, &column->shape, vector, row);
    } else if (column->shape.type == DUCKDB_TYPE_BLOB) {
        const char *bytes = text_of_string(&((const duckdb_string_t *)data)[row], &size);
        buf_append(&column->values, bytes, size);
    } else {
        text_write(&column->values, &column->shape, data, row);
    }
}

static int read_text(struct column *column, duckdb_vector vector, idx_t start, idx_t count,
                     size_t *room, struct aorta_column *out, struct aorta_error *error)
{
    const void *data = duckdb.vector_get_data(vector);
    int32_t *offsets = space(&column->offsets, (count + 1) * sizeof *offsets);

    buf_reset(&column->values);
    offsets[0] = 0;
    for (idx_t i = 0; i < count; i++) {
        if (!aorta_is_null(out, (int64_t)i))
            write_row(column, vector, data, start + i);
        if (column->values.size > *room && count > 1)
            return 0;
        if (column->values.size > INT32_MAX)
            return aorta_fail(error, AORTA_DATA, "a value has %zu bytes, at most %d are possible",
                              column->values.size, INT32_MAX);
        offsets[i + 1] = (int32_t)column->values.size;
    }
    *room -= column->values.size < *room ? column->values.size : *room;
    out->values = column->values.data;
    out->offsets = offsets;
    return 1;
}

int column_read(struct column *column, duckdb_vector vector, idx_t start, idx_t count, size_t *room,
                struct aorta_column *out, struct aorta_error *error)
{
    const void *data = duckdb.vector_get_data(vector);
    const uint8_t *bits = (const uint8_t *)duckdb.vector_get_validity(vector);
    int unit = find_unit(column->shape.type);

    *out = (struct aorta_column){.validity = read_validity(column, bits, start, count)};
    if (unit >= 0) {
        int done = read_in_unit(column, unit, (const int64_t *)data + start, out, count, error);
        out->values = column->values.data;
        return done;
    }
    out->values = read_fixed(column, data, start, count);
    if (out->values != NULL)
        return 1;
    return read_text(column, vector, start, count, room, out, error);
}

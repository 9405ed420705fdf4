#include "duckdb/fill.h"

#include "duckdb/decimal.h"
#include "duckdb/library.h"
#include "duckdb/uuid.h"

#include "base/utf8.h"

#include <string.h>

/* A value is fine in [least, greatest], or if it is `besides` (minus infinity). */
struct fill_range {
    int64_t least;
    int64_t greatest;
    int64_t besides;
};

struct fill_pair {
    enum aorta_type from;
    duckdb_type to;
    int (*values)(struct fill *fill);
    struct fill_range range; /* DATE, TIME and the timestamps */
};

static int fail_row(struct fill *fill, idx_t row, const char *problem)
{
    fill->bad_row = row;
    fill->problem = problem;
    return -1;
}

static bool is_null(const struct fill *fill, idx_t row)
{
    return aorta_is_null(fill->from, (int64_t)(fill->start + row));
}

/* ------------------------------------------------------------------------- values of fixed width */

static int fill_bool(struct fill *fill)
{
    const uint8_t *bits = (const uint8_t *)fill->from->values + fill->start / 8;
    uint8_t *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++)
        target[i] = bits[i / 8] >> (i % 8) & 1;
    return 0;
}

static int fill_4_bytes(struct fill *fill)
{
    memcpy(duckdb.vector_get_data(fill->to), (const int32_t *)fill->from->values + fill->start,
           fill->count * sizeof(int32_t));
    return 0;
}

static int fill_8_bytes(struct fill *fill)
{
    memcpy(duckdb.vector_get_data(fill->to), (const int64_t *)fill->from->values + fill->start,
           fill->count * sizeof(int64_t));
    return 0;
}

static int fill_int32_as_int64(struct fill *fill)
{
    const int32_t *source = (const int32_t *)fill->from->values + fill->start;
    int64_t *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++)
        target[i] = source[i];
    return 0;
}

static int fill_int32_as_double(struct fill *fill)
{
    const int32_t *source = (const int32_t *)fill->from->values + fill->start;
    double *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++)
        target[i] = source[i];
    return 0;
}

static duckdb_hugeint hugeint_of(int128 number)
{
    return (duckdb_hugeint){.lower = (uint64_t)number, .upper = (int64_t)(number >> 64)};
}

static int fill_int32_as_hugeint(struct fill *fill)
{
    const int32_t *source = (const int32_t *)fill->from->values + fill->start;
    duckdb_hugeint *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++)
        target[i] = hugeint_of(source[i]);
    return 0;
}

static int fill_int64_as_hugeint(struct fill *fill)
{
    const int64_t *source = (const int64_t *)fill->from->values + fill->start;
    duckdb_hugeint *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++)
        target[i] = hugeint_of(source[i]);
    return 0;
}

static int fill_uuid(struct fill *fill)
{
    const uint8_t *source = (const uint8_t *)fill->from->values + fill->start * UUID_BYTES;
    duckdb_hugeint *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++) {
        duckdb_uhugeint number = uuid_number(source + i * UUID_BYTES);
        target[i] =
            (duckdb_hugeint){.lower = number.lower, .upper = (int64_t)(number.upper ^ UUID_FLIP)};
    }
    return 0;
}

/* ------------------------------------------------------------------------ values of any width */

static const char *text_at(const struct fill *fill, idx_t row, size_t *size)
{
    const int32_t *offsets = fill->from->offsets + fill->start + row;

    *size = (size_t)(offsets[1] - offsets[0]);
    return (const char *)fill->from->values + offsets[0];
}

/* Short strings lie in the vector itself; it points to long ones where they are. */
static void put_bytes(duckdb_string_t *target, const char *data, size_t size)
{
    *target = (duckdb_string_t){.value.inlined.length = (uint32_t)size};
    if (size <= sizeof target->value.inlined.inlined) {
        memcpy(target->value.inlined.inlined, data, size);
        return;
    }
    memcpy(target->value.pointer.prefix, data, sizeof target->value.pointer.prefix);
    memcpy(&target->value.pointer.ptr, &data, sizeof data);
}

static int fill_bytes(struct fill *fill)
{
    duckdb_string_t *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++) {
        size_t size;
        const char *data = text_at(fill, i, &size);
        if (!is_null(fill, i))
            put_bytes(&target[i], data, size);
    }
    return 0;
}

static bool is_ascii(const char *data, size_t size)
{
    uint64_t word, seen = 0;
    size_t i = 0;

    for (; i + sizeof word <= size; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        seen |= word;
    }
    for (; i < size; i++)
        seen |= (uint64_t)(unsigned char)data[i];
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

static int fill_text(struct fill *fill)
{
    duckdb_string_t *target = duckdb.vector_get_data(fill->to);

    for (idx_t i = 0; i < fill->count; i++) {
        size_t size;
        const char *data = text_at(fill, i, &size);
        if (is_null(fill, i))
            continue;
        if (!is_ascii(data, size) && !utf8_is_valid(data, size))
            return fail_row(fill, i, "is not UTF-8");
        put_bytes(&target[i], data, size);
    }
    return 0;
}

static void put_decimal(duckdb_type storage, void *target, idx_t row, int128 number)
{
    if (storage == DUCKDB_TYPE_SMALLINT)
        ((int16_t *)target)[row] = (int16_t)number;
    else if (storage == DUCKDB_TYPE_INTEGER)
        ((int32_t *)target)[row] = (int32_t)number;
    else if (storage == DUCKDB_TYPE_BIGINT)
        ((int64_t *)target)[row] = (int64_t)number;
    else
        ((duckdb_hugeint *)target)[row] = hugeint_of(number);
}

/* Into DECIMAL(width, scale), or HUGEINT: 38 digits without a fraction. */
static int fill_decimal(struct fill *fill)
{
    const bool is_integer = fill->shape->type == DUCKDB_TYPE_HUGEINT;
    const int width = is_integer ? DECIMAL_MAX_DIGITS : fill->shape->width;
    void *target = duckdb.vector_get_data(fill->to);
    struct decimal decimal;

    for (idx_t i = 0; i < fill->count; i++) {
        size_t size;
        const char *data = text_at(fill, i, &size);
        if (is_null(fill, i))
            continue;
        if (!decimal_parse(&decimal, data, size))
            return fail_row(fill, i, "is no decimal number of at most 38 digits");
        if (!decimal_rescale(&decimal, fill->shape->scale, width))
            return fail_row(fill, i, "does not fit the column without rounding");
        put_decimal(fill->shape->storage, target, i, decimal.unscaled);
    }
    return 0;
}

/* ----------------------------------------------------------------------------------------- pairs */

/* DuckDB's calendar ends at 5881580-07-10; its greatest value is infinity. Source: its date.hpp
 * and timestamp.cpp. */
#define DATES                              \
    {                                      \
        -2147483646, INT32_MAX, -INT32_MAX \
    }
#define TIMES                      \
    {                              \
        0, INT64_C(86400000000), 0 \
    }
#define TIMESTAMPS                                           \
    {                                                        \
        INT64_C(-9223372022400000000), INT64_MAX, -INT64_MAX \
    }
#define ANY     \
    {           \
        0, 0, 0 \
    }

static const struct fill_pair pairs[] = {
    {AORTA_BOOL, DUCKDB_TYPE_BOOLEAN, fill_bool, ANY},
    {AORTA_INT32, DUCKDB_TYPE_INTEGER, fill_4_bytes, ANY},
    {AORTA_INT32, DUCKDB_TYPE_BIGINT, fill_int32_as_int64, ANY},
    {AORTA_INT32, DUCKDB_TYPE_HUGEINT, fill_int32_as_hugeint, ANY},
    {AORTA_INT32, DUCKDB_TYPE_DOUBLE, fill_int32_as_double, ANY},
    {AORTA_INT64, DUCKDB_TYPE_BIGINT, fill_8_bytes, ANY},
    {AORTA_INT64, DUCKDB_TYPE_HUGEINT, fill_int64_as_hugeint, ANY},
    {AORTA_DOUBLE, DUCKDB_TYPE_DOUBLE, fill_8_bytes, ANY},
    {AORTA_DATE, DUCKDB_TYPE_DATE, fill_4_bytes, DATES},
    {AORTA_TIME, DUCKDB_TYPE_TIME, fill_8_bytes, TIMES},
    {AORTA_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP, fill_8_bytes, TIMESTAMPS},
    {AORTA_TIMESTAMPTZ, DUCKDB_TYPE_TIMESTAMP_TZ, fill_8_bytes, TIMESTAMPS},
    {AORTA_UUID, DUCKDB_TYPE_UUID, fill_uuid, ANY},
    {AORTA_TEXT, DUCKDB_TYPE_VARCHAR, fill_text, ANY},
    {AORTA_JSON, DUCKDB_TYPE_VARCHAR, fill_text, ANY},
    {AORTA_DECIMAL, DUCKDB_TYPE_VARCHAR, fill_text, ANY},
    {AORTA_DECIMAL, DUCKDB_TYPE_DECIMAL, fill_decimal, ANY},
    {AORTA_DECIMAL, DUCKDB_TYPE_HUGEINT, fill_decimal, ANY},
    {AORTA_BYTES, DUCKDB_TYPE_BLOB, fill_bytes, ANY},
};

const struct fill_pair *fill_find(enum aorta_type type, const struct shape *shape)
{
    if (shape->is_json && type != AORTA_JSON)
        return NULL;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].from == type && pairs[i].to == shape->type)
            return &pairs[i];
    return NULL;
}

static int check_range(const struct fill_range *range, bool is_32_bits, struct fill *fill)
{
    const int32_t *narrow = (const int32_t *)fill->from->values + fill->start;
    const int64_t *wide = (const int64_t *)fill->from->values + fill->start;

    for (idx_t i = 0; i < fill->count; i++) {
        int64_t value = is_32_bits ? narrow[i] : wide[i];
        if ((value < range->least || value > range->greatest) && value != range->besides &&
            !is_null(fill, i))
            return fail_row(fill, i, "is out of range");
    }
    return 0;
}

static void fill_validity(struct fill *fill)
{
    const uint8_t *bits = fill->from->validity + fill->start / 8;

    duckdb.vector_ensure_validity_writable(fill->to);
    memcpy(duckdb.vector_get_validity(fill->to), bits, (fill->count + 7) / 8);
}

int fill_run(const struct fill_pair *pair, struct fill *fill)
{
    if (pair->range.greatest > 0 && check_range(&pair->range, pair->from == AORTA_DATE, fill) < 0)
        return -1;
    if (fill->from->validity != NULL)
        fill_validity(fill);
    return pair->values(fill);
}

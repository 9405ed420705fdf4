#include "duckdb/text.h"

#include "duckdb/decimal.h"
#include "duckdb/library.h"
#include "duckdb/uuid.h"

#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *text_of_string(const duckdb_string_t *string, size_t *size)
{
    *size = string->value.inlined.length;
    return *size <= sizeof string->value.inlined.inlined ? string->value.inlined.inlined
                                                         : string->value.pointer.ptr;
}

/* ------------------------------------------------------------------------------------- numbers */

static void write_number(struct buf *out, bool is_negative, uint128 magnitude, int scale)
{
    char text[DECIMAL_TEXT_SIZE];

    buf_append(out, text, decimal_format(text, is_negative, magnitude, scale));
}

static void write_signed(struct buf *out, int128 number, int scale)
{
    write_number(out, number < 0, number < 0 ? -(uint128)number : (uint128)number, scale);
}

static int128 hugeint(const duckdb_hugeint *number)
{
    return (int128)((uint128)(uint64_t)number->upper << 64 | number->lower);
}

/* The integer at that row of a vector of this type, which is one of the signed ones. */
static int128 signed_at(duckdb_type type, const void *data, idx_t row)
{
    if (type == DUCKDB_TYPE_TINYINT)
        return ((const int8_t *)data)[row];
    if (type == DUCKDB_TYPE_SMALLINT)
        return ((const int16_t *)data)[row];
    if (type == DUCKDB_TYPE_INTEGER)
        return ((const int32_t *)data)[row];
    if (type == DUCKDB_TYPE_BIGINT)
        return ((const int64_t *)data)[row];
    return hugeint(&((const duckdb_hugeint *)data)[row]);
}

static uint128 unsigned_at(duckdb_type type, const void *data, idx_t row)
{
    if (type == DUCKDB_TYPE_UTINYINT)
        return ((const uint8_t *)data)[row];
    if (type == DUCKDB_TYPE_USMALLINT)
        return ((const uint16_t *)data)[row];
    if (type == DUCKDB_TYPE_UINTEGER)
        return ((const uint32_t *)data)[row];
    if (type == DUCKDB_TYPE_UBIGINT)
        return ((const uint64_t *)data)[row];
    const duckdb_uhugeint *number = &((const duckdb_uhugeint *)data)[row];
    return (uint128)number->upper << 64 | number->lower;
}

enum { FLOAT_TEXT_BYTES = 32 };

static void write_double(struct buf *out, double number)
{
    char text[32];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) >= number && strtod(text, NULL) <= number)
            break;
    }
    buf_append_str(out, text);
}

static void format_float(char text[FLOAT_TEXT_BYTES], float number)
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, FLOAT_TEXT_BYTES, "%.*g", digits, (double)number);
        float back = strtof(text, NULL);
        if (back >= number && back <= number)
            break;
    }
}

static void write_float(struct buf *out, float number)
{
    char text[FLOAT_TEXT_BYTES];

    format_float(text, number);
    buf_append_str(out, text);
}

double text_widen_float(float number)
{
    char text[FLOAT_TEXT_BYTES];

    format_float(text, number);
    double wide = strtod(text, NULL);
    bool is_same = (float)wide >= number && (float)wide <= number;
    return is_same ? wide : (double)number; /* not a number, or rounded twice */
}

/* ------------------------------------------------------------------------------- dates and times */

/* hh:mm:ss and as much of a fraction as there is. */
static void write_clock(struct buf *out, uint64_t us)
{
    uint64_t seconds = us / CLOCK_US_PER_SECOND, fraction = us % CLOCK_US_PER_SECOND;

    buf_printf(out, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600, seconds / 60 % 60,
               seconds % 60);
    if (fraction == 0)
        return;
    buf_printf(out, ".%06" PRIu64, fraction);
    while (out->data[out->size - 1] == '0')
        buf_truncate(out, out->size - 1);
}

static void write_date(struct buf *out, int32_t days)
{
    char text[CLOCK_TEXT_SIZE];

    if (days == INT32_MAX || days == -INT32_MAX)
        buf_append_str(out, days > 0 ? "infinity" : "-infinity");
    else
        buf_append_str(out, clock_format_date(text, days));
}

/* A count of `per_second` parts of a second since 1970. */
static void write_timestamp(struct buf *out, int64_t count, int64_t per_second)
{
    const int64_t per_day = per_second * 86400;
    int64_t day = count / per_day - (count % per_day < 0);
    int64_t rest = count - day * per_day;

    if (count == INT64_MAX || count == -INT64_MAX) {
        buf_append_str(out, count > 0 ? "infinity" : "-infinity");
        return;
    }
    write_date(out, (int32_t)day);
    buf_append_char(out, ' ');
    if (per_second > CLOCK_US_PER_SECOND)
        rest /= per_second / CLOCK_US_PER_SECOND;
    else
        rest *= CLOCK_US_PER_SECOND / per_second;
    write_clock(out, (uint64_t)rest);
}

static void write_time_tz(struct buf *out, duckdb_time_tz time)
{
    duckdb_time_tz_struct parts = duckdb.from_time_tz(time);
    int offset = abs(parts.offset);

    write_clock(out, (uint64_t)((parts.time.hour * 60 + parts.time.min) * 60 + parts.time.sec) *
                             CLOCK_US_PER_SECOND +
                         (uint64_t)parts.time.micros);
    buf_printf(out, "%c%02d", parts.offset < 0 ? '-' : '+', offset / 3600);
    if (offset % 3600 != 0)
        buf_printf(out, ":%02d", offset / 60 % 60);
    if (offset % 60 != 0)
        buf_printf(out, ":%02d", offset % 60);
}

static void write_interval_part(struct buf *out, size_t start, int32_t count, const char *unit)
{
    if (count == 0)
        return;
    buf_printf(out, "%s%" PRId32 " %s%s", out->size > start ? " " : "", count, unit,
               count == 1 || count == -1 ? "" : "s");
}

static void write_interval(struct buf *out, const duckdb_interval *interval)
{
    size_t start = out->size;
    int64_t us = interval->micros;

    write_interval_part(out, start, interval->months / 12, "year");
    write_interval_part(out, start, interval->months % 12, "month");
    write_interval_part(out, start, interval->days, "day");
    if (us == 0 && out->size > start)
        return;
    buf_append_str(out, out->size > start ? " " : "");
    buf_append_str(out, us < 0 ? "-" : "");
    write_clock(out, us < 0 ? -(uint64_t)us : (uint64_t)us);
}

/* ---------------------------------------------------------------------------------------- others */

static void write_uuid(struct buf *out, const duckdb_hugeint *number)
{
    uint64_t high = (uint64_t)number->upper ^ UUID_FLIP;

    buf_printf(out, "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
               high >> 32, high >> 16 & 0xffff, high & 0xffff, number->lower >> 48,
               number->lower & UINT64_C(0xffffffffffff));
}

/* Printable ASCII as it is, any other byte as \xHH. */
static void write_blob(struct buf *out, const duckdb_string_t *string)
{
    size_t size;
    const char *bytes = text_of_string(string, &size);

    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte >= ' ' && byte <= '~' && byte != '\\' && byte != '\'' && byte != '"')
            buf_append_char(out, bytes[i]);
        else
            buf_printf(out, "\\x%02X", byte);
    }
}

/* The first byte says how many bits of the second are padding. */
static void write_bits(struct buf *out, const duckdb_string_t *string)
{
    size_t size;
    const char *bytes = text_of_string(string, &size);

    for (size_t bit = (size_t)bytes[0]; bit < (size - 1) * 8; bit++)
        buf_append_char(out, bytes[1 + bit / 8] >> (7 - bit % 8) & 1 ? '1' : '0');
}

static void write_string(struct buf *out, const duckdb_string_t *string)
{
    size_t size;
    const char *text = text_of_string(string, &size);

    buf_append(out, text, size);
}

void text_write(struct buf *out, const struct shape *shape, const void *data, idx_t row)
{
    const int64_t *counts = data; /* of the types that are 64 bits since an epoch */

    switch ((int)shape->type) {
    case DUCKDB_TYPE_BOOLEAN:
        buf_append_str(out, ((const bool *)data)[row] ? "true" : "false");
        break;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_HUGEINT: write_signed(out, signed_at(shape->type, data, row), 0); break;
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_UHUGEINT:
        write_number(out, false, unsigned_at(shape->type, data, row), 0);
        break;
    case DUCKDB_TYPE_DECIMAL:
        write_signed(out, signed_at(shape->storage, data, row), shape->scale);
        break;
    case DUCKDB_TYPE_FLOAT: write_float(out, ((const float *)data)[row]); break;
    case DUCKDB_TYPE_DOUBLE: write_double(out, ((const double *)data)[row]); break;
    case DUCKDB_TYPE_DATE: write_date(out, ((const int32_t *)data)[row]); break;
    case DUCKDB_TYPE_TIME: write_clock(out, (uint64_t)counts[row]); break;
    case DUCKDB_TYPE_TIME_NS: write_clock(out, (uint64_t)counts[row] / 1000); break;
    case DUCKDB_TYPE_TIME_TZ: write_time_tz(out, ((const duckdb_time_tz *)data)[row]); break;
    case DUCKDB_TYPE_TIMESTAMP: write_timestamp(out, counts[row], 1000000); break;
    case DUCKDB_TYPE_TIMESTAMP_S: write_timestamp(out, counts[row], 1); break;
    case DUCKDB_TYPE_TIMESTAMP_MS: write_timestamp(out, counts[row], 1000); break;
    case DUCKDB_TYPE_TIMESTAMP_NS: write_timestamp(out, counts[row], 1000000000); break;
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        write_timestamp(out, counts[row], 1000000);
        buf_append_str(out, "+00");
        break;
    case DUCKDB_TYPE_INTERVAL: write_interval(out, &((const duckdb_interval *)data)[row]); break;
    case DUCKDB_TYPE_UUID: write_uuid(out, &((const duckdb_hugeint *)data)[row]); break;
    case DUCKDB_TYPE_ENUM:
        buf_append_str(out, shape->child_names[unsigned_at(shape->storage, data, row)]);
        break;
    case DUCKDB_TYPE_BIT: write_bits(out, &((const duckdb_string_t *)data)[row]); break;
    case DUCKDB_TYPE_BLOB: write_blob(out, &((const duckdb_string_t *)data)[row]); break;
    case DUCKDB_TYPE_VARCHAR: write_string(out, &((const duckdb_string_t *)data)[row]); break;
    }
}

/* ------------------------------------------------------------------------------------------ JSON */

static bool is_null(duckdb_vector vector, idx_t row)
{
    const uint64_t *validity = duckdb.vector_get_validity(vector);

    return validity != NULL && (validity[row / 64] >> (row % 64) & 1) == 0;
}

/* Whether the text of such a value is JSON already. */
static bool is_bare(const struct shape *shape, const void *data, idx_t row)
{
    switch ((int)shape->type) {
    case DUCKDB_TYPE_FLOAT: return isfinite(((const float *)data)[row]);
    case DUCKDB_TYPE_DOUBLE: return isfinite(((const double *)data)[row]);
    case DUCKDB_TYPE_VARCHAR: return shape->is_json;
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_DECIMAL: return true;
    default: return false;
    }
}

static void write_json_scalar(struct buf *out, const struct shape *shape, duckdb_vector vector,
                              idx_t row)
{
    const void *data = duckdb.vector_get_data(vector);
    struct buf text;

    if (is_bare(shape, data, row)) {
        text_write(out, shape, data, row);
        return;
    }
    if (shape->type == DUCKDB_TYPE_FLOAT || shape->type == DUCKDB_TYPE_DOUBLE) {
        buf_append_str(out, "null");
        return;
    }
    buf_init(&text);
    text_write(&text, shape, data, row);
    json_escape(out, text.data, text.size);
    buf_release(&text);
}

static void write_json_list(struct buf *out, const struct shape *element, duckdb_vector child,
                            idx_t start, idx_t count)
{
    buf_append_char(out, '[');
    for (idx_t i = 0; i < count; i++) {
        buf_append_str(out, i > 0 ? "," : "");
        text_write_json(out, element, child, start + i);
    }
    buf_append_char(out, ']');
}

static void write_json_struct(struct buf *out, const struct shape *shape, duckdb_vector vector,
                              idx_t row)
{
    buf_append_char(out, '{');
    for (idx_t i = 0; i < shape->child_count; i++) {
        buf_append_str(out, i > 0 ? "," : "");
        json_escape(out, shape->child_names[i], strlen(shape->child_names[i]));
        buf_append_char(out, ':');
        text_write_json(out, &shape->children[i], duckdb.struct_vector_get_child(vector, i), row);
    }
    buf_append_char(out, '}');
}

/* A map is a list of structs of key and value. Keys become strings, whatever they are. */
static void write_json_map(struct buf *out, const struct shape *shape, duckdb_vector vector,
                           duckdb_list_entry entry)
{
    duckdb_vector pairs = duckdb.list_vector_get_child(vector);
    duckdb_vector keys = duckdb.struct_vector_get_child(pairs, 0);
    duckdb_vector values = duckdb.struct_vector_get_child(pairs, 1);
    struct buf key;

    buf_init(&key);
    buf_append_char(out, '{');
    for (idx_t i = 0; i < entry.length; i++) {
        buf_append_str(out, i > 0 ? "," : "");
        buf_reset(&key);
        if (shape->children[0].children != NULL)
            text_write_json(&key, &shape->children[0], keys, entry.offset + i);
        else
            text_write(&key, &shape->children[0], duckdb.vector_get_data(keys), entry.offset + i);
        json_escape(out, key.data, key.size);
        buf_append_char(out, ':');
        text_write_json(out, &shape->children[1], values, entry.offset + i);
    }
    buf_append_char(out, '}');
    buf_release(&key);
}

/* A union is a struct of the tag and the members. */
static void write_json_union(struct buf *out, const struct shape *shape, duckdb_vector vector,
                             idx_t row)
{
    const uint8_t *tags = duckdb.vector_get_data(duckdb.struct_vector_get_child(vector, 0));
    idx_t member = tags[row];

    text_write_json(out, &shape->children[member],
                    duckdb.struct_vector_get_child(vector, member + 1), row);
}

void text_write_json(struct buf *out, const struct shape *shape, duckdb_vector vector, idx_t row)
{
    if (is_null(vector, row)) {
        buf_append_str(out, "null");
        return;
    }
    switch ((int)shape->type) {
    case DUCKDB_TYPE_LIST: {
        duckdb_list_entry entry = ((const duckdb_list_entry *)duckdb.vector_get_data(vector))[row];
        write_json_list(out, shape->children, duckdb.list_vector_get_child(vector), entry.offset,
                        entry.length);
        break;
    }
    case DUCKDB_TYPE_ARRAY:
        write_json_list(out, shape->children, duckdb.array_vector_get_child(vector),
                        row * shape->array_size, shape->array_size);
        break;
    case DUCKDB_TYPE_MAP:
        write_json_map(out, shape, vector,
                       ((const duckdb_list_entry *)duckdb.vector_get_data(vector))[row]);
        break;
    case DUCKDB_TYPE_STRUCT: write_json_struct(out, shape, vector, row); break;
    case DUCKDB_TYPE_UNION: write_json_union(out, shape, vector, row); break;
    default: write_json_scalar(out, shape, vector, row); break;
    }
}

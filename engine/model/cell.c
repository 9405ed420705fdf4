#include "model/cell.h"

#include "base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static const char *text_at(const struct aorta_column *column, int64_t row, size_t *size)
{
    *size = (size_t)(column->offsets[row + 1] - column->offsets[row]);
    return (const char *)column->values + column->offsets[row];
}

static bool bit_at(const struct aorta_column *column, int64_t row)
{
    return ((const uint8_t *)column->values)[row >> 3] >> (row & 7) & 1;
}

static void append_hex(struct buf *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buf_printf(out, "%02x", bytes[i]);
}

static void append_uuid(struct buf *out, const uint8_t bytes[16])
{
    static const size_t group_sizes[] = {4, 2, 2, 2, 6};

    for (size_t group = 0; group < 5; group++) {
        if (group > 0)
            buf_append_char(out, '-');
        append_hex(out, bytes, group_sizes[group]);
        bytes += group_sizes[group];
    }
}

/* The shortest of 15 to 17 digits that reads back as the same number. */
static void append_double(struct buf *out, double number)
{
    char text[32];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buf_append_str(out, text);
}

static void append_time(struct buf *out, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format_sql(text, us, us % CLOCK_US_PER_SECOND == 0 ? 0 : 6);
    buf_append_str(out, text + sizeof "1970-01-01"); /* and the space behind it */
}

static void append_timestamp(struct buf *out, int64_t us, bool has_zone)
{
    char text[CLOCK_TEXT_SIZE];

    buf_append_str(out, clock_format_sql(text, us, us % CLOCK_US_PER_SECOND == 0 ? 0 : 6));
    if (has_zone)
        buf_append_str(out, "+00");
}

bool cell_text(const struct aorta_batch *batch, int64_t row, int32_t column, struct buf *out)
{
    const struct aorta_column *cells = &batch->columns[column];
    enum aorta_type type = batch->fields[column].type;
    char date[CLOCK_TEXT_SIZE];
    const char *text;
    size_t size;

    if (aorta_is_null(cells, row))
        return false;
    switch (type) {
    case AORTA_BOOL: buf_append_str(out, bit_at(cells, row) ? "true" : "false"); break;
    case AORTA_INT32: buf_printf(out, "%" PRId32, ((const int32_t *)cells->values)[row]); break;
    case AORTA_INT64: buf_printf(out, "%" PRId64, ((const int64_t *)cells->values)[row]); break;
    case AORTA_DOUBLE: append_double(out, ((const double *)cells->values)[row]); break;
    case AORTA_DATE:
        buf_append_str(out, clock_format_date(date, ((const int32_t *)cells->values)[row]));
        break;
    case AORTA_TIME: append_time(out, ((const int64_t *)cells->values)[row]); break;
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ:
        append_timestamp(out, ((const int64_t *)cells->values)[row], type == AORTA_TIMESTAMPTZ);
        break;
    case AORTA_UUID: append_uuid(out, (const uint8_t *)cells->values + row * 16); break;
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
        text = text_at(cells, row, &size);
        buf_append(out, text, size);
        break;
    case AORTA_BYTES:
        text = text_at(cells, row, &size);
        append_hex(out, (const uint8_t *)text, size);
        break;
    }
    return true;
}

static bool is_number(enum aorta_type type)
{
    return type == AORTA_BOOL || type == AORTA_INT32 || type == AORTA_INT64 ||
           type == AORTA_DOUBLE || type == AORTA_DECIMAL;
}

/* JSON has neither NaN nor infinities. */
static bool is_no_number(const struct aorta_column *cells, enum aorta_type type, int64_t row)
{
    return type == AORTA_DOUBLE && !isfinite(((const double *)cells->values)[row]);
}

const char *cell_copy(const struct aorta_batch *batch, int64_t row, int32_t column,
                      struct arena *arena)
{
    const char *text = NULL;
    struct buf buf;

    buf_init(&buf);
    if (cell_text(batch, row, column, &buf))
        text = arena_strndup(arena, buf.size > 0 ? buf.data : "", buf.size);
    buf_release(&buf);
    return text;
}

void cell_json(const struct aorta_batch *batch, int64_t row, int32_t column,
               struct json_writer *json)
{
    enum aorta_type type = batch->fields[column].type;
    struct buf text;

    buf_init(&text);
    if (!cell_text(batch, row, column, &text) || is_no_number(&batch->columns[column], type, row))
        json_write_null(json);
    else if (is_number(type) || type == AORTA_JSON)
        json_write_raw(json, text.data, text.size);
    else
        json_write_strn(json, text.data, text.size);
    buf_release(&text);
}

/* Casting a double past the range of int64_t is undefined. */
static int64_t int_from_double(double number)
{
    if (isnan(number))
        return 0;
    if (number >= 0x1p63)
        return INT64_MAX;
    return number <= -0x1p63 ? INT64_MIN : (int64_t)number;
}

int64_t cell_int(const struct aorta_batch *batch, int64_t row, int32_t column)
{
    const struct aorta_column *cells = &batch->columns[column];
    struct buf text;
    int64_t result;

    if (aorta_is_null(cells, row))
        return 0;
    switch (batch->fields[column].type) {
    case AORTA_BOOL: return bit_at(cells, row);
    case AORTA_INT32:
    case AORTA_DATE: return ((const int32_t *)cells->values)[row];
    case AORTA_INT64:
    case AORTA_TIME:
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: return ((const int64_t *)cells->values)[row];
    case AORTA_DOUBLE: return int_from_double(((const double *)cells->values)[row]);
    case AORTA_UUID:
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES: break;
    }
    buf_init(&text);
    cell_text(batch, row, column, &text);
    result = strtoll(text.data, NULL, 10);
    buf_release(&text);
    return result;
}

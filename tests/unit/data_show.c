#include "data_show.h"

#include "base/clock.h"

static void show_text(struct buf *out, enum aorta_type type, const struct aorta_column *column,
                      int64_t row)
{
    const char *bytes = column->values;
    int32_t start = column->offsets[row], end = column->offsets[row + 1];

    if (type != AORTA_BYTES) {
        buf_append(out, bytes + start, (size_t)(end - start));
        return;
    }
    for (int32_t i = start; i < end; i++)
        buf_printf(out, "%02x", (unsigned char)bytes[i]);
}

void show_value(struct buf *out, enum aorta_type type, const struct aorta_column *column,
                int64_t row)
{
    const uint8_t *bytes = column->values;
    const int32_t *int32s = column->values;
    const int64_t *int64s = column->values;
    const double *doubles = column->values;
    char text[CLOCK_TEXT_SIZE];

    if (aorta_is_null(column, row)) {
        buf_append_str(out, "null");
        return;
    }
    switch (type) {
    case AORTA_BOOL:
        buf_append_str(out, (bytes[row >> 3] >> (row & 7) & 1) != 0 ? "true" : "false");
        break;
    case AORTA_INT32: buf_printf(out, "%d", int32s[row]); break;
    case AORTA_INT64: buf_printf(out, "%lld", (long long)int64s[row]); break;
    case AORTA_DOUBLE: buf_printf(out, "%.17g", doubles[row]); break;
    case AORTA_DATE: buf_append_str(out, clock_format_date(text, int32s[row])); break;
    case AORTA_TIME: buf_append_str(out, clock_format_iso(text, int64s[row], 6) + 11); break;
    case AORTA_TIMESTAMP: buf_append_str(out, clock_format_sql(text, int64s[row], 6)); break;
    case AORTA_TIMESTAMPTZ: buf_append_str(out, clock_format_iso(text, int64s[row], 6)); break;
    case AORTA_UUID:
        for (int i = 0; i < 16; i++)
            buf_printf(out, "%02x", bytes[row * 16 + i]);
        break;
    case AORTA_TEXT:
    case AORTA_JSON:
    case AORTA_DECIMAL:
    case AORTA_BYTES: show_text(out, type, column, row); break;
    }
}

void show_batch(struct buf *out, const struct aorta_batch *batch)
{
    for (int64_t row = 0; row < batch->row_count; row++) {
        for (int32_t i = 0; i < batch->column_count; i++) {
            if (i > 0)
                buf_append_char(out, '|');
            show_value(out, batch->fields[i].type, &batch->columns[i], row);
        }
        buf_append_char(out, '\n');
    }
}

#include "model/cell.h"
#include "test.h"

/* One row of every type; the second row is null. */
static const int32_t text_offsets[] = {0, 3, 3};
static const uint8_t first_only[] = {1};
static const uint8_t uuid[32] = {0x36, 0x47, 0xe5, 0x78, 0xdf, 0x15, 0x18, 0x72,
                                 0x87, 0xc2, 0x18, 0xcb, 0x62, 0x43, 0xe1, 0x6f};

static void check_cell(enum aorta_type type, const void *values, const char *text, const char *json,
                       int64_t integer)
{
    struct aorta_field field = {"c", type};
    struct aorta_column column = {first_only, values, text_offsets};
    struct aorta_batch batch = {2, 1, &field, &column};
    struct json_writer writer;
    struct buf out;

    buf_init(&out);
    check(cell_text(&batch, 0, 0, &out));
    check_str(out.data, text);
    buf_reset(&out);
    check(!cell_text(&batch, 1, 0, &out));
    check_str(out.data, "");
    json_writer_init(&writer, &out);
    json_write_array(&writer);
    cell_json(&batch, 0, 0, &writer);
    cell_json(&batch, 1, 0, &writer);
    json_write_end(&writer);
    check_str(out.data, json);
    buf_release(&out);
    check_int(cell_int(&batch, 0, 0), integer);
    check_int(cell_int(&batch, 1, 0), 0);
}

TEST("a cell of each type is read as text, as JSON and as a number")
{
    check_cell(AORTA_BOOL, (const uint8_t[]){1}, "true", "[true,null]", 1);
    check_cell(AORTA_INT32, (const int32_t[]){-5, 0}, "-5", "[-5,null]", -5);
    check_cell(AORTA_INT64, (const int64_t[]){INT64_MIN, 0}, "-9223372036854775808",
               "[-9223372036854775808,null]", INT64_MIN);
    check_cell(AORTA_DOUBLE, (const double[]){0.1, 0}, "0.1", "[0.1,null]", 0);
    check_cell(AORTA_DOUBLE, (const double[]){1e300, 0}, "1e+300", "[1e+300,null]", INT64_MAX);
    check_cell(AORTA_DATE, (const int32_t[]){19814, 0}, "2024-04-01", "[\"2024-04-01\",null]",
               19814);
    check_cell(AORTA_TIME, (const int64_t[]){45000000000, 0}, "12:30:00", "[\"12:30:00\",null]",
               45000000000);
    check_cell(AORTA_TIMESTAMP, (const int64_t[]){1711974600123456, 0},
               "2024-04-01 12:30:00.123456", "[\"2024-04-01 12:30:00.123456\",null]",
               1711974600123456);
    check_cell(AORTA_TIMESTAMPTZ, (const int64_t[]){1711974600000000, 0}, "2024-04-01 12:30:00+00",
               "[\"2024-04-01 12:30:00+00\",null]", 1711974600000000);
    check_cell(AORTA_UUID, uuid, "3647e578-df15-1872-87c2-18cb6243e16f",
               "[\"3647e578-df15-1872-87c2-18cb6243e16f\",null]", 3647);
    check_cell(AORTA_TEXT, "4\"b", "4\"b", "[\"4\\\"b\",null]", 4);
    check_cell(AORTA_JSON, "[1]", "[1]", "[[1],null]", 0);
    check_cell(AORTA_DECIMAL, "1.5", "1.5", "[1.5,null]", 1);
    check_cell(AORTA_BYTES, "\x01\xff ", "01ff20", "[\"01ff20\",null]", 1);
}

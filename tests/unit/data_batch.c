#include "data/batch.h"
#include "data/schema.h"
#include "data_show.h"
#include "test.h"

#include "base/limits.h"

#include <string.h>

static const struct aorta_field fields[] = {
    {"b", AORTA_BOOL},   {"i", AORTA_INT32}, {"l", AORTA_INT64},
    {"d", AORTA_DOUBLE}, {"u", AORTA_UUID},  {"t", AORTA_TEXT},
};

static void append_example(struct batch *batch, int64_t n)
{
    uint8_t uuid[16] = {0xab};
    char text[32];

    if (n % 3 == 2) {
        for (int i = 0; i < batch->column_count; i++)
            column_append_null(&batch->columns[i]);
    } else {
        column_append_bool(&batch->columns[0], n % 2 == 0);
        column_append_int(&batch->columns[1], n);
        column_append_int(&batch->columns[2], n << 40);
        column_append_double(&batch->columns[3], (double)n / 2);
        column_append_uuid(&batch->columns[4], uuid);
        snprintf(text, sizeof text, "row %lld", (long long)n);
        column_append_str(&batch->columns[5], text);
    }
    batch_end_row(batch);
}

static void check_rows(struct batch *batch, const char *wanted)
{
    struct aorta_batch view = batch_view(batch);
    struct buf out;

    buf_init(&out);
    show_batch(&out, &view);
    check_str(out.data, wanted);
    buf_release(&out);
}

TEST("a batch gives back what was appended, nulls included")
{
    struct batch batch;

    batch_init(&batch, fields, 6);
    for (int n = 0; n < 3; n++)
        append_example(&batch, n);
    check_rows(&batch, "true|0|0|0|ab000000000000000000000000000000|row 0\n"
                       "false|1|1099511627776|0.5|ab000000000000000000000000000000|row 1\n"
                       "null|null|null|null|null|null\n");
    batch_release(&batch);
}

TEST("a batch grows over many rows, is emptied and used again")
{
    struct batch batch;
    struct buf first, second;

    buf_init(&first);
    buf_init(&second);
    batch_init(&batch, fields, 6);
    for (int64_t n = 0; n < 5000; n++)
        append_example(&batch, n);
    struct aorta_batch view = batch_view(&batch);
    show_batch(&first, &view);
    check_contains(first.data, "\nfalse|4999|5496458627252224|2499.5|");
    batch_reset(&batch);
    check_int(batch_view(&batch).row_count, 0);
    for (int64_t n = 0; n < 5000; n++)
        append_example(&batch, n);
    view = batch_view(&batch);
    show_batch(&second, &view);
    check_str(second.data, first.data);
    batch_release(&batch);
    buf_release(&first);
    buf_release(&second);
}

TEST("a row that is dropped in its middle leaves no trace")
{
    struct batch batch;

    batch_init(&batch, fields, 6);
    append_example(&batch, 0);
    column_append_null(&batch.columns[0]);
    column_append_int(&batch.columns[1], 7);
    batch_drop_row(&batch);
    append_example(&batch, 1);
    check_rows(&batch, "true|0|0|0|ab000000000000000000000000000000|row 0\n"
                       "false|1|1099511627776|0.5|ab000000000000000000000000000000|row 1\n");
    check(batch_view(&batch).columns[0].validity == NULL);
    batch_release(&batch);
}

TEST("a batch is full at the limit of rows, and at half of the limit of bytes")
{
    struct aorta_field text = {"t", AORTA_TEXT};
    struct batch batch;
    char mebibyte[1024];

    batch_init(&batch, &text, 1);
    for (int64_t n = 0; n < LIMIT_BATCH_ROWS; n++) {
        check(!batch_is_full(&batch));
        column_append_null(&batch.columns[0]);
        batch_end_row(&batch);
    }
    check(batch_is_full(&batch));
    batch_reset(&batch);
    memset(mebibyte, 'x', sizeof mebibyte);
    while (!batch_is_full(&batch)) {
        column_append_text(&batch.columns[0], mebibyte, sizeof mebibyte);
        batch_end_row(&batch);
    }
    size_t size = column_size_bytes(&batch.columns[0]);
    check(size >= LIMIT_BATCH_BYTES / 2 && size < LIMIT_BATCH_BYTES / 2 + 2 * sizeof mebibyte);
    batch_release(&batch);
}

TEST("a schema keeps columns in order and refuses what makes no sense")
{
    struct schema schema;
    struct err err;

    schema_init(&schema);
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", i);
        check_ok(
            schema_add(&schema, &(struct schema_column){.name = name, .type = AORTA_DATE}, &err));
    }
    check_str(schema.columns[39].name, "c39");
    check(schema_find(&schema, "c7") == &schema.columns[7]);
    check(schema_find(&schema, "c40") == NULL);
    check_fails(schema_add(&schema, &(struct schema_column){.name = "c3"}, &err), ERR_CONFIG,
                "column \"c3\" is there twice");
    check_fails(schema_add(&schema, &(struct schema_column){.name = ""}, &err), ERR_CONFIG,
                "column 41 has an empty name");
    check_fails(schema_add(&schema, &(struct schema_column){.name = "p", .path = "a..b"}, &err),
                ERR_CONFIG, "path \"a..b\" has an empty part");
    schema_release(&schema);
}

TEST("types are known by the names that people write")
{
    enum aorta_type type;
    struct err err;

    check_ok(schema_type_parse("integer", &type, &err));
    check_int(type, AORTA_INT32);
    check_ok(schema_type_parse("BIGINT", &type, &err));
    check_int(type, AORTA_INT64);
    check_ok(schema_type_parse("timestamptz", &type, &err));
    check_int(type, AORTA_TIMESTAMPTZ);
    check_fails(schema_type_parse("bigit", &type, &err), ERR_CONFIG,
                "no type \"bigit\"; did you mean \"bigint\"?");
    for (int i = 0; i < AORTA_TYPES; i++) {
        check_ok(schema_type_parse(schema_type_name((enum aorta_type)i), &type, &err));
        check_int(type, i);
    }
}

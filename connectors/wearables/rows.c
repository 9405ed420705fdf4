#include "rows.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void rows_init(struct rows *rows, const struct aorta_field *fields, int32_t count)
{
    assert(count <= ROWS_COLUMNS_MAX);
    *rows = (struct rows){.column_count = count, .fields = fields};
    rows->columns = alloc_zeroed((size_t)count, sizeof *rows->columns);
    for (int32_t i = 0; i < count; i++)
        buf_init(&rows->columns[i].text);
}

void rows_release(struct rows *rows)
{
    for (int32_t i = 0; i < rows->column_count; i++)
        buf_release(&rows->columns[i].text);
    free(rows->columns);
    *rows = (struct rows){0};
}

void rows_reset(struct rows *rows)
{
    rows->count = 0;
    for (int32_t i = 0; i < rows->column_count; i++)
        buf_reset(&rows->columns[i].text);
}

static void set_valid(struct rows *rows, int column, bool is_valid)
{
    uint8_t *byte = &rows->columns[column].validity[rows->count >> 3];
    uint8_t bit = (uint8_t)(1 << (rows->count & 7));

    *byte = (uint8_t)(is_valid ? *byte | bit : *byte & ~bit);
}

void rows_null(struct rows *rows, int column)
{
    struct rows_column *to = &rows->columns[column];

    set_valid(rows, column, false);
    if (rows->fields[column].type == AORTA_TEXT)
        to->offsets[rows->count + 1] = (int32_t)to->text.size;
    else if (rows->fields[column].type == AORTA_INT32)
        to->int32s[rows->count] = 0;
    else
        to->int64s[rows->count] = 0;
}

void rows_int(struct rows *rows, int column, int64_t value)
{
    set_valid(rows, column, true);
    if (rows->fields[column].type == AORTA_INT32)
        rows->columns[column].int32s[rows->count] = (int32_t)value;
    else
        rows->columns[column].int64s[rows->count] = value;
}

void rows_text(struct rows *rows, int column, const char *data, size_t size)
{
    struct rows_column *to = &rows->columns[column];

    set_valid(rows, column, true);
    buf_append(&to->text, data, size);
    to->offsets[rows->count + 1] = (int32_t)to->text.size;
}

void rows_str(struct rows *rows, int column, const char *text)
{
    rows_text(rows, column, text, strlen(text));
}

void rows_view(struct rows *rows, struct aorta_batch *batch)
{
    for (int32_t i = 0; i < rows->column_count; i++) {
        struct rows_column *column = &rows->columns[i];
        bool is_text = rows->fields[i].type == AORTA_TEXT;
        rows->views[i] = (struct aorta_column){
            .validity = column->validity,
            .values = is_text ? (const void *)column->text.data : (const void *)column->int64s,
            .offsets = is_text ? column->offsets : NULL,
        };
    }
    *batch = (struct aorta_batch){
        .row_count = rows->count,
        .column_count = rows->column_count,
        .fields = rows->fields,
        .columns = rows->views,
    };
}

#include "data/batch.h"

#include "base/limits.h"

#include <assert.h>

_Static_assert(LIMIT_BATCH_ROWS == AORTA_BATCH_ROWS, "the contract's limit is the engine's");
_Static_assert(LIMIT_BATCH_BYTES == AORTA_BATCH_BYTES, "the contract's limit is the engine's");

void batch_init(struct batch *batch, const struct aorta_field *fields, int32_t count)
{
    *batch = (struct batch){
        .column_count = count, .row_limit = LIMIT_BATCH_ROWS, .byte_limit = LIMIT_BATCH_BYTES / 2};
    arena_init(&batch->arena);
    batch->fields = arena_calloc(&batch->arena, (size_t)count, sizeof *batch->fields);
    batch->columns = arena_calloc(&batch->arena, (size_t)count, sizeof *batch->columns);
    batch->views = arena_calloc(&batch->arena, (size_t)count, sizeof *batch->views);
    for (int32_t i = 0; i < count; i++) {
        batch->fields[i] = (struct aorta_field){.name = arena_strdup(&batch->arena, fields[i].name),
                                                .type = fields[i].type};
        column_init(&batch->columns[i], fields[i].type);
    }
}

void batch_release(struct batch *batch)
{
    if (batch == NULL)
        return;
    for (int32_t i = 0; i < batch->column_count; i++)
        column_release(&batch->columns[i]);
    arena_release(&batch->arena);
    *batch = (struct batch){0};
}

void batch_reset(struct batch *batch)
{
    for (int32_t i = 0; i < batch->column_count; i++)
        column_truncate(&batch->columns[i], 0);
    batch->row_count = 0;
}

void batch_drop_row(struct batch *batch)
{
    for (int32_t i = 0; i < batch->column_count; i++)
        if (batch->columns[i].row_count > batch->row_count)
            column_truncate(&batch->columns[i], batch->row_count);
}

bool batch_is_full(const struct batch *batch)
{
    size_t size = 0;

    if (batch->row_count >= batch->row_limit)
        return true;
    for (int32_t i = 0; i < batch->column_count; i++)
        size += column_size_bytes(&batch->columns[i]);
    return size >= batch->byte_limit;
}

struct aorta_batch batch_view(struct batch *batch)
{
    for (int32_t i = 0; i < batch->column_count; i++) {
        assert(batch->columns[i].row_count == batch->row_count);
        batch->views[i] = column_view(&batch->columns[i]);
    }
    return (struct aorta_batch){
        .row_count = batch->row_count,
        .column_count = batch->column_count,
        .fields = batch->fields,
        .columns = batch->views,
    };
}

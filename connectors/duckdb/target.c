#include "duckdb/target.h"

#include "duckdb/library.h"

#include "base/buf.h"

#include <inttypes.h>

static const char *const type_words[AORTA_TYPES] = {
    [AORTA_BOOL] = "boolean",        [AORTA_INT32] = "int32",
    [AORTA_INT64] = "int64",         [AORTA_DOUBLE] = "double",
    [AORTA_DATE] = "date",           [AORTA_TIME] = "time",
    [AORTA_TIMESTAMP] = "timestamp", [AORTA_TIMESTAMPTZ] = "timestamp with time zone",
    [AORTA_UUID] = "uuid",           [AORTA_TEXT] = "text",
    [AORTA_JSON] = "json",           [AORTA_DECIMAL] = "decimal",
    [AORTA_BYTES] = "bytes",
};

void target_init(struct target *target, int32_t column_count)
{
    *target = (struct target){.column_count = column_count};
    arena_init(&target->arena);
    target->columns = arena_calloc(&target->arena, (size_t)column_count, sizeof *target->columns);
}

void target_release(struct target *target)
{
    arena_release(&target->arena);
}

int target_pair(struct target *target, int32_t index, const struct aorta_field *field,
                duckdb_logical_type type, struct aorta_error *error)
{
    struct target_column *column = &target->columns[index];
    struct buf name;

    column->field = (struct aorta_field){arena_strdup(&target->arena, field->name), field->type};
    shape_read(&column->shape, type, &target->arena);
    column->pair = fill_find(field->type, &column->shape);
    if (column->pair != NULL)
        return 0;
    buf_init(&name);
    shape_write_name(&name, &column->shape);
    aorta_fail(error, AORTA_CONFIG, "column \"%s\" is %s and takes no %s", field->name, name.data,
               type_words[field->type]);
    buf_release(&name);
    return -1;
}

int target_expect(const struct target *target, const struct aorta_batch *batch,
                  struct aorta_error *error)
{
    bool is_same = batch->column_count == target->column_count;

    for (int32_t i = 0; is_same && i < target->column_count; i++)
        is_same = batch->fields[i].type == target->columns[i].field.type;
    return is_same ? 0 : aorta_fail(error, AORTA_BROKEN, "the batch is not of the load's fields");
}

int target_fill(const struct target *target, const struct aorta_batch *batch, idx_t start,
                idx_t count, int64_t before, duckdb_data_chunk chunk, struct aorta_error *error)
{
    for (int32_t i = 0; i < target->column_count; i++) {
        const struct target_column *column = &target->columns[i];
        struct fill fill = {
            .from = &batch->columns[i],
            .start = start,
            .count = count,
            .shape = &column->shape,
            .to = duckdb.data_chunk_get_vector(chunk, (idx_t)i),
        };
        if (fill_run(column->pair, &fill) < 0)
            return aorta_fail(error, AORTA_DATA, "column \"%s\", row %" PRId64 ": the value %s",
                              column->field.name, before + (int64_t)(start + fill.bad_row) + 1,
                              fill.problem);
    }
    duckdb.data_chunk_set_size(chunk, count);
    return 0;
}

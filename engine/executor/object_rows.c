#include "executor/object_rows.h"

#include "base/hash.h"

#include <string.h>

enum { CHUNK_BYTES = 1 << 20 };

static int fill_schema(struct object_rows *rows, struct err *err)
{
    const struct order *order = rows->intake->step->order;

    for (size_t i = 0; i < order->column_count; i++) {
        struct schema_column column = {.name = order->columns[i].name, .type = AORTA_TEXT};
        const char *type = order->columns[i].type;
        bool is_metadata = order->columns[i].name[0] == '_';
        if (is_metadata && type == NULL)
            continue; /* named for its checks only */
        if (type != NULL && schema_type_parse(type, &column.type, err) < 0)
            return err_wrap(err, "%s: column %s", order->file, column.name);
        if (schema_add(&rows->schema, &column, err) < 0)
            return err_wrap(err, "%s", order->file);
    }
    if (rows->schema.column_count == 0)
        return err_set(err, ERR_CONFIG, "%s: a source of files declares its columns", order->file);
    return 0;
}

int object_rows_open(struct object_rows *rows, struct intake *intake, struct err *err)
{
    const struct order *order = intake->step->order;

    rows->intake = intake;
    rows->store = intake->connection->connector->object_store;
    schema_init(&rows->schema);
    buf_init(&rows->chunk);
    buf_init(&rows->key);
    if (fill_schema(rows, err) < 0)
        return -1;
    intake->fields = arena_calloc(intake->arena, (size_t)rows->schema.column_count + METADATA_MAX,
                                  sizeof *intake->fields);
    int32_t count = metadata_fields(METADATA_FILE, order->airbyte_names, intake->fields);
    memcpy(intake->fields + count, schema_fields(&rows->schema, intake->arena),
           (size_t)rows->schema.column_count * sizeof *intake->fields);
    intake->field_count = count + rows->schema.column_count;
    batch_init(&rows->batch, intake->fields, intake->field_count);
    rows->reader = jsonl_new(&(struct jsonl_options){
        .schema = &rows->schema, .batch = &rows->batch, .first_column = count});
    metadata_init(&intake->metadata, METADATA_FILE, order->asset, intake->metadata.extracted_at_us);
    return 0;
}

void object_rows_close(struct object_rows *rows)
{
    jsonl_free(rows->reader);
    batch_release(&rows->batch);
    schema_release(&rows->schema);
    buf_release(&rows->chunk);
    buf_release(&rows->key);
}

void object_rows_begin(struct object_rows *rows, const struct aorta_object *object)
{
    buf_reset(&rows->key);
    buf_append_str(&rows->key, object->key);
    rows->origin = hash_bytes(rows->key.data, rows->key.size);
    clock_format_iso(rows->modified, object->modified_us, 6);
    rows->row = rows->offset = 0;
    rows->is_read = false;
    buf_reset(&rows->chunk);
    rows->chunk_used = 0;
    jsonl_begin(rows->reader, rows->key.data);
}

static int read_chunk(struct object_rows *rows, struct err *err)
{
    struct aorta_error error;
    size_t got;

    buf_reset(&rows->chunk);
    buf_reserve(&rows->chunk, CHUNK_BYTES);
    if (rows->store->read(rows->intake->connection->handle, rows->key.data, rows->offset,
                          rows->chunk.data, CHUNK_BYTES, &got, &error) < 0)
        return intake_error(rows->intake, &error, err);
    rows->chunk.size = got;
    rows->chunk_used = 0;
    rows->offset += (int64_t)got;
    rows->is_read = got < CHUNK_BYTES;
    return 0;
}

/* Brings the metadata columns up to the rows that the reader has added. */
static void add_metadata(struct object_rows *rows, int64_t before)
{
    int64_t count = rows->batch.row_count - before;

    metadata_append_file(&rows->intake->metadata, &rows->batch, rows->key.data, rows->modified,
                         rows->origin, rows->row, count);
    rows->row += count;
}

int object_rows_read(struct object_rows *rows, struct err *err)
{
    int64_t before = rows->batch.row_count;
    bool is_over = rows->chunk_used == rows->chunk.size && rows->is_read;

    if (is_over) {
        if (jsonl_finish(rows->reader, err) < 0)
            return -1;
    } else {
        if (rows->chunk_used == rows->chunk.size && read_chunk(rows, err) < 0)
            return -1;
        int64_t used = jsonl_feed(rows->reader, rows->chunk.data + rows->chunk_used,
                                  rows->chunk.size - rows->chunk_used, err);
        if (used < 0)
            return -1;
        rows->chunk_used += (size_t)used;
    }
    add_metadata(rows, before);
    return !is_over;
}

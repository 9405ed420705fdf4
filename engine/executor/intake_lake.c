/* Rows of a lake's files: JSON lines, found by the sink's plans. */
#include "executor/intake.h"

#include "base/clock.h"
#include "base/hash.h"
#include "data/jsonl.h"
#include "executor/sink_lake.h"

#include <string.h>

enum { CHUNK_BYTES = 1 << 20 };

struct lake_state {
    const struct aorta_object_store *store;
    struct sink_lake *lake;
    struct schema schema;
    struct batch batch;
    struct jsonl *reader;
    struct buf chunk;

    /* The object that is being read. */
    struct buf url;
    char modified[CLOCK_TEXT_SIZE];
    uint64_t url_hash;
    int64_t wanted_rows; /* that its plan says it holds */
    int64_t row;         /* of it, in the batches so far */
    int64_t offset;      /* of the next chunk */
    size_t chunk_used;
    bool is_open;
    bool is_read; /* its last chunk is in the buffer */
};

static int fill_schema(struct intake *intake, struct err *err)
{
    const struct order *order = intake->step->order;
    struct lake_state *state = intake->state;

    for (size_t i = 0; i < order->column_count; i++) {
        struct schema_column column = {.name = order->columns[i].name, .type = AORTA_TEXT};
        const char *type = order->columns[i].type;
        bool is_metadata = order->columns[i].name[0] == '_';
        if (is_metadata && type == NULL)
            continue; /* named for its checks only */
        if (type != NULL && schema_type_parse(type, &column.type, err) < 0)
            return err_wrap(err, "%s: column %s", order->file, column.name);
        if (schema_add(&state->schema, &column, err) < 0)
            return err_wrap(err, "%s", order->file);
    }
    if (state->schema.column_count == 0)
        return err_set(err, ERR_CONFIG, "%s: a source of files declares its columns", order->file);
    return 0;
}

static int set_fields(struct intake *intake, struct err *err)
{
    const struct order *order = intake->step->order;
    struct lake_state *state = intake->state;

    if (fill_schema(intake, err) < 0)
        return -1;
    intake->fields = arena_calloc(intake->arena, (size_t)state->schema.column_count + METADATA_MAX,
                                  sizeof *intake->fields);
    int32_t count = metadata_fields(METADATA_FILE, order->airbyte_names, intake->fields);
    memcpy(intake->fields + count, schema_fields(&state->schema, intake->arena),
           (size_t)state->schema.column_count * sizeof *intake->fields);
    intake->field_count = count + state->schema.column_count;
    batch_init(&state->batch, intake->fields, intake->field_count);
    state->reader = jsonl_new(&(struct jsonl_options){
        .schema = &state->schema, .batch = &state->batch, .first_column = count});
    metadata_init(&intake->metadata, METADATA_FILE, order->asset, intake->metadata.extracted_at_us);
    return 0;
}

static int lake_open(struct intake *intake, const char *position, struct err *err)
{
    struct lake_state *state = arena_alloc(intake->arena, sizeof *state);

    intake->state = state;
    state->store = intake->connection->connector->object_store;
    schema_init(&state->schema);
    buf_init(&state->chunk);
    buf_init(&state->url);
    if (set_fields(intake, err) < 0)
        return -1;
    struct sink_lake_place place = {state->store, intake->connection->handle,
                                    intake->step->order->from.object};
    if (sink_lake_open(&place, position, &state->lake, err) < 0) {
        state->lake = NULL;
        return err_wrap(err, "connection %s", intake->connection->name);
    }
    return 0;
}

/* The next object of the lake: 1, 0 at the end. */
static int open_object(struct intake *intake, struct err *err)
{
    struct lake_state *state = intake->state;
    struct sink_lake_object object;
    struct aorta_object stat;
    struct aorta_error error;
    int got = sink_lake_next(state->lake, &object, err);

    if (got <= 0)
        return got;
    int there = state->store->stat(intake->connection->handle, object.key, &stat, &error);
    if (there < 0)
        return intake_error(intake, &error, err);
    if (there == 0)
        return err_set(err, ERR_DATA, "connection %s: the lake's object %s is gone",
                       intake->connection->name, object.key);
    buf_reset(&state->url);
    buf_append_str(&state->url, object.key);
    state->url_hash = hash_bytes(state->url.data, state->url.size);
    clock_format_iso(state->modified, stat.modified_us, 6);
    state->wanted_rows = object.count;
    state->row = state->offset = 0;
    state->is_open = true;
    state->is_read = false;
    buf_reset(&state->chunk);
    state->chunk_used = 0;
    jsonl_begin(state->reader, state->url.data);
    return 1;
}

static int read_chunk(struct intake *intake, struct err *err)
{
    struct lake_state *state = intake->state;
    struct aorta_error error;
    size_t got;

    buf_reset(&state->chunk);
    buf_reserve(&state->chunk, CHUNK_BYTES);
    if (state->store->read(intake->connection->handle, state->url.data, state->offset,
                           state->chunk.data, CHUNK_BYTES, &got, &error) < 0)
        return intake_error(intake, &error, err);
    state->chunk.size = got;
    state->chunk_used = 0;
    state->offset += (int64_t)got;
    state->is_read = got < CHUNK_BYTES;
    return 0;
}

/* Brings the metadata columns up to the rows that the reader has added. */
static void add_metadata(struct intake *intake, int64_t before)
{
    struct lake_state *state = intake->state;
    int64_t count = state->batch.row_count - before;

    metadata_append_file(&intake->metadata, &state->batch, state->url.data, state->modified,
                         state->url_hash, state->row, count);
    state->row += count;
}

/* A plan says how many records its object has: another number is another file. */
static int close_object(struct intake *intake, struct err *err)
{
    struct lake_state *state = intake->state;
    int64_t before = state->batch.row_count;

    if (jsonl_finish(state->reader, err) < 0)
        return -1;
    add_metadata(intake, before);
    state->is_open = false;
    if (state->row == state->wanted_rows)
        return 0;
    return err_set(err, ERR_DATA, "%s holds %lld records, its plan says %lld", state->url.data,
                   (long long)state->row, (long long)state->wanted_rows);
}

static int read_more(struct intake *intake, struct err *err)
{
    struct lake_state *state = intake->state;
    int64_t before = state->batch.row_count;

    if (state->chunk_used == state->chunk.size) {
        if (state->is_read)
            return close_object(intake, err);
        if (read_chunk(intake, err) < 0)
            return -1;
    }
    int64_t used = jsonl_feed(state->reader, state->chunk.data + state->chunk_used,
                              state->chunk.size - state->chunk_used, err);
    if (used < 0)
        return -1;
    state->chunk_used += (size_t)used;
    add_metadata(intake, before);
    return 0;
}

static int lake_next(struct intake *intake, struct aorta_batch *batch, struct err *err)
{
    struct lake_state *state = intake->state;

    batch_reset(&state->batch);
    while (!batch_is_full(&state->batch)) {
        int got = state->is_open ? 1 : open_object(intake, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (read_more(intake, err) < 0)
            return -1;
        if (atomic_load(&intake->step->cancel) != 0)
            return err_set(err, ERR_CANCELED, "canceled");
    }
    *batch = batch_view(&state->batch);
    intake->rows += batch->row_count;
    return batch->row_count > 0;
}

static const char *lake_position(struct intake *intake)
{
    struct lake_state *state = intake->state;

    return sink_lake_position(state->lake);
}

static int lake_ack(struct intake *intake, const char *position, struct err *err)
{
    (void)intake;
    (void)position;
    (void)err;
    return 0; /* the lake keeps what it has */
}

static void lake_close(struct intake *intake)
{
    struct lake_state *state = intake->state;

    if (state == NULL)
        return;
    if (state->lake != NULL)
        sink_lake_close(state->lake);
    jsonl_free(state->reader);
    batch_release(&state->batch);
    schema_release(&state->schema);
    buf_release(&state->chunk);
    buf_release(&state->url);
}

const struct intake_kind intake_of_lake = {lake_open, lake_next, lake_position, lake_ack,
                                           lake_close};

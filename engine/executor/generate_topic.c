#include "executor/generate.h"

#include "base/fault.h"
#include "executor/sink_opening.h"

#include <string.h>

/* The columns of an event stream. */
struct event_columns {
    int32_t key, value, partition, position;
};

static int32_t find_column(const struct aorta_batch *batch, const char *name)
{
    for (int32_t i = 0; i < batch->column_count; i++)
        if (strcmp(batch->fields[i].name, name) == 0)
            return i;
    return -1;
}

static int find_columns(const struct aorta_batch *batch, struct event_columns *columns,
                        struct err *err)
{
    *columns =
        (struct event_columns){find_column(batch, "key"), find_column(batch, "value"),
                               find_column(batch, "partition"), find_column(batch, "position")};
    if (columns->key < 0 || columns->value < 0 || columns->partition < 0 || columns->position < 0)
        return err_set(err, ERR_CONFIG,
                       "the stream is not one of events: it needs the columns "
                       "key, value, partition and position");
    return 0;
}

static void get_text(const struct aorta_batch *batch, int32_t column, int64_t row,
                     const char **data, size_t *size)
{
    const struct aorta_column *c = &batch->columns[column];

    *data = (const char *)c->values + c->offsets[row];
    *size = (size_t)(c->offsets[row + 1] - c->offsets[row]);
}

static int produce_batch(struct generation *g, void *producer, const struct aorta_batch *batch,
                         struct err *err)
{
    const struct aorta_message_log *log = g->into->connector->message_log;
    struct event_columns columns;
    struct aorta_error error;

    if (find_columns(batch, &columns, err) < 0)
        return -1;
    for (int64_t row = 0; row < batch->row_count; row++) {
        struct aorta_record record = {0};
        const char *key, *value;
        record.partition = ((const int32_t *)batch->columns[columns.partition].values)[row];
        get_text(batch, columns.key, row, &key, &record.key_size);
        get_text(batch, columns.value, row, &value, &record.value_size);
        get_text(batch, columns.position, row, &record.header, &record.header_size);
        record.key = key;
        record.value = value;
        if (log->produce(producer, &record, &error) < 0)
            return connection_error(g->into, &error, err);
    }
    g->rows += batch->row_count;
    return 0;
}

static int produce_all(struct generation *g, struct err *err)
{
    const struct aorta_message_log *log = g->into->connector->message_log;
    struct aorta_error error;
    struct aorta_batch batch;
    void *producer;
    int got, result = -1;

    if (log->producer_open(g->into->handle, g->step->order->into.object, &producer, &error) < 0)
        return connection_error(g->into, &error, err);
    while ((got = g->source->next(g->reader, &batch, &error)) > 0) {
        if (produce_batch(g, producer, &batch, err) < 0)
            goto out;
        generate_progress(g);
    }
    if (got < 0) {
        generate_error(g, &error, err);
        goto out;
    }
    fault_point("generator.flush.before");
    if (log->producer_flush(producer, &error) < 0)
        connection_error(g->into, &error, err);
    else
        result = 0;
    fault_point("generator.flush.after");
out:
    log->producer_close(producer);
    return result;
}

/* The source's position: the token of each partition's last record. */
static const char *position_of(const char *const *tokens, int32_t count, struct arena *arena)
{
    struct json_writer json;
    struct buf text;
    char key[16];

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_object(&json);
    for (int32_t i = 0; i < count; i++) {
        if (tokens[i] == NULL)
            continue;
        snprintf(key, sizeof key, "%d", i);
        json_write_key(&json, key);
        json_write_str(&json, tokens[i]);
    }
    json_write_end(&json);
    const char *position = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return position;
}

static int find_position(struct generation *g, int32_t partitions, const char **position,
                         struct err *err)
{
    const struct order *order = g->step->order;
    struct connection *lake;
    const char **tokens = arena_calloc(&g->step->arena, (size_t)partitions, sizeof *tokens);

    if (!order->has_acknowledged)
        return err_set(err, ERR_CONFIG,
                       "a generator into a topic needs acknowledged_by: the stream whose lake says "
                       "which records are safe");
    if (step_connect(g->step, order->acknowledged.connection, &lake, err) < 0)
        return -1;
    struct sink_opening opening = {
        .store = lake->connector->object_store,
        .lake = lake->handle,
        .log = g->into->connector->message_log,
        .broker = g->into->handle,
        .topic = order->into.object,
        .partition_count = partitions,
    };
    int result = sink_opening_run(&opening, &g->step->arena, tokens, err);
    connection_release(lake);
    if (result == 0)
        *position = position_of(tokens, partitions, &g->step->arena);
    return result;
}

int generate_topic(struct generation *g, struct err *err)
{
    const struct order *order = g->step->order;
    const struct aorta_message_log *log = g->into->connector->message_log;
    struct aorta_error error;
    const char *position = NULL;
    int32_t partitions;

    if (log->topic_ensure(g->into->handle, order->into.object, (int32_t)order->partitions,
                          &partitions, &error) < 0)
        return connection_error(g->into, &error, err);
    if (find_position(g, partitions, &position, err) < 0 ||
        generate_open(g, AORTA_READ_INCREMENTAL, position, err) < 0)
        return -1;
    return produce_all(g, err);
}

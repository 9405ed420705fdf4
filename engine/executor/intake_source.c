/* Rows of a connector's source: tables, and the changes of tables. */
#include "executor/intake.h"

#include <string.h>

enum { CHANGE_COLUMNS = 3 };

struct source_state {
    const struct aorta_source *source;
    void *reader;
    bool is_change;
    struct batch batch; /* of the metadata */
    int32_t metadata_count;
    struct aorta_column *columns; /* metadata's, then the source's own */
};

static enum aorta_read_mode mode_of(const char *mode)
{
    if (strcmp(mode, "cdc_append") == 0)
        return AORTA_READ_CHANGES;
    return strcmp(mode, "incremental_append") == 0 ? AORTA_READ_INCREMENTAL : AORTA_READ_ALL;
}

static void interrupt_reader(void *arg)
{
    struct source_state *state = arg;

    if (state->source->cancel != NULL)
        state->source->cancel(state->reader);
}

static void set_fields(struct intake *intake, const struct aorta_stream *stream)
{
    struct source_state *state = intake->state;
    struct aorta_field *fields =
        arena_calloc(intake->arena, (size_t)stream->field_count + METADATA_MAX, sizeof *fields);
    enum metadata_origin origin = state->is_change ? METADATA_CHANGE : METADATA_TABLE;
    const struct order *order = intake->step->order;

    metadata_init(&intake->metadata, origin, order->asset, intake->metadata.extracted_at_us);
    state->metadata_count = metadata_fields(origin, order->airbyte_names, fields);
    batch_init(&state->batch, fields, state->metadata_count);
    for (int32_t i = 0; i < stream->field_count; i++)
        fields[state->metadata_count + i] = (struct aorta_field){
            arena_strdup(intake->arena, stream->fields[i].name), stream->fields[i].type};
    intake->fields = fields;
    intake->field_count = state->metadata_count + stream->field_count;
    state->columns =
        arena_calloc(intake->arena, (size_t)intake->field_count, sizeof *state->columns);
}

static int source_open(struct intake *intake, struct err *err)
{
    const struct order *order = intake->step->order;
    struct source_state *state = arena_alloc(intake->arena, sizeof *state);
    struct aorta_read_request request = {
        .stream = order->from.object,
        .mode = mode_of(order->mode),
        .cursor_column = order->cursor,
        .position = intake->load.position,
    };
    struct aorta_error error;

    intake->state = state;
    state->source = intake->connection->connector->source;
    state->is_change = request.mode == AORTA_READ_CHANGES;
    if (state->source->read_open(intake->connection->handle, &request, &state->reader, &error) <
        0) {
        state->reader = NULL;
        return intake_error(intake, &error, err);
    }
    step_set_interrupt(intake->step, interrupt_reader, state);
    set_fields(intake, state->source->schema(state->reader));
    return 0;
}

static int source_next(struct intake *intake, int32_t worker, struct aorta_batch *batch)
{
    (void)worker; /* there is one: what a source gives has an order */
    struct source_state *state = intake->state;
    int32_t skip = state->is_change ? CHANGE_COLUMNS : 0;
    struct aorta_batch rows;
    struct aorta_error error;
    struct err err;
    int got = state->source->next(state->reader, &rows, &error);

    if (got < 0) {
        intake_error(intake, &error, &err);
        return intake_fail(intake, 0, &err);
    }
    if (got == 0)
        return 0;
    batch_reset(&state->batch);
    metadata_append_rows(&intake->metadata, &state->batch, intake->rows, &rows);
    struct aorta_batch metadata = batch_view(&state->batch);
    memcpy(state->columns, metadata.columns,
           (size_t)state->metadata_count * sizeof *state->columns);
    memcpy(state->columns + state->metadata_count, rows.columns + skip,
           (size_t)(rows.column_count - skip) * sizeof *state->columns);
    *batch =
        (struct aorta_batch){rows.row_count, intake->field_count, intake->fields, state->columns};
    intake->has_news = true;
    return 1;
}

static double source_share(struct intake *intake)
{
    struct source_state *state = intake->state;

    return state->source->share != NULL ? state->source->share(state->reader) : -1;
}

static const char *source_position(struct intake *intake)
{
    struct source_state *state = intake->state;

    return state->source->position(state->reader);
}

static int source_ack(struct intake *intake, const char *position, struct err *err)
{
    struct source_state *state = intake->state;
    struct aorta_error error;

    if (state->source->ack == NULL)
        return 0;
    if (state->source->ack(intake->connection->handle, intake->step->order->from.object, position,
                           &error) < 0)
        return intake_error(intake, &error, err);
    return 0;
}

static void source_close(struct intake *intake)
{
    struct source_state *state = intake->state;

    if (state == NULL)
        return;
    step_set_interrupt(intake->step, NULL, NULL);
    if (state->reader != NULL)
        state->source->read_close(state->reader);
    batch_release(&state->batch);
}

const struct intake_kind intake_of_source = {
    .open = source_open,
    .next = source_next,
    .share = source_share,
    .position = source_position,
    .ack = source_ack,
    .close = source_close,
};

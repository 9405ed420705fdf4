/* Rows of a lake's files: JSON lines, found by the sink's plans. */
#include "executor/object_rows.h"
#include "executor/sink_lake.h"

struct lake_state {
    struct sink_lake *lake;
    struct object_rows rows;
    int64_t wanted_rows; /* that the plan says the object holds */
    bool is_open;        /* an object is being read */
};

static int lake_open(struct intake *intake, struct err *err)
{
    struct lake_state *state = arena_alloc(intake->arena, sizeof *state);

    intake->state = state;
    if (object_rows_open(&state->rows, intake, NULL, err) < 0)
        return -1;
    struct sink_lake_place place = {state->rows.store, intake->connection->handle,
                                    intake->step->order->from.object};
    if (sink_lake_open(&place, intake->load.position, &state->lake, err) < 0) {
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
    char modified[CLOCK_TEXT_SIZE];
    int got = sink_lake_next(state->lake, &object, err);

    if (got <= 0)
        return got;
    int there = state->rows.store->stat(intake->connection->handle, object.key, &stat, &error);
    if (there < 0)
        return intake_error(intake, &error, err);
    if (there == 0)
        return err_set(err, ERR_DATA, "connection %s: the lake's object %s is gone",
                       intake->connection->name, object.key);
    clock_format_iso(modified, stat.modified_us, 6);
    object_rows_begin(&state->rows, object.key, modified, 0);
    state->wanted_rows = object.count;
    state->is_open = intake->has_news = true;
    return 1;
}

/* A plan says how many records its object has: another number is another file. */
static int close_object(struct lake_state *state, struct err *err)
{
    int64_t lines = state->rows.row + object_rows_skipped(&state->rows);

    state->is_open = false;
    if (lines == state->wanted_rows)
        return 0;
    return err_set(err, ERR_DATA, "%s holds %lld records, its plan says %lld", state->rows.key.data,
                   (long long)lines, (long long)state->wanted_rows);
}

static int read_more(struct lake_state *state, struct err *err)
{
    int got = object_rows_read(&state->rows, err);

    return got == 0 ? close_object(state, err) : got;
}

static int lake_next(struct intake *intake, struct aorta_batch *batch, struct err *err)
{
    struct lake_state *state = intake->state;

    batch_reset(&state->rows.batch);
    while (!batch_is_full(&state->rows.batch)) {
        int got = state->is_open ? 1 : open_object(intake, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (read_more(state, err) < 0)
            return -1;
        if (atomic_load(&intake->step->cancel) != 0)
            return err_set(err, ERR_CANCELED, "canceled");
    }
    *batch = batch_view(&state->rows.batch);
    intake->rows += batch->row_count;
    return batch->row_count > 0; /* a batch is full, or the lake has ended */
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
    object_rows_close(&state->rows);
}

const struct intake_kind intake_of_lake = {lake_open,     lake_next, NULL,
                                           lake_position, lake_ack,  lake_close};

/* Rows of a lake's files: JSON lines, found by the sink's plans. */
#include "executor/object_workers.h"
#include "executor/sink_lake.h"

struct lake_state {
    struct sink_lake *lake; /* under the intake's lock */
    struct object_workers workers;
    int64_t taken_bytes; /* of the objects so far */
};

/* The next object of the lake. */
static int take_object(struct intake *intake, struct object_worker *worker, struct err *err)
{
    struct lake_state *state = intake->state;
    struct sink_lake_object object;
    struct aorta_object stat;
    struct aorta_error error;
    char modified[CLOCK_TEXT_SIZE];
    int got = sink_lake_next(state->lake, &object, err);

    if (got <= 0)
        return got;
    int there = worker->rows.store->stat(intake->connection->handle, object.key, &stat, &error);
    if (there < 0)
        return intake_error(intake, &error, err);
    if (there == 0)
        return err_set(err, ERR_DATA, "connection %s: the lake's object %s is gone",
                       intake->connection->name, object.key);
    clock_format_iso(modified, stat.modified_us, 6);
    object_rows_begin(&worker->rows, object.key, modified, 0);
    worker->wanted_rows = object.count;
    state->taken_bytes += object.bytes;
    intake->has_news = true;
    return 1;
}

/* A plan says how many records its object has: another number is another file. */
static int end_object(struct intake *intake, struct object_worker *worker, int result,
                      struct err *err)
{
    int64_t lines = worker->rows.row + object_rows_skipped(&worker->rows);

    (void)intake;
    if (result < 0 || lines == worker->wanted_rows)
        return result;
    return err_set(err, ERR_DATA, "%s holds %lld records, its plan says %lld",
                   worker->rows.key.data, (long long)lines, (long long)worker->wanted_rows);
}

static int lake_open(struct intake *intake, struct err *err)
{
    struct lake_state *state = arena_alloc(intake->arena, sizeof *state);

    intake->state = state;
    state->workers.take = take_object;
    state->workers.end = end_object;
    if (object_workers_open(&state->workers, intake, NULL, err) < 0)
        return -1;
    struct sink_lake_place place = {intake->connection->connector->object_store,
                                    intake->connection->handle, intake->step->order->from.object};
    if (sink_lake_open(&place, intake->load.position, &state->lake, err) < 0) {
        state->lake = NULL;
        return err_wrap(err, "connection %s", intake->connection->name);
    }
    return 0;
}

static int lake_next(struct intake *intake, int32_t worker, struct aorta_batch *batch)
{
    struct lake_state *state = intake->state;

    return object_workers_next(&state->workers, worker, batch);
}

/* Of what was taken, how much has been read. */
static double lake_share(struct intake *intake)
{
    const struct lake_state *state = intake->state;

    if (state->taken_bytes <= 0)
        return -1;
    return sink_lake_share(state->lake) * (double)intake->bytes / (double)state->taken_bytes;
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
    object_workers_close(&state->workers);
}

const struct intake_kind intake_of_lake = {
    .open = lake_open,
    .next = lake_next,
    .share = lake_share,
    .position = lake_position,
    .ack = lake_ack,
    .close = lake_close,
};

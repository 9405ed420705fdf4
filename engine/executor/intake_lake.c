/* Rows of a lake's files: JSON lines, found by the sink's plans. What a partition's run has read
 * before (intake_hours.c) is passed over. */
#include "executor/lake_ahead.h"
#include "executor/object_workers.h"
#include "executor/sink_lake.h"

struct lake_state {
    struct sink_lake *lake;  /* under the intake's lock */
    struct lake_ahead ahead; /* likewise */
    struct object_workers workers;
    int64_t taken_bytes; /* of the objects so far */
};

/* The next object that was not read before: 1, 0, -1. */
static int find_object(struct intake *intake, struct sink_lake_object *object, struct err *err)
{
    struct lake_state *state = intake->state;
    int got;

    while ((got = sink_lake_next(state->lake, object, err)) > 0) {
        intake->has_news = true; /* also of those passed over: the position moves */
        if (intake->load.replaces || !lake_ahead_pass(&state->ahead, object->key))
            break;
    }
    return got;
}

static int take_object(struct intake *intake, struct object_worker *worker, struct err *err)
{
    struct lake_state *state = intake->state;
    struct sink_lake_object object;
    struct aorta_object stat;
    struct aorta_error error;
    char modified[CLOCK_TEXT_SIZE];
    int got = find_object(intake, &object, err);

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
    if (intake->step->order->is_partitioned)
        hours_add(&intake->hours, object.hour, object.hour);
    return 1;
}

static int lake_open(struct intake *intake, struct err *err)
{
    struct lake_state *state = arena_alloc(intake->arena, sizeof *state);

    intake->state = state;
    state->workers.take = take_object;
    state->workers.end = object_workers_end_planned;
    intake->has_all = true; /* what has no seal is not there yet */
    if (object_workers_open(&state->workers, intake, NULL, err) < 0 ||
        lake_ahead_read(&state->ahead, intake, err) < 0)
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

static int lake_settle(struct intake *intake, bool is_published, struct err *err)
{
    struct lake_state *state = intake->state;

    return is_published ? lake_ahead_settle(&state->ahead, intake, err) : 0;
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
    lake_ahead_release(&state->ahead);
    object_workers_close(&state->workers);
}

const struct intake_kind intake_of_lake = {
    .open = lake_open,
    .next = lake_next,
    .settle = lake_settle,
    .share = lake_share,
    .position = lake_position,
    .ack = lake_ack,
    .close = lake_close,
};

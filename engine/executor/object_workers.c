#include "executor/object_workers.h"

int object_workers_open(struct object_workers *workers, struct intake *intake,
                        const struct object_columns *columns, struct err *err)
{
    workers->intake = intake;
    intake->workers = INTAKE_WORKERS;
    return object_rows_open(&workers->worker[0].rows, intake, columns, err);
}

void object_workers_close(struct object_workers *workers)
{
    for (int32_t i = INTAKE_WORKERS; i-- > 0;) /* the first is what the others borrow from */
        object_rows_close(&workers->worker[i].rows);
}

static int take(struct object_workers *workers, struct object_worker *worker, struct err *err)
{
    struct intake *intake = workers->intake;

    pthread_mutex_lock(&intake->lock);
    worker->place = workers->taken++;
    int got = workers->take(intake, worker, err);
    pthread_mutex_unlock(&intake->lock);
    worker->is_open = got > 0;
    return got;
}

static int read_more(struct object_workers *workers, struct object_worker *worker, struct err *err)
{
    int got = object_rows_read(&worker->rows, err);

    if (got > 0)
        return 0;
    worker->is_open = false;
    return workers->end(workers->intake, worker, got, err);
}

int object_workers_end_planned(struct intake *intake, struct object_worker *worker, int result,
                               struct err *err)
{
    int64_t lines = worker->rows.row + object_rows_skipped(&worker->rows);

    (void)intake;
    if (result < 0 || lines == worker->wanted_rows)
        return result;
    return err_set(err, ERR_DATA, "%s holds %lld records, its plan says %lld",
                   worker->rows.key.data, (long long)lines, (long long)worker->wanted_rows);
}

/* Fills the worker's batch, as far as there is something: 0, -1. */
static int fill_batch(struct object_workers *workers, struct object_worker *worker, struct err *err)
{
    while (!batch_is_full(&worker->rows.batch)) {
        int got = worker->is_open ? 1 : take(workers, worker, err);
        if (got <= 0)
            return got;
        if (intake_is_over(workers->intake, worker->place))
            return 0;
        if (read_more(workers, worker, err) < 0)
            return -1;
        if (atomic_load(&workers->intake->step->cancel) != 0)
            return err_set(err, ERR_CANCELED, "canceled");
    }
    return 0;
}

int object_workers_next(struct object_workers *workers, int32_t number, struct aorta_batch *batch)
{
    struct object_worker *worker = &workers->worker[number];
    struct err err;

    if (worker->rows.intake == NULL)
        object_rows_join(&worker->rows, &workers->worker[0].rows);
    batch_reset(&worker->rows.batch);
    if (fill_batch(workers, worker, &err) < 0)
        return intake_fail(workers->intake, worker->place, &err);
    *batch = batch_view(&worker->rows.batch);
    return batch->row_count > 0;
}

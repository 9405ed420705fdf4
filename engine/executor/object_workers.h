/*
 * Workers that share a row of objects: each takes the next one and reads it whole.
 *
 *     take (under the intake's lock) ─▶ rows, rows, … ─▶ end ─▶ take …
 *
 * What is taken, and what has to be true of an object when it has been read, is the business of
 * intake_lake.c, intake_hours.c and intake_files.c; an object's place in the order of taking is the place of its
 * errors.
 */
#ifndef AORTA_EXECUTOR_OBJECT_WORKERS_H
#define AORTA_EXECUTOR_OBJECT_WORKERS_H

#include "executor/object_rows.h"

struct object_worker {
    struct object_rows rows;
    bool is_open;  /* an object is being read */
    int64_t place; /* of it */

    /* Of the object, by whoever took it. */
    const void *object;
    int64_t wanted_rows;
};

struct object_workers {
    struct intake *intake;
    /* Begins the next object in the worker's rows: 1, 0 if there is none, -1. One call at a time. */
    int (*take)(struct intake *intake, struct object_worker *worker, struct err *err);
    /* The object has ended, or (result -1, with err) could not be read: 0, or -1 with err. */
    int (*end)(struct intake *intake, struct object_worker *worker, int result, struct err *err);
    int64_t taken;
    struct object_worker worker[INTAKE_WORKERS];
};

/* As object_rows_open. Sets the intake's fields and workers. After a failure close it too. */
int object_workers_open(struct object_workers *workers, struct intake *intake,
                        const struct object_columns *columns, struct err *err);
void object_workers_close(struct object_workers *workers); /* zeroed: nothing */

/* An `end` for objects of the sink's: a plan says how many records (wanted_rows) its object has, and
 * another number is another file. */
int object_workers_end_planned(struct intake *intake, struct object_worker *worker, int result,
                               struct err *err);

/* intake_kind.next */
int object_workers_next(struct object_workers *workers, int32_t number, struct aorta_batch *batch);

#endif

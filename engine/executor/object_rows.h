/*
 * Rows of a lake's objects: JSON lines, read in chunks, into one batch with the metadata columns
 * first.
 *
 *     object_rows_open(&rows, intake, &err)                sets the intake's fields
 *     for (each object) {
 *         object_rows_begin(&rows, &object)
 *         while ((got = object_rows_read(&rows, &err)) > 0)
 *             if (batch_is_full(&rows.batch))
 *                 load batch_view(&rows.batch), batch_reset(&rows.batch)
 *     }
 *
 * Which objects, and in what order, is the business of whoever reads: intake_lake.c goes by the
 * sink's plans, intake_files.c by the names of files.
 */
#ifndef AORTA_EXECUTOR_OBJECT_ROWS_H
#define AORTA_EXECUTOR_OBJECT_ROWS_H

#include "base/clock.h"
#include "data/jsonl.h"
#include "executor/intake.h"

struct object_rows {
    struct intake *intake;
    const struct aorta_object_store *store;
    struct schema schema;
    struct batch batch;
    struct jsonl *reader;
    struct buf chunk;

    /* The object that is being read. */
    struct buf key;
    char modified[CLOCK_TEXT_SIZE];
    uint64_t origin; /* of its rows' keys */
    int64_t row;     /* of it, in the batches so far */
    int64_t offset;  /* of the next chunk */
    size_t chunk_used;
    bool is_read; /* its last chunk is in the buffer */
};

/* Makes the reader for the order's columns and sets the intake's fields and metadata. After a
 * failure close it too. */
int object_rows_open(struct object_rows *rows, struct intake *intake, struct err *err);
void object_rows_close(struct object_rows *rows);

/* The next object. Its key is copied. */
void object_rows_begin(struct object_rows *rows, const struct aorta_object *object);

/* Reads some of the object into the batch, which may not be full: 1, 0 when the object has ended,
 * -1. Names in errors are the object's key. */
int object_rows_read(struct object_rows *rows, struct err *err);

#endif

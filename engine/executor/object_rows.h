/*
 * Rows of a lake's objects: JSON lines, read in chunks, into one batch with the metadata columns
 * first.
 *
 *     object_rows_open(&rows, intake, NULL, &err)          sets the intake's fields
 *     object_rows_join(&another, &rows)                    for another thread
 *     for (each object) {
 *         object_rows_begin(&rows, key, modified, salt)
 *         while ((got = object_rows_read(&rows, &err)) > 0)
 *             if (batch_is_full(&rows.batch))
 *                 load batch_view(&rows.batch), batch_reset(&rows.batch)
 *     }
 *
 * Lines that cannot be read are dealt with as the order's bad_lines says: they end the load, go to
 * the intake's quarantine, or become rows with their error in the metadata.
 *
 * Columns are the order's, then `more`, then partitions: folders of the object's key, such as
 * year=2024, whose values stand in each of its rows (%20 is a blank there, and
 * __HIVE_DEFAULT_PARTITION__ is null).
 *
 * Which objects, and in what order, is the business of whoever reads: intake_lake.c goes by the
 * sink's plans, intake_files.c by the names of files.
 */
#ifndef AORTA_EXECUTOR_OBJECT_ROWS_H
#define AORTA_EXECUTOR_OBJECT_ROWS_H

#include "base/clock.h"
#include "data/jsonl.h"
#include "executor/intake.h"

/* Columns beside those that the order declares. */
struct object_columns {
    const struct schema *more; /* or NULL */
    const char *const *partitions;
    size_t partition_count;
    bool refuses_others; /* a line with another member is a bad one */
};

struct object_rows {
    struct intake *intake;
    const struct aorta_object_store *store;
    struct object_columns columns;
    enum reject_policy policy;
    struct schema schema; /* of the first reader */
    struct batch batch;
    int32_t first_partition; /* in the batch */
    struct jsonl *reader;
    struct buf chunk;

    /* The object that is being read. */
    struct buf key;
    char modified[CLOCK_TEXT_SIZE];
    uint64_t origin; /* of its rows' keys */
    int64_t row;     /* of it, in the batches so far */
    int64_t offset;  /* of the next chunk */
    size_t chunk_used;
    bool is_read;                         /* its last chunk is in the buffer */
    int64_t rejected_before;              /* lines of the objects before it */
    int64_t row_errors;                   /* rows of it that came with errors */
    const struct aorta_value *partitions; /* their texts */
    struct arena arena;                   /* of them */
};

/* Makes the reader and sets the intake's fields and metadata. `columns` is lent for the life of the
 * reader; NULL: those that the order declares. After a failure close it too. */
int object_rows_open(struct object_rows *rows, struct intake *intake,
                     const struct object_columns *columns, struct err *err);
/* Makes a further reader of what `first` reads, which must live longer. */
void object_rows_join(struct object_rows *rows, const struct object_rows *first);
void object_rows_close(struct object_rows *rows); /* zeroed: nothing */

/* The next object; key and `modified`, as it stands in the rows, are copied. Its rows' keys are made
 * of the object's and `salt`: another number for another version. */
void object_rows_begin(struct object_rows *rows, const char *key, const char *modified,
                       uint64_t salt);

/* Reads some of the object into the batch, which may not be full: 1, 0 when the object has ended,
 * -1, and the batch is as it was. Names in errors are the object's key. */
int object_rows_read(struct object_rows *rows, struct err *err);

/* ERR_CONFIG if an object that begins with the chunk is compressed, or of another format. */
int object_rows_check_format(const char *key, const struct buf *chunk, struct err *err);

/* The object is not read after all: the intake's rows with errors are less those of it. (Its rows,
 * and its lines in the quarantine, are somebody else's business.) */
void object_rows_leave(struct object_rows *rows);

/* Lines of the object so far that went to the quarantine. */
int64_t object_rows_skipped(const struct object_rows *rows);

#endif

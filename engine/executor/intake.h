/*
 * Where a source's rows come from: a connector's source, a lake that a sink wrote, or files that
 * somebody else did. All give batches that have the metadata columns first and can go into the
 * stage as they are.
 *
 *     open ─▶ fields ─▶ next, next, … ─▶ 0 ─▶ finish ─▶ settle, position ─▶ (the destination
 *                                                  │                         commits) ─▶ ack
 *                                                  └─▶ undo, where the rows are refused
 *
 * Rows that were given may be taken back: after finish, intake_take_back says which of the stage's
 * do not belong to the load after all.
 *
 * Rows may be read by several workers at once, each of them on one thread at a time and with memory
 * of its own. An intake whose rows have one order has one worker.
 *
 * An error ends the read: the worker that met it gives no more rows, and neither do the others,
 * once they are behind the place where it was. So of several errors the first is reported, whoever
 * was faster.
 */
#ifndef AORTA_EXECUTOR_INTAKE_H
#define AORTA_EXECUTOR_INTAKE_H

#include "executor/hours.h"
#include "executor/metadata.h"
#include "executor/quarantine.h"
#include "executor/step.h"

enum { INTAKE_WORKERS = 8 };

/* The load that the rows are for. The session is in its transaction. */
struct intake_load {
    struct session *session;
    struct relation target;
    const struct relation_columns *columns; /* of the target */
    const char *position;                   /* NULL: from the beginning */
    const struct order_window *window;      /* all files of it, and only those; NULL: what is new */
    int64_t extracted_at_us;
    bool replaces;  /* the whole target, or there is none: not only new rows */
    bool may_leave; /* what cannot be read now is as well read by the next load */
};

struct intake {
    const struct intake_kind *kind;
    struct intake_load load;
    struct step *step;
    struct connection *connection;
    struct arena *arena;
    struct metadata metadata;
    struct aorta_field *fields; /* metadata's first */
    int32_t field_count;
    int32_t workers;      /* at most INTAKE_WORKERS */
    _Atomic int64_t rows; /* given so far */
    struct quarantine quarantine;
    _Atomic int64_t rows_with_errors; /* that came all the same */
    const struct aorta_field *wider;  /* types that columns of the target get, where they differ */
    int32_t wider_count;
    bool has_news; /* something was read, even if no row came of it */
    bool has_all;  /* with that, all that there is has been read, now or before */
    /* Conditions for rows of the target, and lines of the quarantine, that this load replaces. */
    const char *replaced, *replaced_lines; /* or NULL */
    /* Conditions for rows of the stage, and lines of this load's quarantine, that are taken back. */
    const char *left, *left_lines; /* or NULL */
    struct hours hours;            /* of the objects that were read, once it is settled */
    struct buf notes;              /* what a person should know, a line each */
    void *state;                   /* the kind's own */

    _Atomic int64_t bytes; /* of objects, read so far */

    pthread_mutex_t lock; /* guards what workers share: the kind's, has_news, and those below */
    int64_t failed_at;    /* INT64_MAX: nothing has failed */
    struct err failure;
    double share; /* the greatest that was told */
};

struct intake_kind {
    int (*open)(struct intake *intake, struct err *err);
    int (*next)(struct intake *intake, int32_t worker, struct aorta_batch *batch);
    int (*settle)(struct intake *intake, bool is_published, struct err *err); /* NULL: nothing */
    int (*take_back)(struct intake *intake, struct err *err);                 /* likewise */
    /* How much of what there is to read has been read, roughly, from 0 to 1; negative: not known.
     * Under the lock. */
    double (*share)(struct intake *intake);
    const char *(*position)(struct intake *intake);
    int (*ack)(struct intake *intake, const char *position, struct err *err);
    void (*close)(struct intake *intake);
};

extern const struct intake_kind intake_of_source;
extern const struct intake_kind intake_of_lake;
extern const struct intake_kind intake_of_hours; /* of a lake: a window of them */
extern const struct intake_kind intake_of_files;

/* Opens the order's `from`. After a failure close it too. */
int intake_open(struct intake *intake, struct step *step, const struct intake_load *load,
                struct err *err);

/* The worker's next rows: 1 and a batch, which may be empty, lent until the worker's next call; 0
 * at the end, or after an error. */
int intake_next(struct intake *intake, int32_t worker, struct aorta_batch *batch);

/* After the end: whether it was one, or the error. */
int intake_finish(const struct intake *intake, struct err *err);

/* After a good end, in the destination's transaction: sets `left`. */
int intake_take_back(struct intake *intake, struct err *err);

/* At the end of the load, in its transaction: puts into the destination what else it must know of
 * what was read. With is_published false, instead of that, takes back what is there already. */
int intake_settle(struct intake *intake, bool is_published, struct err *err);

const char *intake_position(struct intake *intake);
int intake_ack(struct intake *intake, const char *position, struct err *err);
void intake_close(struct intake *intake);

/* For the kinds. A worker failed at a place; places ascend in the order of the rows. Returns 0, for
 * next. */
int intake_fail(struct intake *intake, int64_t place, const struct err *err);

/* Whether what is at that place is in vain. */
bool intake_is_over(struct intake *intake, int64_t place);

/* A source's error, with the connection's name. Returns -1. */
int intake_error(const struct intake *intake, const struct aorta_error *error, struct err *err);

#endif

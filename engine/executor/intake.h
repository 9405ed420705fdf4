/*
 * Where a source's rows come from: a connector's source, a lake that a sink wrote, or files that
 * somebody else did. All give batches that have the metadata columns first and can go into the
 * stage as they are.
 *
 *     open ─▶ fields ─▶ next, next, … ─▶ 0 ─▶ settle, position ─▶ (the destination commits) ─▶ ack
 *                                         └─▶ undo, where the rows are refused
 */
#ifndef AORTA_EXECUTOR_INTAKE_H
#define AORTA_EXECUTOR_INTAKE_H

#include "executor/metadata.h"
#include "executor/quarantine.h"
#include "executor/step.h"

/* The load that the rows are for. The session is in its transaction. */
struct intake_load {
    struct session *session;
    struct relation target;
    const struct relation_columns *columns; /* of the target */
    const char *position;                   /* NULL: from the beginning */
    int64_t extracted_at_us;
    bool replaces; /* the whole target, not only new rows */
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
    int64_t rows; /* given so far */
    struct quarantine quarantine;
    _Atomic int64_t rows_with_errors; /* that came all the same */
    bool has_news;                    /* something was read, even if no row came of it */
    /* Conditions for rows of the target, and lines of the quarantine, that this load replaces. */
    const char *replaced, *replaced_lines; /* or NULL */
    struct buf notes;                      /* what a person should know, a line each */
    void *state;                           /* the kind's own */
};

struct intake_kind {
    int (*open)(struct intake *intake, struct err *err);
    int (*next)(struct intake *intake, struct aorta_batch *batch, struct err *err);
    int (*settle)(struct intake *intake, bool is_published, struct err *err); /* NULL: nothing */
    const char *(*position)(struct intake *intake);
    int (*ack)(struct intake *intake, const char *position, struct err *err);
    void (*close)(struct intake *intake);
};

extern const struct intake_kind intake_of_source;
extern const struct intake_kind intake_of_lake;
extern const struct intake_kind intake_of_files;

/* Opens the order's `from`. After a failure close it too. */
int intake_open(struct intake *intake, struct step *step, const struct intake_load *load,
                struct err *err);

/* 1 and a batch, which may be empty; 0 at the end; -1. */
int intake_next(struct intake *intake, struct aorta_batch *batch, struct err *err);
/* At the end of the load, in its transaction: puts into the destination what else it must know of
 * what was read. With is_published false, instead of that, takes back what is there already. */
int intake_settle(struct intake *intake, bool is_published, struct err *err);

const char *intake_position(struct intake *intake);
int intake_ack(struct intake *intake, const char *position, struct err *err);
void intake_close(struct intake *intake);

/* A source's error, with the connection's name. Returns -1. */
int intake_error(const struct intake *intake, const struct aorta_error *error, struct err *err);

#endif

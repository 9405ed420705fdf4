/*
 * Where a source's rows come from: a connector's source, or a lake's files. Both give batches that
 * have the metadata columns first and can go into the stage as they are.
 *
 *     open ─▶ fields ─▶ next, next, … ─▶ 0 ─▶ position ─▶ (the destination commits) ─▶ ack
 */
#ifndef AORTA_EXECUTOR_INTAKE_H
#define AORTA_EXECUTOR_INTAKE_H

#include "executor/metadata.h"
#include "executor/step.h"

struct intake {
    const struct intake_kind *kind;
    struct step *step;
    struct connection *connection;
    struct arena *arena;
    struct metadata metadata;
    struct aorta_field *fields; /* metadata's first */
    int32_t field_count;
    int64_t rows;    /* given so far */
    int64_t skipped; /* lines that could not be read */
    void *state;     /* the kind's own */
};

struct intake_kind {
    int (*open)(struct intake *intake, const char *position, struct err *err);
    int (*next)(struct intake *intake, struct aorta_batch *batch, struct err *err);
    const char *(*position)(struct intake *intake);
    int (*ack)(struct intake *intake, const char *position, struct err *err);
    void (*close)(struct intake *intake);
};

extern const struct intake_kind intake_of_source;
extern const struct intake_kind intake_of_lake;

/* Opens the order's `from` at a position (NULL: the beginning). After a failure close it too. */
int intake_open(struct intake *intake, struct step *step, const char *position,
                int64_t extracted_at_us, struct err *err);
int intake_next(struct intake *intake, struct aorta_batch *batch, struct err *err);
const char *intake_position(struct intake *intake);
int intake_ack(struct intake *intake, const char *position, struct err *err);
void intake_close(struct intake *intake);

/* A source's error, with the connection's name. Returns -1. */
int intake_error(const struct intake *intake, const struct aorta_error *error, struct err *err);

#endif

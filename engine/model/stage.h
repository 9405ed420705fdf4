/*
 * Hidden tables that rows are loaded into, for ingestion and seeds. Inside the write transaction.
 */
#ifndef AORTA_MODEL_STAGE_H
#define AORTA_MODEL_STAGE_H

#include "base/err.h"
#include "connector.h"
#include "model/relation.h"

#include <stdint.h>

struct session;

/* Makes an empty table of the fields (replacing one of the same name), in the dialect's types. */
int stage_create(struct session *session, const struct relation *stage,
                 const struct aorta_field *fields, int32_t field_count, struct err *err);

/* A bulk load into a table that exists. After stage_load_open end with either of the last two. */
struct stage_load {
    struct session *session;
    void *handle;
};

int stage_load_open(struct stage_load *load, struct session *session, const struct relation *table,
                    const struct aorta_field *fields, int32_t field_count, struct err *err);
int stage_load_batch(struct stage_load *load, const struct aorta_batch *batch, struct err *err);
int stage_load_finish(struct stage_load *load, int64_t *rows, struct err *err);
void stage_load_abort(struct stage_load *load); /* nothing if it was finished */

/* The same in one call, from a feed; its workers may be called on other threads. */
int stage_load_from(struct session *session, const struct relation *table,
                    const struct aorta_field *fields, int32_t field_count,
                    const struct aorta_feed *feed, struct err *err);

/* Creates the target with the stage's columns (less `except`), empty. For the first publication. */
int stage_create_target(struct session *session, const struct relation *target,
                        const struct relation *stage, const char *except, struct err *err);

#endif

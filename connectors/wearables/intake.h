/*
 * Columns of the batches that are fed to a reader: found by name, read by type.
 */
#ifndef AORTA_WEARABLES_INTAKE_H
#define AORTA_WEARABLES_INTAKE_H

#include "connector.h"

#include <stddef.h>
#include <stdint.h>

/* A column of whole numbers (INT32 or INT64) or of text, lent as long as its batch. */
struct intake {
    const char *name;
    enum aorta_type type;
    const struct aorta_column *column;
};

/* AORTA_CONFIG: the batch has no column of that name, or it is no integer, no text. */
int intake_find(struct intake *intake, const struct aorta_batch *batch, const char *input,
                const char *name, bool is_text, struct aorta_error *error);

/* AORTA_DATA: it is null, or not between low and high. */
int intake_int(const struct intake *intake, int64_t row, int64_t low, int64_t high, int64_t *value,
               struct aorta_error *error);

/* Puts "WHAT ID: " before the error's message. Returns -1. */
int intake_error(const char *what, int64_t id, struct aorta_error *error);

/* The text, which does not end with a NUL; NULL of size 0 if it is null. */
const char *intake_text(const struct intake *intake, int64_t row, size_t *size);

#endif

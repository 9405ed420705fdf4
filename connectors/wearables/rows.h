/*
 * The rows of one batch, filled column by column and lent as a struct aorta_batch.
 *
 * (The engine has a richer one, which a connector may not lean on: a module includes connector.h
 * and base only.)
 */
#ifndef AORTA_WEARABLES_ROWS_H
#define AORTA_WEARABLES_ROWS_H

#include "base/buf.h"
#include "connector.h"

/* Rows of a batch: large enough to be cheap, small enough for a processor's second cache. */
enum { ROWS_MAX = 8192, ROWS_COLUMNS_MAX = 24 };

struct rows_column {
    uint8_t validity[ROWS_MAX / 8];
    union {
        int32_t int32s[ROWS_MAX];
        int64_t int64s[ROWS_MAX];
        int32_t offsets[ROWS_MAX + 1];
    };
    struct buf text;
};

struct rows {
    int32_t count;
    int32_t column_count;
    const struct aorta_field *fields; /* lent for the rows' life */
    struct rows_column *columns;
    struct aorta_column views[ROWS_COLUMNS_MAX];
};

void rows_init(struct rows *rows, const struct aorta_field *fields, int32_t count);
void rows_release(struct rows *rows);
void rows_reset(struct rows *rows);

/* The value of the column in the row that is being filled; columns in any order, each once. */
void rows_null(struct rows *rows, int column);
void rows_int(struct rows *rows, int column, int64_t value); /* INT32, INT64, TIMESTAMP */
void rows_text(struct rows *rows, int column, const char *data, size_t size); /* TEXT */
void rows_str(struct rows *rows, int column, const char *text);

/* The row is whole. */
static inline void rows_end(struct rows *rows)
{
    rows->count++;
}

static inline bool rows_are_full(const struct rows *rows)
{
    return rows->count == ROWS_MAX;
}

/* Lent until the rows change. */
void rows_view(struct rows *rows, struct aorta_batch *batch);

#endif

/*
 * The type of a column, from its values.
 *
 * What has been seen of a column is a set; its type is the narrowest that holds all of them:
 *
 *     null < boolean < integer < number < string < object          date < timestamp < string
 *
 *     only integers               bigint
 *     integers and numbers        double
 *     dates and timestamps        timestamp
 *     objects or arrays, among others   json
 *     nothing but nulls           text
 *     any other mixture           text
 *
 * Booleans mixed with numbers are text: no reader turns true into 1. An integer that would lose
 * something is text: 007 and +5 (a code, a telephone number), one beyond 64 bits. Dates and
 * timestamps are seen in CSV only, and only as ISO 8601 writes them: 2024-04-01,
 * 2024-04-01T12:30:00, with an offset it is a timestamptz. NA and NULL are texts.
 */
#ifndef AORTA_DATA_INFER_H
#define AORTA_DATA_INFER_H

#include "base/err.h"
#include "data/schema.h"

#include <stddef.h>
#include <stdint.h>

enum infer_kind {
    INFER_NULL = 0,
    INFER_BOOLEAN = 1 << 0,
    INFER_INTEGER = 1 << 1,
    INFER_NUMBER = 1 << 2,
    INFER_DATE = 1 << 3,
    INFER_TIMESTAMP = 1 << 4,
    INFER_TIMESTAMPTZ = 1 << 5,
    INFER_STRING = 1 << 6,
    INFER_OBJECT = 1 << 7, /* arrays too */
};

/* What a CSV field looks like. An empty one without quotes is INFER_NULL. */
enum infer_kind infer_field(const char *text, size_t size, bool is_quoted);

/* What a JSON number looks like. */
enum infer_kind infer_number(const char *text, size_t size);

/* The type of a column in which these kinds (ORed) were seen. */
enum aorta_type infer_type(unsigned seen);

/* Adds to the schema a column for each of the header's names, with the type of its values. Columns
 * that the schema has already keep what was declared. The whole file is looked at. ERR_DATA:
 * "file:line: …": no header, an empty or repeated name, a ragged row, an open quote. */
int infer_csv(struct schema *schema, const char *file, const char *data, size_t size,
              char delimiter, struct err *err);

#endif

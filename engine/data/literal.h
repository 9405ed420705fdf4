/*
 * Values as people and programs write them, turned into typed ones.
 *
 * Readers use it for what stands in a CSV field, in a JSON number, in a JSON string:
 *
 *     type              accepted
 *     boolean           true false t f yes no 1 0, letter case ignored
 *     integer, bigint   decimal numbers without a fraction: 12, -3, 007, 12.0, 1e3; exact
 *     double            decimal numbers, correctly rounded; nothing infinite
 *     date              2024-04-01
 *     time              12:30, 12:30:00, 12:30:00.123456
 *     timestamp(tz)     ISO 8601 (base/clock.h), a date alone is midnight; no offset is UTC. A bare
 *                       number is refused: nobody knows its unit (seconds read as milliseconds
 *                       land in January 1970)
 *     uuid              32 hexadecimal digits, with or without hyphens
 *     decimal           a decimal number, kept digit by digit; an exponent is written out
 *     bytes             hexadecimal digits after \x
 *     text, json        taken as they are
 *
 * The whole text must match: blanks around it are an error, not a detail.
 */
#ifndef AORTA_DATA_LITERAL_H
#define AORTA_DATA_LITERAL_H

#include "data/column.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum literal_result {
    LITERAL_OK,
    LITERAL_NOT,     /* not such a value at all */
    LITERAL_TOO_BIG, /* one, but out of the type's range */
};

enum literal_result literal_int64(const char *text, size_t size, int64_t *value);
enum literal_result literal_double(const char *text, size_t size, double *value);
bool literal_bool(const char *text, size_t size, bool *value);
bool literal_date(const char *text, size_t size, int32_t *days);
bool literal_time(const char *text, size_t size, int64_t *us);
bool literal_uuid(const char *text, size_t size, uint8_t value[16]);

/* Appends the text as a value of the column's type. NULL, or what is wrong, to be put behind the
 * quoted text: "is not a date". On failure the column is as it was. */
const char *literal_append(struct column *column, const char *text, size_t size);

#endif

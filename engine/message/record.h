/*
 * Structs as JSON and back, by one table.
 *
 *     static const struct record_field place_fields[] = {
 *         {"connection", RECORD_TEXT, offsetof(struct place, connection), NULL},
 *         {"object", RECORD_TEXT, offsetof(struct place, object), NULL},
 *         {0},
 *     };
 *
 * Encoding writes what is not zero; decoding leaves what is not there zero. So both sides of a
 * socket agree by construction, and a field is added in one place.
 *
 *     kind             in the struct
 *     RECORD_TEXT      const char *
 *     RECORD_INT       int64_t
 *     RECORD_NUMBER    double
 *     RECORD_BOOL      bool
 *     RECORD_JSON      const char *: JSON text, embedded as such
 *     RECORD_TEXTS     const char **, followed by size_t: how many
 *     RECORD_ONE       a struct
 *     RECORD_MANY      pointer to structs, followed by size_t: how many
 */
#ifndef AORTA_MESSAGE_RECORD_H
#define AORTA_MESSAGE_RECORD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

#include <stddef.h>

enum record_kind {
    RECORD_TEXT,
    RECORD_INT,
    RECORD_NUMBER,
    RECORD_BOOL,
    RECORD_JSON,
    RECORD_TEXTS,
    RECORD_ONE,
    RECORD_MANY,
};

struct record_shape {
    const struct record_field *fields; /* ended by a NULL name */
    size_t size_bytes;
};

struct record_field {
    const char *name;
    enum record_kind kind;
    size_t offset;
    const struct record_shape *shape; /* of ONE and MANY */
};

/* A row of the table, for a member of the same name. */
/* clang-format off */
#define RECORD_FIELD(type, member, kind) \
    {#member, RECORD_##kind, offsetof(struct type, member), NULL} /* NOLINT: an initializer */
#define RECORD_NESTED(type, member, kind, shape) \
    {#member, RECORD_##kind, offsetof(struct type, member), &(shape)} /* NOLINT: an initializer */
/* clang-format on */

/* Writes the struct as one JSON object. */
void record_encode(struct json_writer *json, const struct record_shape *shape, const void *record);

/* Reads JSON text into a zeroed struct whose parts live in the arena. Unknown members are passed
 * over, so that a newer peer may say more. ERR_BROKEN when it is no such object. */
int record_decode(const char *text, size_t size, const struct record_shape *shape,
                  struct arena *arena, void *record, struct err *err);

#endif

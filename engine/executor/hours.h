/*
 * Hours that something was written or read for, as an executor reports them: texts like "475000" or
 * "475000..475023", hours since 1970-01-01T00Z, both included, ascending and without overlap.
 */
#ifndef AORTA_EXECUTOR_HOURS_H
#define AORTA_EXECUTOR_HOURS_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

/* More are not told, so that they fit into a message: eleven years of hours that stand alone. */
enum { HOURS_MOST = 100000 };

struct hours {
    struct hours_range {
        int64_t first, last;
    } * items;
    size_t count, capacity;
};

/* Of zeroes; adding the hours from one to another. */
void hours_add(struct hours *hours, int64_t first, int64_t last);
void hours_release(struct hours *hours);

/* Sorts them, in the arena. */
const char **hours_texts(struct hours *hours, struct arena *arena, size_t *count);

#endif

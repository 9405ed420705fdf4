/*
 * The files of a lake that somebody else writes: what is there, into a table of the destination.
 *
 * Only what begins as a pattern does up to its first wildcard is asked for. Without more, that is
 * everything there is, each time. With a declared lateness the keys are ordered by time (see
 * executor/key_hour.h) and a listing begins at the last hour that was seen, less the lateness; a
 * whole one is due every `full_listing_ms`, for what came later still. An hour that has not come
 * yet (a wrong clock wrote it) counts as now.
 *
 * A position is JSON: when the last whole listing was, and the last key of each beginning:
 * {"version":1,"listed_at":"2024-04-01T08:00:00.000000Z","last":{"topics/hr/":"topics/hr/…"}}.
 */
#ifndef AORTA_EXECUTOR_LAKE_LISTING_H
#define AORTA_EXECUTOR_LAKE_LISTING_H

#include "base/clock.h"
#include "executor/step.h"
#include "model/files.h"

struct lake_listing {
    struct step *step;
    const struct connection *connection; /* of the object store */
    const char *position;                /* of the listing before, or NULL */
    struct files *files;                 /* takes the rows */
    bool has_window;                     /* only files whose folders say a time within it count */
    int64_t from_us, until_us;

    bool is_whole;     /* it began at the beginning */
    int64_t found;     /* files that a pattern matched */
    int64_t total;     /* files that were looked at */
    const char *after; /* the new position, in the files' arena */
};

/* Lists. The first seven members are the caller's to set, the rest is the result. A position that
 * cannot be read is ERR_BROKEN. */
int lake_listing_run(struct lake_listing *listing, struct err *err);

/* What tells a version of an object from another: its etag, or its time where the store has none.
 * Lent by the object, or written to text. */
const char *lake_listing_etag(const struct aorta_object *object, char text[CLOCK_TEXT_SIZE]);

#endif

/*
 * Which partitions an asset that is made by itself owes: what its automation asks for next.
 *
 *     eager        those that are missing or stale; those that failed, once there is something new
 *                  to make them of
 *     on_missing   those that are missing
 *
 * and of these none that something is still missing for. Partitions are asked for some at a time:
 * of time the newest that follow each other, of a list the first. What is left is asked for when
 * the run is over; what failed is left out then.
 *
 * When rows were at fault, a check's or those that cannot be converted, it is found out whose: those
 * that failed together are asked for again once nothing else is owed, at most half as many at once
 * as before, until each has been made, or has failed by itself. One bad day in a month is some ten
 * runs, and it alone is left as failed.
 *
 *     failed ▓▓▓▓▓▓▓▓   ▓▓▓▓░░░░   ▓▓▓▓       ▓▓         ▓        ░ being made again
 *                       failed     there      failed     there    ▓ failed
 */
#ifndef AORTA_RUN_OWED_H
#define AORTA_RUN_OWED_H

#include "run/parts.h"

/* Asked for by one run: a month of days. */
enum { OWED_AT_ONCE = 31 };

struct owed {
    const char **texts; /* keys, or one FROM..TO */
    size_t count;
    uint64_t seen;      /* of these, and what there was to make them of; 0: nothing is owed */
    bool leaves_failed; /* others have failed, and are not among these */
};

/* In the arena. */
void owed_find(const struct part *parts, size_t count, bool is_static, bool is_eager,
               struct arena *arena, struct owed *owed);

/* Whether automation asks for the asset's partitions, rather than for all of it. */
bool owed_applies(const struct loaded *loaded, const struct asset *asset);

/* Of such an asset, by what the store knows, as a daemon that lives would. A source of a topic is
 * asked for what is new, which is all that it owes, and for no texts: so no object is read twice. */
int owed_read(const struct loaded *loaded, const struct asset *asset, struct store_reader *reader,
              struct arena *arena, struct owed *owed, struct err *err);

#endif

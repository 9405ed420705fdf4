/*
 * Objects of a topic's lake that a partition's run has read before its source came to them.
 *
 *     chain      1 2 3 4 5 6 7 8 9 …        position: behind 5
 *     ahead              7   9              of an hour that was asked for
 *     the next run reads 6, 8, …            and is behind all of them
 *
 * They are in the destination (model/files.h), in the transaction of their rows, as the position is;
 * once the position is behind one it is forgotten. So each object is read once by whoever reads on.
 */
#ifndef AORTA_EXECUTOR_LAKE_AHEAD_H
#define AORTA_EXECUTOR_LAKE_AHEAD_H

#include "executor/intake.h"

struct lake_ahead {
    const char **names;
    size_t count, passed;
    bool *has_passed; /* by the names' places */
    struct map by_name;
};

/* In the load's transaction. Nothing is ahead of a load that replaces everything. */
int lake_ahead_read(struct lake_ahead *ahead, struct intake *intake, struct err *err);
void lake_ahead_release(struct lake_ahead *ahead); /* zeroed: nothing */

/* Whether the object was read before; if so, the position is behind it now. */
bool lake_ahead_pass(struct lake_ahead *ahead, const char *key);

/* Forgets those that the position is behind; all of them if the load replaces everything. */
int lake_ahead_settle(const struct lake_ahead *ahead, struct intake *intake, struct err *err);

#endif

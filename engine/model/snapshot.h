/*
 * The materialization "snapshot": the history of a table as versions (slowly changing dimension,
 * type 2), computed from a log of its changes.
 *
 *     -- dim_users.sql: the changes              # dim_users.toml
 *     select user_id, name, weight,              kind = "snapshot"
 *            changed_at, deleted_at, lsn         unique_key = "user_id"
 *     from {{ new_rows(ref('stg_users')) }}      changed_at = "changed_at"
 *                                                deleted_at = "deleted_at"
 *                                                order_by = "lsn"
 *                                                surrogate_key = "user_key"
 *
 *     user_key   user_id  name  weight  start_date   end_date
 *     3647e5…    10001    Ann   60      04-01 10:00  04-03 12:00     edited
 *     9a0b13…    10001    Ann   61      04-03 12:00  04-05 09:00     deleted
 *     c1d277…    10001    Ann   61      04-08 00:00  NULL            inserted again
 *     00000000…  0        Unknown                                    the unknown row
 *
 * The rules. A version is [start_date, end_date): it ends where the next one starts or where the id
 * was deleted, whichever is first. Changes are ordered by changed_at, then by order_by. Those of one
 * instant collapse to the last; an instant is a millisecond, since the key is
 *
 *     md5("<id>-<start_date as YYYY-MM-DD HH:MM:SS.mmm>")
 *
 * A change that alters no attribute makes no version. A delete closes the open version only; an id
 * that is inserted again opens a new one. A row is a delete when deleted_at is not null.
 * Attributes are all columns but those named by the options.
 *
 * So the history is a function of the log, whatever the loads it came in. A run renders the query
 * twice: as an increment, for the ids that new changes touch, and whole, for the log of those ids.
 * It computes their versions again and publishes the difference, so a change that arrives late
 * is no special case. The log must keep what it has (an append-only table does).
 *
 * Beside the dimension stands its change feed, `NAME_changes`, published with it, from which
 * changed_rows(ref('NAME')) reads: for whoever joined rows to versions by time, the stretches of
 * time of an id in which that join now gives something else.
 *
 *     publication    BIGINT     the snapshot's version (state.h) that brought the change
 *     change         TEXT       added | removed | changed (the version has the key it had)
 *     <surrogate_key>, <unique_key>
 *     changed_from   TIMESTAMP  NULL: since ever
 *     changed_until  TIMESTAMP  NULL: for ever
 *
 * A build from nothing begins with an empty feed and a new epoch, at which readers begin again.
 *
 * The stretches are those of a join in which the first version of an id also holds what was before
 * it: when another version becomes the first, that is a change of both.
 */
#ifndef AORTA_MODEL_SNAPSHOT_H
#define AORTA_MODEL_SNAPSHOT_H

#include "base/arena.h"
#include "model/materialize.h"
#include "model/relation.h"

#include <stddef.h>

/* The key of the unknown row: what a fact refers to when no version holds. */
#define SNAPSHOT_UNKNOWN_KEY "00000000000000000000000000000000"

/* A column's value in the unknown row, as text; columns that are not named are null there. */
struct snapshot_unknown {
    const char *column;
    const char *text;
};

/* What spec->options points to. spec->unique_key holds one name: the id. */
struct snapshot_options {
    const char *changed_at;
    const char *deleted_at; /* NULL: nothing is ever deleted */
    const char *surrogate_key;
    const char *const *order_by; /* orders the changes of one instant */
    size_t order_by_count;
    const struct snapshot_unknown *unknown;
    size_t unknown_count;
};

extern const struct materialization materialization_snapshot;

/* The change feed of a snapshot's relation, in the arena; logical, as the relation is. */
struct relation snapshot_changes(struct arena *arena, const struct relation *relation);

#endif

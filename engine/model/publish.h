/*
 * Moving what was written and audited to where readers look. All of it happens inside one write
 * transaction that the caller began and will commit together with the asset's state, so a reader
 * sees the old relation or the new one (invariant 8), and a death anywhere leaves the old.
 *
 *     publish_replace         build ──▶ the relation's place; what hung on the old hangs on the new
 *     publish_append          target + stage
 *     publish_delete_insert   target − rows whose keys are staged + stage
 *     publish_replace_rows    target − rows that a condition says + stage
 *     publish_view            the view, made or made again
 *     publish_reject          build or stage ──▶ _aorta_rejected__X, kept for a person
 *
 * How databases differ is in `struct aorta_dialect` (carry, lock_wait), with what the experiments
 * showed. The hidden relation is gone after each.
 */
#ifndef AORTA_MODEL_PUBLISH_H
#define AORTA_MODEL_PUBLISH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/relation.h"

struct session;

struct publish_report {
    struct buf warnings; /* lines: views that could not be made again, why rows were replaced */
    bool rows_replaced;  /* the relation itself stayed, since something could not be carried */
};

void publish_report_init(struct publish_report *report);
void publish_report_release(struct publish_report *report);

/* The warnings, without an end of line after the last; NULL if there are none. */
const char *publish_report_lines(const struct publish_report *report, struct arena *arena);

/* The relation and the one to take its place, with their columns as this transaction has described
 * them, to save asking again. */
struct publish_pair {
    const struct relation *target;
    const struct relation *hidden;
    const struct relation_columns *target_columns; /* NULL: not described */
    const struct relation_columns *hidden_columns; /* likewise */
    const char *select; /* hidden is a view of this text, to be made under the target's name; NULL:
                         * it is a table, to be renamed */
};

/* What publish_replace and publish_view do, for a pair. */
int publish_pair(struct session *session, const struct publish_pair *pair,
                 struct publish_report *report, struct err *err);

/* Puts the table `hidden` into the target's place; a view that stands there gives way. */
int publish_replace(struct session *session, const struct relation *target,
                    const struct relation *hidden, struct publish_report *report, struct err *err);

enum publish_columns {
    PUBLISH_COLUMNS_FREEZE, /* a staged column that the target lacks is ERR_CONFIG */
    PUBLISH_COLUMNS_EVOLVE, /* it is added */
    PUBLISH_COLUMNS_IGNORE, /* it is left out */
};

/* Adds the staged rows to the target by column name; columns that the stage lacks are null.
 * `except` (may be NULL) is a column of the stage that is not one of the target. *rows is how many
 * were added. The target must be there. */
int publish_append(struct session *session, const struct relation *target,
                   const struct relation *stage, enum publish_columns columns, const char *except,
                   int64_t *rows, struct publish_report *report, struct err *err);

struct publish_keys {
    const char *const *names;
    size_t count;
    const char *delete_marker; /* a boolean column of the stage, or NULL: true = delete only */
};

/* Deletes the target's rows whose keys are staged, then adds the staged rows that are not marked.
 * *rows is how many were added, *deleted how many went. */
int publish_delete_insert(struct session *session, const struct relation *target,
                          const struct relation *stage, const struct publish_keys *keys,
                          enum publish_columns columns, int64_t *rows, int64_t *deleted,
                          struct publish_report *report, struct err *err);

struct publish_window {
    const struct relation *target, *stage;
    const char *condition; /* SQL: which of the target's rows go; all staged ones fulfil it too */
    enum publish_columns columns;
    int64_t rows, deleted; /* set: how many were added, how many went */
};

/* Deletes the target's rows that fulfil the condition, then adds the staged rows. */
int publish_replace_rows(struct session *session, struct publish_window *window,
                         struct publish_report *report, struct err *err);

/* Makes the view, in the place of the view or table that stands there. `candidate` is a view of the
 * same text under a hidden name, which is dropped. */
int publish_view(struct session *session, const struct relation *target,
                 const struct relation *candidate, const char *select,
                 struct publish_report *report, struct err *err);

/* Keeps refused rows: the hidden table becomes the rejected one, replacing an older one. */
int publish_reject(struct session *session, const struct relation *target,
                   const struct relation *hidden, struct err *err);

/* Drops a relation of either kind, if it is there. */
int publish_drop(struct session *session, const struct relation *relation, struct err *err);

/* Makes the relation's schema if the database has schemas and it is not there. Several processes
 * may do so at once. Outside of a transaction. */
int publish_ensure_schema(struct session *session, const struct relation *relation,
                          struct err *err);

#endif

/*
 * Putting one relation into another's place, inside the write transaction. What hangs on the old
 * one is carried over by the statements that the dialect's `carry` query writes (connector.h).
 *
 *     swap_init → target, hidden or view_select are set → swap_describe → swap_run →
 *     swap_remake_views, if columns changed → swap_release
 *
 * Used by publish.c alone.
 */
#ifndef AORTA_MODEL_SWAP_H
#define AORTA_MODEL_SWAP_H

#include "base/arena.h"
#include "base/err.h"
#include "model/publish.h"
#include "model/relation.h"

struct session;
struct carried;

/* What one publication works with. Relations are physical. */
struct swap {
    struct session *session;
    struct arena arena;
    struct publish_report *report;
    struct relation target;
    const char *target_sql;
    struct relation hidden; /* the new one, or a stage */
    const char *hidden_sql;
    const char *view_select; /* NULL: the new one is a table */
    struct relation_columns old;
    struct relation_columns new; /* of the hidden one */
    struct carried *carried, **last_carried;
};

void swap_init(struct swap *swap, struct session *session, const struct relation *target,
               const struct relation *hidden, struct publish_report *report);
void swap_release(struct swap *swap);

/* Reads the columns of both. */
int swap_describe(struct swap *swap, struct err *err);

/* Asks the database what hangs on the target, for a hidden relation of that physical name (''
 * when columns are only added). Before anything is dropped. */
int swap_find_carried(struct swap *swap, const char *hidden_name, struct err *err);

/* Puts the hidden table, or the view of view_select, into the target's place. */
int swap_run(struct swap *swap, struct err *err);

/* Makes views again that bind by name and would refuse the new columns. One that cannot be made is
 * a line in the report: it is not part of what is published. */
int swap_remake_views(struct swap *swap, struct err *err);

#endif

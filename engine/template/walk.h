/*
 * A walk through a parsed template, whatever branch, loop or macro something stands in.
 *
 * Some of it may never be rendered, on purpose: what stands behind `if target.type == 'postgres'`,
 * or behind the `and` of such a condition. There the walk is in doubt. A condition of which it is
 * known that it comes to hold and comes not to, in one run or round or another, leaves none: one
 * that asks for is_incremental() or for the loop alone.
 */
#ifndef AORTA_TEMPLATE_WALK_H
#define AORTA_TEMPLATE_WALK_H

#include "template/tree.h"

struct template_walk {
    void *self; /* of whoever walks */
    /* Called for each expression before those in it, and for each statement but plain text before
     * what is in it; either may be NULL. -1 ends the walk. */
    int (*expr)(const struct template_walk *walk, const struct template_expr *expr);
    int (*stmt)(const struct template_walk *walk, const struct template_stmt *stmt);
    bool
        doubts_rounds; /* a loop may have no round and a macro no call: there it is in doubt, too */
    int doubts;        /* how many; begins at 0 */
};

/* 0, or -1 from a function. In the order of the text. */
int template_walk(struct template_walk *walk, const struct template_stmt *body);

#endif

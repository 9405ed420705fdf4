/*
 * What a model's SQL may call: ref, source, this, var, config, is_incremental, new_rows, target.
 *
 * new_rows(ref('x')) is "the rows of x that this model has not read": it renders to
 *
 *     (SELECT * FROM x WHERE pos > <what our checkpoint says of x> AND pos <= <x's own position>)
 *
 * Both bounds come from `_aorta_state`, never from max() of a column, so rows that share a
 * boundary value are read once, and rows published while we run are read the next time. Without a
 * checkpoint, or in a full build, there is no lower bound.
 */
#ifndef AORTA_MODEL_TEMPLATE_CONTEXT_H
#define AORTA_MODEL_TEMPLATE_CONTEXT_H

#include "base/err.h"

struct model_attempt;

/* Renders attempt->spec->sql to attempt->sql (in the arena), for the states that the attempt has
 * read. Needs the session's transaction for the columns of what new_rows reads. */
int model_render(struct model_attempt *attempt, struct err *err);

#endif

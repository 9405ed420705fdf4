/*
 * What a model's SQL may call: ref, source, this, var, config, target, is_incremental, new_rows and
 * changed_rows; and what of its inputs a publication has read, which is its checkpoint:
 *
 *     {"inputs": {"raw.users": {"epoch": "…", "version": 7, "position": "2024-04-01 00:00:00"}}}
 *
 * new_rows(ref('x')) is "the rows of x that this model has not read": it renders to
 *
 *     (SELECT * FROM x WHERE pos > <what our checkpoint says of x> AND pos <= <x's own position>)
 *
 * Both bounds come from `_aorta_state`, never from max() of a column, so rows that share a
 * boundary value are read once, and rows published while we run are read the next time. Without a
 * checkpoint, or in a full build, there is no lower bound.
 *
 * changed_rows(ref('x')) of a snapshot x is the part of its change feed (snapshot.h) that was
 * published since, by version in the same way; in a full build it is empty, since then all is new.
 */
#ifndef AORTA_MODEL_TEMPLATE_CONTEXT_H
#define AORTA_MODEL_TEMPLATE_CONTEXT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/spec.h"

#include <stdbool.h>
#include <stdint.h>

struct model_attempt;
struct session;

/* What the asset's checkpoint says of an input: how far it has been read. */
struct model_read {
    bool is_known; /* the rest is of no meaning if not */
    const char *epoch;
    int64_t version;
    bool has_position;    /* read by new_rows(), so a new epoch means: read it all again */
    const char *position; /* NULL: nothing was there to read */
};

/* Takes the checkpoint apart: reads[spec->ref_count], in the arena, never NULL. ERR_BROKEN if it is
 * not what we write. */
int model_checkpoint_parse(const struct model_spec *spec, const char *checkpoint,
                           struct arena *arena, struct model_read **reads, struct err *err);

/* The checkpoint after a publication: all refs as they were read, in the arena. */
const char *model_checkpoint(const struct model_attempt *attempt);

/* Renders attempt->spec->sql to attempt->sql (in the arena), for the states that the attempt has
 * read, as an increment or whole as attempt->is_incremental says. Notes in attempt->reads_rows what
 * new_rows was asked for. Needs the session for the columns of what new_rows reads. */
int model_render(struct model_attempt *attempt, struct err *err);

/* Renders spec->sql, which is no model's: it may call ref, source, var and target. The session is
 * looked at for its dialect only. */
int model_render_question(struct session *session, const struct model_spec *spec,
                          struct arena *arena, const char **sql, struct err *err);

#endif

/*
 * The SQL of a model as a run would send it now, without running anything.
 */
#ifndef AORTA_MODEL_SHOW_H
#define AORTA_MODEL_SHOW_H

#include "model/session.h"
#include "model/spec.h"

struct model_shown {
    const char *sql;     /* in the arena */
    bool is_incremental; /* as an increment to what is there; else whole */
};

/* Renders spec->sql for what the destination says now; nothing is written. A session without a
 * handle stands for a destination in which nothing was ever built: only its dialect is looked at.
 * What is new of an input that has not been built yet is shown with a comment. */
int model_show(struct session *session, const struct model_spec *spec, struct arena *arena,
               struct model_shown *shown, struct err *err);

#endif

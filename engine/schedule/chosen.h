/*
 * The selection of what makes runs by itself, looked at before there is a run.
 */
#ifndef AORTA_SCHEDULE_CHOSEN_H
#define AORTA_SCHEDULE_CHOSEN_H

#include "config/keys.h"
#include "graph/graph.h"

struct chosen {
    const char *what, *name; /* "schedule", "nightly" */
    const struct texts *select, *exclude;
    int line, column; /* of the whole; for a selection that is not given */
};

/* A part that means nothing in the graph is added to problems, at its place in pipeline.toml. */
void chosen_check(const struct chosen *chosen, const struct graph *graph,
                  struct problems *problems);

#endif

/*
 * What one word of a selection means (graph/select.h has the grammar around it): a name or a key,
 * or a method with a value.
 *
 *     stg_users   raw.*   tag:daily   group:raw   kind:model   path:assets/raw   raw/users.toml
 */
#ifndef AORTA_GRAPH_MEANING_H
#define AORTA_GRAPH_MEANING_H

#include "graph/graph.h"

struct meaning {
    const char *text;   /* the word, borrowed */
    const char *method; /* "tag", "group", "kind", "path"; NULL: a name or key */
    const char *value;  /* what follows the method: a pattern of fnmatch(3) */
};

/* Takes the word apart; it is borrowed, copies live in the arena. ERR_CONFIG if what stands before
 * its colon is no method. */
int meaning_read(struct meaning *meaning, const char *text, struct arena *arena, struct err *err);

/* Whether it means the asset. */
bool meaning_fits(const struct meaning *meaning, const struct graph *graph,
                  const struct asset *asset);

/* Sets ERR_CONFIG: it means no asset; what may have been meant. Returns -1. */
int meaning_is_nothing(const struct meaning *meaning, const struct graph *graph,
                       struct arena *arena, struct err *err);

#endif

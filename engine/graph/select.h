/*
 * Which assets are meant. The grammar is dbt's where dbt has one.
 *
 *     text    = term { " " term }            union
 *     term    = atom { "," atom }            intersection, which binds stronger
 *     atom    = "@" meaning                  it, all that depends on it, and all that those need
 *             | [[N] "+"] meaning ["+" [N]]  also what it depends on, or what depends on it,
 *                                            N levels of it or all
 *     meaning = name or key                  stg_users   raw.users   stg_*
 *             | "tag:" | "group:" | "kind:"  tag:daily   kind:model
 *             | "path:"                      a file or a folder: path:assets/raw   path:raw/u*.toml
 *
 * A meaning may be a pattern of fnmatch(3): * ? [a-z]. A path is taken from the pipeline's folder or
 * from its folder of assets; one with a "/" needs no "path:". Several texts are a union.
 *
 * A part that means nothing is an error, never an empty set: it is a slip of the pen more often
 * than it is meant, and a run that does nothing looks like one that succeeded.
 */
#ifndef AORTA_GRAPH_SELECT_H
#define AORTA_GRAPH_SELECT_H

#include "graph/graph.h"

struct selection {
    const char *const *texts; /* none: everything */
    size_t count;
    const char *const *excluded;
    size_t excluded_count;
};

/* Sets selected[asset->order] for each asset that one of the texts means and no excluded text does;
 * the others must be false before. ERR_CONFIG with place and suggestion for a part that means
 * nothing, and if the exclusions leave nothing. The arena is for the time of the call. */
int select_assets(const struct graph *graph, const struct selection *selection, struct arena *arena,
                  bool *selected, struct err *err);

#endif

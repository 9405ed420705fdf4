/*
 * Whether an asset is up to date, as far as the run store knows: without asking any destination.
 *
 *     running   a step of it is running
 *     failed    its last step failed: what is published, if anything, is older
 *     never     no publication of it is known
 *     stale     an input was published after the last attempt began that published this asset or
 *               found it fresh; or an input is itself stale
 *     fresh     none of these
 *     external  made by somebody else
 *
 * An input is what its SQL refers to, or, of a source or a stream, the asset that writes what it
 * reads. So fresh means that nothing Aorta did since makes it stale. What it cannot know is left to
 * the run: whether the world behind a source has changed, whether a file of the asset was edited,
 * whether somebody else has changed the destination. And the run store is of this machine: what
 * another one published is not in it.
 */
#ifndef AORTA_RUN_FRESHNESS_H
#define AORTA_RUN_FRESHNESS_H

#include "graph/graph.h"
#include "store/read.h"

enum freshness {
    FRESHNESS_NEVER,
    FRESHNESS_FRESH,
    FRESHNESS_STALE,
    FRESHNESS_FAILED,
    FRESHNESS_RUNNING,
    FRESHNESS_EXTERNAL,
};

extern const char *const freshness_names[]; /* "never", "fresh", … */

/* What is known of one asset. */
struct freshness_of {
    enum freshness state;
    const struct asset *because;                /* stale: the input that makes it so */
    const struct store_materialization *newest; /* its last publication, or NULL */
    const struct store_last_step *last;         /* its last step, or NULL */
};

/* Whether a parent is such an input. */
bool freshness_is_input(const struct asset *asset, const struct asset *parent);

/* Of every asset of the graph, in the pipeline's target, by asset->order, in the arena. A NULL
 * reader knows of nothing. Steps that are running are believed only if a daemon is alive; else they
 * were interrupted. */
int freshness_read(const struct graph *graph, struct store_reader *reader, bool is_alive,
                   struct arena *arena, struct freshness_of **known, struct err *err);

#endif

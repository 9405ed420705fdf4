/*
 * From what was asked to what will be done: the pipeline is read as it is now, the assets that are
 * meant are chosen, and each becomes a step that waits for those of its parents that are chosen
 * too.
 */
#ifndef AORTA_RUN_PLAN_H
#define AORTA_RUN_PLAN_H

#include "graph/graph.h"
#include "graph/question.h"
#include "message/control.h"
#include "run/loaded.h"

struct plan {
    struct arena arena; /* of all that follows but what is loaded */
    struct loaded *loaded;
    const struct pipeline *pipeline; /* the loaded one */
    const struct graph *graph;       /* likewise */
    struct problems problems;
    bool *is_selected; /* by asset->order */
    size_t selected_count;
    /* For plan_waits_for: the walk that met each asset last, what it has to look at, what it found. */
    size_t walk, *seen;
    const struct asset **open, **found;
    const char **partitions; /* that were asked for, keys and FROM..TO */
    size_t partition_count;
    const char **lake_positions; /* of streams, by asset->order, or NULL: daemon/sink_hours.h */
    int64_t now_us;              /* when it was made: which partitions there are then */
    struct questions questions;  /* if the request is about them */
    struct question *question;   /* the one that is asked, or NULL */
};

/* Reads and checks everything that the request names. With problems.count > 0 nothing else of the
 * plan may be used. */
struct plan *plan_new(const struct request *request);

/* The same with a pipeline that is loaded (may be NULL), if it is what the request means; else, or
 * if a file has changed since and `is_trusted` does not say that this is no matter, it is read. */
struct plan *plan_with(const struct request *request, struct loaded *loaded, bool is_trusted);
void plan_free(struct plan *plan);

/* Leaves only those selected of which keep says so. */
void plan_keep(struct plan *plan, bool (*keep)(void *arg, const struct asset *asset), void *arg);

/* The selected assets that a selected one waits for, in the plan's arena: its parents, and for
 * those that are not selected what they would wait for. So nothing reads through an asset that was
 * left out before what stands behind that is done. */
const struct asset **plan_waits_for(struct plan *plan, const struct asset *asset, size_t *count);

#endif

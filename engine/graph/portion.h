/*
 * Work on each of many assets, on as many threads as there are processors, up to a few.
 *
 *     portions_run(pipeline, files.count, load_portion, &loading, problems);
 *
 * Each thread has a portion of the numbers below the count. What it reads nobody changes meanwhile;
 * what it makes comes from an arena of its own, so that threads share nothing. When all are through,
 * that belongs to the pipeline's arena, and the problems stand as if one thread had found them.
 */
#ifndef AORTA_GRAPH_PORTION_H
#define AORTA_GRAPH_PORTION_H

#include "config/pipeline.h"

struct portion {
    struct pipeline pipeline; /* with the portion's arena; gone when the work is done */
    struct problems problems;
    struct arena arena;
    size_t begin, end;
};

/* Calls work for all portions of the numbers from 0 to count, and returns when they are done; few
 * numbers are one portion, on this thread. The pipeline may have no other user meanwhile. */
void portions_run(const struct pipeline *pipeline, size_t count,
                  void (*work)(const void *arg, struct portion *portion), const void *arg,
                  struct problems *problems);

#endif

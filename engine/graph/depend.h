/*
 * Who depends on whom: fills in parents and children of every asset of a graph.
 */
#ifndef AORTA_GRAPH_DEPEND_H
#define AORTA_GRAPH_DEPEND_H

#include <stddef.h>

struct asset;
struct graph;
struct problems;
struct template;

/* Unknown references are problems with file, line, column and a suggestion. */
void depend_link(struct graph *graph, struct problems *problems);

/* The relations that the template refers to, each once, in the pipeline's arena. */
struct asset **depend_find(struct graph *graph, const struct template *template, size_t *count,
                           struct problems *problems);

#endif

/*
 * Who depends on whom: fills in parents and children of every asset of a graph.
 */
#ifndef AORTA_GRAPH_DEPEND_H
#define AORTA_GRAPH_DEPEND_H

struct graph;
struct problems;

/* Unknown references are problems with file, line, column and a suggestion. */
void depend_link(struct graph *graph, struct problems *problems);

#endif

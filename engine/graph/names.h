/*
 * Whether the names in an SQL template, and its constants, mean something, before anything is run:
 *
 *     assets/marts/sales.sql:3:9: "ths" is not defined: did you mean "this"?
 *     assets/marts/sales.sql:4:18: the pipeline has no variable "leest_cents": did you mean …
 *
 * A name is one of those that every SQL is given (model/template_context.c), a built-in function,
 * or defined somewhere in the template; so are the attributes of those that are given. A variable
 * stands under [vars], or has a default. What needs none of them, as 1 / 0, is computed. What may
 * never be rendered, or is guarded, is let pass (template/walk.h): whatever is said here is wrong.
 */
#ifndef AORTA_GRAPH_NAMES_H
#define AORTA_GRAPH_NAMES_H

#include "graph/graph.h"

/* The template of an asset, or (is_question) of a question, whose variables may come with the
 * asking. */
void names_check(const struct graph *graph, const struct template *template, bool is_question,
                 struct problems *problems);

#endif

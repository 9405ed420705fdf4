/*
 * The tests: {{ value is name }}. Each gives a bool.
 */
#ifndef AORTA_TEMPLATE_PREDICATES_H
#define AORTA_TEMPLATE_PREDICATES_H

#include "template/builtin.h"

extern const struct template_builtin template_predicates[];
extern const size_t template_predicate_count;

#endif

/*
 * Filters on lists, maps and the characters of texts: join, sort, unique, map, select …
 *
 * All are `apply` functions of struct template_builtin, rows of the table in filters.c. What has
 * an `attribute` works on that part of each item: 'name', 'owner.name' or 0.
 */
#ifndef AORTA_TEMPLATE_SEQUENCE_H
#define AORTA_TEMPLATE_SEQUENCE_H

#include "template/builtin.h"

#define TEMPLATE_SEQUENCE_FUNCTION(name)                             \
    int template_sequence_##name(const struct template_operands *in, \
                                 struct template_value *result, struct err *err)

TEMPLATE_SEQUENCE_FUNCTION(length);
TEMPLATE_SEQUENCE_FUNCTION(first); /* undefined if there is none */
TEMPLATE_SEQUENCE_FUNCTION(last);  /* the same */
TEMPLATE_SEQUENCE_FUNCTION(list);
TEMPLATE_SEQUENCE_FUNCTION(join);       /* [separator], [attribute] */
TEMPLATE_SEQUENCE_FUNCTION(reverse);    /* of a text: a text */
TEMPLATE_SEQUENCE_FUNCTION(sort);       /* [reverse], [case_sensitive], [attribute] */
TEMPLATE_SEQUENCE_FUNCTION(unique);     /* [case_sensitive], [attribute] */
TEMPLATE_SEQUENCE_FUNCTION(min);        /* [case_sensitive], [attribute] */
TEMPLATE_SEQUENCE_FUNCTION(max);        /* [case_sensitive], [attribute] */
TEMPLATE_SEQUENCE_FUNCTION(sum);        /* [attribute], [start] */
TEMPLATE_SEQUENCE_FUNCTION(map);        /* filter, its arguments; or attribute=, default= */
TEMPLATE_SEQUENCE_FUNCTION(select);     /* [test, its arguments] */
TEMPLATE_SEQUENCE_FUNCTION(reject);     /* the same */
TEMPLATE_SEQUENCE_FUNCTION(selectattr); /* attribute, [test, its arguments] */
TEMPLATE_SEQUENCE_FUNCTION(rejectattr); /* the same */
TEMPLATE_SEQUENCE_FUNCTION(batch);      /* size, [fill_with] */
TEMPLATE_SEQUENCE_FUNCTION(items);      /* of a map: pairs */
TEMPLATE_SEQUENCE_FUNCTION(dictsort);   /* [case_sensitive], [by], [reverse] */

#endif

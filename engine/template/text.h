/*
 * What can be done to texts, as a filter (x | upper) or as a method (x.upper()): rows of both
 * tables point here. Letter case is that of ASCII, which is what SQL folds.
 *
 * All are `apply` functions of struct template_builtin. The text is the subject; a filter's subject
 * that is no text is printed first.
 */
#ifndef AORTA_TEMPLATE_TEXT_H
#define AORTA_TEMPLATE_TEXT_H

#include "template/builtin.h"

#define TEMPLATE_TEXT_FUNCTION(name)                                                            \
    int template_text_##name(const struct template_operands *in, struct template_value *result, \
                             struct err *err)

TEMPLATE_TEXT_FUNCTION(upper);
TEMPLATE_TEXT_FUNCTION(lower);
TEMPLATE_TEXT_FUNCTION(capitalize);
TEMPLATE_TEXT_FUNCTION(title);      /* each word's first letter */
TEMPLATE_TEXT_FUNCTION(strip);      /* [characters] */
TEMPLATE_TEXT_FUNCTION(lstrip);     /* [characters] */
TEMPLATE_TEXT_FUNCTION(rstrip);     /* [characters] */
TEMPLATE_TEXT_FUNCTION(replace);    /* old, new, [count] */
TEMPLATE_TEXT_FUNCTION(split);      /* [separator], [at most] */
TEMPLATE_TEXT_FUNCTION(splitlines); /* */
TEMPLATE_TEXT_FUNCTION(startswith); /* a text, or a tuple of them */
TEMPLATE_TEXT_FUNCTION(endswith);   /* the same */
TEMPLATE_TEXT_FUNCTION(find);       /* what: its character's place, or -1 */
TEMPLATE_TEXT_FUNCTION(count);      /* what */
TEMPLATE_TEXT_FUNCTION(isdigit);    /* */
TEMPLATE_TEXT_FUNCTION(indent);     /* [width 4], [first], [blank] */
TEMPLATE_TEXT_FUNCTION(format);     /* a % format's arguments */
TEMPLATE_TEXT_FUNCTION(braces);     /* a {} format's arguments */
TEMPLATE_TEXT_FUNCTION(join);       /* of a method: the list whose items the text goes between */

#endif

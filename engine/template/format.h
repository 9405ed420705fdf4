/*
 * Python's two ways to put values into a text: '%05.2f' % x and '{:>5} {name}'.format(…).
 */
#ifndef AORTA_TEMPLATE_FORMAT_H
#define AORTA_TEMPLATE_FORMAT_H

#include "template/context.h"

/* %s %r %d %i %f %F %e %g %x %X %o %% with flags, width and precision. `values` is one value, or a
 * tuple of as many as the text asks for. */
int template_format_percent(struct template_value format, struct template_value values,
                            struct arena *arena, struct template_value *result, struct err *err);

/* {} {0} {name} {{ }}, without format specifications, with the arguments of the call. */
int template_format_braces(struct template_value format, const struct template_call *call,
                           struct template_value *result, struct err *err);

#endif

/*
 * The methods that strings, lists and maps have: {{ value.name(arguments) }}.
 */
#ifndef AORTA_TEMPLATE_METHODS_H
#define AORTA_TEMPLATE_METHODS_H

#include "template/builtin.h"

/* The method that values of this kind have under that name, or NULL. */
const struct template_builtin *template_method_find(enum template_kind kind, const char *name);

#endif

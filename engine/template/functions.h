/*
 * The functions every template can call: range, dict, namespace, tojson, fromjson.
 */
#ifndef AORTA_TEMPLATE_FUNCTIONS_H
#define AORTA_TEMPLATE_FUNCTIONS_H

#include "template/context.h"

/* The function of that name, or NULL. */
const struct template_function *template_function_find(const char *name);

#endif

/*
 * The filters: {{ value | name(arguments) }}.
 */
#ifndef AORTA_TEMPLATE_FILTERS_H
#define AORTA_TEMPLATE_FILTERS_H

#include "template/builtin.h"

extern const struct template_builtin template_filters[];
extern const size_t template_filter_count;

#endif

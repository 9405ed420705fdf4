/*
 * What operators do, as Python has it: 7 // 2 is 3, -7 % 3 is 2, 1 / 2 is 0.5, 'a' ~ 1 is 'a1',
 * 'ab' * 2 is 'abab'. Integers that leave 64 bits are errors, and so is division by zero.
 */
#ifndef AORTA_TEMPLATE_OPERATORS_H
#define AORTA_TEMPLATE_OPERATORS_H

#include "template/tree.h"

/* Applies an operator that has two operands, other than `and` and `or`. Comparisons and `in` give
 * a bool. Neither operand is undefined. */
int template_operate(enum template_operator op, struct template_value a, struct template_value b,
                     struct arena *arena, struct template_value *result, struct err *err);

/* Item `index` of a list or character of a string, from the end if it is negative. Sets *result
 * only if it exists. */
void template_item_at(struct template_value value, int64_t index, struct template_value *result);

/* value[start:stop:step] of a list or string, each part an int or none. */
int template_slice(struct template_value value, const struct template_value parts[3],
                   struct arena *arena, struct template_value *result, struct err *err);

/* A list of what a loop would go through: items of a list, keys of a map, characters of a string.
 * A list is given back as it is. */
int template_items(struct template_value value, struct arena *arena, struct template_list **items,
                   struct err *err);

/* As template_print, into the arena. A string is given back as it is. */
int template_to_text(struct template_value value, struct arena *arena, struct template_value *text,
                     struct err *err);

#endif

/*
 * An order as the model layer has it.
 */
#ifndef AORTA_EXECUTOR_SPEC_H
#define AORTA_EXECUTOR_SPEC_H

#include "message/order.h"
#include "model/spec.h"
#include "model/window.h"

/* Fills the spec from the order of a model, a snapshot or a seed, but for its checks, its options
 * and its rows. In the arena. */
int spec_fill(const struct order *order, struct arena *arena, struct model_spec *spec,
              struct err *err);

/* One of the order's windows. */
struct model_window spec_window(const struct order_window *window);

/* The type that the asset declares of the column that its partitions name, or NULL. */
const char *spec_partition_type(const struct order *order);

#endif

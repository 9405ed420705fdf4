/*
 * An order as the model layer has it.
 */
#ifndef AORTA_EXECUTOR_SPEC_H
#define AORTA_EXECUTOR_SPEC_H

#include "message/order.h"
#include "model/spec.h"

/* Fills the spec from the order of a model, a snapshot or a seed, but for its checks, its options
 * and its rows. In the arena. */
int spec_fill(const struct order *order, struct arena *arena, struct model_spec *spec,
              struct err *err);

#endif

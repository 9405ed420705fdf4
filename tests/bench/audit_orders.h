/*
 * The assets of a pipeline that have tables in its warehouse, as orders, for audit.c.
 */
#ifndef AORTA_BENCH_AUDIT_ORDERS_H
#define AORTA_BENCH_AUDIT_ORDERS_H

#include "base/arena.h"
#include "message/order.h"

/* Reads the pipeline in the folder; ends the program if it has mistakes. The orders live in the
 * arena, parents first. */
size_t audit_orders(const char *folder, struct arena *arena, struct order **orders);

#endif

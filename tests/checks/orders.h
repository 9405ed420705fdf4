/*
 * The orders that a run of the repository's own pipeline would send for its tables: what they are
 * made of, what they refer to, their checks. (The pipeline's files and an executor are never in one
 * process otherwise, so this is the only door between them here.)
 */
#ifndef AORTA_TEST_ORDERS_H
#define AORTA_TEST_ORDERS_H

#include "message/order.h"

struct plan;

struct orders {
    struct plan *plan; /* owns all that follows */
    struct order *items;
    size_t count; /* parents first */
};

/* Two hundred years of days are many to look at again and again. */
enum calendar { CALENDAR_OF_A_YEAR, CALENDAR_WHOLE };

/* Reads the pipeline, target dev, as if it stood in `folder`, where its state may be kept. With the
 * calendar of a year dim_dates has the days of 2024, and its checks expect that. Fails the test if
 * the pipeline has a mistake. */
void orders_open(struct orders *orders, const char *folder, enum calendar calendar);
void orders_close(struct orders *orders);

#endif

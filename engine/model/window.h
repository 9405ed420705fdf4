/*
 * Partitions of a model that are made together, and whose rows are replaced together.
 *
 *     window      2024-04-01..2024-04-03
 *     condition   "created_at" >= '2024-04-01' AND "created_at" < '2024-04-04'
 *
 *     stage ─▶ all of it fulfils the condition? ─▶ audit ─▶ target − what fulfils it + stage
 *
 * All rows of the stage must fulfil the condition by which rows of the target go: so doing it twice
 * is as good as once, and a query that forgets its window is found out before it doubles anything.
 */
#ifndef AORTA_MODEL_WINDOW_H
#define AORTA_MODEL_WINDOW_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct model_attempt;
struct template_value;

/* Texts as the engine writes them: message/order.h. */
struct model_window {
    const char *label;
    const char *last;
    bool is_one;
    const char *const *keys; /* of a list; else NULL */
    size_t key_count;
    const char *start, *end;           /* of time, in UTC */
    const char *start_date, *end_date; /* on the calendar there, or NULL */
};

/* The window of the attempt: that which was asked for, the last, or all for what is built whole.
 * NULL if the model is made as one. ERR_CONFIG if there is no partition yet. */
int window_choose(struct model_attempt *attempt, const struct model_window **window,
                  struct err *err);

/* What a template sees as `partition`: key (of one), keys, start, end, start_date, end_date. */
struct template_value window_value(const struct model_attempt *attempt,
                                   const struct model_window *window);

/* Sets attempt->window_condition for the columns of the stage, and sees to it that all staged rows
 * fulfil it: ERR_DATA if not. Does nothing for what is made as one. */
int window_check_staged(struct model_attempt *attempt, struct err *err);

#endif

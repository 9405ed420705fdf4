/*
 * Which partitions of an asset a run makes: one window, from the first to the last of them.
 *
 *     asked for                                       what is made
 *     --partition 2024-04-04                          that day
 *     --partition 2024-04-01..2024-04-03              three days, at once
 *     --partition 2024-04-01 --partition 2024-04-02   likewise: they follow each other
 *     --partition north --partition east              keys of a list need not
 *     nothing, of time                                the last that is over; if nothing is there
 *                                                     yet, with --full-refresh or of a table: all
 *                                                     that are
 *     nothing, of a list                              all
 *     nothing, of a source of files or of a topic     what is new, of whichever
 *
 * A window is one step of the run, one statement and one publication. An asset without partitions
 * is made as ever, whatever is asked for.
 */
#ifndef AORTA_RUN_WINDOW_H
#define AORTA_RUN_WINDOW_H

#include "message/order.h"
#include "run/plan.h"

/* The partitions that texts ask for, keys and FROM..TO: in their order, each once, in the arena.
 * ERR_CONFIG for what is no key, has not begun by then, or if those of time leave some out. */
int window_read(const struct partitions *partitions, const char *const *texts, size_t count,
                int64_t now_us, struct arena *arena, struct partition **list, size_t *list_count,
                struct err *err);

/* The same, and some may be left out: for whoever makes each by itself. */
int window_read_any(const struct partitions *partitions, const char *const *texts, size_t count,
                    int64_t now_us, struct arena *arena, struct partition **list,
                    size_t *list_count, struct err *err);

/* Reports what is wrong with the partitions that the plan was asked for, once it is known what it
 * builds. `is_rest`: it is what is left of a run, where perhaps nothing has partitions. */
void window_check(struct plan *plan, bool is_rest);

/* Gives the order the windows that the plan means by it, in the arena; none if the asset has no
 * partitions. An order of which that fails must not be sent: it would make the whole. */
int window_fill(struct order *order, const struct plan *plan, const struct asset *asset,
                struct arena *arena, struct err *err);

#endif

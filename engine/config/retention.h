/*
 * How long `aorta serve` remembers:
 *
 *     [retention]
 *     runs = "90d"          with their steps, attempts and check results
 *     max_runs = 100000     the newest ones
 *     events = "30d"        what aorta logs shows; not longer than their runs
 *     ticks = "90d"         of schedules; the newest of each stays
 *     audit = "400d"        who changed what
 *
 * These are the defaults.
 */
#ifndef AORTA_CONFIG_RETENTION_H
#define AORTA_CONFIG_RETENTION_H

#include "config/keys.h"

struct retention {
    int64_t runs_ms, max_runs, events_ms, ticks_ms, audit_ms;
};

/* The table may be NULL: what is not given has its default. */
void retention_read(const struct toml_node *table, const char *file, struct retention *retention,
                    struct problems *problems);

#endif

/*
 * What automation remembers of assets, in the run store: since when it looks after each, and what
 * it asked for last.
 */
#ifndef AORTA_STORE_AUTOMATION_H
#define AORTA_STORE_AUTOMATION_H

#include "store/read.h"
#include "store/store.h"

struct store_automation {
    const char *asset;
    const char *target;
    const char *definition;
    int64_t since_us;
    const char *seen;     /* "" before the first request */
    int64_t requested_us; /* 0: not yet */
    const char *run_id;   /* of the last request; NULL: it was refused, or there was none */
};

/* Replaces the one of the same asset and target. */
void store_automation_put(struct store *store, const struct store_automation *automation);

/* Of all assets of a target. */
int store_read_automation(struct store_reader *reader, const char *target, struct arena *arena,
                          struct store_automation **rows, size_t *count, struct err *err);

/* The assets that were rejected by a blocking check in a run. */
int store_read_rejected(struct store_reader *reader, const char *run_id, struct arena *arena,
                        const char ***assets, size_t *count, struct err *err);

#endif

/*
 * How an asset's steps are run, whatever they do:
 *
 *     retry = { attempts = 3, delay = "10s", max_delay = "5m" }
 *     timeout = "1h"          of one attempt: it is canceled in the database, and has failed
 *     pool = "api"            declared in pipeline.toml
 *     priority = 10           of steps that are ready those with a higher one begin first
 *
 * Only what may pass is tried again (ERR_TRANSIENT, an executor that died): after `delay`, twice
 * that, … up to `max_delay` (run/backoff.h). What exceeds its timeout is not: it would take as long
 * once more. A stream that runs until it is told to end has no timeout.
 */
#ifndef AORTA_GRAPH_POLICY_H
#define AORTA_GRAPH_POLICY_H

#include "config/pool.h"

struct asset;
struct graph;
struct pipeline;

/* What the file says of it. */
struct policy_keys {
    const struct toml_node *retry;
    const char *pool;
    int64_t timeout_ms, priority;
};

struct policy {
    bool has_retry;   /* the file says so */
    int64_t attempts; /* all in all */
    int64_t delay_ms, max_delay_ms;
    int64_t timeout_ms; /* 0: none */
    int64_t priority;
    const struct pool *pool;    /* or NULL */
    const struct slots **slots; /* of which a step takes one each: pool, connections, limits */
    size_t slots_count;
};

/* Of an asset whose tags and places are read. */
void policy_read(const struct policy_keys *keys, const struct pipeline *pipeline,
                 struct asset *asset, struct problems *problems);

/* What no asset alone shows: a limit of a tag that none has. */
void policy_check(const struct graph *graph, struct problems *problems);

#endif

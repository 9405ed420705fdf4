/*
 * What may be used by so many steps at once, whichever runs they belong to:
 *
 *     [pool.api]                     assets that say pool = "api"
 *     slots = 2
 *
 *     [limit.heavy]                  assets that have the tag
 *     tag = "heavy"
 *     at_once = 1
 *
 *     [target.dev.connection.shop]   assets that read or write the connection
 *     max_steps = 2
 *
 * Nobody holds a slot by a note that could be forgotten: those that are taken are counted from the
 * steps that run (daemon/slots.h).
 */
#ifndef AORTA_CONFIG_POOL_H
#define AORTA_CONFIG_POOL_H

#include "config/keys.h"

struct slots {
    const char *name; /* "pool api", "limit heavy", "connection shop": one of each */
    const char *unit; /* what there are so many of: "slots", "steps" */
    int64_t count;
};

struct pool {
    const char *name;
    struct slots slots;
};

struct tag_limit {
    const char *name, *tag;
    struct slots slots;
    int line, column; /* of the tag */
};

struct pools {
    struct pool *items;
    size_t count;
    struct tag_limit *limits;
    size_t limit_count;
};

/* The tables [pool] and [limit]; either may be NULL. */
void pools_read(const struct toml_node *pool, const struct toml_node *limit, const char *file,
                struct pools *pools, struct problems *problems);

const struct pool *pools_find(const struct pools *pools, const char *name);

/* Of a connection that says max_steps; those of none that does not: count is 0. */
struct slots pools_of_connection(const struct toml_node *table, int64_t max_steps, const char *file,
                                 struct problems *problems);

#endif

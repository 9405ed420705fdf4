/*
 * A partition's chain of plans and seals in an object store: the reads and writes of the sink's
 * rule (executor/sink_writer.h), each of them one step of it.
 *
 * On a store without put-if-absent a chain may have one writer only, which its user has to promise
 * by `single_writer`; the test for presence is then a separate look.
 */
#ifndef AORTA_EXECUTOR_SINK_CHAIN_H
#define AORTA_EXECUTOR_SINK_CHAIN_H

#include "connector.h"
#include "executor/sink_plan.h"

struct sink_chain {
    const struct aorta_object_store *store;
    void *connection;
    const char *topic;
    int32_t partition;
    bool single_writer;
};

/* ERR_CONFIG if the store cannot decide between two writers and nobody promised that there is one,
 * or if the topic's name cannot be part of a key. */
int sink_chain_check(const struct sink_chain *chain, struct err *err);

/* The place of the chain's last entry, 0 if it has none. Lists the chain's folder from `after` on
 * (the place of an entry that is known to be there, or 0). */
int sink_chain_tail(const struct sink_chain *chain, int64_t after, int64_t *sequence,
                    struct err *err);

/* Reads the entry at that place, into the arena, and how it ended. 1, 0 if there is none, -1. */
int sink_chain_load(const struct sink_chain *chain, int64_t sequence, struct arena *arena,
                    struct sink_entry *entry, enum sink_outcome *outcome, struct err *err);

/* Puts the entry at its place, or its seal, unless one is there; *created says whether. */
int sink_chain_put_entry(const struct sink_chain *chain, const struct sink_entry *entry,
                         bool *created, struct err *err);
int sink_chain_put_seal(const struct sink_chain *chain, int64_t sequence, enum sink_outcome outcome,
                        bool *created, struct err *err);

/* Puts the object `index` of an entry (its dead letters with index == object_count). */
int sink_chain_put_object(const struct sink_chain *chain, const struct sink_entry *entry,
                          int32_t index, const void *data, size_t size, struct err *err);

/* Whether every object that a flush plans is there with its size: 1, 0, -1. Names are never used
 * twice, so an object of that name can only be that object. */
int sink_chain_has_objects(const struct sink_chain *chain, const struct sink_entry *entry,
                           struct err *err);

/* Whether the incarnation was opened anywhere in the chain up to that place: 1, 0, -1. Reads one
 * entry an incarnation. */
int sink_chain_was_opened(const struct sink_chain *chain, int64_t sequence, const char *incarnation,
                          struct err *err);

/* Appends a whole object of at most limit_bytes: 1, 0 if there is none, -1. */
int sink_chain_read(const struct sink_chain *chain, const char *key, size_t limit_bytes,
                    struct buf *out, struct err *err);

#endif

/*
 * Reading a lake that the sink wrote, by its plans: each object once, none too early.
 *
 *     sink_lake_open(&place, position, &lake, &err)        the end of the read is fixed here
 *     while (sink_lake_next(lake, &object, &err) > 0)
 *         load object.key
 *     store sink_lake_position(lake) with what was loaded
 *
 * The order is that of partitions, and in each of them the chain's: the same for whoever reads.
 * Within the fixed end a partition is read up to its first unfinished plan; the rest is for a later
 * read. Objects that no finished plan names are never given, whatever lies in the lake.
 *
 * A position is JSON: for each partition the next entry of its chain, and how many of that entry's
 * objects have been given: {"version":1,"partitions":{"0":[7,0],"3":[12,2]}}. Partitions that it
 * does not name are read from their beginning; so NULL is the beginning of everything.
 *
 * Used by one thread.
 */
#ifndef AORTA_EXECUTOR_SINK_LAKE_H
#define AORTA_EXECUTOR_SINK_LAKE_H

#include "executor/sink_chain.h"

struct sink_lake;

struct sink_lake_place {
    const struct aorta_object_store *store;
    void *connection;
    const char *topic;
};

/* Lent until the next call on the lake. */
struct sink_lake_object {
    const char *key;
    int32_t partition;
    int64_t hour; /* since 1970-01-01T00Z */
    int64_t first;
    int64_t count;
    int64_t bytes;
};

/* The place's members are lent for the lake's life. A position that cannot be read is ERR_BROKEN. */
int sink_lake_open(const struct sink_lake_place *place, const char *position,
                   struct sink_lake **lake, struct err *err);
void sink_lake_close(struct sink_lake *lake);

/* 1 and an object, 0 at the end, -1. */
int sink_lake_next(struct sink_lake *lake, struct sink_lake_object *object, struct err *err);

/* How much of it has been given: from 0 to 1, each entry of the chains for as much as another. */
double sink_lake_share(const struct sink_lake *lake);

/* What of a partition lies behind a position (NULL: the beginning): all entries before *next, and of
 * that one as many objects. ERR_BROKEN as above. */
int sink_lake_given(const char *topic, const char *position, int32_t partition, int64_t *next,
                    int32_t *given, struct err *err);

/* Where a later read goes on behind the objects so far; lent until the next call. */
const char *sink_lake_position(struct sink_lake *lake);

#endif

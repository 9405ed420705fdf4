/*
 * The partitions that a sink was assigned, each with its writer, and the consumer that reads them.
 *
 * A lane's writer knows what it wants next: steps (plan, objects, seal, offset), records from an
 * offset on, or nothing. Here those that have steps take them side by side, the consumer is sent to
 * where a writer goes on, the largest are flushed when all together are too large, and all are when
 * a read has come to its end.
 *
 * Used by one thread at a time; steps work in threads of their own, which have ended when a call
 * returns.
 */
#ifndef AORTA_EXECUTOR_SINK_LANES_H
#define AORTA_EXECUTOR_SINK_LANES_H

#include "executor/sink_stream.h"

#include <pthread.h>

#define SINK_NO_OFFSET INT64_C(-1)
#define SINK_NO_RECORD INT64_C(-1)

/* A partition that is assigned. */
struct sink_lane {
    int32_t partition;
    struct sink_writer *writer;
    int64_t
        position;   /* offset that the consumer gives next; SINK_NO_OFFSET: it was not sought yet */
    int64_t target; /* offset to end at; SINK_NO_OFFSET: not known */
    bool was_sought; /* since the last poll: what that gave is from elsewhere */
    int64_t first;   /* of the poll's records: the next one to push; SINK_NO_RECORD: it has none */
    int64_t last;
};

struct sink_lanes {
    const struct sink_config *config;
    char *incarnation; /* of the topic */
    void *consumer;    /* NULL: not open */
    struct sink_lane *items;
    struct sink_lane **busy; /* those that work side by side; room for all */
    size_t count;
    pthread_mutex_t commit_lock; /* the consumer is used by one thread at a time */
    struct sink_counts gone;     /* counts of writers that were freed */
};

void sink_lanes_init(struct sink_lanes *lanes, const struct sink_config *config);
void sink_lanes_release(struct sink_lanes *lanes);

/* Looks at the lake and opens the consumer, without partitions yet. */
int sink_lanes_open(struct sink_lanes *lanes, struct err *err);

struct sink_lane *sink_lanes_find(struct sink_lanes *lanes,
                                  int32_t partition); /* NULL: it is not ours */

/* A new lane, in place of one that there was; lent lanes move. */
int sink_lanes_add(struct sink_lanes *lanes, int32_t partition, struct err *err);
void sink_lanes_drop(struct sink_lanes *lanes, int32_t partition);

/* Lets all that have steps take them: a flush of all waits for the disk about as often as a flush of
 * one. */
int sink_lanes_advance(struct sink_lanes *lanes, struct err *err);

/* All that is to be done between two polls; whether all has been read that was to be, and is in the
 * lake. */
int sink_lanes_tend(struct sink_lanes *lanes, bool *is_drained, struct err *err);

/* Fills in what the lanes know; all but `polled` and `lag`. */
void sink_lanes_sum(const struct sink_lanes *lanes, struct sink_progress *progress);

/* Records that are in the log and not in the lake. */
int sink_lanes_lag(const struct sink_lanes *lanes, int64_t *lag, struct err *err);

static inline bool sink_is_set(const atomic_bool *flag)
{
    return flag != NULL && atomic_load(flag);
}

#endif

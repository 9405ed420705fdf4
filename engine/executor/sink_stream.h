/*
 * The sink's loop: from a topic to the lake.
 *
 *     poll ──► the partition's writer ──► plan, objects, seal ──► commit the offset
 *
 * One member of a consumer group, any number of partitions. Each partition that is assigned gets a
 * writer (executor/sink_writer.h); one that is revoked loses it, and what it had buffered is still in
 * the log. While a poll is made another thread pushes into the writers what the poll before gave;
 * it does nothing else. Steps are taken when that has ended and before the next push begins, so that
 * what is in memory stays within memory_bytes plus what two polls give: while the lake is slow
 * nothing is polled, and the client's own queue, which has a limit, fills up and stops fetching.
 *
 * Writers know nothing of each other, so those that have something to do take their steps side by
 * side, each in a thread (executor/sink_lanes.h); all of these end before the next poll. A read to
 * the log's end flushes all partitions together when it is there.
 *
 * Used by one thread; cancel, upstream_done and stop may be set by any.
 */
#ifndef AORTA_EXECUTOR_SINK_STREAM_H
#define AORTA_EXECUTOR_SINK_STREAM_H

#include "executor/sink_writer.h"

#include <stdatomic.h>

struct sink_progress {
    struct sink_counts done; /* in the lake by this call */
    int64_t polled;          /* records that came */
    int32_t partitions;      /* assigned now */
    int64_t lag;             /* records of these that are in the log and not in the lake; -1:
                            none is assigned */
    int64_t watermark_us; /* the newest event of the one that is furthest back; INT64_MIN: none */
};

struct sink_config {
    const struct aorta_object_store *store;
    void *lake;
    const struct aorta_message_log *log;
    void *broker;
    const char *topic;
    const char *group;
    bool alone; /* without joining the group: for a call that ends by upstream_done */
    struct sink_grouping grouping;
    struct sink_limits limits;
    size_t memory_bytes;  /* buffered in all partitions together */
    bool single_writer;   /* see executor/sink_chain.h */
    bool stop_at_new;     /* an incarnation that the lake does not know is an error */
    int32_t puts_at_once; /* objects of a flush; flushes that begin together share them */

    const atomic_bool *cancel;        /* ends the call with ERR_CANCELED; NULL: nothing does */
    const atomic_bool *upstream_done; /* set: read to the ends that the log has then, flush, return;
                                         NULL: go on until canceled */
    const atomic_bool *stop;          /* set: flush what was read, return; NULL: nothing does */
    int64_t report_us;                /* between two reports */
    void (*report)(void *arg, const struct sink_progress *progress); /* may be NULL */
    void *arg;
};

/* Good limits for a lake of hourly objects: 64 MiB or 500,000 records a partition, ten minutes, or
 * an hour's end (a minute late, at most one a second); 256 MiB in memory; 16 objects at once. */
void sink_config_init(struct sink_config *config);

/* Runs the sink. *progress is filled in on failure, too. Blocks; polls last at most 100 ms. What it
 * returns can be retried by the error's code; nothing is lost or repeated by it. */
int sink_run(const struct sink_config *config, struct sink_progress *progress, struct err *err);

#endif

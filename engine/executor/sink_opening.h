/*
 * Where a producer goes on: the part of the sink's rule that producers must keep (sentence 8 of
 * executor/sink_writer.h).
 *
 * Before its first record a producer opens the topic's incarnation in the lake, in every partition.
 * From then on no process that still works on an older incarnation can put anything into the lake,
 * so what the lake has is final, and the producer goes on behind it: in each partition after the
 * log's last record, or, where the log is empty, after the newest record that the lake has.
 *
 * A record carries its producer's position in the header "aorta-position"; these are the tokens.
 */
#ifndef AORTA_EXECUTOR_SINK_OPENING_H
#define AORTA_EXECUTOR_SINK_OPENING_H

#include "executor/sink_chain.h"

struct sink_opening {
    const struct aorta_object_store *store;
    void *lake;
    const struct aorta_message_log *log;
    void *broker;
    const char *topic;
    int32_t partition_count;
    bool single_writer;
    bool stop_at_new; /* as in sink_writer.h */
};

/* Opens the incarnation and sets tokens[partition] for each partition, NULL: from the beginning.
 * The texts are in the arena. An incarnation that is over is ERR_TRANSIENT; a last record without
 * a position is ERR_CONFIG: somebody else produces into the topic. */
int sink_opening_run(const struct sink_opening *opening, struct arena *arena, const char **tokens,
                     struct err *err);

#endif

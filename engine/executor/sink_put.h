/*
 * The objects of a flush, put into the lake: several at once, since a store answers each only when
 * it is safe, and while one waits for a disk or a network the others can too.
 *
 * The rule (executor/sink_writer.h) has no order among the objects of a flush: all of them are
 * there before the seal, and whatever is missing after a death is written again, with the same
 * bytes.
 */
#ifndef AORTA_EXECUTOR_SINK_PUT_H
#define AORTA_EXECUTOR_SINK_PUT_H

#include "executor/sink_batch.h"
#include "executor/sink_chain.h"

/* Renders and puts the objects [first, first + count) of the entry, which the batch has grouped, at
 * most `at_once` at a time; see parallel_run. */
int sink_put_objects(const struct sink_chain *chain, const struct sink_entry *entry,
                     const struct sink_batch *batch, int32_t first, int32_t count, int32_t at_once,
                     struct err *err);

#endif

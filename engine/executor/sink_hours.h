/*
 * The hours of events that a lake has, by what its seals say: they are the partitions of the stream
 * that writes it, though it is not run by partition.
 *
 *     the store: position, hours ──▶ order ──▶ chain from there on ──▶ progress ──▶ the store
 *
 * The chain is read, by the rule for readers (executor/sink_lake.h), instead of the writers being
 * asked: so hours are known of what other processes sealed, of what was sealed while no daemon
 * lived, and of flushes whose writer died behind the seal. It costs two small reads a flush and a
 * short listing now and then; a piece at a time, so that a long chain that nobody has read yet does
 * not hold up the stream.
 *
 * Hours and position are written down together, so that none is lost. Where a daemon dies before
 * that, the same hours are told again.
 *
 * Used by one thread, which may be the sink's.
 */
#ifndef AORTA_EXECUTOR_SINK_HOURS_H
#define AORTA_EXECUTOR_SINK_HOURS_H

#include "executor/hours.h"
#include "executor/sink_lake.h"

struct sink_hours {
    struct sink_lake_place place;
    struct sink_lake *lake; /* while it is read */
    struct buf position;    /* behind what was read; empty: the beginning */
};

/* The place's members are lent; `position` may be NULL. */
void sink_hours_init(struct sink_hours *hours, const struct sink_lake_place *place,
                     const char *position);
void sink_hours_release(struct sink_hours *hours);

/* Adds the hours of at most `most` objects to `found` and moves the position: 1 if that was all, 0
 * if there are more, -1. After an error the next call reads on from the position. */
int sink_hours_read(struct sink_hours *hours, int64_t most, struct hours *found, struct err *err);

#endif

/*
 * When a record happened: its event time, and whether it may stand in the lake at all.
 *
 *     {"user_id":10001,"heart_rate":128,"timestamp":1711943972}     field "timestamp", unit s
 *     {"user_id":"10001","timestamp":"1711943972"}                  the same
 *     {"at":{"local":"2024-04-01T05:59:32+02:00"}}                  field "at.local", unit iso
 *
 * A record is one line of the lake: a JSON object (RFC 8259) without a line feed, in UTF-8, whose
 * time can be read. Anything else is a dead letter. The unit is always said, never guessed: seconds
 * read as milliseconds land in January 1970, milliseconds read as seconds in the year 56,000.
 */
#ifndef AORTA_EXECUTOR_SINK_EVENT_H
#define AORTA_EXECUTOR_SINK_EVENT_H

#include "executor/sink_plan.h"
#include "executor/sink_shape.h"

#include <stddef.h>
#include <stdint.h>

/* Reads the event time of a record. A line feed stands behind its last byte (text[size] == '\n').
 * Returns NULL and sets *event_us, or what is wrong with the record: a text without end of life.
 * The shape is that of records before it, which were read by the same grouping; the result does not
 * depend on it, nor on anything but the other arguments. */
const char *sink_event_time(const struct sink_grouping *grouping, struct sink_shape *shape,
                            const char *text, size_t size, int64_t log_time_ms, int64_t *event_us);

#endif

/*
 * The shape of a record: all of its text but the values in it.
 *
 *     {"user_id":10001,"at":{"s":1711943972}}      the record that was scanned
 *     {"user_id":     ,"at":{"s":          }}      its shape: three texts, two gaps, the time in the
 *                                                  second one
 *     {"user_id":73,"at":{"s":1711943980}}         the next record has the same shape
 *
 * Records of a topic mostly are alike. One whose text begins like the shape, has any number, string
 * or word (RFC 8259, each scanned to its last byte) in each gap and the shape's text behind it, to
 * the end, differs from a record that was scanned whole in such values only. JSON allows any of
 * them in the place of any other, and the names and brackets around them are the same bytes: so it
 * is a record, too, and its time is in the same gap. Whatever is not like that is scanned whole.
 *
 * Used by one thread.
 */
#ifndef AORTA_EXECUTOR_SINK_SHAPE_H
#define AORTA_EXECUTOR_SINK_SHAPE_H

#include "base/buf.h"
#include "data/scan.h"

#include <stdint.h>

enum { SINK_SHAPE_GAPS = 64, SINK_SHAPE_BYTES = 4096 };

struct sink_shape {
    struct buf text;                   /* all texts, one behind the other */
    size_t sizes[SINK_SHAPE_GAPS + 1]; /* of each; the last one is behind the last gap */
    size_t gaps;
    size_t time_gap; /* SINK_SHAPE_GAPS: it is not looked for */
    bool is_known;
    uint64_t misses; /* since a record had the shape */
};

void sink_shape_init(struct sink_shape *shape);
void sink_shape_release(struct sink_shape *shape);

/* Whether the record has the shape; its time is then in *time, if the shape has one. */
bool sink_shape_match(struct sink_shape *shape, const char *text, size_t size,
                      struct scan_value *time);

/* Takes the shape of a record that does not have it and was scanned whole without a problem. `time`
 * is its time, in the text; NULL: it is not looked for. Where records are of many shapes it does so
 * ever more seldom, and a record that is too large has none. */
void sink_shape_learn(struct sink_shape *shape, const char *text, size_t size,
                      const struct scan_value *time);

#endif

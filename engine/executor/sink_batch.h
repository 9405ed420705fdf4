/*
 * Records of one partition between the log and the lake.
 *
 * A batch holds the records from one number on, without a hole in what the log gave, as the lines
 * that the lake will hold. It groups them into the objects of a plan and renders those. What comes
 * out is a function of the plan and the records alone: two batches that hold a plan's records
 * render the same bytes, whoever drew the plan up.
 *
 * Used by one thread.
 */
#ifndef AORTA_EXECUTOR_SINK_BATCH_H
#define AORTA_EXECUTOR_SINK_BATCH_H

#include "connector.h"
#include "executor/sink_plan.h"
#include "executor/sink_shape.h"

struct sink_line {
    size_t at;   /* in lines; a line feed stands behind it */
    size_t size; /* without the line feed */
    int64_t number;
    int64_t log_time_ms;
    int64_t hour; /* by the batch's grouping; see bad */
    int64_t event_us;
    const char *bad; /* why it is a dead letter, or NULL */
};

struct sink_batch {
    struct sink_grouping grouping; /* by which the lines have their hours; lent */
    struct sink_shape shape;       /* of the lines, as that grouping sees them */
    int64_t start;                 /* of the first number it may hold */
    int64_t next;                  /* behind the last number it holds or has passed */
    struct buf lines;
    struct sink_line *records;
    size_t count;
    size_t capacity;
    struct buf token; /* of the newest record that had one */
    bool has_token;
    int64_t max_us; /* newest event since the batch was made; INT64_MIN: none yet */
    int64_t *hours; /* the open ones, ascending */
    size_t hour_count;
    size_t hour_capacity;
    size_t newest_hour; /* place of the newest record's, as a guess for the next one */
    size_t *order; /* of the records that were grouped: object by object, the dead letters behind */
    size_t order_capacity;
};

/* The grouping's text must live as long as the batch. */
void sink_batch_init(struct sink_batch *batch, const struct sink_grouping *grouping);
void sink_batch_release(struct sink_batch *batch);

/* Keeps the records from that number on if the batch holds them or ends there; otherwise it is
 * empty afterwards, and begins there. */
void sink_batch_keep_from(struct sink_batch *batch, int64_t number);

/* Takes a copy of the record. One whose number the batch has passed is ignored. A position that is
 * too long or not UTF-8 is ERR_DATA. */
int sink_batch_push(struct sink_batch *batch, const struct aorta_record *record, int64_t number,
                    struct err *err);

/* Bytes held, for limits. */
size_t sink_batch_bytes(const struct sink_batch *batch);

/* Fills in the entry's objects and dead letters for the records in [entry->start, entry->end), by
 * the entry's grouping. The batch must hold them. Objects are in the arena, hours ascending. */
void sink_batch_group(struct sink_batch *batch, struct arena *arena, struct sink_entry *entry);

/* The bytes of object `index`, or with index == object_count of the dead letters, of the entry that
 * was grouped last. Where they stand together in the batch they are lent until it changes; what
 * does not is put together in `space`, which lends them then. Several threads may at once, each
 * with its own space. Dead letters are JSON, one a line:
 *     {"topic":"hr","partition":3,"offset":17,"number":17,"time_ms":1711943972000,
 *      "reason":"the record is not a JSON object","text":"oops"}
 * with "base64" in the place of "text" where the record is not UTF-8. */
struct sink_bytes {
    const char *data;
    size_t size;
};
struct sink_bytes sink_batch_render(const struct sink_batch *batch, const struct sink_entry *entry,
                                    int32_t index, struct buf *space);

#endif

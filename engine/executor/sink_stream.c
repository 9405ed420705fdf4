#include "executor/sink_stream.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "executor/module.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_MS = 100 };
#define NO_OFFSET INT64_C(-1)

/* A partition that is assigned. */
struct lane {
    int32_t partition;
    struct sink_writer *writer;
    int64_t position; /* offset that the consumer gives next; NO_OFFSET: it was not sought yet */
    int64_t target;   /* offset to end at; NO_OFFSET: not known */
};

struct stream {
    const struct sink_config *config;
    char *incarnation;
    void *consumer;
    struct lane *lanes;
    size_t lane_count;
    bool was_assigned; /* once at least */
    struct sink_progress *progress;
    struct sink_counts gone; /* counts of writers that were freed */
    int64_t reported_us;
};

void sink_config_init(struct sink_config *config)
{
    *config = (struct sink_config){
        .grouping = {.time_field = "", .unit = SINK_SECONDS, .earliest_us = SINK_EARLIEST_US},
        .limits = {.records = 500000,
                   .bytes = INT64_C(64) << 20,
                   .age_us = INT64_C(600) * CLOCK_US_PER_SECOND,
                   .closes_hours = true,
                   .lateness_us = 60 * CLOCK_US_PER_SECOND,
                   .pause_us = CLOCK_US_PER_SECOND},
        .memory_bytes = (size_t)256 << 20,
        .puts_at_once = 16,
        .report_us = CLOCK_US_PER_SECOND,
    };
}

static bool is_set(const atomic_bool *flag)
{
    return flag != NULL && atomic_load(flag);
}

/* --------------------------------------------------------------------------- what writers ask */

static int is_live(void *arg, const char *incarnation, struct err *err)
{
    const struct stream *stream = arg;
    const struct sink_config *config = stream->config;
    struct aorta_error error;
    const char *now;

    if (config->log->topic_incarnation(config->broker, config->topic, &now, &error) < 0)
        return module_error(&error, config->topic, err);
    return strcmp(now, incarnation) == 0;
}

/* The offset decides nothing, so one that cannot be stored (the group is being rebalanced, say)
 * is no failure; a broker that is gone is noticed by the next poll. */
static int commit(void *arg, int32_t partition, int64_t offset, struct err *err)
{
    struct stream *stream = arg;
    struct aorta_error error;

    (void)err;
    if (stream->config->log->consumer_commit(stream->consumer, partition, offset, &error) < 0)
        log_debug("topic %s: %s", stream->config->topic, error.message);
    return 0;
}

/* -------------------------------------------------------------------------------------- lanes */

static struct lane *find_lane(struct stream *stream, int32_t partition)
{
    for (size_t i = 0; i < stream->lane_count; i++) {
        if (stream->lanes[i].partition == partition)
            return &stream->lanes[i];
    }
    return NULL;
}

static void add_counts(struct sink_counts *sum, const struct sink_counts *more)
{
    sum->flushes += more->flushes;
    sum->objects += more->objects;
    sum->records += more->records;
    sum->bytes += more->bytes;
    sum->dead += more->dead;
}

static void drop_lane(struct stream *stream, int32_t partition)
{
    struct lane *lane = find_lane(stream, partition);

    if (lane == NULL)
        return;
    add_counts(&stream->gone, sink_writer_counts(lane->writer));
    sink_writer_free(lane->writer);
    *lane = stream->lanes[--stream->lane_count];
}

static int get_watermarks(const struct stream *stream, int32_t partition,
                          struct aorta_watermarks *watermarks, struct err *err)
{
    const struct sink_config *config = stream->config;
    struct aorta_error error;

    if (config->log->watermarks(config->broker, config->topic, partition, watermarks, &error) < 0)
        return module_error(&error, config->topic, err);
    return 0;
}

static int add_lane(struct stream *stream, int32_t partition, struct err *err)
{
    const struct sink_config *config = stream->config;
    struct aorta_watermarks watermarks;

    if (get_watermarks(stream, partition, &watermarks, err) < 0)
        return -1;
    drop_lane(stream, partition);
    stream->lanes = alloc_resize(stream->lanes, (stream->lane_count + 1) * sizeof *stream->lanes);
    struct sink_limits limits = config->limits;

    /* A read that ends flushes at its end: what of the past it passes on its way there makes hours
     * end by the second, each of them a flush for nothing. */
    limits.closes_hours = limits.closes_hours && !is_set(config->upstream_done);
    struct sink_writer_config writer = {
        .chain = {.store = config->store,
                  .connection = config->lake,
                  .topic = config->topic,
                  .partition = partition,
                  .single_writer = config->single_writer},
        .incarnation = stream->incarnation,
        .first_offset = watermarks.low,
        .grouping = config->grouping,
        .limits = limits,
        .stop_at_new = config->stop_at_new,
        .puts_at_once = config->puts_at_once,
        .is_live = is_live,
        .commit = commit,
        .arg = stream,
    };
    stream->lanes[stream->lane_count++] = (struct lane){.partition = partition,
                                                        .writer = sink_writer_new(&writer),
                                                        .position = NO_OFFSET,
                                                        .target = NO_OFFSET};
    return 0;
}

/* Takes steps until the writer waits. A step is one request to the lake, so cancel is seen soon. */
static int advance(const struct stream *stream, struct lane *lane, struct err *err)
{
    int result;

    do {
        if (is_set(stream->config->cancel))
            return err_set(err, ERR_CANCELED, "canceled");
        result = sink_writer_step(lane->writer, clock_monotonic_us(), err);
    } while (result > 0);
    return result;
}

/* Offsets that the log does not have are never passed over. */
static int check_offset(const struct stream *stream, const struct lane *lane, int64_t offset,
                        struct err *err)
{
    struct aorta_watermarks watermarks;
    const char *topic = stream->config->topic;

    if (get_watermarks(stream, lane->partition, &watermarks, err) < 0)
        return -1;
    if (watermarks.high < offset)
        return err_set(err, ERR_CONFIG,
                       "topic \"%s\" partition %" PRId32 " ends at offset %" PRId64
                       ", the lake has its records up to %" PRId64 ": was the topic made again?",
                       topic, lane->partition, watermarks.high, offset);
    if (watermarks.low > offset)
        return err_set(err, ERR_CONFIG,
                       "topic \"%s\" partition %" PRId32 ": offsets %" PRId64 " to %" PRId64
                       " have expired before the sink could read them",
                       topic, lane->partition, offset, watermarks.low - 1);
    return 0;
}

/* Makes the consumer go on where the writer does. */
static int follow(struct stream *stream, struct lane *lane, struct err *err)
{
    int64_t offset = sink_writer_next_offset(lane->writer);
    struct aorta_error error;

    if (lane->position == offset)
        return 0;
    if (check_offset(stream, lane, offset, err) < 0)
        return -1;
    if (stream->config->log->consumer_seek(stream->consumer, lane->partition, offset, &error) < 0)
        return module_error(&error, stream->config->topic, err);
    lane->position = offset;
    return 0;
}

/* --------------------------------------------------------------------------------------- polls */

static int take_records(struct stream *stream, const struct aorta_polled *polled, struct err *err)
{
    for (int64_t i = 0; i < polled->record_count; i++) {
        const struct aorta_record *record = &polled->records[i];
        struct lane *lane = find_lane(stream, record->partition);
        if (lane == NULL)
            return err_set(err, ERR_BROKEN,
                           "topic \"%s\": a record of partition %" PRId32 ", which is not assigned",
                           stream->config->topic, record->partition);
        if (sink_writer_push(lane->writer, record, clock_monotonic_us(), err) < 0 ||
            advance(stream, lane, err) < 0)
            return -1;
        lane->position = record->offset + 1;
    }
    stream->progress->polled += polled->record_count;
    return 0;
}

static int take_assignment(struct stream *stream, const struct aorta_polled *polled,
                           struct err *err)
{
    for (int32_t i = 0; i < polled->partition_count; i++) {
        if (add_lane(stream, polled->partitions[i], err) < 0)
            return -1;
    }
    stream->was_assigned = true;
    return 0;
}

static int poll_once(struct stream *stream, struct err *err)
{
    struct aorta_polled polled;
    struct aorta_error error;

    if (stream->config->log->consumer_poll(stream->consumer, POLL_MS, &polled, &error) < 0)
        return module_error(&error, stream->config->topic, err);
    switch (polled.kind) {
    case AORTA_POLL_NOTHING: return 0;
    case AORTA_POLL_RECORDS: return take_records(stream, &polled, err);
    case AORTA_POLL_ASSIGNED: return take_assignment(stream, &polled, err);
    case AORTA_POLL_REVOKED:
        for (int32_t i = 0; i < polled.partition_count; i++)
            drop_lane(stream, polled.partitions[i]);
        return 0;
    }
    return 0;
}

/* ----------------------------------------------------------------------------------- each turn */

/* Flushes the largest buffers while all together are too large. */
static int keep_memory(struct stream *stream, struct err *err)
{
    for (;;) {
        struct lane *largest = NULL;
        size_t sum = 0, most = 0;
        for (size_t i = 0; i < stream->lane_count; i++) {
            struct lane *lane = &stream->lanes[i];
            size_t bytes = sink_writer_bytes(lane->writer);
            sum += bytes;
            if (sink_writer_state(lane->writer) == SINK_STATE_READY && bytes > most) {
                most = bytes;
                largest = lane;
            }
        }
        if (sum <= stream->config->memory_bytes || largest == NULL)
            return 0;
        sink_writer_flush(largest->writer);
        if (advance(stream, largest, err) < 0)
            return -1;
    }
}

/* Whether the lane has reached the end that the log had when upstream was done, or what had been
 * read when it was stopped; flushes there. */
static int drain(struct stream *stream, struct lane *lane, bool *is_drained, struct err *err)
{
    struct aorta_watermarks watermarks;

    if (lane->target == NO_OFFSET && is_set(stream->config->stop)) {
        if (sink_writer_state(lane->writer) != SINK_STATE_READY)
            return 0; /* a plan that somebody began is brought to its end first */
        lane->target = sink_writer_next_offset(lane->writer);
    }
    if (lane->target == NO_OFFSET) {
        if (get_watermarks(stream, lane->partition, &watermarks, err) < 0)
            return -1;
        lane->target = watermarks.high;
    }
    if (sink_writer_state(lane->writer) == SINK_STATE_READY &&
        sink_writer_next_offset(lane->writer) >= lane->target) {
        sink_writer_flush(lane->writer);
        if (advance(stream, lane, err) < 0)
            return -1;
    }
    *is_drained =
        sink_writer_is_empty(lane->writer) && sink_writer_next_offset(lane->writer) >= lane->target;
    return 0;
}

static int tend_lanes(struct stream *stream, bool *is_over, struct err *err)
{
    bool stops = is_set(stream->config->stop);
    bool drains = stops || is_set(stream->config->upstream_done), is_drained = true;

    for (size_t i = 0; i < stream->lane_count; i++) {
        struct lane *lane = &stream->lanes[i];
        bool lane_is_drained = false;
        if (advance(stream, lane, err) < 0 ||
            (drains && drain(stream, lane, &lane_is_drained, err) < 0) ||
            follow(stream, lane, err) < 0)
            return -1;
        is_drained = is_drained && lane_is_drained;
    }
    *is_over = drains && (stops || stream->was_assigned) && is_drained;
    return keep_memory(stream, err);
}

static void sum_up(struct stream *stream)
{
    struct sink_progress *progress = stream->progress;

    progress->done = stream->gone;
    progress->partitions = (int32_t)stream->lane_count;
    progress->watermark_us = INT64_MIN;
    for (size_t i = 0; i < stream->lane_count; i++) {
        int64_t newest = sink_writer_newest_us(stream->lanes[i].writer);
        bool is_first = progress->watermark_us == INT64_MIN;
        add_counts(&progress->done, sink_writer_counts(stream->lanes[i].writer));
        if (newest != INT64_MIN && (is_first || newest < progress->watermark_us))
            progress->watermark_us = newest; /* of one without events nothing is known */
    }
}

static int report(struct stream *stream, struct err *err)
{
    const struct sink_config *config = stream->config;
    struct aorta_watermarks watermarks;
    int64_t now_us = clock_monotonic_us(), lag = 0;

    if (config->report == NULL || now_us - stream->reported_us < config->report_us)
        return 0;
    stream->reported_us = now_us;
    for (size_t i = 0; i < stream->lane_count; i++) {
        const struct lane *lane = &stream->lanes[i];
        if (get_watermarks(stream, lane->partition, &watermarks, err) < 0)
            return -1;
        lag += watermarks.high - sink_writer_sealed_offset(lane->writer);
    }
    sum_up(stream);
    stream->progress->lag = lag;
    config->report(config->arg, stream->progress);
    return 0;
}

static int run(struct stream *stream, struct err *err)
{
    bool is_over = false;

    while (!is_over) {
        if (is_set(stream->config->cancel))
            return err_set(err, ERR_CANCELED, "canceled");
        if (poll_once(stream, err) < 0 || tend_lanes(stream, &is_over, err) < 0 ||
            report(stream, err) < 0)
            return -1;
    }
    return 0;
}

/* -------------------------------------------------------------------------------------- public */

static int open_stream(struct stream *stream, struct err *err)
{
    const struct sink_config *config = stream->config;
    const struct sink_chain chain = {.store = config->store,
                                     .connection = config->lake,
                                     .topic = config->topic,
                                     .single_writer = config->single_writer};
    struct aorta_error error;
    const char *lent;

    if (sink_chain_check(&chain, err) < 0)
        return -1;
    if (config->log->topic_incarnation(config->broker, config->topic, &lent, &error) < 0)
        return module_error(&error, config->topic, err);
    stream->incarnation = alloc_strdup(lent);
    if (config->log->consumer_open(config->broker, config->topic, config->group, config->alone,
                                   &stream->consumer, &error) < 0) {
        stream->consumer = NULL;
        return module_error(&error, config->topic, err);
    }
    return 0;
}

int sink_run(const struct sink_config *config, struct sink_progress *progress, struct err *err)
{
    struct stream stream = {.config = config, .progress = progress};

    *progress = (struct sink_progress){0};
    stream.reported_us = clock_monotonic_us();
    int result = open_stream(&stream, err);
    if (result == 0)
        result = run(&stream, err);
    sum_up(&stream);
    for (size_t i = 0; i < stream.lane_count; i++)
        sink_writer_free(stream.lanes[i].writer);
    free(stream.lanes);
    if (stream.consumer != NULL)
        config->log->consumer_close(stream.consumer);
    free(stream.incarnation);
    return result;
}

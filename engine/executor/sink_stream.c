#include "executor/sink_stream.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "executor/background.h"
#include "executor/module.h"
#include "executor/parallel.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 100,
    LANES_AT_ONCE = 8,
};
#define NO_OFFSET INT64_C(-1)
#define NO_RECORD INT64_C(-1)

/* A partition that is assigned. */
struct lane {
    int32_t partition;
    struct sink_writer *writer;
    int64_t position; /* offset that the consumer gives next; NO_OFFSET: it was not sought yet */
    int64_t target;   /* offset to end at; NO_OFFSET: not known */
    bool was_sought;  /* since the last poll: what that gave is from elsewhere */
    int64_t first;    /* of the poll's records: the next one to push; NO_RECORD: it has none */
    int64_t last;
};

struct stream {
    const struct sink_config *config;
    char *incarnation;
    void *consumer;
    struct lane *lanes;
    struct lane **busy; /* those that work side by side; room for all */
    size_t lane_count;
    struct lane **fed; /* those that the poll's records are of; room for all */
    size_t fed_count;
    const struct aorta_record *records; /* of the poll */
    int64_t *next;                      /* for each of them the next one of its partition */
    int64_t polled_us;
    struct background pushing;   /* of these records */
    pthread_mutex_t commit_lock; /* the consumer is used by one thread at a time */
    bool was_assigned;           /* once at least */
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
    pthread_mutex_lock(&stream->commit_lock);
    int result = stream->config->log->consumer_commit(stream->consumer, partition, offset, &error);
    pthread_mutex_unlock(&stream->commit_lock);
    if (result < 0)
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
    stream->busy = alloc_resize(stream->busy, (stream->lane_count + 1) * sizeof(struct lane *));
    stream->fed = alloc_resize(stream->fed, (stream->lane_count + 1) * sizeof(struct lane *));
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
                                                        .target = NO_OFFSET,
                                                        .first = NO_RECORD};
    return 0;
}

/* Takes steps until the writer waits. A step is one request to the lake, so cancel is seen soon. */
static int advance(const struct stream *stream, struct lane *lane, int32_t puts_at_once,
                   struct err *err)
{
    int result;

    sink_writer_set_puts(lane->writer, puts_at_once);
    do {
        if (is_set(stream->config->cancel))
            return err_set(err, ERR_CANCELED, "canceled");
        result = sink_writer_step(lane->writer, clock_monotonic_us(), err);
    } while (result > 0);
    return result;
}

/* What busy lanes do side by side. */
struct shift {
    const struct stream *stream;
    int32_t puts_at_once; /* of a lane */
};

static int advance_busy(void *arg, int32_t index, struct err *err)
{
    const struct shift *shift = arg;

    return advance(shift->stream, shift->stream->busy[index], shift->puts_at_once, err);
}

/* Lets all that can take their steps: a flush of all waits for the disk about as often as a flush of
 * one. */
static int advance_all(struct stream *stream, struct err *err)
{
    int64_t now_us = clock_monotonic_us();
    int32_t count = 0;

    for (size_t i = 0; i < stream->lane_count; i++)
        if (sink_writer_has_step(stream->lanes[i].writer, now_us))
            stream->busy[count++] = &stream->lanes[i];
    if (count == 0)
        return 0;
    int32_t at_once = count < LANES_AT_ONCE ? count : LANES_AT_ONCE;
    struct shift shift = {.stream = stream, .puts_at_once = stream->config->puts_at_once / at_once};
    return parallel_run(count, at_once, advance_busy, &shift, err);
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
    lane->was_sought = true;
    return 0;
}

/* ------------------------------------------------------------------------------------- records */

/* Sorts a poll's records by lane. What a lane got from the place that it has left since is dropped. */
static int sort_records(struct stream *stream, const struct aorta_polled *polled, struct err *err)
{
    struct lane *lane = NULL;

    stream->records = polled->records;
    stream->next = alloc_resize(stream->next, (size_t)polled->record_count * sizeof *stream->next);
    for (int64_t i = 0; i < polled->record_count; i++) {
        int32_t partition = polled->records[i].partition;
        if (lane == NULL || lane->partition != partition)
            lane = find_lane(stream, partition);
        if (lane == NULL)
            return err_set(err, ERR_BROKEN,
                           "topic \"%s\": a record of partition %" PRId32 ", which is not assigned",
                           stream->config->topic, partition);
        if (lane->was_sought)
            continue;
        if (lane->first == NO_RECORD) {
            stream->fed[stream->fed_count++] = lane;
            lane->first = i;
        } else {
            stream->next[lane->last] = i;
        }
        stream->next[i] = NO_RECORD;
        lane->last = i;
    }
    return 0;
}

/* Pushes a lane's records, up to the one after which it has a step to take. */
static int push_lane(const struct stream *stream, struct lane *lane, struct err *err)
{
    while (lane->first != NO_RECORD && !sink_writer_has_step(lane->writer, stream->polled_us)) {
        const struct aorta_record *record = &stream->records[lane->first];
        if (sink_writer_push(lane->writer, record, stream->polled_us, err) < 0)
            return -1;
        lane->position = record->offset + 1;
        lane->first = stream->next[lane->first];
    }
    return 0;
}

/* Pushes what can be pushed before somebody has taken a step; such lanes stay fed. */
static int push_fed(void *arg, struct err *err)
{
    struct stream *stream = arg;
    size_t left = 0;

    for (size_t i = 0; i < stream->fed_count; i++) {
        struct lane *lane = stream->fed[i];
        if (push_lane(stream, lane, err) < 0)
            return -1;
        if (lane->first != NO_RECORD)
            stream->fed[left++] = lane;
    }
    stream->fed_count = left;
    return 0;
}

/* Begins to push them. Until the end of it nobody else looks at the lanes. */
static int start_push(struct stream *stream, const struct aorta_polled *polled, struct err *err)
{
    if (sort_records(stream, polled, err) < 0)
        return -1;
    stream->polled_us = clock_monotonic_us();
    stream->progress->polled += polled->record_count;
    background_start(&stream->pushing, push_fed, stream);
    return 0;
}

/* Waits for the end, and lets lanes take the steps that their records made due. */
static int finish_push(struct stream *stream, struct err *err)
{
    if (background_await(&stream->pushing, err) < 0 || advance_all(stream, err) < 0)
        return -1;
    while (stream->fed_count > 0)
        if (push_fed(stream, err) < 0 || advance_all(stream, err) < 0)
            return -1;
    return 0;
}

/* -------------------------------------------------------------------------- memory, and the end */

static struct lane *find_largest(const struct stream *stream, int64_t now_us)
{
    struct lane *largest = NULL;
    size_t most = 0;

    for (size_t i = 0; i < stream->lane_count; i++) {
        struct lane *lane = &stream->lanes[i];
        size_t bytes = sink_writer_bytes(lane->writer);
        if (sink_writer_state(lane->writer) == SINK_STATE_READY && bytes > most &&
            !sink_writer_has_step(lane->writer, now_us)) {
            most = bytes;
            largest = lane;
        }
    }
    return largest;
}

/* When all buffers together are too large, flushes the largest: half of the memory, side by side. */
static int keep_memory(struct stream *stream, struct err *err)
{
    int64_t now_us = clock_monotonic_us();
    struct lane *largest;
    size_t sum = 0;

    for (size_t i = 0; i < stream->lane_count; i++)
        sum += sink_writer_bytes(stream->lanes[i].writer);
    if (sum <= stream->config->memory_bytes)
        return 0;
    while (sum > stream->config->memory_bytes / 2 &&
           (largest = find_largest(stream, now_us)) != NULL) {
        sum -= sink_writer_bytes(largest->writer);
        sink_writer_flush(largest->writer);
    }
    return advance_all(stream, err);
}

/* Finds the end that the log had when upstream was done, or what had been read when it was stopped. */
static int find_target(const struct stream *stream, struct lane *lane, struct err *err)
{
    struct aorta_watermarks watermarks;

    if (lane->target != NO_OFFSET)
        return 0;
    if (is_set(stream->config->stop)) {
        /* A plan that somebody began is brought to its end first. */
        if (sink_writer_state(lane->writer) == SINK_STATE_READY)
            lane->target = sink_writer_next_offset(lane->writer);
        return 0;
    }
    if (get_watermarks(stream, lane->partition, &watermarks, err) < 0)
        return -1;
    lane->target = watermarks.high;
    return 0;
}

static bool has_reached_target(const struct lane *lane)
{
    return lane->target != NO_OFFSET && sink_writer_state(lane->writer) == SINK_STATE_READY &&
           sink_writer_next_offset(lane->writer) >= lane->target;
}

/* Flushes all lanes once all have reached their targets; then they are drained. */
static int drain(struct stream *stream, bool *is_drained, struct err *err)
{
    *is_drained = false;
    for (size_t i = 0; i < stream->lane_count; i++)
        if (find_target(stream, &stream->lanes[i], err) < 0)
            return -1;
    for (size_t i = 0; i < stream->lane_count; i++)
        if (!has_reached_target(&stream->lanes[i]))
            return 0;
    for (size_t i = 0; i < stream->lane_count; i++)
        sink_writer_flush(stream->lanes[i].writer);
    if (advance_all(stream, err) < 0)
        return -1;
    for (size_t i = 0; i < stream->lane_count; i++)
        if (!has_reached_target(&stream->lanes[i]) ||
            !sink_writer_is_empty(stream->lanes[i].writer))
            return 0;
    *is_drained = true;
    return 0;
}

static int tend_lanes(struct stream *stream, bool *is_over, struct err *err)
{
    bool stops = is_set(stream->config->stop);
    bool drains = stops || is_set(stream->config->upstream_done), is_drained = false;

    if (advance_all(stream, err) < 0 || (drains && drain(stream, &is_drained, err) < 0))
        return -1;
    for (size_t i = 0; i < stream->lane_count; i++)
        if (follow(stream, &stream->lanes[i], err) < 0)
            return -1;
    *is_over = is_drained && (stops || stream->was_assigned);
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

    if (config->report == NULL || stream->lane_count == 0 ||
        now_us - stream->reported_us < config->report_us)
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

/* ----------------------------------------------------------------------------------- each turn */

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

static int take_change(struct stream *stream, const struct aorta_polled *polled, struct err *err)
{
    switch (polled->kind) {
    case AORTA_POLL_NOTHING:
    case AORTA_POLL_RECORDS: break;
    case AORTA_POLL_ASSIGNED: return take_assignment(stream, polled, err);
    case AORTA_POLL_REVOKED:
        for (int32_t i = 0; i < polled->partition_count; i++)
            drop_lane(stream, polled->partitions[i]);
    }
    return 0;
}

/* Polls while what the last poll gave is pushed. */
static int turn(struct stream *stream, bool *is_over, struct err *err)
{
    int32_t timeout_ms = background_is_busy(&stream->pushing) ? 0 : POLL_MS;
    struct aorta_polled polled;
    struct aorta_error error;

    for (size_t i = 0; i < stream->lane_count; i++)
        stream->lanes[i].was_sought = false;
    if (stream->config->log->consumer_poll(stream->consumer, timeout_ms, &polled, &error) < 0)
        return module_error(&error, stream->config->topic, err);
    if (finish_push(stream, err) < 0 || take_change(stream, &polled, err) < 0 ||
        tend_lanes(stream, is_over, err) < 0 || report(stream, err) < 0)
        return -1;
    if (polled.kind == AORTA_POLL_RECORDS && !*is_over)
        return start_push(stream, &polled, err);
    return 0;
}

static int run(struct stream *stream, struct err *err)
{
    bool is_over = false;

    while (!is_over) {
        if (is_set(stream->config->cancel))
            return err_set(err, ERR_CANCELED, "canceled");
        if (turn(stream, &is_over, err) < 0)
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
    struct err ignored;

    *progress = (struct sink_progress){0};
    pthread_mutex_init(&stream.commit_lock, NULL);
    background_init(&stream.pushing);
    stream.reported_us = clock_monotonic_us() - config->report_us; /* how much there is, at once */
    int result = open_stream(&stream, err);
    if (result == 0)
        result = run(&stream, err);
    background_await(&stream.pushing, &ignored); /* after a failure: it is in the log still */
    sum_up(&stream);
    for (size_t i = 0; i < stream.lane_count; i++)
        sink_writer_free(stream.lanes[i].writer);
    free(stream.lanes);
    free(stream.busy);
    free(stream.fed);
    free(stream.next);
    background_release(&stream.pushing);
    pthread_mutex_destroy(&stream.commit_lock);
    if (stream.consumer != NULL)
        config->log->consumer_close(stream.consumer);
    free(stream.incarnation);
    return result;
}

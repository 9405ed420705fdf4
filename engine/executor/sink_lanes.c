#include "executor/sink_lanes.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/parallel.h"
#include "executor/module.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LANES_AT_ONCE = 8 };

/* --------------------------------------------------------------------------- what writers ask */

static int is_live(void *arg, const char *incarnation, struct err *err)
{
    const struct sink_lanes *lanes = arg;
    const struct sink_config *config = lanes->config;
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
    struct sink_lanes *lanes = arg;
    struct aorta_error error;

    (void)err;
    pthread_mutex_lock(&lanes->commit_lock);
    int result = lanes->config->log->consumer_commit(lanes->consumer, partition, offset, &error);
    pthread_mutex_unlock(&lanes->commit_lock);
    if (result < 0)
        log_debug("topic %s: %s", lanes->config->topic, error.message);
    return 0;
}

/* -------------------------------------------------------------------------------------- lanes */

struct sink_lane *sink_lanes_find(struct sink_lanes *lanes, int32_t partition)
{
    for (size_t i = 0; i < lanes->count; i++) {
        if (lanes->items[i].partition == partition)
            return &lanes->items[i];
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

void sink_lanes_drop(struct sink_lanes *lanes, int32_t partition)
{
    struct sink_lane *lane = sink_lanes_find(lanes, partition);

    if (lane == NULL)
        return;
    add_counts(&lanes->gone, sink_writer_counts(lane->writer));
    sink_writer_free(lane->writer);
    *lane = lanes->items[--lanes->count];
}

static int get_watermarks(const struct sink_lanes *lanes, int32_t partition,
                          struct aorta_watermarks *watermarks, struct err *err)
{
    const struct sink_config *config = lanes->config;
    struct aorta_error error;

    if (config->log->watermarks(config->broker, config->topic, partition, watermarks, &error) < 0)
        return module_error(&error, config->topic, err);
    return 0;
}

int sink_lanes_add(struct sink_lanes *lanes, int32_t partition, struct err *err)
{
    const struct sink_config *config = lanes->config;
    struct aorta_watermarks watermarks;

    if (get_watermarks(lanes, partition, &watermarks, err) < 0)
        return -1;
    sink_lanes_drop(lanes, partition);
    lanes->items = alloc_resize(lanes->items, (lanes->count + 1) * sizeof *lanes->items);
    lanes->busy = alloc_resize(lanes->busy, (lanes->count + 1) * sizeof(struct sink_lane *));
    struct sink_limits limits = config->limits;

    /* A read that ends flushes at its end: what of the past it passes on its way there makes hours
     * end by the second, each of them a flush for nothing. */
    limits.closes_hours = limits.closes_hours && !sink_is_set(config->upstream_done);
    struct sink_writer_config writer = {
        .chain = {.store = config->store,
                  .connection = config->lake,
                  .topic = config->topic,
                  .partition = partition,
                  .single_writer = config->single_writer},
        .incarnation = lanes->incarnation,
        .first_offset = watermarks.low,
        .grouping = config->grouping,
        .limits = limits,
        .stop_at_new = config->stop_at_new,
        .puts_at_once = config->puts_at_once,
        .is_live = is_live,
        .commit = commit,
        .arg = lanes,
    };
    lanes->items[lanes->count++] = (struct sink_lane){.partition = partition,
                                                      .writer = sink_writer_new(&writer),
                                                      .position = SINK_NO_OFFSET,
                                                      .target = SINK_NO_OFFSET,
                                                      .first = SINK_NO_RECORD};
    return 0;
}

/* Takes steps until the writer waits. A step is one request to the lake, so cancel is seen soon. */
static int advance(const struct sink_lanes *lanes, struct sink_lane *lane, int32_t puts_at_once,
                   struct err *err)
{
    int result;

    sink_writer_set_puts(lane->writer, puts_at_once);
    do {
        if (sink_is_set(lanes->config->cancel))
            return err_set(err, ERR_CANCELED, "canceled");
        result = sink_writer_step(lane->writer, clock_monotonic_us(), err);
    } while (result > 0);
    return result;
}

/* What busy lanes do side by side. */
struct shift {
    const struct sink_lanes *lanes;
    int32_t puts_at_once; /* of a lane */
};

static int advance_busy(void *arg, int32_t index, struct err *err)
{
    const struct shift *shift = arg;

    return advance(shift->lanes, shift->lanes->busy[index], shift->puts_at_once, err);
}

int sink_lanes_advance(struct sink_lanes *lanes, struct err *err)
{
    int64_t now_us = clock_monotonic_us();
    int32_t count = 0;

    for (size_t i = 0; i < lanes->count; i++)
        if (sink_writer_has_step(lanes->items[i].writer, now_us))
            lanes->busy[count++] = &lanes->items[i];
    if (count == 0)
        return 0;
    int32_t at_once = count < LANES_AT_ONCE ? count : LANES_AT_ONCE;
    struct shift shift = {.lanes = lanes, .puts_at_once = lanes->config->puts_at_once / at_once};
    return parallel_run(count, at_once, advance_busy, &shift, err);
}

/* Offsets that the log does not have are never passed over. */
static int check_offset(const struct sink_lanes *lanes, const struct sink_lane *lane,
                        int64_t offset, struct err *err)
{
    struct aorta_watermarks watermarks;
    const char *topic = lanes->config->topic;

    if (get_watermarks(lanes, lane->partition, &watermarks, err) < 0)
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
static int follow(struct sink_lanes *lanes, struct sink_lane *lane, struct err *err)
{
    int64_t offset = sink_writer_next_offset(lane->writer);
    struct aorta_error error;

    if (lane->position == offset)
        return 0;
    if (check_offset(lanes, lane, offset, err) < 0)
        return -1;
    if (lanes->config->log->consumer_seek(lanes->consumer, lane->partition, offset, &error) < 0)
        return module_error(&error, lanes->config->topic, err);
    lane->position = offset;
    lane->was_sought = true;
    return 0;
}

/* -------------------------------------------------------------------------- memory, and the end */

static struct sink_lane *find_largest(const struct sink_lanes *lanes, int64_t now_us)
{
    struct sink_lane *largest = NULL;
    size_t most = 0;

    for (size_t i = 0; i < lanes->count; i++) {
        struct sink_lane *lane = &lanes->items[i];
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
static int keep_memory(struct sink_lanes *lanes, struct err *err)
{
    int64_t now_us = clock_monotonic_us();
    struct sink_lane *largest;
    size_t sum = 0;

    for (size_t i = 0; i < lanes->count; i++)
        sum += sink_writer_bytes(lanes->items[i].writer);
    if (sum <= lanes->config->memory_bytes)
        return 0;
    while (sum > lanes->config->memory_bytes / 2 &&
           (largest = find_largest(lanes, now_us)) != NULL) {
        sum -= sink_writer_bytes(largest->writer);
        sink_writer_flush(largest->writer);
    }
    return sink_lanes_advance(lanes, err);
}

/* Finds the end that the log had when upstream was done, or what had been read when it was stopped. */
static int find_target(const struct sink_lanes *lanes, struct sink_lane *lane, struct err *err)
{
    struct aorta_watermarks watermarks;

    if (lane->target != SINK_NO_OFFSET)
        return 0;
    if (sink_is_set(lanes->config->stop)) {
        /* A plan that somebody began is brought to its end first. */
        if (sink_writer_state(lane->writer) == SINK_STATE_READY)
            lane->target = sink_writer_next_offset(lane->writer);
        return 0;
    }
    if (get_watermarks(lanes, lane->partition, &watermarks, err) < 0)
        return -1;
    lane->target = watermarks.high;
    return 0;
}

static bool has_reached_target(const struct sink_lane *lane)
{
    return lane->target != SINK_NO_OFFSET && sink_writer_state(lane->writer) == SINK_STATE_READY &&
           sink_writer_next_offset(lane->writer) >= lane->target;
}

/* Flushes all lanes once all have reached their targets; then they are drained. */
static int drain(struct sink_lanes *lanes, bool *is_drained, struct err *err)
{
    *is_drained = false;
    for (size_t i = 0; i < lanes->count; i++)
        if (find_target(lanes, &lanes->items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < lanes->count; i++)
        if (!has_reached_target(&lanes->items[i]))
            return 0;
    for (size_t i = 0; i < lanes->count; i++)
        sink_writer_flush(lanes->items[i].writer);
    if (sink_lanes_advance(lanes, err) < 0)
        return -1;
    for (size_t i = 0; i < lanes->count; i++)
        if (!has_reached_target(&lanes->items[i]) || !sink_writer_is_empty(lanes->items[i].writer))
            return 0;
    *is_drained = true;
    return 0;
}

int sink_lanes_tend(struct sink_lanes *lanes, bool *is_drained, struct err *err)
{
    const struct sink_config *config = lanes->config;

    *is_drained = false;
    if (sink_lanes_advance(lanes, err) < 0)
        return -1;
    if ((sink_is_set(config->stop) || sink_is_set(config->upstream_done)) &&
        drain(lanes, is_drained, err) < 0)
        return -1;
    for (size_t i = 0; i < lanes->count; i++)
        if (follow(lanes, &lanes->items[i], err) < 0)
            return -1;
    return keep_memory(lanes, err);
}

/* ---------------------------------------------------------------------------------------- sums */

void sink_lanes_sum(const struct sink_lanes *lanes, struct sink_progress *progress)
{
    progress->done = lanes->gone;
    progress->partitions = (int32_t)lanes->count;
    progress->watermark_us = INT64_MIN;
    for (size_t i = 0; i < lanes->count; i++) {
        int64_t newest = sink_writer_newest_us(lanes->items[i].writer);
        bool is_first = progress->watermark_us == INT64_MIN;
        add_counts(&progress->done, sink_writer_counts(lanes->items[i].writer));
        if (newest != INT64_MIN && (is_first || newest < progress->watermark_us))
            progress->watermark_us = newest; /* of one without events nothing is known */
    }
}

int sink_lanes_lag(const struct sink_lanes *lanes, int64_t *lag, struct err *err)
{
    struct aorta_watermarks watermarks;

    *lag = lanes->count > 0 ? 0 : -1;
    for (size_t i = 0; i < lanes->count; i++) {
        const struct sink_lane *lane = &lanes->items[i];
        if (get_watermarks(lanes, lane->partition, &watermarks, err) < 0)
            return -1;
        *lag += watermarks.high - sink_writer_sealed_offset(lane->writer);
    }
    return 0;
}

/* --------------------------------------------------------------------------------- open and close */

void sink_lanes_init(struct sink_lanes *lanes, const struct sink_config *config)
{
    *lanes = (struct sink_lanes){.config = config};
    pthread_mutex_init(&lanes->commit_lock, NULL);
}

int sink_lanes_open(struct sink_lanes *lanes, struct err *err)
{
    const struct sink_config *config = lanes->config;
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
    lanes->incarnation = alloc_strdup(lent);
    if (config->log->consumer_open(config->broker, config->topic, config->group, config->alone,
                                   &lanes->consumer, &error) < 0) {
        lanes->consumer = NULL;
        return module_error(&error, config->topic, err);
    }
    return 0;
}

void sink_lanes_release(struct sink_lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++)
        sink_writer_free(lanes->items[i].writer);
    free(lanes->items);
    free(lanes->busy);
    pthread_mutex_destroy(&lanes->commit_lock);
    if (lanes->consumer != NULL)
        lanes->config->log->consumer_close(lanes->consumer);
    free(lanes->incarnation);
}

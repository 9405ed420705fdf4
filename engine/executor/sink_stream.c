#include "executor/sink_stream.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "executor/background.h"
#include "executor/module.h"
#include "executor/sink_lanes.h"

#include <inttypes.h>
#include <stdlib.h>

enum { POLL_MS = 100 };

struct stream {
    const struct sink_config *config;
    struct sink_lanes lanes;
    struct sink_lane **fed; /* lanes that the poll's records are of; room for all */
    size_t fed_count;
    const struct aorta_record *records; /* of the poll */
    int64_t *next;                      /* for each of them the next one of its partition */
    int64_t polled_us;
    struct background pushing; /* of these records */
    bool was_assigned;         /* once at least */
    struct sink_progress *progress;
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

/* ------------------------------------------------------------------------------------- records */

/* Sorts a poll's records by lane. What a lane got from the place that it has left since is dropped. */
static int sort_records(struct stream *stream, const struct aorta_polled *polled, struct err *err)
{
    struct sink_lane *lane = NULL;

    stream->records = polled->records;
    stream->next = alloc_resize(stream->next, (size_t)polled->record_count * sizeof *stream->next);
    stream->fed = alloc_resize(stream->fed, stream->lanes.count * sizeof(struct sink_lane *));
    for (int64_t i = 0; i < polled->record_count; i++) {
        int32_t partition = polled->records[i].partition;
        if (lane == NULL || lane->partition != partition)
            lane = sink_lanes_find(&stream->lanes, partition);
        if (lane == NULL)
            return err_set(err, ERR_BROKEN,
                           "topic \"%s\": a record of partition %" PRId32 ", which is not assigned",
                           stream->config->topic, partition);
        if (lane->was_sought)
            continue;
        if (lane->first == SINK_NO_RECORD) {
            stream->fed[stream->fed_count++] = lane;
            lane->first = i;
        } else {
            stream->next[lane->last] = i;
        }
        stream->next[i] = SINK_NO_RECORD;
        lane->last = i;
    }
    return 0;
}

/* Pushes a lane's records, up to the one after which it has a step to take. */
static int push_lane(const struct stream *stream, struct sink_lane *lane, struct err *err)
{
    while (lane->first != SINK_NO_RECORD &&
           !sink_writer_has_step(lane->writer, stream->polled_us)) {
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
        struct sink_lane *lane = stream->fed[i];
        if (push_lane(stream, lane, err) < 0)
            return -1;
        if (lane->first != SINK_NO_RECORD)
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
    if (background_await(&stream->pushing, err) < 0 || sink_lanes_advance(&stream->lanes, err) < 0)
        return -1;
    while (stream->fed_count > 0)
        if (push_fed(stream, err) < 0 || sink_lanes_advance(&stream->lanes, err) < 0)
            return -1;
    return 0;
}

/* ----------------------------------------------------------------------------------- each turn */

static int report(struct stream *stream, struct err *err)
{
    const struct sink_config *config = stream->config;
    int64_t now_us = clock_monotonic_us();
    bool is_news = stream->progress->lag < 0 && stream->lanes.count > 0; /* the first assignment */

    if (config->report == NULL || (now_us - stream->reported_us < config->report_us && !is_news))
        return 0;
    stream->reported_us = now_us;
    sink_lanes_sum(&stream->lanes, stream->progress);
    if (sink_lanes_lag(&stream->lanes, &stream->progress->lag, err) < 0)
        return -1;
    config->report(config->arg, stream->progress);
    return 0;
}

static int take_assignment(struct stream *stream, const struct aorta_polled *polled,
                           struct err *err)
{
    for (int32_t i = 0; i < polled->partition_count; i++) {
        if (sink_lanes_add(&stream->lanes, polled->partitions[i], err) < 0)
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
            sink_lanes_drop(&stream->lanes, polled->partitions[i]);
    }
    return 0;
}

static int tend(struct stream *stream, bool *is_over, struct err *err)
{
    bool is_drained;

    if (sink_lanes_tend(&stream->lanes, &is_drained, err) < 0)
        return -1;
    /* The ends of what is not assigned yet have not been read. */
    *is_over = is_drained && (stream->was_assigned || sink_is_set(stream->config->stop));
    return 0;
}

/* Polls while what the last poll gave is pushed. */
static int turn(struct stream *stream, bool *is_over, struct err *err)
{
    int32_t timeout_ms = background_is_busy(&stream->pushing) ? 0 : POLL_MS;
    struct aorta_polled polled;
    struct aorta_error error;

    for (size_t i = 0; i < stream->lanes.count; i++)
        stream->lanes.items[i].was_sought = false;
    if (stream->config->log->consumer_poll(stream->lanes.consumer, timeout_ms, &polled, &error) < 0)
        return module_error(&error, stream->config->topic, err);
    if (finish_push(stream, err) < 0 || take_change(stream, &polled, err) < 0 ||
        tend(stream, is_over, err) < 0 || report(stream, err) < 0)
        return -1;
    if (polled.kind == AORTA_POLL_RECORDS && !*is_over)
        return start_push(stream, &polled, err);
    return 0;
}

static int run(struct stream *stream, struct err *err)
{
    bool is_over = false;

    while (!is_over) {
        if (sink_is_set(stream->config->cancel))
            return err_set(err, ERR_CANCELED, "canceled");
        if (turn(stream, &is_over, err) < 0)
            return -1;
    }
    return 0;
}

/* -------------------------------------------------------------------------------------- public */

int sink_run(const struct sink_config *config, struct sink_progress *progress, struct err *err)
{
    struct stream stream = {.config = config, .progress = progress};
    struct err ignored;

    *progress = (struct sink_progress){0};
    sink_lanes_init(&stream.lanes, config);
    background_init(&stream.pushing);
    stream.reported_us = clock_monotonic_us() - config->report_us;
    int result = sink_lanes_open(&stream.lanes, err);
    if (result == 0)
        result = run(&stream, err);
    background_await(&stream.pushing, &ignored); /* after a failure: it is in the log still */
    sink_lanes_sum(&stream.lanes, progress);
    background_release(&stream.pushing);
    sink_lanes_release(&stream.lanes);
    free(stream.fed);
    free(stream.next);
    return result;
}

#include "tail.h"

#include "topic.h"

#include "base/clock.h"

#include <string.h>

enum {
    TAIL_LOOK_MAX = 1 << 16, /* offsets */
    TAIL_GROWTH = 16,
    TAIL_ATTEMPTS = 3, /* when retention takes away what was about to be read */
};

/* A partition being read from `from` to its end. */
struct tail {
    struct client *reader;
    rd_kafka_topic_t *topic;
    const char *name;
    int32_t partition;
    struct aorta_watermarks marks;
    struct aorta_error *error;
};

enum { TAIL_FAILED = -1, TAIL_NONE = 0, TAIL_FOUND = 1, TAIL_EXPIRED = 2 };

/* rd_kafka_query_watermark_offsets goes on past its time-out while no broker can be reached, so
 * first we see that one can. */
static int ask_watermarks(struct client *reader, const char *topic, int32_t partition,
                          struct aorta_watermarks *marks, struct aorta_error *error)
{
    if (client_ping(reader, error) < 0)
        return -1;
    rd_kafka_resp_err_t cause = rd_kafka_query_watermark_offsets(
        reader->rk, topic, partition, &marks->low, &marks->high, CLIENT_REQUEST_MS);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return client_fail(reader, cause, error, "watermarks of '%s' partition %d", topic, partition);
}

/* Reads until the end or the last offset; *last is the newest record met, to be destroyed. */
static int read_started(struct tail *tail, rd_kafka_message_t **last)
{
    int64_t deadline_us = clock_monotonic_us() + INT64_C(1000) * CLIENT_REQUEST_MS;

    while (clock_monotonic_us() < deadline_us) {
        rd_kafka_message_t *message =
            rd_kafka_consume(tail->topic, tail->partition, CLIENT_SLICE_MS);
        if (message == NULL)
            continue;
        rd_kafka_resp_err_t cause = message->err;
        if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
            if (*last != NULL)
                rd_kafka_message_destroy(*last);
            *last = message;
            if (message->offset >= tail->marks.high - 1)
                return TAIL_FOUND;
            continue;
        }
        rd_kafka_message_destroy(message);
        if (cause == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            return *last != NULL ? TAIL_FOUND : TAIL_NONE;
        if (cause == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
            return TAIL_EXPIRED;
        return client_fail(tail->reader, cause, tail->error, "read the end of '%s' partition %d",
                           tail->name, tail->partition);
    }
    return client_fail(tail->reader, RD_KAFKA_RESP_ERR__TIMED_OUT, tail->error,
                       "read the end of '%s' partition %d", tail->name, tail->partition);
}

static int read_from(struct tail *tail, int64_t offset, rd_kafka_message_t **last)
{
    if (rd_kafka_consume_start(tail->topic, tail->partition, offset) < 0)
        return client_fail(tail->reader, rd_kafka_last_error(), tail->error,
                           "read the end of '%s' partition %d", tail->name, tail->partition);
    int result = read_started(tail, last);
    rd_kafka_consume_stop(tail->topic, tail->partition);
    return result;
}

static int look_back(struct tail *tail, rd_kafka_message_t **last)
{
    for (int64_t step = 1; step <= TAIL_LOOK_MAX; step *= TAIL_GROWTH) {
        int64_t from = tail->marks.high - step;
        if (from < tail->marks.low)
            from = tail->marks.low;
        int found = read_from(tail, from, last);
        if (found != TAIL_NONE || from == tail->marks.low)
            return found;
    }
    return aorta_fail(tail->error, AORTA_DATA,
                      "'%s' partition %d: none of its last %d offsets holds a record", tail->name,
                      tail->partition, TAIL_LOOK_MAX);
}

static int find_last(struct tail *tail, rd_kafka_message_t **last)
{
    for (int attempt = 0; attempt < TAIL_ATTEMPTS; attempt++) {
        if (ask_watermarks(tail->reader, tail->name, tail->partition, &tail->marks, tail->error) <
            0)
            return TAIL_FAILED;
        if (tail->marks.low >= tail->marks.high)
            return TAIL_NONE;
        int found = look_back(tail, last);
        if (found != TAIL_EXPIRED)
            return found;
    }
    return aorta_fail(tail->error, AORTA_TRANSIENT,
                      "'%s' partition %d: records expire faster than they are read", tail->name,
                      tail->partition);
}

/* Puts a copy of bytes into the lent buffer, which has room; NULL stays NULL. */
static const void *keep(struct buf *lent, const void *data, size_t size)
{
    const char *place = lent->data + lent->size;

    if (data == NULL)
        return NULL;
    buf_append(lent, data, size);
    return place;
}

static void copy_record(const rd_kafka_message_t *message, struct buf *lent,
                        struct aorta_record *record)
{
    size_t header_size = 0;
    const char *header = topic_header(message, &header_size);
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, NULL);

    buf_reset(lent);
    buf_reserve(lent, message->key_len + message->len + header_size);
    *record = (struct aorta_record){
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = timestamp_ms > 0 ? timestamp_ms : 0,
        .key = keep(lent, message->key, message->key_len),
        .key_size = message->key_len,
        .value = keep(lent, message->payload, message->len),
        .value_size = message->len,
        .header = keep(lent, header, header_size),
        .header_size = header_size,
    };
}

static int last_record_locked(struct connection *connection, const char *topic, int32_t partition,
                              struct aorta_record *record, struct aorta_error *error)
{
    rd_kafka_message_t *last = NULL;
    struct tail tail = {
        .reader = &connection->reader, .name = topic, .partition = partition, .error = error};

    if (topic_check_partition(connection, topic, partition, error) < 0)
        return -1;
    tail.topic = rd_kafka_topic_new(connection->reader.rk, topic, NULL);
    if (tail.topic == NULL)
        return client_fail(tail.reader, rd_kafka_last_error(), error, "topic '%s'", topic);
    int found = find_last(&tail, &last);
    if (found == TAIL_FOUND && last != NULL)
        copy_record(last, &topic_lent(connection)->record, record);
    if (last != NULL)
        rd_kafka_message_destroy(last);
    rd_kafka_topic_destroy(tail.topic);
    return found;
}

int tail_last_record(void *opaque, const char *topic, int32_t partition,
                     struct aorta_record *record, struct aorta_error *error)
{
    struct connection *connection = opaque;

    pthread_mutex_lock(&connection->lock);
    int found = last_record_locked(connection, topic, partition, record, error);
    pthread_mutex_unlock(&connection->lock);
    return found;
}

int tail_watermarks(void *opaque, const char *topic, int32_t partition,
                    struct aorta_watermarks *watermarks, struct aorta_error *error)
{
    struct connection *connection = opaque;
    struct aorta_watermarks marks = {0};

    pthread_mutex_lock(&connection->lock);
    int result = topic_check_partition(connection, topic, partition, error);
    if (result == 0)
        result = ask_watermarks(&connection->reader, topic, partition, &marks, error);
    pthread_mutex_unlock(&connection->lock);
    if (result == 0)
        *watermarks = marks;
    return result;
}

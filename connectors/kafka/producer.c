#include "producer.h"

#include "client.h"
#include "topic.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"

#include <stdlib.h>

#define PRODUCER_QUEUE_RECORDS "200000"
#define PRODUCER_QUEUE_KBYTES "65536" /* 64 MiB: seconds of any network, and bounded */
#define PRODUCER_RECORD_BYTES "16777216"
#define PRODUCER_LINGER_MS "20" /* large batches compress well and cost the broker little */
#define PRODUCER_DELIVERY_MS "60000"

enum {
    POLL_EVERY = 256,      /* records: reports are taken in passing */
    FLUSH_LIMIT_MS = 90000 /* above PRODUCER_DELIVERY_MS, after which each record is reported */
};

static const struct property properties[] = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"linger.ms", PRODUCER_LINGER_MS},
    {"queue.buffering.max.messages", PRODUCER_QUEUE_RECORDS},
    {"queue.buffering.max.kbytes", PRODUCER_QUEUE_KBYTES},
    {"message.max.bytes", PRODUCER_RECORD_BYTES},
    {"message.timeout.ms", PRODUCER_DELIVERY_MS},
    {"partitioner", "murmur2_random"}, /* as the Java clients: a key has the same partition */
    {"allow.auto.create.topics", "false"},
    {0},
};

struct producer {
    struct client client; /* first: the opaque of librdkafka's callbacks */
    rd_kafka_topic_t *topic;
    int64_t produced;
    int64_t reported;
    rd_kafka_resp_err_t failure; /* of the first record that could not be delivered */
    int64_t failed;
};

/* Called from rd_kafka_poll, by the thread that uses the producer. */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct producer *producer = opaque;

    (void)rk;
    producer->reported++;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    if (producer->failed++ == 0)
        producer->failure = message->err;
}

int producer_open(void *opaque, const char *topic, void **producer_out, struct aorta_error *error)
{
    struct connection *connection = opaque;

    if (topic_require(connection, topic, NULL, error) < 0)
        return -1;
    rd_kafka_conf_t *conf = client_configure(connection, RD_KAFKA_PRODUCER, properties, error);
    if (conf == NULL)
        return -1;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    struct producer *producer = alloc_zeroed(1, sizeof *producer);
    if (client_start(&producer->client, connection, RD_KAFKA_PRODUCER, conf, error) < 0) {
        free(producer);
        return -1;
    }
    producer->topic = rd_kafka_topic_new(producer->client.rk, topic, NULL);
    if (producer->topic == NULL) {
        client_fail(&producer->client, rd_kafka_last_error(), error, "topic '%s'", topic);
        producer_close(producer);
        return -1;
    }
    *producer_out = producer;
    return 0;
}

/* Takes reports, waiting up to timeout_ms for one; -1 if one was bad or the brokers are gone. */
static int take_reports(struct producer *producer, int timeout_ms, struct aorta_error *error)
{
    rd_kafka_poll(producer->client.rk, timeout_ms);
    if (producer->failed > 0)
        return client_fail(&producer->client, producer->failure, error,
                           "deliver to '%s': %lld records failed",
                           rd_kafka_topic_name(producer->topic), (long long)producer->failed);
    return client_check(&producer->client, error);
}

static rd_kafka_resp_err_t enqueue(struct producer *producer, const struct aorta_record *record)
{
    const int32_t partition = record->partition < 0 ? RD_KAFKA_PARTITION_UA : record->partition;
    /* librdkafka copies key and value, it does not write to them. */
    void *key = (void *)(uintptr_t)record->key;
    void *value = (void *)(uintptr_t)record->value;
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = producer->topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp_ms},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {key, record->key_size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {value, record->value_size}},
        /* Last, to be left out. */
        {.vtype = RD_KAFKA_VTYPE_HEADER,
         .u.header = {TOPIC_HEADER, record->header, (ssize_t)record->header_size}},
    };
    const size_t count = sizeof parts / sizeof parts[0] - (record->header == NULL ? 1 : 0);
    rd_kafka_error_t *failure = rd_kafka_produceva(producer->client.rk, parts, count);
    rd_kafka_resp_err_t cause = rd_kafka_error_code(failure); /* of NULL: no error */

    if (failure != NULL)
        rd_kafka_error_destroy(failure);
    return cause;
}

int producer_produce(void *opaque, const struct aorta_record *record, struct aorta_error *error)
{
    struct producer *producer = opaque;
    rd_kafka_resp_err_t cause;

    if (producer->produced % POLL_EVERY == 0 || producer->failed > 0) {
        if (take_reports(producer, 0, error) < 0)
            return -1;
    }
    while ((cause = enqueue(producer, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        if (take_reports(producer, CLIENT_SLICE_MS, error) < 0)
            return -1;
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR)
        return client_fail(&producer->client, cause, error, "a record of %zu bytes for '%s'",
                           record->value_size, rd_kafka_topic_name(producer->topic));
    producer->produced++;
    return 0;
}

int producer_flush(void *opaque, struct aorta_error *error)
{
    struct producer *producer = opaque;
    int64_t deadline_us = clock_monotonic_us() + INT64_C(1000) * FLUSH_LIMIT_MS;

    fault_point("kafka.flush.before");
    do {
        int wait_ms = producer->reported < producer->produced ? CLIENT_SLICE_MS : 0;
        if (take_reports(producer, wait_ms, error) < 0)
            return -1;
    } while (producer->reported < producer->produced && clock_monotonic_us() < deadline_us);
    if (producer->reported < producer->produced)
        return client_fail(&producer->client, RD_KAFKA_RESP_ERR__TIMED_OUT, error,
                           "deliver to '%s': %lld records are not acknowledged",
                           rd_kafka_topic_name(producer->topic),
                           (long long)(producer->produced - producer->reported));
    fault_point("kafka.flush.after");
    return 0;
}

void producer_close(void *opaque)
{
    struct producer *producer = opaque;

    if (producer == NULL)
        return;
    if (producer->topic != NULL) {
        /* What is not acknowledged by now is given up, not waited for. */
        rd_kafka_purge(producer->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(producer->client.rk, CLIENT_SLICE_MS);
        rd_kafka_topic_destroy(producer->topic);
    }
    client_stop(&producer->client);
    free(producer);
}

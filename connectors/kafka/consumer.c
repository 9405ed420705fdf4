#include "consumer.h"

#include "topic.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

enum {
    QUEUE_BYTES = 32768 * 1000, /* queued.max.messages.kbytes, as librdkafka counts them */
    FIRST_ASSIGNMENT_MS = 10000,
    LOOK_MS = 50,
    FIXED_VERSION = 0x020300ff,
};

/* What librdkafka fetches ahead is bounded by the first two lines, whatever the partitions and
 * however small the records. */
static const struct property properties[] = {
    {"queued.max.messages.kbytes", "32768"},
    {"fetch.max.bytes", "16777216"},
    {"queued.min.messages", "10000000"},
    {"fetch.message.max.bytes", "1048576"},
    {"fetch.wait.max.ms", "100"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"partition.assignment.strategy", "cooperative-sticky"},
    {0},
};

static rd_kafka_conf_t *configure(const struct connection *connection, const char *group,
                                  struct aorta_error *error)
{
    char heartbeat[24];
    rd_kafka_conf_t *conf = client_configure(connection, RD_KAFKA_CONSUMER, properties, error);

    if (conf == NULL)
        return NULL;
    /* Of librdkafka 2.3 and later; with those before, see assignment_hurry. */
    rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "10", NULL, 0);
    snprintf(heartbeat, sizeof heartbeat, "%ld",
             strtol(connection->options[OPTION_SESSION_TIMEOUT], NULL, 10) / 3);
    if (client_set(conf, "group.id", group, error) < 0 ||
        client_set(conf, "heartbeat.interval.ms", heartbeat, error) < 0) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    rd_kafka_conf_set_rebalance_cb(conf, assignment_note);
    return conf;
}

static int join(struct consumer *consumer, const char *group, struct aorta_error *error)
{
    rd_kafka_topic_partition_list_t *topics = partition_list(consumer, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t cause;

    consumer->client.is_member = true;
    cause = rd_kafka_subscribe(consumer->client.rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return client_fail(&consumer->client, cause, error, "join group '%s' of '%s'", group,
                       consumer->topic);
}

int consumer_open(void *opaque, const char *topic, const char *group, bool alone,
                  void **consumer_out, struct aorta_error *error)
{
    struct connection *connection = opaque;
    int32_t partitions;

    if (topic_require(connection, topic, &partitions, error) < 0)
        return -1;
    rd_kafka_conf_t *conf = configure(connection, group, error);
    if (conf == NULL)
        return -1;
    struct consumer *consumer = alloc_zeroed(1, sizeof *consumer);
    consumer->topic = alloc_strdup(topic);
    if (client_start(&consumer->client, connection, RD_KAFKA_CONSUMER, conf, error) < 0)
        goto fail;
    rd_kafka_poll_set_consumer(consumer->client.rk);
    consumer->queue = rd_kafka_queue_get_consumer(consumer->client.rk);
    if (alone)
        assignment_take_all(consumer, partitions);
    else if (join(consumer, group, error) < 0)
        goto fail;
    *consumer_out = consumer;
    return 0;
fail:
    consumer_close(consumer);
    return -1;
}

static void release_messages(struct fetch *fetch)
{
    for (size_t i = 0; i < fetch->message_count; i++)
        rd_kafka_message_destroy(fetch->messages[i]);
    fetch->message_count = 0;
}

/* librdkafka before 2.3 aborts the process when a member is closed after the group has taken it in
 * and before it was given its first partitions (github.com/confluentinc/librdkafka/issues/4312):
 * then these are waited for. Somebody who cannot reach the group is not taken in. */
static void await_first_assignment(struct consumer *consumer)
{
    int64_t end_us = clock_monotonic_us() + FIRST_ASSIGNMENT_MS * INT64_C(1000);

    if (rd_kafka_version() >= FIXED_VERSION || !consumer->client.is_member)
        return;
    while (!consumer->has_joined && clock_monotonic_us() < end_us) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client.rk, LOOK_MS);
        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
}

void consumer_close(void *opaque)
{
    struct consumer *consumer = opaque;

    if (consumer == NULL)
        return;
    release_messages(&consumer->fetches[0]);
    release_messages(&consumer->fetches[1]);
    if (consumer->queue != NULL) {
        assignment_end(consumer);
        await_first_assignment(consumer);
        rd_kafka_consumer_close(consumer->client.rk);
        rd_kafka_queue_destroy(consumer->queue);
    }
    client_stop(&consumer->client);
    free(consumer->partitions);
    free(consumer->told);
    free(consumer->topic);
    free(consumer);
}

/* The queue cannot have been full since it was empty unless that much came out of it. */
static void note_empty_queue(struct consumer *consumer)
{
    if (consumer->taken_bytes >= QUEUE_BYTES)
        assignment_hurry(consumer);
    consumer->taken_bytes = 0;
}

/* Fills the fetch with what is there, or with what comes first within timeout_ms. */
static void collect(struct consumer *consumer, struct fetch *fetch, int32_t timeout_ms)
{
    rd_kafka_message_t *first = NULL;
    ssize_t more =
        rd_kafka_consume_batch_queue(consumer->queue, 0, fetch->messages, CONSUMER_BATCH);

    fetch->message_count = more > 0 ? (size_t)more : 0;
    if (fetch->message_count > 0 || consumer->change.list != NULL)
        return;
    note_empty_queue(consumer);
    if (timeout_ms <= 0)
        return;
    first = rd_kafka_consumer_poll(consumer->client.rk, timeout_ms);
    if (first == NULL)
        return;
    fetch->messages[0] = first;
    more =
        rd_kafka_consume_batch_queue(consumer->queue, 0, fetch->messages + 1, CONSUMER_BATCH - 1);
    fetch->message_count = 1 + (more > 0 ? (size_t)more : 0);
}

/* A message that is a report. */
static void note_problem(struct consumer *consumer, const rd_kafka_message_t *message)
{
    if (message->err == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
        /* The group has given our partitions away: REVOKED follows. */
        client_log(consumer->client.connection->host, 4, "MAXPOLL",
                   rd_kafka_message_errstr(message));
        return;
    }
    if (consumer->has_problem)
        return;
    consumer->has_problem = true;
    client_fail(&consumer->client, message->err, &consumer->problem,
                "read '%s' partition %d at offset %lld", consumer->topic, message->partition,
                (long long)message->offset);
}

static void describe(const rd_kafka_message_t *message, struct aorta_record *record)
{
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, NULL);

    *record = (struct aorta_record){
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = timestamp_ms > 0 ? timestamp_ms : 0,
        .key = message->key,
        .key_size = message->key_len,
        .value = message->payload,
        .value_size = message->len,
    };
    record->header = topic_header(message, &record->header_size);
}

/* Of what was collected, the records of partitions that are ours. */
static int64_t sort_out(struct consumer *consumer, struct fetch *fetch)
{
    int64_t count = 0;

    for (size_t i = 0; i < fetch->message_count; i++) {
        const rd_kafka_message_t *message = fetch->messages[i];
        const struct partition *partition = partition_find(consumer, message->partition);
        consumer->taken_bytes += message->key_len + message->len;
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            note_problem(consumer, message);
        else if (partition != NULL && partition->is_ours && partition->is_reading)
            describe(message, &fetch->records[count++]);
    }
    return count;
}

static int fail_with_problem(struct consumer *consumer, struct aorta_error *error)
{
    *error = consumer->problem;
    consumer->has_problem = false;
    return -1;
}

int consumer_poll(void *opaque, int32_t timeout_ms, struct aorta_polled *polled,
                  struct aorta_error *error)
{
    struct consumer *consumer = opaque;
    struct fetch *fetch = &consumer->fetches[1 - consumer->newest];

    *polled = (struct aorta_polled){.kind = AORTA_POLL_NOTHING};
    consumer->newest = 1 - consumer->newest;
    release_messages(fetch);
    if (consumer->has_problem)
        return fail_with_problem(consumer, error);
    if (assignment_catch_up(consumer, error) < 0)
        return -1;
    if (consumer->change.list == NULL)
        collect(consumer, fetch, timeout_ms);
    polled->record_count = sort_out(consumer, fetch);
    if (polled->record_count > 0) {
        polled->kind = AORTA_POLL_RECORDS;
        polled->records = fetch->records;
        return 0;
    }
    if (consumer->has_problem)
        return fail_with_problem(consumer, error);
    if (consumer->change.list != NULL) {
        assignment_tell(consumer, polled);
        return 0;
    }
    return client_check(&consumer->client, error);
}

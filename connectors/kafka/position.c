#include "consumer.h"

#include "base/fault.h"

static struct partition *find_ours(struct consumer *consumer, int32_t id, struct aorta_error *error)
{
    struct partition *partition = partition_find(consumer, id);

    if (partition != NULL && partition->is_ours)
        return partition;
    aorta_fail(error, AORTA_BROKEN, "partition %d of '%s' is not assigned to this consumer", id,
               consumer->topic);
    return NULL;
}

int consumer_seek(void *opaque, int32_t id, int64_t offset, struct aorta_error *error)
{
    struct consumer *consumer = opaque;
    struct partition *partition = find_ours(consumer, id, error);

    if (partition == NULL)
        return -1;
    if (offset < 0)
        return aorta_fail(error, AORTA_BROKEN, "seek '%s' partition %d to offset %lld",
                          consumer->topic, id, (long long)offset);
    partition->offset = offset;
    partition->is_sought = true;
    return 0;
}

int consumer_pause(void *opaque, int32_t id, bool pause, struct aorta_error *error)
{
    struct consumer *consumer = opaque;
    struct partition *partition = find_ours(consumer, id, error);
    rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR;

    if (partition == NULL)
        return -1;
    partition->is_paused = pause;
    if (!partition->is_reading)
        return 0; /* enter() will */
    rd_kafka_topic_partition_list_t *list = partition_list(consumer, id);
    cause = pause ? rd_kafka_pause_partitions(consumer->client.rk, list)
                  : rd_kafka_resume_partitions(consumer->client.rk, list);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        cause = list->elems[0].err;
    rd_kafka_topic_partition_list_destroy(list);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return client_fail(&consumer->client, cause, error, "%s '%s' partition %d",
                       pause ? "pause" : "resume", consumer->topic, id);
}

/* rd_kafka_commit has no time-out of its own. */
static rd_kafka_resp_err_t commit_bounded(struct consumer *consumer,
                                          rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(consumer->client.rk);
    rd_kafka_event_t *event = NULL;
    rd_kafka_resp_err_t cause = rd_kafka_commit_queue(consumer->client.rk, list, queue, NULL, NULL);

    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
        event = rd_kafka_queue_poll(queue, CLIENT_REQUEST_MS);
        cause = event != NULL ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return cause;
}

int consumer_commit(void *opaque, int32_t partition, int64_t offset, struct aorta_error *error)
{
    struct consumer *consumer = opaque;
    rd_kafka_topic_partition_list_t *list = partition_list(consumer, partition);

    list->elems[0].offset = offset;
    fault_point("kafka.commit.before");
    rd_kafka_resp_err_t cause = commit_bounded(consumer, list);
    fault_point("kafka.commit.after");
    rd_kafka_topic_partition_list_destroy(list);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return client_fail(&consumer->client, cause, error, "commit '%s' partition %d offset %lld",
                       consumer->topic, partition, (long long)offset);
}

int consumer_committed(void *opaque, int32_t partition, int64_t *offset, struct aorta_error *error)
{
    struct consumer *consumer = opaque;
    rd_kafka_topic_partition_list_t *list = partition_list(consumer, partition);
    rd_kafka_resp_err_t cause = rd_kafka_committed(consumer->client.rk, list, CLIENT_REQUEST_MS);
    int64_t found = list->elems[0].offset;

    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        cause = list->elems[0].err;
    rd_kafka_topic_partition_list_destroy(list);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR)
        return client_fail(&consumer->client, cause, error, "committed offset of '%s' partition %d",
                           consumer->topic, partition);
    *offset = found >= 0 ? found : -1;
    return 0;
}

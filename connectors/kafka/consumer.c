#include "consumer.h"

#include "client.h"
#include "topic.h"

#include "base/alloc.h"
#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { CONSUMER_BATCH = 4096 /* records a poll gives at most */ };

/* What librdkafka fetches ahead is bounded by the first two lines, whatever the partitions. */
static const struct property properties[] = {
    {"queued.max.messages.kbytes", "32768"},
    {"fetch.max.bytes", "16777216"},
    {"fetch.message.max.bytes", "1048576"},
    {"fetch.wait.max.ms", "100"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"partition.assignment.strategy", "cooperative-sticky"},
    {0},
};

struct partition {
    bool is_ours;    /* ASSIGNED was returned, REVOKED was not */
    bool is_sought;  /* offset waits to be taken up by the next poll */
    bool is_reading; /* librdkafka has it */
    bool is_paused;
    int64_t offset;
};

/* A change of the group's partitions that librdkafka waits for. */
struct change {
    rd_kafka_topic_partition_list_t *list; /* NULL: there is none */
    bool is_revoke;
    bool is_told; /* the caller knows: the next poll takes it up */
};

struct consumer {
    struct client client; /* first: the opaque of librdkafka's callbacks */
    char *topic;
    rd_kafka_queue_t *queue;
    struct partition *partitions;
    int32_t partition_count;
    struct change change;
    bool is_closing;
    int32_t *told; /* the partitions of the last event, as the caller is lent them */
    rd_kafka_message_t *messages[CONSUMER_BATCH];
    size_t message_count;
    struct aorta_record records[CONSUMER_BATCH];
    bool has_problem; /* met beside records: the next poll returns it */
    struct aorta_error problem;
};

/* Partitions can be added to a topic while it is read. */
static struct partition *partition_get(struct consumer *consumer, int32_t id)
{
    if (id >= consumer->partition_count) {
        size_t count = (size_t)id + 1;
        size_t old = (size_t)consumer->partition_count;
        consumer->partitions =
            alloc_resize(consumer->partitions, count * sizeof *consumer->partitions);
        memset(consumer->partitions + old, 0, (count - old) * sizeof *consumer->partitions);
        consumer->partition_count = (int32_t)count;
    }
    return &consumer->partitions[id];
}

static struct partition *partition_find(struct consumer *consumer, int32_t id)
{
    return id >= 0 && id < consumer->partition_count ? &consumer->partitions[id] : NULL;
}

/* ------------------------------------------------------------------- what librdkafka has */

static int report(struct consumer *consumer, rd_kafka_error_t *failure, const char *verb,
                  struct aorta_error *error)
{
    if (failure == NULL)
        return 0;
    client_fail(&consumer->client, rd_kafka_error_code(failure), error, "%s partitions of '%s': %s",
                verb, consumer->topic, rd_kafka_error_string(failure));
    rd_kafka_error_destroy(failure);
    return -1;
}

static rd_kafka_topic_partition_list_t *list_of(const struct consumer *consumer, int32_t partition)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, consumer->topic, partition);
    return list;
}

/* Stops reading what of the list is being read. */
static int leave(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list,
                 struct aorta_error *error)
{
    rd_kafka_topic_partition_list_t *reading = rd_kafka_topic_partition_list_new(list->cnt);

    for (int i = 0; i < list->cnt; i++) {
        struct partition *partition = partition_get(consumer, list->elems[i].partition);
        if (partition->is_reading)
            rd_kafka_topic_partition_list_add(reading, consumer->topic, list->elems[i].partition);
        partition->is_reading = false;
    }
    /* A pause would outlive the assignment. */
    if (reading->cnt > 0)
        rd_kafka_resume_partitions(consumer->client.rk, reading);
    int result = report(consumer, rd_kafka_incremental_unassign(consumer->client.rk, reading),
                        "leave", error);
    rd_kafka_topic_partition_list_destroy(reading);
    return result;
}

/* Reads the list's partitions from the offsets in it. An empty list is an answer too. */
static int enter(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list,
                 struct aorta_error *error)
{
    int result =
        report(consumer, rd_kafka_incremental_assign(consumer->client.rk, list), "enter", error);

    for (int i = 0; i < list->cnt && result == 0; i++) {
        struct partition *partition = partition_get(consumer, list->elems[i].partition);
        partition->is_reading = true;
        partition->is_sought = false;
        if (partition->is_paused)
            result = consumer_pause(consumer, list->elems[i].partition, true, error);
    }
    return result;
}

static void forget_change(struct consumer *consumer)
{
    if (consumer->change.list != NULL)
        rd_kafka_topic_partition_list_destroy(consumer->change.list);
    consumer->change = (struct change){0};
}

/* Takes up the offsets that were sought; in answer to an assignment also if there are none. */
static int start_sought(struct consumer *consumer, bool is_answer, struct aorta_error *error)
{
    rd_kafka_topic_partition_list_t *sought =
        rd_kafka_topic_partition_list_new(consumer->partition_count);
    bool reads_one = false;
    int result = 0;

    for (int32_t id = 0; id < consumer->partition_count; id++) {
        const struct partition *partition = &consumer->partitions[id];
        if (!partition->is_ours || !partition->is_sought)
            continue;
        rd_kafka_topic_partition_list_add(sought, consumer->topic, id)->offset = partition->offset;
        reads_one = reads_one || partition->is_reading;
    }
    if (reads_one)
        result = leave(consumer, sought, error);
    if (result == 0 && (sought->cnt > 0 || is_answer))
        result = enter(consumer, sought, error);
    rd_kafka_topic_partition_list_destroy(sought);
    return result;
}

/* Does what the caller has been told and has asked for since. */
static int catch_up(struct consumer *consumer, struct aorta_error *error)
{
    struct change *change = &consumer->change;
    bool is_told = change->list != NULL && change->is_told;
    bool is_answer = is_told && !change->is_revoke;

    if (is_told && change->is_revoke && leave(consumer, change->list, error) < 0)
        return -1;
    if (is_told)
        forget_change(consumer);
    return start_sought(consumer, is_answer, error);
}

/* The answer to a change that nobody will hear of. */
static void answer_at_once(struct consumer *consumer, bool is_revoke,
                           const rd_kafka_topic_partition_list_t *list)
{
    struct aorta_error ignored;

    if (is_revoke) {
        leave(consumer, list, &ignored);
        return;
    }
    rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(0);
    enter(consumer, none, &ignored);
    rd_kafka_topic_partition_list_destroy(none);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t kind,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct consumer *consumer = opaque;
    bool is_revoke = kind != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;

    if (consumer->is_closing) {
        answer_at_once(consumer, is_revoke, list);
        return;
    }
    forget_change(consumer);
    consumer->change.list = rd_kafka_topic_partition_list_copy(list);
    consumer->change.is_revoke = is_revoke;
    rd_kafka_yield(rk); /* the poll that we are in returns now */
}

/* --------------------------------------------------------------------------------- opening */

static rd_kafka_conf_t *configure(const struct connection *connection, const char *group,
                                  struct aorta_error *error)
{
    char heartbeat[24];
    rd_kafka_conf_t *conf = client_configure(connection, RD_KAFKA_CONSUMER, properties, error);

    if (conf == NULL)
        return NULL;
    snprintf(heartbeat, sizeof heartbeat, "%ld",
             strtol(connection->options[OPTION_SESSION_TIMEOUT], NULL, 10) / 3);
    if (client_set(conf, "group.id", group, error) < 0 ||
        client_set(conf, "heartbeat.interval.ms", heartbeat, error) < 0) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    return conf;
}

static int join(struct consumer *consumer, const char *group, struct aorta_error *error)
{
    rd_kafka_topic_partition_list_t *topics = list_of(consumer, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t cause;

    rd_kafka_poll_set_consumer(consumer->client.rk);
    consumer->client.is_member = true;
    consumer->queue = rd_kafka_queue_get_consumer(consumer->client.rk);
    cause = rd_kafka_subscribe(consumer->client.rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return client_fail(&consumer->client, cause, error, "join group '%s' of '%s'", group,
                       consumer->topic);
}

int consumer_open(void *opaque, const char *topic, const char *group, void **consumer_out,
                  struct aorta_error *error)
{
    struct connection *connection = opaque;

    if (topic_require(connection, topic, NULL, error) < 0)
        return -1;
    rd_kafka_conf_t *conf = configure(connection, group, error);
    if (conf == NULL)
        return -1;
    struct consumer *consumer = alloc_zeroed(1, sizeof *consumer);
    consumer->topic = alloc_strdup(topic);
    if (client_start(&consumer->client, connection, RD_KAFKA_CONSUMER, conf, error) < 0 ||
        join(consumer, group, error) < 0) {
        consumer_close(consumer);
        return -1;
    }
    *consumer_out = consumer;
    return 0;
}

static void release_messages(struct consumer *consumer)
{
    for (size_t i = 0; i < consumer->message_count; i++)
        rd_kafka_message_destroy(consumer->messages[i]);
    consumer->message_count = 0;
}

void consumer_close(void *opaque)
{
    struct consumer *consumer = opaque;

    if (consumer == NULL)
        return;
    release_messages(consumer);
    if (consumer->queue != NULL) {
        consumer->is_closing = true;
        if (consumer->change.list != NULL)
            answer_at_once(consumer, consumer->change.is_revoke, consumer->change.list);
        rd_kafka_consumer_close(consumer->client.rk);
        rd_kafka_queue_destroy(consumer->queue);
    }
    client_stop(&consumer->client);
    forget_change(consumer);
    free(consumer->partitions);
    free(consumer->told);
    free(consumer->topic);
    free(consumer);
}

/* --------------------------------------------------------------------------------- polling */

/* Gives the change to the caller. From here the partitions are its, or not. */
static void tell(struct consumer *consumer, struct aorta_polled *polled)
{
    struct change *change = &consumer->change;
    size_t count = (size_t)change->list->cnt;

    consumer->told = alloc_resize(consumer->told, count * sizeof *consumer->told);
    for (size_t i = 0; i < count; i++) {
        int32_t id = change->list->elems[i].partition;
        struct partition *partition = partition_get(consumer, id);
        partition->is_ours = !change->is_revoke;
        partition->is_sought = false;
        partition->is_paused = false;
        consumer->told[i] = id;
    }
    change->is_told = true;
    polled->kind = change->is_revoke ? AORTA_POLL_REVOKED : AORTA_POLL_ASSIGNED;
    polled->partition_count = (int32_t)count;
    polled->partitions = consumer->told;
}

/* Fills consumer->messages with what is there, or with what comes first within timeout_ms. */
static void collect(struct consumer *consumer, int32_t timeout_ms)
{
    rd_kafka_message_t *first = NULL;
    ssize_t more =
        rd_kafka_consume_batch_queue(consumer->queue, 0, consumer->messages, CONSUMER_BATCH);

    consumer->message_count = more > 0 ? (size_t)more : 0;
    if (consumer->message_count > 0 || consumer->change.list != NULL || timeout_ms <= 0)
        return;
    first = rd_kafka_consumer_poll(consumer->client.rk, timeout_ms);
    if (first == NULL)
        return;
    consumer->messages[0] = first;
    more = rd_kafka_consume_batch_queue(consumer->queue, 0, consumer->messages + 1,
                                        CONSUMER_BATCH - 1);
    consumer->message_count = 1 + (more > 0 ? (size_t)more : 0);
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
static int64_t sort_out(struct consumer *consumer)
{
    int64_t count = 0;

    for (size_t i = 0; i < consumer->message_count; i++) {
        const rd_kafka_message_t *message = consumer->messages[i];
        const struct partition *partition = partition_find(consumer, message->partition);
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            note_problem(consumer, message);
        else if (partition != NULL && partition->is_ours && partition->is_reading)
            describe(message, &consumer->records[count++]);
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

    *polled = (struct aorta_polled){.kind = AORTA_POLL_NOTHING};
    release_messages(consumer);
    if (consumer->has_problem)
        return fail_with_problem(consumer, error);
    if (catch_up(consumer, error) < 0)
        return -1;
    if (consumer->change.list == NULL)
        collect(consumer, timeout_ms);
    polled->record_count = sort_out(consumer);
    if (polled->record_count > 0) {
        polled->kind = AORTA_POLL_RECORDS;
        polled->records = consumer->records;
        return 0;
    }
    if (consumer->has_problem)
        return fail_with_problem(consumer, error);
    if (consumer->change.list != NULL) {
        tell(consumer, polled);
        return 0;
    }
    return client_check(&consumer->client, error);
}

/* ------------------------------------------------------------------------------- positions */

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
    rd_kafka_topic_partition_list_t *list = list_of(consumer, id);
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
    rd_kafka_topic_partition_list_t *list = list_of(consumer, partition);

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
    rd_kafka_topic_partition_list_t *list = list_of(consumer, partition);
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

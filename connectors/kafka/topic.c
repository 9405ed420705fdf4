#include "topic.h"

#include "server.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { CREATED_POLL_MS = 50 /* between looks for a topic that was just made */ };

static const struct property properties[] = {
    {"enable.partition.eof", "true"},        {"enable.auto.commit", "false"},
    {"auto.offset.reset", "error"},          {"fetch.wait.max.ms", "10"},
    {"socket.timeout.ms", "10000"},          {"queued.min.messages", "1000"},
    {"queued.max.messages.kbytes", "16384"}, {0},
};

/* A topic that was there when it was last looked for. */
struct topic {
    struct topic *next;
    int32_t partitions;
    char *name;
};

struct lent *topic_lent(struct connection *connection)
{
    pthread_t self = pthread_self();

    for (struct lent *lent = connection->lent; lent != NULL; lent = lent->next)
        if (pthread_equal(lent->thread, self))
            return lent;
    struct lent *lent = alloc_zeroed(1, sizeof *lent);
    lent->thread = self;
    lent->next = connection->lent;
    buf_init(&lent->incarnation);
    buf_init(&lent->record);
    connection->lent = lent;
    return lent;
}

void topic_forget(struct connection *connection)
{
    while (connection->lent != NULL) {
        struct lent *lent = connection->lent;
        connection->lent = lent->next;
        buf_release(&lent->incarnation);
        buf_release(&lent->record);
        free(lent);
    }
    while (connection->topics != NULL) {
        struct topic *topic = connection->topics;
        connection->topics = topic->next;
        free(topic->name);
        free(topic);
    }
}

/* ----------------------------------------------------------------------- under the lock */

static int open_reader(struct connection *connection, struct aorta_error *error)
{
    if (connection->reader.rk != NULL)
        return 0;
    rd_kafka_conf_t *conf = client_configure(connection, RD_KAFKA_CONSUMER, properties, error);
    if (conf == NULL)
        return -1;
    return client_start(&connection->reader, connection, RD_KAFKA_CONSUMER, conf, error);
}

int topic_ping(void *opaque, struct aorta_error *error)
{
    struct connection *connection = opaque;

    pthread_mutex_lock(&connection->lock);
    int result = open_reader(connection, error);
    if (result == 0)
        result = client_ping(&connection->reader, error);
    pthread_mutex_unlock(&connection->lock);
    return result;
}

static struct topic *find_known(struct connection *connection, const char *name)
{
    for (struct topic *topic = connection->topics; topic != NULL; topic = topic->next)
        if (strcmp(topic->name, name) == 0)
            return topic;
    return NULL;
}

static void remember(struct connection *connection, const char *name, int32_t partitions)
{
    struct topic *topic = find_known(connection, name);

    if (topic == NULL) {
        topic = alloc_zeroed(1, sizeof *topic);
        topic->name = alloc_strdup(name);
        topic->next = connection->topics;
        connection->topics = topic;
    }
    topic->partitions = partitions;
}

/* The random number of an embedded server, or NULL. */
static const char *find_mark(const struct rd_kafka_metadata *metadata)
{
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (strncmp(metadata->topics[i].topic, SERVER_MARK, sizeof SERVER_MARK - 1) == 0)
            return metadata->topics[i].topic + sizeof SERVER_MARK - 1;
    return NULL;
}

/* 1 and the count if the cluster has the topic now, 0 if not. */
static int look_up(struct connection *connection, const char *name, int32_t *partitions,
                   struct aorta_error *error)
{
    const struct rd_kafka_metadata *metadata;
    int found = 0;

    if (open_reader(connection, error) < 0 || client_ask(&connection->reader, &metadata, error) < 0)
        return -1;
    for (int i = 0; i < metadata->topic_cnt && found == 0; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        if (strcmp(topic->topic, name) != 0 ||
            topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            continue;
        if (topic->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            found = client_fail(&connection->reader, topic->err, error, "topic '%s'", name);
            break;
        }
        *partitions = topic->partition_cnt;
        found = topic->partition_cnt > 0;
    }
    rd_kafka_metadata_destroy(metadata);
    if (found == 1)
        remember(connection, name, *partitions);
    return found;
}

static int require_locked(struct connection *connection, const char *name, int32_t *partitions,
                          struct aorta_error *error)
{
    const struct topic *known = find_known(connection, name);
    int32_t count = known != NULL ? known->partitions : 0;

    if (known == NULL || connection->reader.rk == NULL) {
        int found = look_up(connection, name, &count, error);
        if (found < 0)
            return -1;
        if (found == 0)
            return aorta_fail(error, AORTA_CONFIG, "there is no topic '%s'", name);
    }
    if (partitions != NULL)
        *partitions = count;
    return 0;
}

int topic_check_partition(struct connection *connection, const char *topic, int32_t partition,
                          struct aorta_error *error)
{
    int32_t count = 0;

    if (require_locked(connection, topic, &count, error) < 0)
        return -1;
    if (partition >= 0 && partition < count)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "topic '%s' has partitions 0 to %d, not %d", topic,
                      count - 1, partition);
}

static int create_result(struct connection *connection, rd_kafka_event_t *event, const char *name,
                         struct aorta_error *error)
{
    size_t count = 0;
    const rd_kafka_topic_result_t **topics;
    rd_kafka_resp_err_t cause = rd_kafka_event_error(event);

    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
        topics =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
        cause = count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__FAIL;
    }
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR || cause == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return 0;
    return client_fail(&connection->reader, cause, error, "make topic '%s'", name);
}

static int create(struct connection *connection, const char *name, int32_t partitions,
                  struct aorta_error *error)
{
    char problem[256];
    rd_kafka_t *rk = connection->reader.rk;
    rd_kafka_event_t *event = NULL;
    int result = -1;
    /* -1 replicas: as many as the broker's default says (KIP-464). */
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(name, partitions, -1, problem, sizeof problem);

    if (topic == NULL)
        return aorta_fail(error, AORTA_CONFIG, "make topic '%s': %s", name, problem);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, CLIENT_REQUEST_MS, NULL, 0);
    rd_kafka_CreateTopics(rk, &topic, 1, options, queue);
    event = rd_kafka_queue_poll(queue, 2 * CLIENT_REQUEST_MS);
    if (event == NULL)
        client_fail(&connection->reader, RD_KAFKA_RESP_ERR__TIMED_OUT, error, "make topic '%s'",
                    name);
    else
        result = create_result(connection, event, name, error);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);
    return result;
}

/* An embedded server would let the request wait for ever. */
static int refuse_embedded(struct connection *connection, const char *name, int32_t partitions,
                           struct aorta_error *error)
{
    const struct rd_kafka_metadata *metadata;

    if (client_ask(&connection->reader, &metadata, error) < 0)
        return -1;
    bool is_embedded = find_mark(metadata) != NULL;
    rd_kafka_metadata_destroy(metadata);
    if (!is_embedded)
        return 0;
    return aorta_fail(error, AORTA_CONFIG,
                      "there is no topic '%s' and an embedded broker makes none: name it in the "
                      "option topics, as in \"%s:%d\"",
                      name, name, partitions);
}

/* A topic that was made is there for everybody a little later. */
static int await_topic(struct connection *connection, const char *name, int32_t *partitions,
                       struct aorta_error *error)
{
    int64_t deadline_us = clock_monotonic_us() + INT64_C(1000) * CLIENT_REQUEST_MS;
    int found;

    while ((found = look_up(connection, name, partitions, error)) == 0) {
        if (clock_monotonic_us() > deadline_us)
            return aorta_fail(error, AORTA_TRANSIENT, "topic '%s' was made and is not there", name);
        rd_kafka_poll(connection->reader.rk, CREATED_POLL_MS);
    }
    return found < 0 ? -1 : 0;
}

static int ensure_locked(struct connection *connection, const char *topic, int32_t wanted,
                         int32_t *partitions, struct aorta_error *error)
{
    int found = look_up(connection, topic, partitions, error);

    if (found < 0)
        return -1;
    if (found == 0) {
        if (wanted < 1)
            return aorta_fail(error, AORTA_CONFIG, "there is no topic '%s'", topic);
        if (refuse_embedded(connection, topic, wanted, error) < 0 ||
            create(connection, topic, wanted, error) < 0)
            return -1;
        if (await_topic(connection, topic, partitions, error) < 0)
            return -1;
    }
    if (wanted > 0 && *partitions != wanted)
        return aorta_fail(error, AORTA_CONFIG, "topic '%s' has %d partitions, not %d", topic,
                          *partitions, wanted);
    return 0;
}

static int incarnation_locked(struct connection *connection, const char *topic, struct buf *out,
                              struct aorta_error *error)
{
    const struct rd_kafka_metadata *metadata;

    if (require_locked(connection, topic, NULL, error) < 0 ||
        client_ask(&connection->reader, &metadata, error) < 0)
        return -1;
    buf_reset(out);
    char *cluster = rd_kafka_clusterid(connection->reader.rk, CLIENT_REQUEST_MS);
    buf_append_str(out, cluster != NULL ? cluster : "unknown");
    rd_kafka_mem_free(connection->reader.rk, cluster);
    if (find_mark(metadata) != NULL)
        buf_printf(out, "-%s", find_mark(metadata));
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

/* ------------------------------------------------------------------------------- the calls */

const char *topic_header(const rd_kafka_message_t *message, size_t *size)
{
    rd_kafka_headers_t *headers;
    const void *value;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, TOPIC_HEADER, &value, size) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return NULL;
    return value;
}

int topic_require(struct connection *connection, const char *topic, int32_t *partitions,
                  struct aorta_error *error)
{
    pthread_mutex_lock(&connection->lock);
    int result = require_locked(connection, topic, partitions, error);
    pthread_mutex_unlock(&connection->lock);
    return result;
}

int topic_ensure(void *opaque, const char *topic, int32_t wanted_partitions,
                 int32_t *partition_count, struct aorta_error *error)
{
    struct connection *connection = opaque;
    int32_t partitions = 0;

    pthread_mutex_lock(&connection->lock);
    int result = ensure_locked(connection, topic, wanted_partitions, &partitions, error);
    pthread_mutex_unlock(&connection->lock);
    if (result == 0)
        *partition_count = partitions;
    return result;
}

int topic_incarnation(void *opaque, const char *topic, const char **incarnation,
                      struct aorta_error *error)
{
    struct connection *connection = opaque;

    pthread_mutex_lock(&connection->lock);
    struct lent *lent = topic_lent(connection);
    int result = incarnation_locked(connection, topic, &lent->incarnation, error);
    pthread_mutex_unlock(&connection->lock);
    if (result == 0)
        *incarnation = lent->incarnation.data;
    return result;
}

/*
 * The connector "kafka": topics of a Kafka cluster, and a small broker for development.
 */
#include "client.h"
#include "consumer.h"
#include "producer.h"
#include "server.h"
#include "tail.h"
#include "topic.h"

#include "base/alloc.h"

#include <stdlib.h>

static const struct aorta_option options[] = {
    [OPTION_BROKERS] = {"brokers", AORTA_OPTION_TEXT, false, false, NULL,
                        "Brokers to ask first, as host:port,host:port; needed unless embedded"},
    [OPTION_SECURITY_PROTOCOL] = {"security_protocol", AORTA_OPTION_TEXT, false, false, "plaintext",
                                  "plaintext, ssl, sasl_plaintext or sasl_ssl"},
    [OPTION_SASL_MECHANISM] = {"sasl_mechanism", AORTA_OPTION_TEXT, false, false, NULL,
                               "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"},
    [OPTION_SASL_USERNAME] = {"sasl_username", AORTA_OPTION_TEXT, false, false, NULL,
                              "User name for SASL"},
    [OPTION_SASL_PASSWORD] = {"sasl_password", AORTA_OPTION_TEXT, false, true, NULL,
                              "Password for SASL"},
    [OPTION_SSL_CA] = {"ssl_ca", AORTA_OPTION_PATH, false, false, NULL,
                       "File of the certificates that brokers are verified with"},
    [OPTION_SSL_CERTIFICATE] = {"ssl_certificate", AORTA_OPTION_PATH, false, false, NULL,
                                "File of our own certificate, where brokers ask for one"},
    [OPTION_SSL_KEY] = {"ssl_key", AORTA_OPTION_PATH, false, false, NULL,
                        "File of the key of ssl_certificate"},
    [OPTION_COMPRESSION] = {"compression", AORTA_OPTION_TEXT, false, false, "lz4",
                            "How records are compressed: none, lz4, zstd, gzip or snappy"},
    [OPTION_SESSION_TIMEOUT] = {"session_timeout", AORTA_OPTION_DURATION, false, false, "10s",
                                "How long a consumer group waits for a member that is silent"},
    [OPTION_TOPICS] = {"topics", AORTA_OPTION_TEXT, false, false, NULL,
                       "Topics that the embedded server has, as name:partitions,name:partitions"},
    [OPTION_COUNT] = {0},
};

static char *text_of(const struct aorta_option_value *value, enum aorta_option_type type)
{
    char text[24];

    if (!value->is_set)
        return NULL;
    if (type == AORTA_OPTION_TEXT || type == AORTA_OPTION_PATH)
        return alloc_strdup(value->text);
    snprintf(text, sizeof text, "%lld", (long long)value->integer);
    return alloc_strdup(text);
}

static void connection_close(void *opaque)
{
    struct connection *connection = opaque;

    if (connection == NULL)
        return;
    client_stop(&connection->reader);
    topic_forget(connection);
    pthread_mutex_destroy(&connection->lock);
    for (int i = 0; i < OPTION_COUNT; i++)
        free(connection->options[i]);
    free(connection);
}

/* librdkafka checks the values; nothing is connected yet. */
static int check_options(const struct connection *connection, struct aorta_error *error)
{
    static const struct property none[] = {{0}};
    static const rd_kafka_type_t types[] = {RD_KAFKA_PRODUCER, RD_KAFKA_CONSUMER};

    if (connection->options[OPTION_BROKERS] == NULL)
        return aorta_fail(error, AORTA_CONFIG, "option brokers is not set");
    if (strtol(connection->options[OPTION_SESSION_TIMEOUT], NULL, 10) < SERVER_SESSION_MS)
        return aorta_fail(error, AORTA_CONFIG, "option session_timeout: at least %d ms",
                          SERVER_SESSION_MS);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        rd_kafka_conf_t *conf = client_configure(connection, types[i], none, error);
        if (conf == NULL)
            return -1;
        rd_kafka_conf_destroy(conf);
    }
    return 0;
}

static int connection_open(const struct aorta_host *host, const struct aorta_option_value *values,
                           void **connection_out, struct aorta_error *error)
{
    struct connection *connection = alloc_zeroed(1, sizeof *connection);

    connection->host = host;
    pthread_mutex_init(&connection->lock, NULL);
    for (int i = 0; i < OPTION_COUNT; i++)
        connection->options[i] = text_of(&values[i], options[i].type);
    if (check_options(connection, error) < 0) {
        connection_close(connection);
        return -1;
    }
    *connection_out = connection;
    return 0;
}

static const struct aorta_message_log message_log = {
    .topic_ensure = topic_ensure,
    .topic_incarnation = topic_incarnation,
    .watermarks = tail_watermarks,
    .last_record = tail_last_record,
    .producer_open = producer_open,
    .produce = producer_produce,
    .producer_flush = producer_flush,
    .producer_close = producer_close,
    .consumer_open = consumer_open,
    .consumer_poll = consumer_poll,
    .consumer_seek = consumer_seek,
    .consumer_pause = consumer_pause,
    .consumer_commit = consumer_commit,
    .consumer_committed = consumer_committed,
    .consumer_close = consumer_close,
};

static const struct aorta_server server = {
    .start = server_start,
    .stop = server_stop,
    .address_option = "brokers",
};

static const struct aorta_connector connector = {
    .abi = AORTA_ABI,
    .size = sizeof(struct aorta_connector),
    .name = "kafka",
    .summary = "Topics of a Kafka cluster, or of a small broker for development",
    .options = options,
    .open = connection_open,
    .close = connection_close,
    .message_log = &message_log,
    .server = &server,
    .ping = topic_ping,
};

const struct aorta_connector *aorta_connector(void)
{
    return &connector;
}

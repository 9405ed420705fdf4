#include "client.h"

#include "base/clock.h"

#include <string.h>

/* How an option reaches librdkafka. */
static const struct {
    const char *property;
    int only; /* the type of handle that has it, -1: all */
} mapping[OPTION_COUNT] = {
    [OPTION_BROKERS] = {"bootstrap.servers", -1},
    [OPTION_SECURITY_PROTOCOL] = {"security.protocol", -1},
    [OPTION_SASL_MECHANISM] = {"sasl.mechanism", -1},
    [OPTION_SASL_USERNAME] = {"sasl.username", -1},
    [OPTION_SASL_PASSWORD] = {"sasl.password", -1},
    [OPTION_SSL_CA] = {"ssl.ca.location", -1},
    [OPTION_SSL_CERTIFICATE] = {"ssl.certificate.location", -1},
    [OPTION_SSL_KEY] = {"ssl.key.location", -1},
    [OPTION_COMPRESSION] = {"compression.codec", RD_KAFKA_PRODUCER},
    [OPTION_SESSION_TIMEOUT] = {"session.timeout.ms", RD_KAFKA_CONSUMER},
};

/* What the scheduler will do; causes that are not here may pass by themselves. */
static const struct {
    rd_kafka_resp_err_t cause;
    enum aorta_error_code code;
} codes[] = {
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR__INVALID_ARG, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, AORTA_CONFIG},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, AORTA_DATA},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, AORTA_DATA},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, AORTA_DATA},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, AORTA_DATA},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, AORTA_DATA},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, AORTA_DATA},
    {RD_KAFKA_RESP_ERR__BAD_MSG, AORTA_DATA},
    {RD_KAFKA_RESP_ERR__BAD_COMPRESSION, AORTA_DATA},
};

static enum aorta_error_code code_of(rd_kafka_resp_err_t cause)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].cause == cause)
            return codes[i].code;
    return AORTA_TRANSIENT;
}

static bool is_unreachable(rd_kafka_resp_err_t cause)
{
    return cause == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || cause == RD_KAFKA_RESP_ERR__TRANSPORT ||
           cause == RD_KAFKA_RESP_ERR__TIMED_OUT || cause == RD_KAFKA_RESP_ERR__RESOLVE ||
           cause == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
}

static void say(struct aorta_error *error, enum aorta_error_code code, const char *what,
                const char *brokers, const char *text)
{
    size_t size = 0;

    error->code = code;
    if (brokers != NULL)
        snprintf(error->message, sizeof error->message, "%.180s: no answer from %.120s", what,
                 brokers);
    else
        snprintf(error->message, sizeof error->message, "%.180s", what);
    size = strlen(error->message);
    if (text[0] != '\0')
        snprintf(error->message + size, sizeof error->message - size, ": %s", text);
    for (char *c = error->message; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
}

int client_fail(const struct client *client, rd_kafka_resp_err_t cause, struct aorta_error *error,
                const char *what, ...)
{
    const char *brokers = client->connection->options[OPTION_BROKERS];
    char verb[192];
    va_list args;

    va_start(args, what);
    vsnprintf(verb, sizeof verb, what, args);
    va_end(args);
    if (client->is_refused)
        say(error, AORTA_CONFIG, verb, NULL, client->reason);
    else if (is_unreachable(cause))
        say(error, AORTA_TRANSIENT, verb, brokers, client->reason);
    else
        say(error, code_of(cause), verb, NULL, rd_kafka_err2str(cause));
    return -1;
}

void client_log(const struct aorta_host *host, int level, const char *facility, const char *text)
{
    /* By syslog's levels, in which librdkafka speaks. */
    static const enum aorta_log_level levels[] = {
        AORTA_LOG_ERROR, AORTA_LOG_ERROR, AORTA_LOG_ERROR, AORTA_LOG_WARN,
        AORTA_LOG_WARN,  AORTA_LOG_INFO,  AORTA_LOG_DEBUG, AORTA_LOG_DEBUG,
    };
    char line[512];
    /* What on_error hears too: it is returned as an error, and said once. */
    bool is_returned = strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0;

    snprintf(line, sizeof line, "kafka: %s", text);
    for (char *c = line; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    if (is_returned || level < 0 || level > 7)
        level = 7;
    host->log(levels[level], line);
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    const struct client *client = rk != NULL ? rd_kafka_opaque(rk) : NULL;

    if (client != NULL)
        client_log(client->connection->host, level, facility, text);
}

static void on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
    struct client *client = opaque;
    rd_kafka_resp_err_t cause = (rd_kafka_resp_err_t)err;

    if (cause == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        client->is_down = true; /* why was said before */
        return;
    }
    if (client->is_refused || client->is_fatal)
        return;
    if (cause == RD_KAFKA_RESP_ERR__FATAL) {
        client->is_fatal = true;
        rd_kafka_fatal_error(rk, client->reason, sizeof client->reason);
        return;
    }
    client->is_refused = cause == RD_KAFKA_RESP_ERR__AUTHENTICATION;
    snprintf(client->reason, sizeof client->reason, "%s", reason);
}

int client_set(rd_kafka_conf_t *conf, const char *name, const char *value,
               struct aorta_error *error)
{
    char problem[256];

    if (rd_kafka_conf_set(conf, name, value, problem, sizeof problem) == RD_KAFKA_CONF_OK)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "%s", problem);
}

rd_kafka_conf_t *client_configure(const struct connection *connection, rd_kafka_type_t type,
                                  const struct property *properties, struct aorta_error *error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int result = client_set(conf, "client.id", "aorta", error);

    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    for (int i = 0; i < OPTION_COUNT && result == 0; i++)
        if (mapping[i].property != NULL && connection->options[i] != NULL &&
            (mapping[i].only == -1 || mapping[i].only == (int)type))
            result = client_set(conf, mapping[i].property, connection->options[i], error);
    for (; properties->name != NULL && result == 0; properties++)
        result = client_set(conf, properties->name, properties->value, error);
    if (result == 0)
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}

int client_start(struct client *client, const struct connection *connection, rd_kafka_type_t type,
                 rd_kafka_conf_t *conf, struct aorta_error *error)
{
    char problem[256];

    *client = (struct client){.connection = connection};
    rd_kafka_conf_set_opaque(conf, client);
    client->rk = rd_kafka_new(type, conf, problem, sizeof problem);
    if (client->rk != NULL)
        return 0;
    rd_kafka_conf_destroy(conf);
    return aorta_fail(error, AORTA_CONFIG, "%s", problem);
}

void client_stop(struct client *client)
{
    if (client->rk != NULL)
        rd_kafka_destroy(client->rk);
    client->rk = NULL;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int client_ask(struct client *client, const struct rd_kafka_metadata **metadata,
               struct aorta_error *error)
{
    int64_t deadline_us = clock_monotonic_us() + INT64_C(1000) * CLIENT_REQUEST_MS;
    bool was_down = client->is_down;
    rd_kafka_resp_err_t cause;

    if (was_down)
        deadline_us -= INT64_C(1000) * (CLIENT_REQUEST_MS - CLIENT_GRACE_MS);
    do {
        cause = rd_kafka_metadata(client->rk, 1, NULL, metadata, CLIENT_SLICE_MS);
        if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
            client->is_down = false;
            return 0;
        }
        if (!client->is_member)
            rd_kafka_poll(client->rk, 0);
        if (client->is_down && !was_down) {
            was_down = true;
            deadline_us =
                earlier(deadline_us, clock_monotonic_us() + INT64_C(1000) * CLIENT_GRACE_MS);
        }
    } while (is_unreachable(cause) && !client->is_refused && clock_monotonic_us() < deadline_us);
    return client_fail(client, cause, error, "read the list of topics");
}

int client_ping(struct client *client, struct aorta_error *error)
{
    const struct rd_kafka_metadata *metadata;

    if (client_ask(client, &metadata, error) < 0)
        return -1;
    rd_kafka_metadata_destroy(metadata);
    return 0;
}

int client_check(struct client *client, struct aorta_error *error)
{
    if (client->is_refused)
        return client_fail(client, RD_KAFKA_RESP_ERR__AUTHENTICATION, error, "connect");
    if (client->is_fatal)
        return aorta_fail(error, AORTA_TRANSIENT, "the client stopped: %.400s", client->reason);
    return client->is_down ? client_ping(client, error) : 0;
}

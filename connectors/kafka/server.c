#include "server.h"

#include "client.h"

#include "base/alloc.h"

#include <errno.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    SERVER_PARTITIONS_MAX = 1024, /* of a topic: each may take 5 MiB */
    SERVER_TOPIC_BYTES = 249,     /* Kafka's own limit */
};

struct server {
    const struct aorta_host *host;
    rd_kafka_t *rk; /* lends its threads to the cluster, is no client of it */
    rd_kafka_mock_cluster_t *cluster;
};

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    const struct server *server = rk != NULL ? rd_kafka_opaque(rk) : NULL;

    if (server != NULL)
        client_log(server->host, level, facility, text);
}

static int create_topic(struct server *server, const char *name, int partitions,
                        struct aorta_error *error)
{
    rd_kafka_resp_err_t cause = rd_kafka_mock_topic_create(server->cluster, name, partitions, 1);

    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "make topic '%s': %s", name, rd_kafka_err2str(cause));
}

/* One "name:partitions" of the option. */
static int create_listed(struct server *server, const char *item, size_t size,
                         struct aorta_error *error)
{
    char name[SERVER_TOPIC_BYTES + 1];
    char *end = NULL;
    const char *colon = memchr(item, ':', size);
    size_t name_size = colon != NULL ? (size_t)(colon - item) : 0;

    if (name_size > 0 && name_size < sizeof name) {
        long partitions = strtol(colon + 1, &end, 10);
        memcpy(name, item, name_size);
        name[name_size] = '\0';
        if (end == item + size && partitions >= 1 && partitions <= SERVER_PARTITIONS_MAX)
            return create_topic(server, name, (int)partitions, error);
    }
    return aorta_fail(error, AORTA_CONFIG,
                      "option topics: '%.*s' is not a name, a colon and 1 to %d partitions",
                      size < 300 ? (int)size : 300, item, SERVER_PARTITIONS_MAX);
}

static int create_topics(struct server *server, const char *list, struct aorta_error *error)
{
    while (list != NULL && *list != '\0') {
        size_t size = strcspn(list, ", ");
        if (size > 0 && create_listed(server, list, size, error) < 0)
            return -1;
        list += size;
        list += strspn(list, ", ");
    }
    return 0;
}

static int create_mark(struct server *server, struct aorta_error *error)
{
    char name[sizeof SERVER_MARK + 16];
    uint64_t number;

    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return aorta_fail(error, AORTA_TRANSIENT, "getrandom: %s", strerror(errno));
    snprintf(name, sizeof name, SERVER_MARK "%016llx", (unsigned long long)number);
    return create_topic(server, name, 1, error);
}

static int open_cluster(struct server *server, struct aorta_error *error)
{
    char problem[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set_opaque(conf, server);
    rd_kafka_conf_set_log_cb(conf, on_log);
    /* It connects to nobody, and would say so. */
    rd_kafka_conf_set(conf, "log_level", "4", NULL, 0);
    server->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, problem, sizeof problem);
    if (server->rk == NULL) {
        rd_kafka_conf_destroy(conf);
        return aorta_fail(error, AORTA_TRANSIENT, "start the server: %s", problem);
    }
    server->cluster = rd_kafka_mock_cluster_new(server->rk, 1);
    if (server->cluster == NULL)
        return aorta_fail(error, AORTA_TRANSIENT, "start the server: no port on the loopback");
    return 0;
}

int server_start(const struct aorta_host *host, const struct aorta_option_value *options,
                 void **server_out, const char **address, struct aorta_error *error)
{
    struct server *server = alloc_zeroed(1, sizeof *server);

    server->host = host;
    if (open_cluster(server, error) < 0 || create_mark(server, error) < 0 ||
        create_topics(server, options[OPTION_TOPICS].text, error) < 0) {
        server_stop(server);
        return -1;
    }
    *server_out = server;
    *address = rd_kafka_mock_cluster_bootstraps(server->cluster);
    return 0;
}

void server_stop(void *opaque)
{
    struct server *server = opaque;

    if (server == NULL)
        return;
    if (server->cluster != NULL)
        rd_kafka_mock_cluster_destroy(server->cluster);
    if (server->rk != NULL)
        rd_kafka_destroy(server->rk);
    free(server);
}

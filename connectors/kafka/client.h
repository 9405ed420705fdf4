/*
 * A connection's settings, and one librdkafka handle made from them.
 *
 * A connection owns no socket until somebody asks something. Then it makes a reader, a handle
 * shared by whoever asks about topics (topic.h). Each producer and each consumer has a handle of
 * its own, in its struct as the first member, so that librdkafka's opaque pointer leads to both:
 *
 *     connection ──── reader (topics, watermarks, last records; under the connection's lock)
 *         ├────────── producer { client, … }
 *         └────────── consumer { client, … }
 *
 * What librdkafka reports by itself (brokers gone, credentials refused) reaches a handle's error
 * callback while its owner polls it, and is kept in the client until the owner asks:
 *
 *     refused    a broker refused the credentials: AORTA_CONFIG, nothing else will help
 *     fatal      the handle cannot go on (a fenced producer): open another
 *     is_down    no connection is up at the moment. A single broker that closes an idle connection
 *                looks so too, therefore brokers get CLIENT_GRACE_MS to answer before it counts.
 *
 * The embedded broker (server.h) makes any topic that a client so much as asks about by name, with
 * four partitions. So a client asks about all topics, always, and names one only when it is there.
 */
#ifndef AORTA_KAFKA_CLIENT_H
#define AORTA_KAFKA_CLIENT_H

#include "connector.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>

enum {
    CLIENT_REQUEST_MS = 10000, /* a question that a broker answers by itself */
    CLIENT_GRACE_MS = 3000,    /* from "all connections are down" to giving up */
    CLIENT_SLICE_MS = 250,     /* waits are cut so that a refusal is seen soon */
};

/* The options of a connection and of the server, in the order of the declaration. */
enum {
    OPTION_BROKERS,
    OPTION_SECURITY_PROTOCOL,
    OPTION_SASL_MECHANISM,
    OPTION_SASL_USERNAME,
    OPTION_SASL_PASSWORD,
    OPTION_SSL_CA,
    OPTION_SSL_CERTIFICATE,
    OPTION_SSL_KEY,
    OPTION_COMPRESSION,
    OPTION_SESSION_TIMEOUT,
    OPTION_TOPICS,
    OPTION_COUNT,
};

struct client {
    rd_kafka_t *rk; /* NULL until started */
    const struct connection *connection;
    bool is_member; /* of a group: only its consumer may poll, others would take its records */
    bool is_refused;
    bool is_fatal;
    bool is_down;
    char reason[256]; /* the latest cause that librdkafka gave */
};

struct connection {
    const struct aorta_host *host;
    char *options[OPTION_COUNT]; /* as text for librdkafka, NULL where not set */
    pthread_mutex_t lock;        /* of what follows */
    struct client reader;
    struct topic *topics; /* seen to exist */
    struct lent *lent;    /* a thread's results, valid until its next call */
};

/* A librdkafka property; a table of them ends with {NULL}. */
struct property {
    const char *name;
    const char *value;
};

/* The configuration of a handle of that type: the connection's options, then the table. The caller
 * may set callbacks but the opaque, the log and the error callback are ours. NULL and AORTA_CONFIG
 * for a value that librdkafka does not take. */
rd_kafka_conf_t *client_configure(const struct connection *connection, rd_kafka_type_t type,
                                  const struct property *properties, struct aorta_error *error);

/* Sets one more property; AORTA_CONFIG for a value that librdkafka does not take. */
int client_set(rd_kafka_conf_t *conf, const char *name, const char *value,
               struct aorta_error *error);

/* Makes the handle, takes the configuration over in any case. The client must not move after. */
int client_start(struct client *client, const struct connection *connection, rd_kafka_type_t type,
                 rd_kafka_conf_t *conf, struct aorta_error *error);
void client_stop(struct client *client); /* blocks until its threads have ended */

/* All topics of the cluster, to be given to rd_kafka_metadata_destroy. Waits at most
 * CLIENT_REQUEST_MS, less when no broker can be reached. */
int client_ask(struct client *client, const struct rd_kafka_metadata **metadata,
               struct aorta_error *error);

/* -1 if no broker answers, as client_ask. */
int client_ping(struct client *client, struct aorta_error *error);

/* -1 if what was reported since the last time means that the client cannot go on; makes sure of
 * it first, see above. To be called by the thread that polls the handle. */
int client_check(struct client *client, struct aorta_error *error);

/* Fills the error for a failure of librdkafka: "what: its text", with the addresses where brokers
 * could not be reached. The one place where its codes become ours. Returns -1. */
int client_fail(const struct client *client, rd_kafka_resp_err_t cause, struct aorta_error *error,
                const char *what, ...) __attribute__((format(printf, 4, 5)));

/* Passes on what librdkafka logs, by its level (syslog's numbers) and facility ("FAIL", …). */
void client_log(const struct aorta_host *host, int level, const char *facility, const char *text);

#endif

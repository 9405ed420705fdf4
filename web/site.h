/*
 * What all exchanges of a server share.
 */
#ifndef AORTA_WEB_SITE_H
#define AORTA_WEB_SITE_H

#include "web/backend.h"
#include "web/gate.h"
#include "web/readers.h"
#include "web/server.h"

struct web_client;
struct web_streams;

/* For /metrics. */
struct web_counts {
    int64_t answers[6]; /* by the first digit of the status */
    int64_t refused_connections, cut_connections, failed_tokens;
    int64_t answer_us; /* the sum of what was needed for answers; streams and waits do not count */
};

struct web_site {
    const struct web_backend *backend;
    const struct web_limits *limits;
    const char *version;
    uv_loop_t *loop;
    struct web_gate *gate;
    struct web_readers *readers;
    struct web_streams *streams;
    struct web_client *clients; /* the newest first */
    int client_count;
    int64_t now_ms; /* monotonic, of this turn of the loop */
    bool is_stopping, has_tls;
    bool has_woken; /* a connection was resumed: MHD wants to be run */
    struct web_counts counts;
};

#endif

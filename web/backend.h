/*
 * What the API is given to work with: the daemon, seen through a keyhole. cli/cmd_serve.c wires the
 * two together; a test wires the API to a daemon of its own making.
 *
 * Whatever changes something is a request, as commands make it over the control socket
 * (message/control.h), so the API can do nothing that a command could not. Whatever only looks
 * reads the run store and the loaded pipeline by itself.
 *
 * Everything here is called on the loop.
 */
#ifndef AORTA_WEB_BACKEND_H
#define AORTA_WEB_BACKEND_H

#include "message/control.h"
#include "message/listener.h"
#include "message/news.h"
#include "message/sensor.h"
#include "message/stream.h"
#include "run/loaded.h"

#include <stdbool.h>
#include <stdint.h>

/* What only the living daemon knows, for /metrics and /readyz. */
struct web_gauges {
    int64_t started_us; /* wall clock */
    int64_t queued_runs, running_runs;
    int64_t succeeded_runs, failed_runs, canceled_runs; /* that ended since the daemon began */
    int64_t running_steps, executors;
    int64_t loads, failed_loads; /* of the pipeline */
    int64_t store_commits;
    bool is_ready, is_draining;
    bool is_held_up; /* the run store cannot be written at present */
};

struct web_backend {
    void *arg;
    const char *store_path; /* for store_reader_open */

    /* Begins with the request; the listener hears of it, maybe before this returns. */
    void (*request)(void *arg, const struct request *request, struct listener *listener);
    /* Cancels what the listener asked for. */
    void (*cancel)(void *arg, const struct listener *listener);
    /* The listener is about to be freed; a run that he asked for goes on, a query does not. */
    void (*forget)(void *arg, const struct listener *listener);

    /* The pipeline as it was last read without a problem, retained: loaded_release it. */
    struct loaded *(*loaded)(void *arg);
    void (*gauges)(void *arg, struct web_gauges *gauges);
    /* The streams that are kept running, in the arena; texts are lent for the turn of the loop. */
    struct stream_state *(*streams)(void *arg, struct arena *arena, size_t *count);
    struct sensor_state *(*sensors)(void *arg, struct arena *arena, size_t *count); /* the same */

    /* From now on the follower hears all that is committed; one at a time, NULL ends it. */
    void (*follow)(void *arg, const struct follower *follower);
};

#endif

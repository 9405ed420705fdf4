/*
 * One look of a sensor, whatever its kind; the loop waits for none of them.
 *
 *     file                   stat, on the thread pool                            probe.c
 *     run                    the run store is read, on the thread pool           probe_run.c
 *     objects, query, lag    an order to an executor, which has the connection   probe_executor.c
 *     http                   libcurl on the loop; secrets are resolved, and      probe_http.c
 *                            answers looked through, on the thread pool
 *
 *     probe_start ──▶ … ──▶ done(arg, value or err), once, in a later turn of the loop
 *         └ probe_forget: never; what cannot be ended goes by itself
 *
 * One thread, the loop's.
 */
#ifndef AORTA_DAEMON_PROBE_H
#define AORTA_DAEMON_PROBE_H

#include "daemon/work.h"
#include "message/report.h"

struct probe;
struct transfers;

/* Exactly one of the two is given: a value as schedule/sensor.h has it, lent, or why there is none. */
typedef void probe_done(void *arg, const char *value, const struct err *err);

struct probe_ask {
    struct daemon *daemon;
    struct loaded *loaded; /* retained until it is over */
    const struct sensor *sensor;
    const char *seen;             /* the value to be compared with, or NULL; copied */
    struct transfers **transfers; /* opened by the first that needs it; outlives the probe */
    probe_done *done;
    void *arg;
};

/* 1: it has begun; 0: not yet, ask again in a moment (an embedded server begins); -1 with err. */
int probe_start(const struct probe_ask *ask, struct probe **probe, struct err *err);

/* It has taken too long: ends it, if it can be ended; `done` is called all the same. */
void probe_cancel(struct probe *probe);

/* Accepts NULL. */
void probe_forget(struct probe *probe);

/* An executor's report: whether it was for this probe, which is over then. */
bool probe_hear(struct probe *probe, const struct report *report);

/* That executor is gone: whether the probe was there, which is over then. */
bool probe_lose(struct probe *probe, const struct child *child, const char *reason);

#endif

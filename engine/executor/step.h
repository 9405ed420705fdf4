/*
 * One step inside of an executor: an order, carried out on a worker (worker.h).
 *
 *     order ─▶ step thread ─▶ run (by kind) ─▶ report
 *                  │  ▲
 *         progress ▼  │ cancel: a flag that is looked at before each statement, and the interrupt
 *               daemon  of whatever the step is waiting for, repeated until it has ended
 *                       stored: of an order that was held, what it does may be seen
 *
 * A held order is begun at once by what works in a transaction, which waits for that word before the
 * commit; by all else when the word has come.
 *
 * How a kind of asset is run is one row of the table in step.c.
 */
#ifndef AORTA_EXECUTOR_STEP_H
#define AORTA_EXECUTOR_STEP_H

#include "base/arena.h"
#include "base/err.h"
#include "executor/connection.h"
#include "message/frame.h"
#include "message/order.h"
#include "message/report.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct step {
    struct arena arena; /* of the order and of the report */
    const struct order *order;
    struct report report;
    atomic_int cancel;
    atomic_bool is_over;
    struct step *next;

    pthread_mutex_t lock;         /* guards the four below */
    void (*interrupt)(void *arg); /* what the step is waiting for, or NULL */
    void *interrupt_arg;
    bool is_stored;      /* it may be seen what the step does */
    pthread_cond_t told; /* that, or that it is canceled */

    int64_t reported_rows;
    int64_t reported_at_us;
};

/* Gives it to a worker. Takes over the arena that the order lives in. */
struct step *step_start(struct arena *arena, const struct order *order, struct err *err);

/* Asks it to end, or asks again: call it every now and then until is_over. */
void step_cancel(struct step *step);

/* The daemon has said `stored`. */
void step_stored(struct step *step);

/* Of a step that is over. */
void step_free(struct step *step);

/* For those who run steps: what can be interrupted from now on; NULL before it is closed. */
void step_set_interrupt(struct step *step, void (*interrupt)(void *arg), void *arg);

/* Tells the daemon how far the step is, a few times a second at most: how many rows, and which share
 * of all there will be; 0 or less: not known, 1 or more: all of them, which is told at once. */
void step_progress(struct step *step, int64_t rows, double share);

/* The same of a stream, as often as it is called; `progress` has what else it has to say. */
void step_progress_stream(struct step *step, struct progress *progress, int64_t records,
                          int64_t lag);

/* Waits until what the step does may be seen; ERR_CANCELED if it was canceled before. The argument is
 * the step. */
int step_await_stored(void *arg, struct err *err);

/* Opens the connection at that index of the order. */
int step_connect(struct step *step, int64_t index, struct connection **connection, struct err *err);

/* Sends a message to the daemon; any thread. */
void step_send(enum message_kind kind, const struct record_shape *shape, const void *record);

/* For an order that looks: the destination cannot be asked. The report says why; returns 0. */
int step_is_unreachable(struct step *step, const struct err *err);

/* The runners, one a kind. They fill step->report; -1 with err when the step failed. */
int run_model(struct step *step, struct err *err);     /* seed, model, snapshot */
int run_source(struct step *step, struct err *err);    /* source */
int run_generator(struct step *step, struct err *err); /* generator */
int run_stream(struct step *step, struct err *err);    /* stream */
int run_sensor(struct step *step, struct err *err);    /* what a sensor looks at */

#endif

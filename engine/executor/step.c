#include "executor/step.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "executor/executor.h"
#include "executor/worker.h"
#include "option/mask.h"

#include <stdlib.h>
#include <string.h>

static const struct runner {
    const char *kind;
    int (*run)(struct step *step, struct err *err);
    bool awaits; /* by itself: before it does what can be seen */
} runners[] = {
    {"seed", run_model, true},     {"model", run_model, true},
    {"snapshot", run_model, true}, {"source", run_source, false},
    {"stream", run_stream, false}, {"generator", run_generator, false},
    {"sensor", run_sensor, true}, /* changes nothing */
};

static int run_kind(struct step *step, struct err *err)
{
    for (size_t i = 0; i < sizeof runners / sizeof *runners; i++) {
        const struct runner *runner = &runners[i];
        if (strcmp(runner->kind, step->order->kind) != 0)
            continue;
        if (!runner->awaits && step_await_stored(step, err) < 0)
            return -1;
        return runner->run(step, err);
    }
    return err_set(err, ERR_BROKEN, "an executor cannot run a %s", step->order->kind);
}

/* The model layer names its asset itself. */
static bool names_asset(const struct err *err, const struct step *step)
{
    static const char prefix[] = "asset ";
    size_t size = strlen(step->order->asset);

    if (strcmp(step->order->kind, "sensor") == 0)
        return true; /* it is about none */
    return strncmp(err->message, prefix, sizeof prefix - 1) == 0 &&
           strncmp(err->message + sizeof prefix - 1, step->order->asset, size) == 0 &&
           err->message[sizeof prefix - 1 + size] == ':';
}

/* ------------------------------------------------------------------- a report that is too large */

static void drop_samples(struct report *report)
{
    for (size_t i = 0; i < report->check_count; i++)
        report->checks[i].sample = NULL;
    if (report->note == NULL)
        report->note = "the samples of its checks are too large to be kept";
}

static const char *cut(struct arena *arena, const char *text)
{
    const size_t most = 200;

    return text == NULL ? NULL : arena_strndup(arena, text, strnlen(text, most));
}

static void cut_texts(struct report *report, struct arena *arena)
{
    report->why = cut(arena, report->why);
    report->note = cut(arena, report->note);
    for (size_t i = 0; i < report->check_count; i++) {
        report->checks[i].name = cut(arena, report->checks[i].name);
        report->checks[i].column = cut(arena, report->checks[i].column);
        report->checks[i].detail = cut(arena, report->checks[i].detail);
    }
}

static bool fits(const struct report *report)
{
    struct buf frame;

    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_REPORT, &report_shape, report);
    bool result = frame.size <= frame_limit(MESSAGE_REPORT);
    buf_release(&frame);
    return result;
}

/* The daemon ends an executor that sends more than it reads: what a person can do without goes,
 * the outcome stays. */
static void make_fit(struct report *report, struct arena *arena)
{
    if (!fits(report))
        drop_samples(report);
    if (!fits(report))
        cut_texts(report, arena);
    while (!fits(report) && report->check_count > 0)
        report->check_count /= 2;
}

/* Touches the step no more once that is over. */
static void carry_out(void *arg)
{
    struct step *step = arg;
    struct err err;

    step->report.step = step->order->step;
    step->report.table_rows = -1;
    if (run_kind(step, &err) < 0) {
        bool canceled = atomic_load(&step->cancel) != 0;
        if (!names_asset(&err, step))
            err_wrap(&err, "asset %s", step->order->asset);
        step->report.outcome = canceled ? "canceled" : "failed";
        step->report.error_code = err_code_name(canceled ? ERR_CANCELED : err.code);
        step->report.error = arena_strdup(&step->arena, err.message);
    }
    step_set_interrupt(step, NULL, NULL);
    step->report.error = mask_text(step->report.error, &step->arena);
    step->report.note = mask_text(step->report.note, &step->arena);
    make_fit(&step->report, &step->arena);
    step_send(MESSAGE_REPORT, &report_shape, &step->report);
    atomic_store(&step->is_over, true);
    executor_wake();
}

struct step *step_start(struct arena *arena, const struct order *order, struct err *err)
{
    struct step *step = alloc_zeroed(1, sizeof *step);

    step->arena = *arena;
    step->order = order;
    step->is_stored = !order->is_held;
    pthread_mutex_init(&step->lock, NULL);
    pthread_cond_init(&step->told, NULL);
    if (worker_start(carry_out, step, err) < 0) {
        arena_init(&step->arena); /* it stays the caller's */
        step_free(step);
        return NULL;
    }
    arena_init(arena);
    return step;
}

void step_cancel(struct step *step)
{
    atomic_store(&step->cancel, 1);
    pthread_mutex_lock(&step->lock);
    pthread_cond_signal(&step->told);
    if (step->interrupt != NULL)
        step->interrupt(step->interrupt_arg);
    pthread_mutex_unlock(&step->lock);
}

void step_stored(struct step *step)
{
    pthread_mutex_lock(&step->lock);
    step->is_stored = true;
    pthread_cond_signal(&step->told);
    pthread_mutex_unlock(&step->lock);
}

int step_await_stored(void *arg, struct err *err)
{
    struct step *step = arg;

    pthread_mutex_lock(&step->lock);
    while (!step->is_stored && atomic_load(&step->cancel) == 0)
        pthread_cond_wait(&step->told, &step->lock);
    bool is_stored = step->is_stored;
    pthread_mutex_unlock(&step->lock);
    return is_stored ? 0 : err_set(err, ERR_CANCELED, "canceled");
}

void step_free(struct step *step)
{
    if (step == NULL)
        return;
    pthread_cond_destroy(&step->told);
    pthread_mutex_destroy(&step->lock);
    arena_release(&step->arena);
    free(step);
}

void step_set_interrupt(struct step *step, void (*interrupt)(void *arg), void *arg)
{
    pthread_mutex_lock(&step->lock);
    step->interrupt = interrupt;
    step->interrupt_arg = arg;
    pthread_mutex_unlock(&step->lock);
}

/* What there will be, by what there is; 0: nobody knows. */
static int64_t total_of(int64_t rows, double share)
{
    const double most = 1e15; /* of a share that is next to nothing */

    if (rows <= 0 || share <= 0)
        return 0;
    if (share >= 1)
        return rows;
    double total = (double)rows / share;
    return total > most ? 0 : (int64_t)total;
}

void step_progress(struct step *step, int64_t rows, double share)
{
    const int64_t interval_us = 200 * 1000;
    int64_t now = clock_monotonic_us();

    if (share < 1 && (now - step->reported_at_us < interval_us || rows == step->reported_rows))
        return;
    step->reported_at_us = now;
    step->reported_rows = rows;
    struct progress progress = {
        .step = step->order->step, .rows = rows, .total = total_of(rows, share)};
    step_send(MESSAGE_PROGRESS, &progress_shape, &progress);
}

void step_progress_stream(struct step *step, struct progress *progress, int64_t records,
                          int64_t lag)
{
    progress->step = step->order->step;
    progress->rows = records;
    progress->total = step->order->is_endless ? 0 : records + lag;
    progress->lag = lag;
    step_send(MESSAGE_PROGRESS, &progress_shape, progress);
}

int step_is_unreachable(struct step *step, const struct err *err)
{
    step->report.outcome = "unreachable";
    step->report.error_code = err_code_name(err->code);
    step->report.error = arena_strdup(&step->arena, err->message);
    return 0;
}

int step_connect(struct step *step, int64_t index, struct connection **connection, struct err *err)
{
    const struct order *order = step->order;

    if (index < 0 || (size_t)index >= order->connection_count)
        return err_set(err, ERR_BROKEN, "the order has no connection %lld", (long long)index);
    const struct order_connection *wanted = &order->connections[index];
    if (!connection_is_open(wanted, order->folder) && step_await_stored(step, err) < 0)
        return -1; /* to open one may make its file */
    return connection_acquire(wanted, order->folder, connection, err);
}

void step_send(enum message_kind kind, const struct record_shape *shape, const void *record)
{
    struct buf frame;

    buf_init(&frame);
    frame_append_record(&frame, kind, shape, record);
    executor_send(&frame);
    buf_release(&frame);
}

#include "daemon/dispatch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/automation.h"
#include "daemon/backfill.h"
#include "daemon/deadline.h"
#include "daemon/parts.h"
#include "daemon/preview.h"
#include "daemon/queue.h"
#include "daemon/ready.h"
#include "daemon/sensors.h"
#include "run/order.h"
#include "run/window.h"
#include "store/write.h"

#include <stdlib.h>
#include <string.h>

enum { FLUSH_MS = 50000 /* of grace, more for a stream, which writes what it has */ };

/* What is told once the store has committed. */
struct telling {
    struct job *job;
    struct arena arena;
    struct event event;
    bool ends_run;
    bool is_step_over;
};

/* Who only wanted to know that his run is in the queue hears no more. */
static void let_go(struct job *job)
{
    const struct event ended = {.type = "ended", .run = job->run.id, .state = "queued"};

    if (!job->request->detaches)
        return;
    work_tell(job, &ended);
    job->listener = NULL;
}

static void drop_telling(void *arg)
{
    struct telling *telling = arg;

    arena_release(&telling->arena);
    free(telling);
}

static void tell(void *arg)
{
    struct telling *telling = arg;

    work_tell(telling->job, &telling->event);
    struct daemon *daemon = telling->job->daemon;
    bool is_step_over = telling->is_step_over;
    if (strcmp(telling->event.type, "accepted") == 0) {
        telling->job->is_accepted = true;
        let_go(telling->job);
        queue_admit(daemon); /* which tells whoever waits how long */
    }
    if (telling->ends_run)
        work_forget(telling->job);
    if (telling->ends_run)
        automation_wake(daemon->automation);
    if (telling->ends_run || is_step_over)
        sensors_run_moved(daemon->sensors);
    if (telling->ends_run && daemon->stays)
        work_dispatch(daemon); /* its place is free */
    drop_telling(telling);
}

/* Of an event of a step: that nothing more will happen to it. */
static bool ends_step(const struct event *event)
{
    return strcmp(event->type, "step") == 0 && strcmp(event->state, "waiting") != 0 &&
           strcmp(event->state, "ready") != 0 && strcmp(event->state, "running") != 0;
}

static void tell_after_commit(struct job *job, const struct event *event, bool ends_run)
{
    struct telling *telling = alloc_zeroed(1, sizeof *telling);

    telling->job = job;
    telling->ends_run = ends_run;
    telling->is_step_over = ends_step(event);
    arena_init(&telling->arena);
    telling->event = *event;
    telling->event.run = job->run.id;
    telling->event.state = arena_strdup(&telling->arena, event->state); /* a check's: borrowed */
    telling->event.message = arena_strdup(&telling->arena, event->message);
    telling->event.why = arena_strdup(&telling->arena, event->why);
    telling->event.note = arena_strdup(&telling->arena, event->note);
    journal_event(job->daemon->journal, job->run.id, &telling->event,
                  (struct journal_then){tell, telling, drop_telling});
}

static struct event event_of_step(const struct run_step *step)
{
    int64_t end = step->ended_us > 0 ? step->ended_us : clock_monotonic_us();
    double seconds = step->started_us > 0 ? (double)(end - step->started_us) / 1e6 : 0;

    return (struct event){
        .type = "step",
        .asset = step->asset->key,
        .kind = asset_kind_names[step->asset->kind],
        .state = step_state_names[step->state],
        .message = step->reason,
        .why = step->why,
        .note = step->note,
        .rows = step->rows,
        .table_rows = step->table_rows,
        .seconds = seconds,
        .checks_passed = step->checks_passed,
        .checks_warned = step->checks_warned,
        .checks_failed = step->checks_failed,
    };
}

static void tell_step(struct job *job, const struct run_step *step)
{
    struct event event = event_of_step(step);

    tell_after_commit(job, &event, false);
}

static void end_if_over(struct job *job)
{
    if (job->is_over || !run_is_over(&job->run))
        return;
    job->is_over = true;
    enum store_state state = journal_run_ended(job->daemon->journal, &job->run);
    job->daemon->ended_runs[state]++;
    backfills_run_over(job->daemon->backfills, job, state);
    alerts_run_ended(job->daemon->alerts, &job->run);
    automation_run_ended(job->daemon->automation, &job->run);
    struct event event = {
        .type = "ended", .state = run_state_names[job->run.state], .message = job->run.timed_out};
    tell_after_commit(job, &event, true);
}

void dispatch_tell(struct job *job, const struct event *event)
{
    tell_after_commit(job, event, false);
}

void dispatch_tell_last(struct job *job, const struct event *event)
{
    tell_after_commit(job, event, true);
}

void dispatch_begun(struct job *job)
{
    run_begin(&job->run, clock_monotonic_us());
    for (size_t i = 0; i < job->run.step_count; i++)
        tell_step(job, &job->run.steps[i]);
    end_if_over(job);
}

/* ---------------------------------------------------------------------------- starting steps */

/* Starts the embedded servers that the step needs; false while one has not said its address. */
static bool servers_are_ready(struct daemon *daemon, const struct asset *asset, struct err *err)
{
    const struct connection *needed[] = {asset->from.connection, asset->into.connection};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (needed[i] == NULL || !needed[i]->is_embedded)
            continue;
        if (work_child(daemon, needed[i]->name, needed[i], err) == NULL ||
            work_server_address(daemon, needed[i]->name) == NULL)
            return false;
    }
    return true;
}

static struct child *executor_of(struct daemon *daemon, const struct asset *asset, struct err *err)
{
    return work_child(daemon, order_executor(asset), NULL, err);
}

static int build_order(struct job *job, const struct run_step *step, struct buf *frame,
                       struct err *err)
{
    const struct daemon *daemon = job->daemon;
    struct order_server servers[16];
    size_t server_count = 0;
    struct arena arena;
    struct order order;

    for (size_t i = 0; i < daemon->child_count && server_count < 16; i++) {
        const char *name = daemon->children[i]->name;
        const char *address = work_server_address(daemon, name);
        if (daemon->children[i]->is_server && address != NULL)
            servers[server_count++] = (struct order_server){name, address};
    }
    arena_init(&arena);
    order_fill(&order, job->run.plan->graph, step->asset, servers, server_count, &arena);
    order.run = job->run.id;
    order.step = step->number;
    order.attempt = step->attempt;
    order.is_held = true;
    int result = window_fill(&order, job->run.plan, step->asset, &arena, err);
    order.lake_position = parts_position(&job->run, step);
    order.full_refresh = job->run.full_refresh;
    order.force = job->run.force;
    order.is_endless = job->run.is_endless;
    order.until_idle = job->run.until_idle;
    order.for_ms = job->run.for_ms;
    if (result == 0)
        frame_append_record(frame, MESSAGE_ORDER, &order_shape, &order);
    arena_release(&arena);
    return result;
}

static struct run_step *find_step(struct daemon *daemon, int64_t number, struct job **job)
{
    for (*job = daemon->jobs; *job != NULL; *job = (*job)->next) {
        struct run_step *step = run_find_attempt(&(*job)->run, number);
        if (step != NULL)
            return step;
    }
    return NULL;
}

/* An attempt on its way into the store. Its order has gone ahead: the executor works, and may show
 * nothing of it before it hears that the attempt is there (invariant 1). */
struct storing {
    struct daemon *daemon;
    int64_t number;
};

static void over(void *arg, struct run_step *step)
{
    struct job *job = arg;

    journal_step(job->daemon->journal, &job->run, step);
    alerts_step_over(job->daemon->alerts, &job->run, step);
    automation_step_over(job->daemon->automation, &job->run, step);
    tell_step(job, step);
}

static void tell_stored(void *arg)
{
    struct storing *storing = arg;
    struct daemon *daemon = storing->daemon;
    const struct stored_order stored = {storing->number};
    struct job *job;
    struct buf frame;

    /* While the store committed, the attempt may have ended, or lost its executor. */
    const struct run_step *step = find_step(daemon, storing->number, &job);
    struct child *child =
        step != NULL ? work_find_child(daemon, order_executor(step->asset)) : NULL;
    fault_point("daemon.order.before");
    if (child != NULL) {
        buf_init(&frame);
        frame_append_record(&frame, MESSAGE_STORED, &stored_order_shape, &stored);
        child_send(child, &frame);
        buf_release(&frame);
    }
    fault_point("daemon.order.after");
    free(storing);
}

/* An attempt that has begun, and comes to nothing. */
static void fail_attempt(struct job *job, struct run_step *step, const struct err *err)
{
    struct report report = {
        .outcome = "failed", .error_code = err_code_name(err->code), .error = err->message};

    journal_attempt_began(job->daemon->journal, &job->run, step, JOURNAL_NOTHING);
    automation_step_began(job->daemon->automation, &job->run, step);
    run_finish_attempt(&job->run, step, &report, clock_monotonic_us(), over, job);
}

static bool start_step(struct job *job, struct run_step *step, struct child *executor)
{
    struct daemon *daemon = job->daemon;
    struct buf frame;
    struct err err;

    run_begin_attempt(&job->run, step, ++daemon->last_number, clock_monotonic_us());
    buf_init(&frame);
    int built = build_order(job, step, &frame, &err);
    if (built == 0)
        child_send(executor, &frame);
    buf_release(&frame);
    if (built < 0) {
        fail_attempt(job, step, &err);
        return false;
    }
    struct storing *storing = alloc_zeroed(1, sizeof *storing);
    *storing = (struct storing){daemon, step->number};
    journal_attempt_began(daemon->journal, &job->run, step,
                          (struct journal_then){tell_stored, storing, free});
    automation_step_began(daemon->automation, &job->run, step);
    tell_step(job, step);
    return true;
}

bool dispatch_step(struct job *job, struct run_step *step)
{
    struct daemon *daemon = job->daemon;
    struct err err = {.message = ""};

    if (work_lingers(daemon, order_executor(step->asset)))
        return false;
    struct child *executor = servers_are_ready(daemon, step->asset, &err)
                                 ? executor_of(daemon, step->asset, &err)
                                 : NULL;
    if (executor != NULL)
        return start_step(job, step, executor);
    if (err.message[0] != '\0') {
        run_begin_attempt(&job->run, step, ++daemon->last_number, clock_monotonic_us());
        fail_attempt(job, step, &err);
    }
    return false;
}

void dispatch_explain(struct job *job, struct run_step *step)
{
    struct event event = {.type = "wait", .asset = step->asset->key, .message = step->wait};

    journal_wait(job->daemon->journal, &job->run, step);
    tell_after_commit(job, &event, false);
}

static void enforce_and_dispatch(uv_timer_t *timer)
{
    deadline_enforce(timer->data);
    work_dispatch(timer->data);
}

void work_dispatch(struct daemon *daemon)
{
    struct job *following;

    if (daemon->is_ending)
        return;
    queue_admit(daemon);
    for (struct job *job = daemon->jobs; job != NULL; job = following) {
        following = job->next;
        if (job->is_waiting)
            dispatch_query(job);
    }
    int64_t retry = daemon->is_draining ? INT64_MAX : ready_begin(daemon);
    for (struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (job->has_run)
            end_if_over(job);
    int64_t timeout = deadline_next(daemon);
    int64_t next = retry < timeout ? retry : timeout;
    if (next == INT64_MAX)
        return;
    int64_t wait_ms = (next - clock_monotonic_us()) / 1000 + 1;
    uv_timer_start(&daemon->retry_timer, enforce_and_dispatch, wait_ms > 0 ? (uint64_t)wait_ms : 1,
                   0);
}

/* ------------------------------------------------------------------------------ what came back */

static void tell_checks(struct job *job, const struct run_step *step, const struct report *report)
{
    char text[1024];

    for (size_t i = 0; i < report->check_count; i++) {
        const struct check_report *check = &report->checks[i];
        struct event event = {
            .type = "check",
            .asset = step->asset->key,
            .state = check->status,
            .message = text,
        };
        if (strcmp(check->status, "pass") == 0)
            continue;
        snprintf(text, sizeof text, "%s: %s", check->name,
                 check->detail != NULL ? check->detail : "");
        tell_after_commit(job, &event, false);
    }
}

void work_report(struct daemon *daemon, const struct report *report)
{
    struct job *job;
    struct run_step *step = find_step(daemon, report->step, &job);

    if (step == NULL && preview_hear(daemon, report))
        work_dispatch(daemon);
    else if (step == NULL)
        sensors_hear(daemon->sensors, report);
    if (step == NULL)
        return; /* of an attempt that was given up */
    tell_checks(job, step, report);
    journal_report(daemon->journal, &job->run, step, report);
    alerts_report(daemon->alerts, &job->run, step, report);
    run_finish_attempt(&job->run, step, report, clock_monotonic_us(), over, job);
    if (!step_is_over(step)) {
        journal_step(daemon->journal, &job->run, step);
        tell_step(job, step);
    }
    work_dispatch(daemon);
}

void work_progress(struct daemon *daemon, const struct progress *progress)
{
    struct job *job;
    struct run_step *step = find_step(daemon, progress->step, &job);

    if (step == NULL)
        return;
    run_hear_progress(&job->run, step, clock_monotonic_us());
    parts_wrote(journal_store(daemon->journal), &job->run, step, progress, clock_now_us());
    if (progress->hour_count > 0)
        automation_wake(daemon->automation);
    struct event event = {.type = "progress",
                          .asset = step->asset->key,
                          .rows = progress->rows,
                          .total = progress->total,
                          .lag = progress->lag,
                          .watermark = progress->watermark};
    work_tell(job, &event);
    if (run_is_stream(&job->run))
        automation_stream_wrote(daemon->automation, &job->run, step, progress->rows);
}

static size_t count_running_in(const struct daemon *daemon, const char *executor)
{
    size_t count = 0;

    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        for (size_t i = 0; job->has_run && i < job->run.step_count; i++) {
            const struct run_step *step = &job->run.steps[i];
            count +=
                step->state == STEP_RUNNING && strcmp(order_executor(step->asset), executor) == 0;
        }
    return count;
}

void work_child_gone(struct daemon *daemon, struct child *child, const char *how)
{
    size_t running = count_running_in(daemon, child->name);
    bool alone = running == 1;
    char reason[256];
    struct job *following;

    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        alone = alone && job->query_child != child;
    snprintf(reason, sizeof reason, "the executor %s %s", child->name, how);
    sensors_lose(daemon->sensors, child, reason);
    for (struct job *job = daemon->jobs; job != NULL; job = following) {
        following = job->next;
        if (job->query_child == child) {
            const char *line = job->is_canceled ? "canceled" : reason;
            work_refuse(job, &line, 1);
            continue;
        }
        if (job->preview != NULL) {
            preview_lose(job, child, reason);
            continue;
        }
        for (size_t i = 0; job->has_run && i < job->run.step_count; i++) {
            struct run_step *step = &job->run.steps[i];
            if (step->state != STEP_RUNNING ||
                strcmp(order_executor(step->asset), child->name) != 0)
                continue;
            log_warn("asset %s: %s", step->asset->key, reason);
            run_lose_attempt(&job->run, step, alone, reason, clock_monotonic_us(), over, job);
            if (!step_is_over(step))
                journal_step(daemon->journal, &job->run, step);
        }
    }
}

void work_server_gone(struct daemon *daemon, const struct child *child, const char *how)
{
    char reason[256];

    snprintf(reason, sizeof reason,
             "the embedded server of connection %s %s: run again to make what it held again",
             child->name, how);
    log_warn("%s", reason);
    for (struct job *job = daemon->jobs; job != NULL; job = job->next) {
        const struct connection *connection =
            job->has_run ? pipeline_connection(job->run.plan->pipeline, child->name) : NULL;
        if (connection != NULL)
            run_lose_server(&job->run, connection, reason, clock_monotonic_us(), over, job);
    }
}

void dispatch_cancel_step(struct daemon *daemon, const struct run_step *step)
{
    struct cancel_order cancel = {step->number};
    struct child *child = work_find_child(daemon, order_executor(step->asset));
    struct buf frame;

    if (child == NULL)
        return;
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_CANCEL, &cancel_order_shape, &cancel);
    child_send(child, &frame);
    buf_release(&frame);
}

static void cancel_running(struct job *job)
{
    for (const struct run_step *step = job->run.running.first; step != NULL; step = step->later)
        dispatch_cancel_step(job->daemon, step);
    end_if_over(job);
}

void dispatch_cancel(struct job *job)
{
    struct daemon *daemon = job->daemon;

    if (job->run.grace_ends_us > 0)
        return; /* it was told so before */
    store_run_ask_cancel(journal_store(daemon->journal), job->run.id);
    if (run_is_stream(&job->run)) {
        run_stop(&job->run, clock_monotonic_us(), over, job);
        job->run.grace_ends_us = deadline_begin_grace(daemon) + FLUSH_MS * INT64_C(1000);
    } else {
        run_cancel(&job->run, clock_monotonic_us(), over, job);
        job->run.grace_ends_us = deadline_begin_grace(daemon);
    }
    cancel_running(job);
}

void dispatch_time_out(struct job *job)
{
    run_time_out(&job->run, clock_monotonic_us(), over, job);
    job->run.grace_ends_us = deadline_begin_grace(job->daemon);
    log_warn("run %s: %s", job->run.id, job->run.timed_out);
    cancel_running(job);
}

#include "base/suggest.h"
#include "daemon/audit.h"
#include "daemon/deadline.h"
#include "daemon/dispatch.h"
#include "daemon/work.h"
#include "run/order.h"
#include "run/window.h"

#include <string.h>

enum { BACKLOG_BYTES = 4 << 20 };

static bool has_running_step(const struct daemon *daemon)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        for (size_t i = 0; job->has_run && i < job->run.step_count; i++)
            if (job->run.steps[i].state == STEP_RUNNING && !run_is_stream(&job->run))
                return true;
    return false;
}

static const char *executor_of(const struct connection *connection)
{
    return connection->connector->is_single_process ? connection->name : "main";
}

/* Whether a query is running in that executor: it answers one at a time. */
static bool is_asked(const struct daemon *daemon, const char *executor)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (job->query_child != NULL && strcmp(job->query_child->name, executor) == 0)
            return true;
    return false;
}

static bool is_cleaning(const struct job *job)
{
    return strcmp(job->request->verb, "clean") == 0;
}

static void refuse(struct job *job, const char *line)
{
    work_refuse(job, &line, 1);
}

/* The asset whose SQL is asked for, or NULL. */
static const struct asset *shown_asset(const struct job *job)
{
    const struct plan *plan = job->plan;

    if (strcmp(job->request->verb, "show") != 0 || plan->question != NULL)
        return NULL;
    for (size_t i = 0; i < plan->graph->count; i++)
        if (plan->is_selected[i] && plan->graph->assets[i]->template != NULL)
            return plan->graph->assets[i];
    return NULL;
}

static bool is_test(const struct job *job)
{
    return strcmp(job->request->verb, "test") == 0;
}

static const struct connection *connection_of(const struct job *job)
{
    const struct asset *asset = shown_asset(job);

    if (is_test(job))
        return pipeline_connection(job->plan->pipeline, job->request->subject);
    return asset != NULL ? asset->into.connection
                         : pipeline_connection(job->plan->pipeline, "warehouse");
}

static int fill_subject(struct job *job, struct order *subject, struct err *err)
{
    const struct asset *asset = shown_asset(job);
    int result = 0;

    if (job->plan->question != NULL)
        order_fill_question(subject, job->plan->graph, job->plan->question, &job->arena);
    if (asset != NULL) {
        order_fill(subject, job->plan->graph, asset, NULL, 0, &job->arena);
        result = window_fill(subject, job->plan, asset, &job->arena, err);
    }
    subject->full_refresh = job->request->full_refresh;
    return result;
}

static struct order_connection described(struct job *job, const struct connection *connection)
{
    const struct order_server server = {connection->name,
                                        work_server_address(job->daemon, connection->name)};

    return order_connection_of(connection, &server, server.address != NULL, &job->arena);
}

static void send_query(struct job *job, const struct connection *connection,
                       const struct order *subject)
{
    struct buf frame;

    if (is_cleaning(job))
        audit_job(job, AUDIT_ACCEPTED);
    job->query_number = ++job->daemon->last_number;
    const struct query_order order = {
        .step = job->query_number,
        .verb = job->request->verb,
        .sql = job->request->sql,
        .drops_rejected = job->request->drops_rejected,
        .folder = job->plan->pipeline->folder,
        .connection = described(job, connection),
        .limit = job->request->limit,
        .limit_bytes = job->request->limit_bytes,
        .timeout_ms = job->request->timeout_ms,
        .subject = *subject,
    };
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_QUERY, &query_order_shape, &order);
    child_send(job->query_child, &frame);
    buf_release(&frame);
}

/* Whether it can be asked at all; refused if not. */
static bool can_be_asked(struct job *job, const struct connection *connection)
{
    const char *why = NULL;

    if (job->is_canceled)
        why = "canceled";
    else if (connection == NULL || !connection->connector->is_warehouse)
        why = "the target has no connection \"warehouse\" to query";
    else if (strcmp(job->request->verb, "show") == 0 && job->plan->question == NULL &&
             shown_asset(job) == NULL)
        why = "it has no SQL to show";
    if (why != NULL)
        refuse(job, why);
    return why == NULL;
}

static void refuse_unknown(struct job *job)
{
    const struct target *target = job->plan->pipeline->target;
    const char **names = arena_calloc(&job->arena, target->connection_count + 1, sizeof *names);

    for (size_t i = 0; i < target->connection_count; i++)
        names[i] = target->connections[i].name;
    const char *near = suggest(job->request->subject, names, target->connection_count);
    work_refuse_as(job, "missing",
                   arena_printf(&job->arena, "target %s has no connection \"%.100s\"%s%s%s",
                                target->name, job->request->subject,
                                near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                                near != NULL ? "\"?" : ""));
}

/* Whether there is somebody to be tested; answered if not. */
static bool can_be_tested(struct job *job, const struct connection *connection)
{
    const struct event accepted = {.type = "accepted"};
    const struct event absent = {
        .type = "tested",
        .state = "absent",
        .message = "its embedded server is started by the first run that needs it",
    };

    if (job->is_canceled) {
        refuse(job, "canceled");
        return false;
    }
    if (connection == NULL) {
        refuse_unknown(job);
        return false;
    }
    if (!connection->is_embedded || work_server_address(job->daemon, connection->name) != NULL)
        return true;
    if (!job->is_waiting)
        work_tell(job, &accepted);
    work_tell(job, &absent);
    work_finish(job, "succeeded");
    return false;
}

void dispatch_query(struct job *job)
{
    struct daemon *daemon = job->daemon;
    const struct event accepted = {.type = "accepted"};
    const struct connection *connection = connection_of(job);
    struct order subject = {0};
    struct err err;

    if (is_test(job) ? !can_be_tested(job, connection) : !can_be_asked(job, connection))
        return;
    if (is_asked(daemon, executor_of(connection)) ||
        work_lingers(daemon, executor_of(connection))) {
        if (!job->is_waiting)
            work_tell(job, &accepted); /* a word, so that the caller does not give us up */
        job->is_waiting = true;
        return;
    }
    if (is_cleaning(job) && has_running_step(daemon)) {
        refuse(job, "a run is at work, and its hidden tables are in use: clean when it has ended");
        return;
    }
    if (fill_subject(job, &subject, &err) == 0)
        job->query_child = work_child(daemon, executor_of(connection), NULL, &err);
    if (job->query_child == NULL) {
        refuse(job, err.message);
        return;
    }
    send_query(job, connection, &subject);
    if (!job->is_waiting)
        work_tell(job, &accepted);
    job->is_waiting = false;
}

bool dispatch_is_cleaning(const struct job *job, const char *executor)
{
    return job->query_child != NULL && is_cleaning(job) &&
           strcmp(job->query_child->name, executor) == 0;
}

void dispatch_cancel_query(struct job *job)
{
    struct cancel_order cancel = {job->query_number};
    struct buf frame;

    if (job->is_waiting) {
        const char *line = "canceled";
        work_refuse(job, &line, 1);
        return;
    }
    if (job->query_child == NULL)
        return;
    if (job->query_grace_ends_us == 0)
        job->query_grace_ends_us = deadline_begin_grace(job->daemon);
    child_pause_rows(job->query_child, false); /* its thread may be waiting for us to read */
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_CANCEL, &cancel_order_shape, &cancel);
    child_send(job->query_child, &frame);
    buf_release(&frame);
}

static void end_query(struct job *job, const struct frame *frame)
{
    struct daemon *daemon = job->daemon;
    struct report report = {0};
    struct err err;

    job->query_child = NULL;
    if (record_decode(frame->text, frame->size, &report_shape, &job->arena, &report, &err) == 0 &&
        report.error == NULL) {
        const struct event ended = {.type = "ended",
                                    .state = "succeeded",
                                    .rows = report.rows,
                                    .has_more = report.has_more};
        work_tell(job, &ended);
        work_forget(job);
    } else {
        const char *line = report.error != NULL ? report.error : err.message;
        line = job->is_canceled ? "canceled" : line;
        work_refuse(job, &line, 1);
    }
    work_dispatch(daemon); /* what waited for its end */
}

/* A listener who reads slowly makes the executor wait. */
static void pass_on(struct job *job, const struct frame *frame)
{
    struct listener *listener = job->listener;

    listener->hear(listener, frame);
    if (listener->wants_no_more) {
        job->is_canceled = true;
        dispatch_cancel_query(job);
        return;
    }
    if (listener->backlog_bytes != NULL && listener->backlog_bytes(listener) > BACKLOG_BYTES)
        child_pause_rows(job->query_child, true);
}

void work_rows(struct daemon *daemon, struct child *child, const struct frame *frame)
{
    struct job *job = daemon->jobs;

    while (job != NULL && job->query_child != child)
        job = job->next;
    if (job == NULL)
        return;
    if (frame->kind == MESSAGE_REPORT)
        end_query(job, frame);
    else if (job->listener != NULL && !job->is_canceled)
        pass_on(job, frame);
}

void work_drained(struct daemon *daemon, const struct listener *listener)
{
    for (struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (job->listener == listener && job->query_child != NULL)
            child_pause_rows(job->query_child, false);
}

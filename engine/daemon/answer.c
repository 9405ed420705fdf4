#include "daemon/dispatch.h"
#include "daemon/work.h"
#include "run/order.h"

enum { BACKLOG_BYTES = 4 << 20 };

static bool has_running_step(const struct daemon *daemon)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        for (size_t i = 0; job->has_run && i < job->run.step_count; i++)
            if (job->run.steps[i].state == STEP_RUNNING)
                return true;
    return false;
}

void dispatch_query(struct job *job)
{
    struct daemon *daemon = job->daemon;
    const struct pipeline *pipeline = &job->plan->pipeline;
    const struct connection *connection = pipeline_connection(pipeline, "warehouse");
    const char *line = NULL;
    struct buf frame;
    struct err err;

    if (job->is_canceled)
        line = "canceled";
    else if (connection == NULL || !connection->connector->is_warehouse)
        line = "the target has no connection \"warehouse\" to query";
    for (const struct job *other = daemon->jobs; other != NULL && line == NULL; other = other->next)
        if (other->query_child != NULL)
            line = "another query is running: try again when it has ended";
    if (line == NULL && job->request->sql == NULL && has_running_step(daemon))
        line = "a run is at work, and its hidden tables are in use: clean when it has ended";
    if (line == NULL) {
        bool owns = connection->connector->is_single_process;
        job->query_child = work_child(daemon, owns ? connection->name : "main", NULL, &err);
        line = job->query_child == NULL ? err.message : NULL;
    }
    if (line != NULL) {
        work_refuse(job, &line, 1);
        return;
    }
    job->query_number = ++daemon->last_number;
    struct query_order order = {
        .step = job->query_number,
        .sql = job->request->sql,
        .drops_rejected = job->request->drops_rejected,
        .folder = pipeline->folder,
        .connection = order_connection_of(connection, NULL, 0, &job->arena),
        .limit = job->request->limit,
    };
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_QUERY, &query_order_shape, &order);
    child_send(job->query_child, &frame);
    buf_release(&frame);
    const struct event accepted = {.type = "accepted"};
    work_tell(job, &accepted);
}

void dispatch_cancel_query(struct job *job)
{
    struct cancel_order cancel = {job->query_number};
    struct buf frame;

    if (job->query_child == NULL)
        return;
    child_pause_rows(job->query_child, false); /* its thread may be waiting for us to read */
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_CANCEL, &cancel_order_shape, &cancel);
    child_send(job->query_child, &frame);
    buf_release(&frame);
}

static void end_query(struct job *job, const struct frame *frame)
{
    struct report report = {0};
    struct err err;

    job->query_child = NULL;
    if (record_decode(frame->text, frame->size, &report_shape, &job->arena, &report, &err) == 0 &&
        report.error == NULL) {
        work_finish(job, "succeeded");
        return;
    }
    const char *line = report.error != NULL ? report.error : err.message;
    work_refuse(job, &line, 1);
}

/* A listener who reads slowly makes the executor wait. */
static void pass_on(struct job *job, const struct frame *frame)
{
    struct listener *listener = job->listener;

    listener->hear(listener, frame);
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

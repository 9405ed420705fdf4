#include "daemon/work.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "daemon/dispatch.h"
#include "daemon/preview.h"

#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------- telling listeners */

void work_tell(const struct job *job, const struct event *event)
{
    struct json_writer json;
    struct buf text;

    if (job->listener == NULL)
        return;
    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &event_shape, event);
    struct frame frame = {MESSAGE_EVENT, text.data, text.size};
    job->listener->hear(job->listener, &frame);
    buf_release(&text);
}

static void forget_job(struct job *job)
{
    struct daemon *daemon = job->daemon;
    struct job **at = &daemon->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    if (job->has_run)
        run_release(&job->run);
    plan_free(job->plan);
    arena_release(&job->arena);
    free(job);
    if (daemon->jobs == NULL && daemon->idle != NULL)
        daemon->idle(daemon);
}

void work_forget_all(struct daemon *daemon)
{
    daemon->idle = NULL;
    while (daemon->jobs != NULL)
        forget_job(daemon->jobs);
    free(daemon->children);
}

void work_finish(struct job *job, const char *state)
{
    struct event event = {.type = "ended", .state = state};

    if (job->has_run)
        event.run = job->run.id;
    work_tell(job, &event);
    forget_job(job);
}

static void refuse(struct job *job, const char *state, const char *const *lines, size_t count)
{
    const char **copy = arena_memdup(&job->arena, lines, count * sizeof *lines);
    struct event event = {.type = "refused", .state = state, .lines = copy, .line_count = count};

    work_tell(job, &event);
    forget_job(job);
}

void work_refuse(struct job *job, const char *const *lines, size_t count)
{
    refuse(job, NULL, lines, count);
}

void work_refuse_config(struct job *job, const char *const *lines, size_t count)
{
    refuse(job, err_code_name(ERR_CONFIG), lines, count);
}

static void refuse_problems(struct job *job)
{
    const struct problems *problems = &job->plan->problems;
    const char **lines = arena_calloc(&job->arena, problems->count, sizeof *lines);

    for (size_t i = 0; i < problems->count; i++)
        lines[i] = problem_text(&problems->items[i], &job->arena);
    work_refuse_config(job, lines, problems->count);
}

/* ------------------------------------------------------------------------------------ requests */

static void plan_in_pool(uv_work_t *work)
{
    struct job *job = work->data;

    job->plan = plan_new(job->request);
}

static void begin_run(struct job *job)
{
    struct journal *journal = job->daemon->journal;
    char id[ULID_SIZE + 1];

    ulid_next(&job->daemon->run_ids, id);
    run_init(&job->run, id, job->plan, job->request);
    job->plan = NULL;
    job->has_run = true;
    journal_run_began(journal, &job->run);
    dispatch_accepted(job);
    if (job->is_canceled)
        dispatch_cancel(job);
}

static void planned(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct daemon *daemon = job->daemon;

    (void)status;
    if (daemon->is_ending)
        return;
    if (job->plan->problems.count > 0)
        refuse_problems(job);
    else if (strcmp(job->request->verb, "plan") == 0)
        preview_begin(job);
    else if (job->is_query)
        dispatch_query(job);
    else
        begin_run(job);
    work_dispatch(daemon);
}

/* Whether it is a question about the warehouse, and a whole one. */
static bool asks(const struct request *request)
{
    if (strcmp(request->verb, "query") == 0)
        return request->sql != NULL || request->question != NULL;
    if (strcmp(request->verb, "show") == 0)
        return request->select_count == 1 || request->question != NULL;
    return strcmp(request->verb, "state") == 0;
}

void work_accept(struct daemon *daemon, const char *text, size_t size, struct listener *listener)
{
    struct job *job = alloc_zeroed(1, sizeof *job);
    struct job **last = &daemon->jobs;
    struct err err;

    job->daemon = daemon;
    job->listener = listener;
    arena_init(&job->arena);
    job->request = arena_alloc(&job->arena, sizeof *job->request);
    while (*last != NULL)
        last = &(*last)->next;
    *last = job;
    if (record_decode(text, size, &request_shape, &job->arena, job->request, &err) < 0 ||
        job->request->version != MESSAGE_VERSION || job->request->verb == NULL) {
        const char *line = "the daemon is of another version: wait until it has ended";
        work_refuse(job, &line, 1);
        return;
    }
    bool is_run =
        strcmp(job->request->verb, "run") == 0 || strcmp(job->request->verb, "stream") == 0;
    bool is_clean = strcmp(job->request->verb, "clean") == 0;
    bool looks = strcmp(job->request->verb, "plan") == 0;
    if (!is_run && !is_clean && !asks(job->request) && !looks) {
        const char *line = "the daemon knows no such request: wait until it has ended";
        work_refuse(job, &line, 1);
        return;
    }
    job->is_query = is_clean || asks(job->request);
    job->planning.data = job;
    uv_queue_work(daemon->loop, &job->planning, plan_in_pool, planned);
}

void work_cancel(struct daemon *daemon, const struct listener *listener)
{
    static const char *const canceled = "canceled";
    struct job *next;

    for (struct job *job = daemon->jobs; job != NULL; job = next) {
        next = job->next;
        if (job->listener != listener)
            continue;
        job->is_canceled = true;
        if (job->has_run)
            dispatch_cancel(job);
        else if (job->preview != NULL)
            work_refuse(job, &canceled, 1); /* what it asked for is answered in a moment */
        else
            dispatch_cancel_query(job);
    }
}

void work_forget_listener(struct daemon *daemon, const struct listener *listener)
{
    struct job *next;

    for (struct job *job = daemon->jobs; job != NULL; job = next) {
        next = job->next;
        if (job->listener != listener)
            continue;
        job->listener = NULL;
        if (!job->is_query)
            continue;
        job->is_canceled = true; /* nobody will read its rows */
        dispatch_cancel_query(job);
    }
}

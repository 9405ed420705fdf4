#include "daemon/work.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/audit.h"
#include "daemon/backfill.h"
#include "daemon/backfill_range.h"
#include "daemon/dispatch.h"
#include "daemon/earlier.h"
#include "daemon/parts.h"
#include "daemon/preview.h"
#include "daemon/pruner.h"
#include "daemon/queue.h"
#include "daemon/reload.h"
#include "daemon/verbs.h"
#include "run/window.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 1000 }; /* of a refusal: a message holds 4 MiB */

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

void work_forget(struct job *job)
{
    struct daemon *daemon = job->daemon;
    struct job **at = &daemon->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    if (job->has_run)
        run_release(&job->run);
    plan_free(job->plan);
    loaded_release(job->loaded);
    arena_release(&job->arena);
    free(job->asker.what);
    free(job);
    if (daemon->jobs == NULL && daemon->idle != NULL)
        daemon->idle(daemon);
}

void work_forget_all(struct daemon *daemon)
{
    daemon->idle = NULL;
    while (daemon->jobs != NULL)
        work_forget(daemon->jobs);
    free(daemon->children);
}

void work_finish(struct job *job, const char *state)
{
    struct event event = {.type = "ended", .state = state};

    if (job->has_run)
        event.run = job->run.id;
    work_tell(job, &event);
    work_forget(job);
}

/* Of a run that the daemon asked for by itself: nobody else hears that there is none. */
static void tell_people(struct job *job, const char *const *lines, size_t count)
{
    struct buf why;

    if (job->listener != NULL || job->daemon->is_draining || job->is_canceled)
        return;
    buf_init(&why);
    buf_append_str(&why, "");
    for (size_t i = 0; i < count; i++)
        buf_printf(&why, "%s%s", i > 0 ? "\n" : "", lines[i]);
    alerts_run_refused(job->daemon->alerts, job->request, NULL, why.data);
    buf_release(&why);
}

/* The first `general` lines are about no file. */
static void refuse(struct job *job, const char *state, const char *const *lines, size_t count,
                   size_t general)
{
    const char **copy = arena_memdup(&job->arena, lines, count * sizeof *lines);
    struct event event = {.type = "refused",
                          .state = state,
                          .lines = copy,
                          .line_count = count,
                          .general = (int64_t)general};
    struct asker asker = job->asker;

    audit_job(job, state);
    job->asker.refused = NULL;
    if (asker.refused != NULL) {
        tell_people(job, lines, count);
        asker.refused(asker.arg, asker.what, lines, count);
    }
    work_tell(job, &event);
    work_forget(job);
}

void work_refuse(struct job *job, const char *const *lines, size_t count)
{
    refuse(job, NULL, lines, count, count);
}

/* Those about a file, or about none, behind the lines that are there. */
static size_t add_problems(struct job *job, const struct problems *problems, bool has_file,
                           const char **lines, size_t count)
{
    for (size_t i = 0; i < problems->count && count < MAX_LINES; i++)
        if ((problems->items[i].file != NULL) == has_file)
            lines[count++] = problem_text(&problems->items[i], &job->arena);
    return count;
}

void work_refuse_problems(struct job *job, const struct problems *problems)
{
    const char **lines = arena_calloc(&job->arena, MAX_LINES + 1, sizeof *lines);
    size_t general = add_problems(job, problems, false, lines, 0);
    size_t count = add_problems(job, problems, true, lines, general);

    if (count < problems->count)
        lines[count++] = arena_printf(&job->arena, "and %zu more: aorta check says all of them",
                                      problems->count - (size_t)MAX_LINES);
    refuse(job, err_code_name(ERR_CONFIG), lines, count, general);
}

void work_refuse_as(struct job *job, const char *state, const char *line)
{
    refuse(job, state, &line, 1, 1);
}

/* ------------------------------------------------------------------------------------ requests */

static void plan_in_pool(uv_work_t *work)
{
    struct job *job = work->data;
    const struct daemon *daemon = job->daemon;
    struct err err;

    job->earlier_failed = earlier_read(job, daemon->store_path) < 0;
    if (job->earlier_failed)
        return;
    job->plan = plan_with(earlier_request(job), job->loaded, job->is_trusted);
    if (job->plan->problems.count > 0)
        return;
    earlier_restrict(job);
    if (strcmp(job->request->verb, "backfill") == 0)
        backfill_range_read(job);
    else
        window_check(job->plan, job->earlier != NULL);
    /* Without it the hours of a lake are read once more, which does no harm. */
    if (parts_read_positions(job->plan, daemon->store_path, &err) < 0)
        log_warn("hours of streams: %s", err.message);
}

static void refuse_earlier(struct job *job)
{
    static const char *const states[] = {
        [ERR_CONFIG] = "config",
        [ERR_TRANSIENT] = "conflict",
        [ERR_DATA] = "missing",
        [ERR_BROKEN] = "conflict",
    };

    work_refuse_as(job, states[job->earlier_err.code], job->earlier_err.message);
}

static void planned(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct daemon *daemon = job->daemon;

    (void)status;
    job->is_planning = false;
    loaded_release(job->loaded);
    job->loaded = NULL;
    if (daemon->is_ending)
        return;
    if (job->plan != NULL)
        reload_offer(daemon, job->plan->loaded);
    if (job->is_queued)
        queue_begin(job);
    else if (job->plan == NULL)
        refuse_earlier(job);
    else if (job->plan->problems.count > 0)
        work_refuse_problems(job, &job->plan->problems);
    else if (strcmp(job->request->verb, "plan") == 0)
        preview_begin(job);
    else if (strcmp(job->request->verb, "backfill") == 0)
        backfills_add(job);
    else if (strcmp(job->request->verb, "retry_backfill") == 0)
        backfills_retry(job);
    else if (strcmp(job->request->verb, "prune") == 0)
        pruner_begin(job);
    else if (job->is_query)
        dispatch_query(job);
    else
        queue_add(job);
    work_dispatch(daemon);
}

void work_plan(struct job *job)
{
    job->is_planning = true;
    job->loaded = loaded_retain(job->daemon->loaded);
    /* Where nobody hears what is wrong with the files, what is believed of them is used. */
    job->is_trusted = job->daemon->stays && job->listener == NULL;
    job->planning.data = job;
    uv_queue_work(job->daemon->loop, &job->planning, plan_in_pool, planned);
}

/* Whether it is a question about the warehouse, and a whole one. */
static bool asks(const struct request *request)
{
    if (strcmp(request->verb, "query") == 0)
        return request->sql != NULL || request->question != NULL;
    if (strcmp(request->verb, "show") == 0)
        return request->select_count == 1 || request->question != NULL;
    if (strcmp(request->verb, "test") == 0)
        return request->subject != NULL;
    return strcmp(request->verb, "state") == 0;
}

static bool is_one_of(const char *verb, const char *const *verbs)
{
    while (*verbs != NULL && strcmp(verb, *verbs) != 0)
        verbs++;
    return *verbs != NULL;
}

struct job *work_job(struct daemon *daemon, struct listener *listener)
{
    struct job *job = alloc_zeroed(1, sizeof *job);
    struct job **last = &daemon->jobs;

    job->daemon = daemon;
    job->listener = listener;
    arena_init(&job->arena);
    while (*last != NULL)
        last = &(*last)->next;
    *last = job;
    return job;
}

/* Whether it has to wait until there is room for the run store: what only looks has not, and what
 * ends something is not held back. What the daemon asks for by itself is refused by nobody. */
static bool has_no_room(const struct job *job)
{
    static const char *const need_none[] = {
        "cancel", "cancel_backfill", "clean", "plan", "query", "reload", "show", "state", NULL};

    return job->listener != NULL && journal_trouble(job->daemon->journal) != NULL &&
           !is_one_of(job->request->verb, need_none);
}

/* Refuses what would be one more than may wait. Not what the daemon asks for by itself, which has
 * limits of its own and is asked for once; nor streams, for which nobody waits. */
static bool is_full(struct job *job)
{
    const struct daemon *daemon = job->daemon;
    int64_t most = daemon->stays ? daemon->loaded->pipeline.serve.queued_runs : INT64_MAX;
    int64_t waiting = 0;

    if (job->listener == NULL || strcmp(job->request->verb, "stream") == 0)
        return false;
    for (const struct job *other = daemon->jobs; other != NULL; other = other->next)
        waiting += other->is_queued || other->is_planning;
    if (waiting < most)
        return false;
    work_refuse_as(job, "busy",
                   "too many runs wait already (queued_runs in [serve]): ask again later");
    return true;
}

/* actor NULL: the request says it. */
static void accept_job(struct job *job, const char *text, size_t size, const char *actor)
{
    static const char *const runs[] = {"run",      "stream",         "reexecute",
                                       "backfill", "retry_backfill", NULL};
    static const char *const others[] = {"plan", "prune", NULL};
    struct err err;

    job->request = arena_alloc(&job->arena, sizeof *job->request);
    if (record_decode(text, size, &request_shape, &job->arena, job->request, &err) < 0 ||
        job->request->version != MESSAGE_VERSION || job->request->verb == NULL) {
        const char *line = "the daemon is of another version: wait until it has ended";
        work_refuse(job, &line, 1);
        return;
    }
    if (actor != NULL)
        job->request->actor = arena_strdup(&job->arena, actor);
    if (has_no_room(job)) {
        work_refuse_as(job, "busy",
                       arena_printf(&job->arena, "nothing can be begun at present: %s",
                                    journal_trouble(job->daemon->journal)));
        return;
    }
    const char *verb = job->request->verb;
    const struct verb *own = verbs_find(verb);
    if (own != NULL) {
        own->begin(job);
        return;
    }
    bool is_clean = strcmp(verb, "clean") == 0;
    bool is_run = is_one_of(verb, runs);
    if (!is_run && !is_clean && !asks(job->request) && !is_one_of(verb, others)) {
        const char *line = "the daemon knows no such request: wait until it has ended";
        work_refuse(job, &line, 1);
        return;
    }
    if (is_run && job->daemon->is_draining) {
        work_refuse_as(job, "busy", "the daemon is about to end: ask again when it is back");
        return;
    }
    if (is_run && is_full(job))
        return;
    job->is_query = is_clean || asks(job->request);
    work_plan(job);
}

void work_accept(struct daemon *daemon, const char *text, size_t size, const char *actor,
                 struct listener *listener)
{
    accept_job(work_job(daemon, listener), text, size, actor);
}

static void begin(struct job *job, const struct request *request)
{
    struct request whole = *request;
    struct json_writer json;
    struct buf text;

    whole.version = MESSAGE_VERSION;
    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &request_shape, &whole);
    accept_job(job, text.data, text.size, NULL);
    buf_release(&text);
}

void work_request(struct daemon *daemon, const struct request *request, struct listener *listener)
{
    begin(work_job(daemon, listener), request);
}

void work_ask(struct daemon *daemon, const struct request *request, const struct asker *asker)
{
    struct job *job = work_job(daemon, NULL);

    job->asker = *asker;
    begin(job, request);
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
        else if (job->is_queued)
            queue_cancel(job);
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

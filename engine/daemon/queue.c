#include "daemon/queue.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/audit.h"
#include "daemon/backfill.h"
#include "daemon/dispatch.h"
#include "daemon/earlier.h"
#include "daemon/idempotency.h"
#include "daemon/overlap.h"
#include "daemon/streams.h"
#include "schedule/turn.h"
#include "store/write.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEATHS = 3 /* of daemons, by which a run is taken up again */ };

/* ------------------------------------------------------------------------------- into the queue */

static const char *text_of(const struct job *job)
{
    struct request request = *job->request;
    struct json_writer json;
    struct buf text;

    /* What is only of the moment in which it was asked. */
    request.environment = request.idempotency_key = request.address = NULL;
    request.detaches = false;
    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &request_shape, &request);
    const char *copy = arena_strndup(&job->plan->arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static const char *trigger_of(const struct job *job)
{
    return job->request->trigger != NULL ? job->request->trigger : "manual";
}

void queue_add(struct job *job)
{
    struct daemon *daemon = job->daemon;
    const struct pipeline *pipeline = job->plan->pipeline;
    const struct event accepted = {.type = "accepted", .total = (int64_t)job->plan->selected_count};
    char id[ULID_SIZE + 1];

    if (job->is_canceled) {
        const char *line = "canceled";
        work_refuse(job, &line, 1);
        return;
    }
    if (idempotency_answer(job))
        return;
    if (job->request->detaches && !daemon->stays) {
        work_refuse_as(job, "conflict",
                       "no daemon stays here that could carry it out: start aorta serve first, or "
                       "wait for the end");
        return;
    }
    ulid_next(&daemon->run_ids, id);
    memcpy(job->run.id, id, sizeof id);
    job->is_queued = true;
    const struct store_run stored = {
        .id = job->run.id,
        .pipeline = pipeline->name,
        .target = pipeline->target->name,
        .trigger = trigger_of(job),
        .selection = run_describe_selection(job->request, &job->plan->arena),
        .state = STATE_QUEUED,
        .request = text_of(job),
        .actor = job->request->actor,
        .of_run = job->request->of,
        .backfill_id = job->request->backfill,
        .priority = job->request->priority,
        .resumes = daemon->stays && strcmp(trigger_of(job), STREAMS_TRIGGER) != 0,
        .created_us = clock_now_us(),
    };
    fault_point("daemon.queue.before");
    store_run_insert(journal_store(daemon->journal), &stored, STORE_NO_DONE);
    idempotency_note(job, job->run.id);
    audit_job(job, AUDIT_ACCEPTED);
    if (job->asker.queued != NULL)
        job->asker.queued(job->asker.arg, job->asker.what, job->run.id);
    job->asker = (struct asker){.what = job->asker.what};
    dispatch_tell(job, &accepted);
}

/* Of a request that cannot be read: enough to say whose run it was. */
static struct request known_of(struct job *job, const struct store_run *stored)
{
    struct arena *arena = &job->arena;
    const char **words = arena_alloc(arena, sizeof *words);

    words[0] = arena_strdup(arena, stored->selection);
    return (struct request){
        .target = arena_strdup(arena, stored->target),
        .select = words,
        .select_count = 1,
        .trigger = arena_strdup(arena, stored->trigger),
        .backfill = arena_strdup(arena, stored->backfill_id),
    };
}

void queue_take_up(struct daemon *daemon, const struct store_run *stored)
{
    struct job *job = work_job(daemon, NULL);
    struct err err;

    job->request = arena_alloc(&job->arena, sizeof *job->request);
    job->is_queued = true;
    job->was_interrupted = stored->state == STATE_INTERRUPTED;
    job->deaths = stored->deaths;
    job->is_canceled = stored->cancel_asked;
    snprintf(job->run.id, sizeof job->run.id, "%s", stored->id);
    if (stored->request == NULL ||
        record_decode(stored->request, strlen(stored->request), &request_shape, &job->arena,
                      job->request, &err) < 0 ||
        job->request->verb == NULL) {
        job->is_unreadable = true;
        *job->request = known_of(job, stored);
    }
}

/* ----------------------------------------------------------------------------------- out of it */

static void end_queued(struct job *job, enum store_state state, const char *message)
{
    struct store *store = journal_store(job->daemon->journal);
    struct event ended = {.type = "ended", .state = store_state_name(state), .message = message};
    int64_t now = clock_now_us();
    struct err err;

    job->is_queued = false;
    job->is_over = true;
    if (job->was_interrupted)
        store_steps_cancel(store, job->run.id,
                           state == STATE_CANCELED ? NULL : "the run could not go on");
    if (state == STATE_CANCELED && !job->was_interrupted) {
        store_run_change(store, job->run.id, STATE_QUEUED, state, now, NULL, STORE_NO_DONE);
    } else { /* by the way of running, which is the only one */
        err_set(&err, ERR_CONFIG, "%s", message != NULL ? message : "");
        store_run_change(store, job->run.id,
                         job->was_interrupted ? STATE_INTERRUPTED : STATE_QUEUED, STATE_RUNNING,
                         now, NULL, STORE_NO_DONE);
        store_run_change(store, job->run.id, STATE_RUNNING, state, now,
                         state == STATE_CANCELED ? NULL : &err, STORE_NO_DONE);
    }
    if (state == STATE_FAILED)
        alerts_run_refused(job->daemon->alerts, job->request, job->run.id, message);
    backfills_run_over(job->daemon->backfills, job, state);
    dispatch_tell_last(job, &ended);
}

void queue_cancel(struct job *job)
{
    job->is_canceled = true;
    if (job->is_over)
        return;
    if (job->is_planning) /* it ends when that is done, whichever daemon comes to it */
        store_run_ask_cancel(journal_store(job->daemon->journal), job->run.id);
    else
        end_queued(job, STATE_CANCELED, NULL);
}

static void fail(struct job *job)
{
    const struct problems *problems = &job->plan->problems;
    struct buf text;

    buf_init(&text);
    for (size_t i = 0; i < problems->count; i++)
        buf_printf(&text, "%s%s", i > 0 ? "\n" : "",
                   problem_text(&problems->items[i], &job->plan->arena));
    log_warn("run %s cannot begin: %s", job->run.id, text.data);
    end_queued(job, STATE_FAILED, text.data);
    buf_release(&text);
}

void queue_begin(struct job *job)
{
    struct daemon *daemon = job->daemon;
    char id[ULID_SIZE + 1];

    if (job->is_canceled) {
        end_queued(job, STATE_CANCELED, NULL);
        return;
    }
    if (job->earlier_failed) {
        end_queued(job, STATE_FAILED, job->earlier_err.message);
        return;
    }
    if (job->plan->problems.count > 0) {
        fail(job);
        return;
    }
    memcpy(id, job->run.id, sizeof id);
    run_init(&job->run, id, job->plan, job->request);
    if (job->was_interrupted)
        earlier_continue(job);
    job->plan = NULL;
    job->is_queued = false;
    job->has_run = true;
    fault_point("daemon.begin.before");
    journal_run_began(daemon->journal, &job->run, job->was_interrupted);
    dispatch_begun(job);
}

/* ------------------------------------------------------------------------------ whose turn it is */

static struct turn turn_of(struct job *job)
{
    return (struct turn){
        .priority = job->request->priority,
        .source = trigger_of(job),
        .id = job->run.id,
        .job = job,
    };
}

static bool takes_a_place(const struct job *job)
{
    return job->request->verb == NULL || strcmp(job->request->verb, "stream") != 0;
}

/* The queued jobs and the running ones, into arrays that the caller frees. */
static struct turn *find_turns(const struct daemon *daemon, bool running, size_t *count)
{
    size_t capacity = 0;
    struct map ahead;

    map_init(&ahead);
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        capacity++;
    struct turn *turns = alloc_zeroed(capacity + 1, sizeof *turns);
    *count = 0;
    for (struct job *job = daemon->jobs; job != NULL; job = job->next) {
        bool runs = (job->has_run || (job->is_queued && job->is_planning)) && !job->is_over;
        bool is_behind = overlap_waits(job, &ahead);
        bool waits = job->is_queued && !job->is_planning && !job->is_over && !is_behind;
        if (takes_a_place(job) && (running ? runs : waits))
            turns[(*count)++] = turn_of(job);
    }
    map_release(&ahead);
    return turns;
}

static void start(struct job *job)
{
    const char *message =
        "a daemon died each time that it was at work, though it was taken up three times";

    if (job->is_canceled)
        end_queued(job, STATE_CANCELED, NULL);
    else if (job->is_unreadable)
        end_queued(job, STATE_FAILED,
                   "what was asked for cannot be read: it is of another version");
    else if (job->deaths > MAX_DEATHS && job->was_interrupted)
        end_queued(job, STATE_FAILED, message);
    else if (job->plan != NULL)
        queue_begin(job); /* it has just been planned */
    else
        work_plan(job);
}

/* Streams, and what is only to be told that it is canceled. */
static void start_at_once(struct daemon *daemon)
{
    struct job *following;

    for (struct job *job = daemon->jobs; job != NULL; job = following) {
        following = job->next;
        if (job->is_queued && !job->is_planning && !job->is_over &&
            (job->is_canceled || !takes_a_place(job)))
            start(job);
    }
}

static bool has_queued(const struct daemon *daemon)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (job->is_queued && !job->is_planning)
            return true;
    return false;
}

static bool wants_to_know(const struct job *job)
{
    return job->listener != NULL && job->is_accepted;
}

/* Tells each of those who wait, and listen, how many begin before. */
static void tell_places(struct turn *queued, size_t count, const struct turn *running,
                        size_t running_count)
{
    bool any = false;

    for (size_t i = 0; i < count; i++)
        any = any || wants_to_know(queued[i].job);
    if (!any)
        return;
    turn_sort(queued, count, running, running_count);
    for (size_t i = 0; i < count; i++) {
        struct job *job = queued[i].job;
        const struct event event = {.type = "queued", .run = job->run.id, .total = (int64_t)i};
        if (!wants_to_know(job) || job->place == i + 1)
            continue;
        job->place = i + 1;
        work_tell(job, &event);
    }
}

void queue_admit(struct daemon *daemon)
{
    size_t queued_count, running_count;

    if (daemon->is_draining || !has_queued(daemon))
        return;
    start_at_once(daemon);
    struct turn *queued = find_turns(daemon, false, &queued_count);
    struct turn *running = find_turns(daemon, true, &running_count);
    while (
        queued_count > 0 &&
        (!daemon->stays || (int64_t)running_count < daemon->loaded->pipeline.serve.runs_at_once)) {
        size_t next = turn_next(queued, queued_count, running, running_count);
        struct job *job = queued[next].job;
        running = alloc_resize(running, (running_count + 1) * sizeof *running);
        running[running_count++] = queued[next];
        queued[next] = queued[--queued_count];
        start(job);
    }
    for (size_t i = 0; i < queued_count; i++) { /* thousands may wait: each is planned again */
        struct job *job = queued[i].job;
        plan_free(job->plan);
        job->plan = NULL;
    }
    tell_places(queued, queued_count, running, running_count);
    free(queued);
    free(running);
}

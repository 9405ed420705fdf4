#include "daemon/backfill.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/backfill_item.h"
#include "daemon/dispatch.h"
#include "daemon/idempotency.h"
#include "daemon/queue.h"
#include "daemon/verbs.h"

#include <stdlib.h>
#include <string.h>

struct backfills {
    struct daemon *daemon;
    struct backfill *first;
    uv_timer_t timer; /* goes on in a turn of its own */
};

/* Of which partition a run was asked for. */
struct asking {
    size_t position;
    char id[ULID_SIZE + 1];
};

static struct store *store_of(const struct backfills *backfills)
{
    return journal_store(backfills->daemon->journal);
}

static struct backfill *find(const struct backfills *backfills, const char *id)
{
    struct backfill *backfill = backfills != NULL ? backfills->first : NULL;

    while (backfill != NULL && strcmp(backfill->id, id) != 0)
        backfill = backfill->next;
    return backfill;
}

/* ------------------------------------------------------------------------------------- going on */

static void go_on(uv_timer_t *timer);

static void go_on_soon(struct backfills *backfills)
{
    uv_timer_start(&backfills->timer, go_on, 0, 0);
}

static void set_part(struct backfills *backfills, struct backfill *backfill, size_t position,
                     enum backfill_state state)
{
    struct backfill_part *part = &backfill->parts[position];

    part->state = state;
    part->is_asking = false;
    store_backfill_partition(store_of(backfills), backfill->id, (int64_t)position,
                             backfill_state_names[state], part->run[0] != '\0' ? part->run : NULL);
    go_on_soon(backfills);
}

static void queued(void *arg, const void *what, const char *run_id)
{
    struct daemon *daemon = arg;
    const struct asking *asking = what;
    struct backfill *backfill = find(daemon->backfills, asking->id);

    if (backfill == NULL)
        return;
    struct backfill_part *part = &backfill->parts[asking->position];
    snprintf(part->run, sizeof part->run, "%s", run_id);
    set_part(daemon->backfills, backfill, asking->position, BACKFILL_QUEUED);
}

static void refused(void *arg, const void *what, const char *const *lines, size_t count)
{
    struct daemon *daemon = arg;
    const struct asking *asking = what;
    struct backfill *backfill = find(daemon->backfills, asking->id);

    if (backfill == NULL)
        return;
    struct backfill_part *part = &backfill->parts[asking->position];
    if (daemon->is_draining) { /* the next one asks again */
        part->is_asking = false;
        return;
    }
    log_warn("backfill %s: partition %s: no run could be made: %s", backfill->id, part->key,
             count > 0 ? lines[0] : "");
    set_part(daemon->backfills, backfill, asking->position,
             backfill->is_canceled ? BACKFILL_CANCELED : BACKFILL_FAILED);
}

static void ask(struct backfills *backfills, const struct backfill *backfill, size_t position)
{
    struct backfill_part *part = &backfill->parts[position];
    struct request request = *backfill->request;
    struct asking *asking = alloc_zeroed(1, sizeof *asking);
    const char *keys[] = {part->key};

    request.partitions = keys;
    request.partition_count = 1;
    asking->position = position;
    snprintf(asking->id, sizeof asking->id, "%s", backfill->id);
    const struct asker asker = {queued, refused, backfills->daemon, asking};
    part->is_asking = true;
    work_ask(backfills->daemon, &request, &asker);
}

static void end(struct backfills *backfills, struct backfill **at)
{
    struct backfill *backfill = *at;
    const char *state = backfill_count(backfill, BACKFILL_CANCELED) > 0 ? "canceled"
                        : backfill_count(backfill, BACKFILL_FAILED) > 0 ? "failed"
                                                                        : "succeeded";

    log_info("backfill %s has %s", backfill->id, state);
    store_backfill_change(store_of(backfills), backfill->id, state, clock_now_us());
    *at = backfill->next;
    backfill_free(backfill);
}

/* Asks for what may be asked for; false if there is nothing left to wait for. */
static bool advance(struct backfills *backfills, struct backfill *backfill)
{
    size_t active = backfill_count(backfill, BACKFILL_QUEUED);

    while (backfill->next_waiting < backfill->count) {
        const struct backfill_part *part = &backfill->parts[backfill->next_waiting];
        if (part->state == BACKFILL_WAITING && !part->is_asking) {
            if ((int64_t)active >= backfill->at_once)
                return true;
            active++;
            ask(backfills, backfill, backfill->next_waiting);
        }
        backfill->next_waiting++;
    }
    return active > 0;
}

static void cancel_runs(struct daemon *daemon, const char *id)
{
    struct job *following;

    for (struct job *job = daemon->jobs; job != NULL; job = following) {
        following = job->next;
        if (job->is_over || job->is_canceled || job->request == NULL ||
            job->request->backfill == NULL || strcmp(job->request->backfill, id) != 0)
            continue;
        job->is_canceled = true;
        if (job->has_run)
            dispatch_cancel(job);
        else if (job->is_queued)
            queue_cancel(job);
    }
}

static void go_on(uv_timer_t *timer)
{
    struct backfills *backfills = timer->data;
    struct backfill **at = &backfills->first;

    if (backfills->daemon->is_draining || backfills->daemon->is_ending)
        return;
    while (*at != NULL) {
        if ((*at)->is_canceled)
            cancel_runs(backfills->daemon, (*at)->id);
        if (advance(backfills, *at))
            at = &(*at)->next;
        else
            end(backfills, at);
    }
}

void backfills_run_over(struct backfills *backfills, const struct job *job, enum store_state state)
{
    struct backfill *backfill =
        job->request->backfill != NULL ? find(backfills, job->request->backfill) : NULL;

    for (size_t i = 0; backfill != NULL && i < backfill->count; i++)
        if (backfill->parts[i].state == BACKFILL_QUEUED &&
            strcmp(backfill->parts[i].run, job->run.id) == 0)
            set_part(backfills, backfill, i,
                     state == STATE_SUCCEEDED  ? BACKFILL_SUCCEEDED
                     : state == STATE_CANCELED ? BACKFILL_CANCELED
                                               : BACKFILL_FAILED);
}

/* ------------------------------------------------------------------------------------- beginning */

static const char *write_keys(const struct backfill *backfill, struct arena *arena)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_array(&json);
    for (size_t i = 0; i < backfill->count; i++)
        json_write_str(&json, backfill->parts[i].key);
    json_write_end(&json);
    const char *copy = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static const char *write_request(const struct request *request, struct arena *arena)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &request_shape, request);
    const char *copy = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

/* What each of its runs asks for, as text, so that nothing of it is borrowed. */
static const char *request_of(const struct job *job, const char *id, struct arena *arena)
{
    struct request request = *job->request;

    request.verb = "run";
    request.folder = job->plan->pipeline->folder;
    request.target = job->plan->pipeline->target->name;
    request.trigger = arena_printf(arena, "backfill:%s", id);
    request.backfill = id;
    request.environment = request.idempotency_key = request.address = NULL;
    request.partitions = request.only = NULL;
    request.partition_count = request.only_count = 0;
    request.detaches = false;
    return write_request(&request, arena);
}

static void insert(struct job *job, struct backfill *backfill)
{
    struct backfills *backfills = job->daemon->backfills;
    const struct store_backfill stored = {
        .id = backfill->id,
        .request = write_request(backfill->request, &job->arena),
        .target = backfill->request->target,
        .priority = backfill->request->priority,
        .at_once = backfill->at_once,
        .actor = backfill->request->actor,
        .created_us = clock_now_us(),
    };
    const struct event accepted = {
        .type = "accepted",
        .message = job->run.id,
        .total = (int64_t)backfill->count,
    };
    struct backfill **last = &backfills->first;

    while (*last != NULL)
        last = &(*last)->next;
    *last = backfill;
    store_backfill_insert(store_of(backfills), &stored, write_keys(backfill, &job->arena));
    idempotency_note(job, job->run.id);
    work_tell(job, &accepted);
    go_on_soon(backfills);
    verbs_end_committed(job);
}

void backfills_add(struct job *job)
{
    struct daemon *daemon = job->daemon;
    const struct partition *list = job->range;
    size_t count = job->range_count;
    struct backfill *backfill;
    char id[ULID_SIZE + 1];

    if (daemon->backfills == NULL || daemon->is_draining) {
        work_refuse_as(job, "conflict",
                       "no daemon stays here that could carry it out: start aorta serve first");
        return;
    }
    if (idempotency_answer(job))
        return;
    if (count == 0) {
        work_refuse_as(job, "conflict",
                       "there is nothing to make: none of these partitions is in such a state");
        return;
    }
    ulid_next(&daemon->run_ids, id);
    memcpy(job->run.id, id, sizeof id); /* it has no run of its own: what its key means */
    backfill = backfill_new(id, request_of(job, id, &job->arena), count);
    if (backfill == NULL) {
        work_refuse_as(job, "config", "it cannot be asked for again");
        return;
    }
    backfill->at_once = job->request->at_once > 0 ? job->request->at_once : 1;
    for (size_t i = 0; i < count; i++)
        backfill->parts[i].key = arena_strdup(&backfill->arena, list[i].key);
    insert(job, backfill);
}

/* -------------------------------------------------------------------------------- what the store knows */

static void go_on_with(struct backfills *backfills, struct backfill *backfill)
{
    backfill->next = backfills->first; /* the oldest is read last, and goes first */
    backfills->first = backfill;
    for (size_t i = 0; i < backfill->count; i++)
        if (backfill->parts[i].is_unwritten)
            set_part(backfills, backfill, i, backfill->parts[i].state);
    log_info("backfill %s goes on", backfill->id);
}

static int read_running(void *arg, struct store_reader *reader, struct arena *arena,
                        struct err *err)
{
    const struct store_backfill_page all = {.state = "running", .limit = INT64_MAX};
    struct store_backfill *stored;
    struct backfill *backfill;
    size_t count;

    if (store_read_backfills(reader, &all, arena, &stored, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        backfill = NULL;
        if (backfill_read(reader, &stored[i], &backfill, err) < 0)
            return -1;
        if (backfill != NULL)
            go_on_with(arg, backfill);
    }
    return 0;
}

int backfills_open(struct daemon *daemon, struct backfills **backfills, struct err *err)
{
    struct backfills *opened = alloc_zeroed(1, sizeof *opened);

    opened->daemon = daemon;
    uv_timer_init(daemon->loop, &opened->timer);
    opened->timer.data = opened;
    uv_unref((uv_handle_t *)&opened->timer);
    if (journal_read(daemon->journal, read_running, opened, err) < 0) {
        backfills_close(opened);
        return -1;
    }
    go_on_soon(opened);
    *backfills = opened;
    return 0;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void backfills_close(struct backfills *backfills)
{
    if (backfills == NULL)
        return;
    while (backfills->first != NULL) {
        struct backfill *backfill = backfills->first;
        backfills->first = backfill->next;
        backfill_free(backfill);
    }
    uv_close((uv_handle_t *)&backfills->timer, closed);
}

/* -------------------------------------------------------------------------------- canceling, retrying */

/* The one whose id begins so, which the request says whole from then on; refused if there is
 * none. */
static struct backfill *find_meant(struct job *job)
{
    const struct backfills *backfills = job->daemon->backfills;
    const char *of = job->request->of;
    struct backfill *found = NULL;
    bool others = false;

    for (struct backfill *at = backfills != NULL ? backfills->first : NULL;
         of != NULL && of[0] != '\0' && at != NULL; at = at->next) {
        if (strncmp(at->id, of, strlen(of)) != 0)
            continue;
        others = found != NULL;
        found = at;
    }
    if (found == NULL || others)
        work_refuse_as(job, others ? "config" : "missing",
                       others ? "more than one backfill begins so: say more of its id"
                              : "no backfill of this id is at work");
    if (found == NULL || others)
        return NULL;
    job->request->of = arena_strdup(&job->arena, found->id);
    return found;
}

void backfills_begin_cancel(struct job *job)
{
    struct backfill *backfill = find_meant(job);
    struct event accepted = {.type = "accepted"};

    if (backfill == NULL)
        return;
    accepted.message = job->request->of;
    work_tell(job, &accepted);
    backfill->is_canceled = true;
    for (size_t i = 0; i < backfill->count; i++)
        if (backfill->parts[i].state == BACKFILL_WAITING && !backfill->parts[i].is_asking)
            backfill->parts[i].state = BACKFILL_CANCELED;
    store_backfill_cancel(store_of(job->daemon->backfills), backfill->id);
    cancel_runs(job->daemon, backfill->id);
    go_on_soon(job->daemon->backfills);
    verbs_end_committed(job);
}

/* One that is over, read in the thread pool. */
struct retrying {
    uv_work_t work;
    struct job *job;
    struct backfill *backfill;
    const char *state; /* of a refusal */
    struct err err;
};

static int refuse_retry(struct retrying *retrying, const char *state, const char *why)
{
    retrying->state = state;
    return err_set(&retrying->err, ERR_CONFIG, "%s", why);
}

static int read_meant(struct retrying *retrying, struct store_reader *reader)
{
    struct job *job = retrying->job;
    const struct store_backfill_page page = {.prefix = job->request->of, .limit = 2};
    struct store_backfill *stored;
    size_t count;

    if (store_read_backfills(reader, &page, &job->arena, &stored, &count, &retrying->err) < 0)
        return -1;
    if (count != 1)
        return refuse_retry(retrying, count == 0 ? "missing" : "config",
                            count == 0 ? "there is no backfill of this id"
                                       : "more than one backfill begins so: say more of its id");
    if (strcmp(stored->state, "running") == 0)
        return refuse_retry(retrying, "conflict", "it is not over yet: cancel it first, or wait");
    if (stored->failed + stored->canceled == 0)
        return refuse_retry(retrying, "conflict", "all of it has succeeded");
    job->request->of = stored->id;
    return backfill_read(reader, stored, &retrying->backfill, &retrying->err);
}

static void read_in_pool(uv_work_t *work)
{
    struct retrying *retrying = work->data;
    struct store_reader *reader;

    if (store_reader_open(retrying->job->daemon->store_path, &reader, &retrying->err) < 0)
        return;
    (void)read_meant(retrying, reader);
    store_reader_close(reader);
}

static void begin_again(struct job *job, struct backfill *backfill)
{
    struct backfills *backfills = job->daemon->backfills;
    const struct event accepted = {.type = "accepted", .message = job->request->of};

    for (size_t i = 0; i < backfill->count; i++) {
        struct backfill_part *part = &backfill->parts[i];
        if (part->state != BACKFILL_SUCCEEDED)
            *part = (struct backfill_part){.key = part->key, .state = BACKFILL_WAITING};
    }
    backfill->next = backfills->first;
    backfills->first = backfill;
    store_backfill_retry(store_of(backfills), backfill->id, STORE_NO_DONE);
    work_tell(job, &accepted);
    go_on_soon(backfills);
    verbs_end_committed(job);
}

static void was_read(uv_work_t *work, int status)
{
    struct retrying *retrying = work->data;
    struct job *job = retrying->job;
    struct backfill *backfill = retrying->backfill;

    (void)status;
    if (job->daemon->is_ending) {
        if (backfill != NULL)
            backfill_free(backfill);
    } else if (job->daemon->backfills == NULL || backfill == NULL ||
               find(job->daemon->backfills, backfill->id) != NULL) {
        work_refuse_as(job, retrying->state != NULL ? retrying->state : "conflict",
                       backfill == NULL ? retrying->err.message : "it is not over yet");
        if (backfill != NULL)
            backfill_free(backfill);
    } else {
        begin_again(job, backfill);
    }
    free(retrying);
}

void backfills_retry(struct job *job)
{
    struct retrying *retrying;

    if (job->daemon->backfills == NULL || job->request->of == NULL || job->request->of[0] == '\0') {
        work_refuse_as(job, "conflict",
                       "no daemon stays here that could carry it out: start aorta serve first");
        return;
    }
    retrying = alloc_zeroed(1, sizeof *retrying);
    retrying->job = job;
    retrying->work.data = retrying;
    uv_queue_work(job->daemon->loop, &retrying->work, read_in_pool, was_read);
}

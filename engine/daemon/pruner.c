#include "daemon/pruner.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/audit.h"
#include "daemon/work.h"
#include "store/audit.h"
#include "store/retention.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVERY_MS = 3600 * 1000,
    BATCH_RUNS = 20,
    BATCH_STEPS = 2000, /* of a batch's runs together, but of one run as many as it has */
    BATCH_ROWS = 1000,  /* of anything else */
    PAGE_RUNS = 200,
    ROW_KINDS = 8,
};

/* How far the clock may be ahead of what was seen before, for its word to be taken. */
#define BELIEVED_US CLOCK_US_PER_DAY

/* Something else that grows. */
struct row_kind {
    store_prune *prune;
    int64_t before_us;
    int64_t changes; /* that went in the last batch */
};

struct old_run {
    char id[ULID_SIZE + 1];
    bool goes;      /* else only its events */
    int64_t events; /* that went in the last batch */
};

struct pruner {
    struct daemon *daemon;
    char *store; /* its path: the journal may go while the pool reads */
    uv_timer_t timer;
    uv_work_t work;
    struct job *job; /* who asked for this round, or NULL */
    bool is_at_work;
    bool is_reading; /* in the thread pool */
    bool is_closing;
    int64_t seen_us, seen_monotonic_us; /* the clock, when it was looked at last; 0: never */
    /* Of the round: */
    int64_t runs_before_us, events_before_us;
    int64_t max_runs;
    char until[ULID_SIZE + 1]; /* the run behind the newest max_runs, "": there is none */
    char after[ULID_SIZE + 1]; /* looked at so far */
    bool is_begun;             /* `until` is known */
    bool is_at_end;
    struct old_run batch[BATCH_RUNS];
    size_t batch_count;
    struct row_kind rows[ROW_KINDS];
    int64_t forgotten;
};

static struct store *store_of(const struct pruner *pruner)
{
    return journal_store(pruner->daemon->journal);
}

static bool must_end(const struct pruner *pruner)
{
    return pruner->is_closing || pruner->daemon->is_draining || pruner->daemon->is_ending ||
           (pruner->job != NULL && pruner->job->is_canceled);
}

static void then(struct pruner *pruner, void (*call)(void *arg))
{
    journal_barrier(pruner->daemon->journal, (struct journal_then){call, pruner, NULL});
}

static void begin(uv_timer_t *timer);

/* Tells who asked for it. Of a daemon that does not stay this was all that it was for. */
static void tell(struct pruner *pruner)
{
    const struct event pruned = {.type = "pruned", .rows = pruner->forgotten};
    struct daemon *daemon = pruner->daemon;
    struct job *job = pruner->job;
    bool has_ended = must_end(pruner);

    pruner->job = NULL;
    if (!daemon->stays) {
        daemon->pruner = NULL;
        pruner_close(pruner);
    }
    work_tell(job, &pruned);
    work_finish(job, has_ended ? "canceled" : "succeeded");
}

static void sleep_until_next(struct pruner *pruner)
{
    pruner->is_at_work = false;
    if (pruner->forgotten > 0)
        log_info("%lld runs are forgotten, as [retention] says", (long long)pruner->forgotten);
    if (!must_end(pruner) && pruner->daemon->stays)
        uv_timer_start(&pruner->timer, begin, EVERY_MS, 0);
    if (pruner->job != NULL)
        tell(pruner);
}

/* -------------------------------------------------------------------------------- other rows */

static void prune_rows(void *arg)
{
    struct pruner *pruner = arg;
    bool is_done = true;

    for (size_t i = 0; i < ROW_KINDS && !must_end(pruner); i++) {
        struct row_kind *kind = &pruner->rows[i];
        if (kind->changes < BATCH_ROWS)
            continue;
        is_done = false;
        kind->prune(store_of(pruner), kind->before_us, BATCH_ROWS, &kind->changes);
    }
    if (is_done)
        sleep_until_next(pruner);
    else
        then(pruner, prune_rows);
}

/* ------------------------------------------------------------------------------ looking for runs */

/* Whether the run, the next one, ends the batch. */
static bool take(struct pruner *pruner, const struct store_old_run *run, int64_t *steps)
{
    bool goes = run->may_go;

    if (!goes && (!run->is_over || !run->has_events || run->created_us >= pruner->events_before_us))
        return false;
    struct old_run *taken = &pruner->batch[pruner->batch_count++];
    (void)snprintf(taken->id, sizeof taken->id, "%s", run->id);
    taken->goes = goes;
    taken->events = BATCH_ROWS;
    *steps += run->step_count;
    return pruner->batch_count == BATCH_RUNS || *steps >= BATCH_STEPS;
}

/* Nothing behind it is old enough. */
static bool is_last(const struct pruner *pruner, const struct store_old_run *run)
{
    return run->created_us >= pruner->runs_before_us &&
           run->created_us >= pruner->events_before_us && strcmp(run->id, pruner->until) > 0;
}

static void take_page(struct pruner *pruner, const struct store_old_run *runs, size_t count)
{
    int64_t steps = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_last(pruner, &runs[i])) {
            pruner->is_at_end = true;
            return;
        }
        (void)snprintf(pruner->after, sizeof pruner->after, "%s", runs[i].id);
        if (take(pruner, &runs[i], &steps))
            return;
    }
    pruner->is_at_end = count < PAGE_RUNS;
}

static int find_until(struct pruner *pruner, struct store_reader *reader, struct arena *arena,
                      struct err *err)
{
    const char *id;

    if (pruner->is_begun)
        return 0;
    if (store_read_beyond(reader, pruner->max_runs, arena, &id, err) < 0)
        return -1;
    (void)snprintf(pruner->until, sizeof pruner->until, "%s", id != NULL ? id : "");
    pruner->is_begun = true;
    return 0;
}

static void read_in_pool(uv_work_t *work)
{
    struct pruner *pruner = work->data;
    const struct store_old_page page = {
        .after_id = pruner->after[0] != '\0' ? pruner->after : NULL,
        .before_us = pruner->runs_before_us,
        .until_id = pruner->until,
        .limit = PAGE_RUNS,
    };
    struct store_reader *reader = NULL;
    struct store_old_run *runs;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    if (store_reader_open(pruner->store, &reader, &err) < 0 ||
        find_until(pruner, reader, &arena, &err) < 0 ||
        store_read_old_runs(reader, &page, &arena, &runs, &count, &err) < 0) {
        log_warn("retention: %s", err.message);
        pruner->is_at_end = true;
    } else {
        take_page(pruner, runs, count);
    }
    store_reader_close(reader);
    arena_release(&arena);
}

static void forget_events(void *arg);

static void freed(uv_handle_t *handle)
{
    struct pruner *pruner = handle->data;

    free(pruner->store);
    free(pruner);
}

static void read_in_background(struct pruner *pruner, uv_work_cb read, uv_after_work_cb then_do)
{
    pruner->is_reading = true;
    pruner->work.data = pruner;
    uv_queue_work(pruner->daemon->loop, &pruner->work, read, then_do);
}

static void has_read(uv_work_t *work, int status)
{
    struct pruner *pruner = work->data;

    (void)status;
    pruner->is_reading = false;
    if (pruner->is_closing)
        uv_close((uv_handle_t *)&pruner->timer, freed);
    else
        forget_events(pruner);
}

static void read_page(void *arg)
{
    struct pruner *pruner = arg;

    pruner->batch_count = 0;
    if (must_end(pruner) || pruner->is_at_end) {
        prune_rows(pruner);
        return;
    }
    read_in_background(pruner, read_in_pool, has_read);
}

/* ------------------------------------------------------------------------------ forgetting them */

static void forgotten(void *arg)
{
    fault_point("daemon.prune.after");
    read_page(arg);
}

static void forget_runs(struct pruner *pruner)
{
    fault_point("daemon.prune.before");
    for (size_t i = 0; i < pruner->batch_count; i++) {
        if (!pruner->batch[i].goes)
            continue;
        store_run_forget(store_of(pruner), pruner->batch[i].id, STORE_NO_DONE);
        pruner->forgotten++;
    }
    then(pruner, forgotten);
}

static void forget_events(void *arg)
{
    struct pruner *pruner = arg;
    bool is_done = true;

    if (must_end(pruner)) {
        sleep_until_next(pruner);
        return;
    }
    for (size_t i = 0; i < pruner->batch_count; i++) {
        struct old_run *run = &pruner->batch[i];
        if (run->events < BATCH_ROWS)
            continue;
        is_done = false;
        store_run_events_forget(store_of(pruner), run->id, BATCH_ROWS, &run->events);
    }
    if (is_done)
        forget_runs(pruner);
    else
        then(pruner, forget_events);
}

/* ----------------------------------------------------------------------------------- its rounds */

/* A clock that is far ahead of what was seen before is right if time has passed while nobody looked,
 * and wrong if it is set back soon: then all that it calls old would be gone. Whoever is right is so
 * at the next round as well. */
static bool is_believed(struct pruner *pruner)
{
    int64_t now_us = clock_now_us(), monotonic_us = clock_monotonic_us();
    int64_t ahead_us = now_us - pruner->seen_us - (monotonic_us - pruner->seen_monotonic_us);
    bool is_ahead = pruner->seen_us > 0 && ahead_us > BELIEVED_US;

    if (is_ahead)
        log_warn("the clock is %lld days ahead of what happened last: if it is so in an hour, what "
                 "is old is forgotten then",
                 (long long)(ahead_us / CLOCK_US_PER_DAY));
    pruner->seen_us = now_us;
    pruner->seen_monotonic_us = monotonic_us;
    return !is_ahead;
}

/* ["raw.orders", …] */
static void write_keys(const struct graph *graph, struct buf *text)
{
    struct json_writer json;

    json_writer_init(&json, text);
    json_write_array(&json);
    for (size_t i = 0; i < graph->count; i++)
        json_write_str(&json, graph->assets[i]->key);
    json_write_end(&json);
}

static void note_gone(const struct pruner *pruner, const struct graph *graph, int64_t now_us)
{
    struct buf keys;

    buf_init(&keys);
    write_keys(graph, &keys);
    store_gone_note(store_of(pruner), keys.data, now_us);
    buf_release(&keys);
}

static void begin_by(struct pruner *pruner, const struct graph *graph)
{
    const struct retention *retention = &graph->pipeline->retention;
    int64_t now_us = clock_now_us();
    int64_t runs_us = now_us - retention->runs_ms * 1000;
    int64_t audit_us = now_us - retention->audit_ms * 1000;
    const struct row_kind rows[ROW_KINDS] = {
        {store_ticks_prune, now_us - retention->ticks_ms * 1000, BATCH_ROWS},
        {store_audit_prune, audit_us, BATCH_ROWS},
        {store_keys_prune, now_us - 2 * CLOCK_US_PER_DAY, BATCH_ROWS}, /* they count for one */
        {store_backfills_prune, runs_us, BATCH_ROWS},
        {store_tokens_prune, audit_us, BATCH_ROWS},
        {store_gone_partitions_prune, runs_us, BATCH_ROWS},
        {store_gone_positions_prune, runs_us, BATCH_ROWS},
        {store_gone_automation_prune, runs_us, BATCH_ROWS},
    };

    pruner->is_at_work = true;
    note_gone(pruner, graph, now_us);
    memcpy(pruner->rows, rows, sizeof rows);
    pruner->runs_before_us = runs_us;
    pruner->events_before_us = now_us - retention->events_ms * 1000;
    pruner->max_runs = retention->max_runs;
    pruner->after[0] = '\0';
    pruner->is_begun = pruner->is_at_end = false;
    pruner->forgotten = 0;
    read_page(pruner);
}

static void begin(uv_timer_t *timer)
{
    struct pruner *pruner = timer->data;

    if (is_believed(pruner))
        begin_by(pruner, &pruner->daemon->loaded->graph);
    else
        sleep_until_next(pruner);
}

static void find_newest_in_pool(uv_work_t *work)
{
    struct pruner *pruner = work->data;
    struct store_reader *reader = NULL;
    struct err err;

    if (store_reader_open(pruner->store, &reader, &err) < 0 ||
        store_read_newest_us(reader, &pruner->seen_us, &err) < 0)
        log_warn("retention: %s", err.message);
    store_reader_close(reader);
}

static void has_found_newest(uv_work_t *work, int status)
{
    struct pruner *pruner = work->data;

    (void)status;
    pruner->is_reading = pruner->is_at_work = false;
    pruner->seen_monotonic_us = clock_monotonic_us();
    if (pruner->is_closing)
        uv_close((uv_handle_t *)&pruner->timer, freed);
    else
        begin(&pruner->timer);
}

static struct pruner *make(struct daemon *daemon)
{
    struct pruner *pruner = alloc_zeroed(1, sizeof *pruner);

    pruner->daemon = daemon;
    pruner->store = alloc_strdup(journal_path(daemon->journal));
    uv_timer_init(daemon->loop, &pruner->timer);
    pruner->timer.data = pruner;
    uv_unref((uv_handle_t *)&pruner->timer);
    return pruner;
}

struct pruner *pruner_open(struct daemon *daemon)
{
    struct pruner *pruner = make(daemon);

    pruner->is_at_work = true;
    read_in_background(pruner, find_newest_in_pool, has_found_newest);
    return pruner;
}

void pruner_begin(struct job *job)
{
    const struct event accepted = {.type = "accepted"};
    struct daemon *daemon = job->daemon;

    if (daemon->pruner == NULL && !daemon->stays)
        daemon->pruner = make(daemon);
    if (daemon->pruner == NULL || daemon->pruner->is_at_work || daemon->is_draining) {
        work_refuse_as(job, "busy", "old runs are being forgotten right now");
        return;
    }
    daemon->pruner->job = job;
    uv_timer_stop(&daemon->pruner->timer);
    work_tell(job, &accepted);
    audit_job(job, AUDIT_ACCEPTED);
    begin_by(daemon->pruner, job->plan->graph);
}

void pruner_close(struct pruner *pruner)
{
    if (pruner == NULL || pruner->is_closing)
        return;
    pruner->is_closing = true;
    pruner->job = NULL;
    if (!pruner->is_reading)
        uv_close((uv_handle_t *)&pruner->timer, freed);
}

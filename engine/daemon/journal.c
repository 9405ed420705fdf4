#include "daemon/journal.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/parts.h"
#include "store/write.h"

#include <stdlib.h>
#include <string.h>

struct journal {
    struct store *store;
    char *path;
    struct store_reader *reader; /* while the daemon begins, or NULL */
    int64_t last_event;          /* its number in the store */
    struct follower follower;
    struct waiting *waiting;
    uv_async_t committed; /* the store's thread has something for us */
    uv_prepare_t submit;  /* the end of each turn of the loop */
    void (*failed)(void *arg, const struct err *err);
    void *failed_arg;
    void (*changed)(void *arg, const char *trouble);
    void *changed_arg;
    struct err trouble;
    bool is_held_up;
    int open_handles;
};

/* A callback on its way through the store. */
struct waiting {
    struct journal *journal;
    struct waiting *next, **at; /* in the journal's list */
    struct journal_then then;
};

static void look_held_up(struct journal *journal)
{
    struct err trouble;
    bool is_held_up = store_is_held_up(journal->store, &trouble);

    if (is_held_up == journal->is_held_up)
        return;
    journal->is_held_up = is_held_up;
    if (is_held_up)
        journal->trouble = trouble;
    journal->changed(journal->changed_arg, journal_trouble(journal));
}

static void reap(uv_async_t *async)
{
    struct journal *journal = async->data;
    struct err err;

    if (journal->changed != NULL)
        look_held_up(journal);
    if (store_reap(journal->store, &err) < 0)
        journal->failed(journal->failed_arg, &err);
}

static void submit(uv_prepare_t *prepare)
{
    struct journal *journal = prepare->data;

    store_submit(journal->store);
}

static void wake(void *arg)
{
    struct journal *journal = arg;

    uv_async_send(&journal->committed);
}

static void drop(struct waiting *waiting)
{
    if (waiting->then.drop != NULL)
        waiting->then.drop(waiting->then.arg);
    free(waiting);
}

static void handle_closed(uv_handle_t *handle)
{
    struct journal *journal = handle->data;

    if (--journal->open_handles > 0)
        return;
    while (journal->waiting != NULL) {
        struct waiting *waiting = journal->waiting;
        journal->waiting = waiting->next;
        drop(waiting);
    }
    free(journal->path);
    free(journal);
}

int journal_read(struct journal *journal, journal_reading *reading, void *arg, struct err *err)
{
    struct arena arena;

    if (journal->reader == NULL && store_reader_open(journal->path, &journal->reader, err) < 0)
        return -1;
    arena_init(&arena);
    int result = reading(arg, journal->reader, &arena, err);
    arena_release(&arena);
    return result;
}

void journal_close_reader(struct journal *journal)
{
    store_reader_close(journal->reader);
    journal->reader = NULL;
}

static int find_last_event(void *arg, struct store_reader *reader, struct arena *arena,
                           struct err *err)
{
    struct journal *journal = arg;

    (void)arena;
    return store_read_last_event(reader, &journal->last_event, err);
}

int journal_interrupt(struct journal *journal, struct err *err)
{
    struct store_recovery recovery;

    store_be_patient(journal->store, false);
    return store_recover(journal->store, false, clock_now_us(), &recovery, err);
}

static int recover(struct journal *journal, struct err *err)
{
    struct store_recovery recovery;

    if (store_recover(journal->store, true, clock_now_us(), &recovery, err) < 0 ||
        journal_read(journal, find_last_event, journal, err) < 0)
        return -1;
    if (recovery.runs > 0)
        log_warn("marked %lld run%s of a daemon that died interrupted", (long long)recovery.runs,
                 recovery.runs == 1 ? "" : "s");
    return 0;
}

struct journal *journal_open(uv_loop_t *loop, const char *state_folder,
                             void (*failed)(void *arg, const struct err *err), void *arg,
                             struct err *err)
{
    struct journal *journal = alloc_zeroed(1, sizeof *journal);
    struct store_options options = {.wake = wake, .wake_arg = journal};
    struct buf path;

    journal->failed = failed;
    journal->failed_arg = arg;
    buf_init(&path);
    buf_printf(&path, "%s/runs.db", state_folder);
    options.path = path.data;
    journal->path = alloc_strdup(path.data);
    uv_async_init(loop, &journal->committed, reap);
    uv_prepare_init(loop, &journal->submit);
    journal->committed.data = journal->submit.data = journal;
    journal->open_handles = 2;
    int opened = store_open(&options, &journal->store, err);
    buf_release(&path);
    if (opened == 0 && recover(journal, err) == 0) {
        uv_prepare_start(&journal->submit, submit);
        uv_unref((uv_handle_t *)&journal->submit);
        return journal;
    }
    if (opened < 0)
        journal->store = NULL;
    journal_close(journal);
    return NULL;
}

void journal_be_patient(struct journal *journal, void (*changed)(void *arg, const char *trouble),
                        void *arg)
{
    journal->changed = changed;
    journal->changed_arg = arg;
    store_be_patient(journal->store, true);
}

const char *journal_trouble(const struct journal *journal)
{
    return journal->is_held_up ? journal->trouble.message : NULL;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    journal_close_reader(journal);
    store_close(journal->store);
    uv_close((uv_handle_t *)&journal->committed, handle_closed);
    uv_close((uv_handle_t *)&journal->submit, handle_closed);
}

static void unlink_waiting(struct waiting *waiting)
{
    *waiting->at = waiting->next;
    if (waiting->next != NULL)
        waiting->next->at = waiting->at;
}

static void commit_done(void *arg, const struct err *err)
{
    struct waiting *waiting = arg;

    unlink_waiting(waiting);
    if (err != NULL) {
        waiting->journal->failed(waiting->journal->failed_arg, err);
        drop(waiting);
        return;
    }
    waiting->then.call(waiting->then.arg);
    free(waiting);
}

static struct store_done done_of(struct journal *journal, struct journal_then then)
{
    struct waiting *waiting;

    if (then.call == NULL)
        return STORE_NO_DONE;
    waiting = alloc_zeroed(1, sizeof *waiting);
    waiting->journal = journal;
    waiting->then = then;
    waiting->next = journal->waiting;
    waiting->at = &journal->waiting;
    if (waiting->next != NULL)
        waiting->next->at = &waiting->next;
    journal->waiting = waiting;
    return (struct store_done){commit_done, waiting};
}

struct store_done journal_done(struct journal *journal, struct journal_then then)
{
    return done_of(journal, then);
}

struct store *journal_store(const struct journal *journal)
{
    return journal->store;
}

const char *journal_path(const struct journal *journal)
{
    return journal->path;
}

void journal_follow(struct journal *journal, const struct follower *follower)
{
    journal->follower = follower != NULL ? *follower : (struct follower){0};
}

void journal_barrier(struct journal *journal, struct journal_then then)
{
    store_barrier(journal->store, done_of(journal, then));
}

/* A step that the store has not seen yet, or has seen before. */
static void begin_step(struct journal *journal, struct run *run, size_t i)
{
    struct run_step *step = &run->steps[i];
    const struct store_step row = {
        .run_id = run->id,
        .asset = step->asset->key,
        .position = (int64_t)i,
        .kind = asset_kind_names[step->asset->kind],
        .state = STATE_QUEUED,
        .rows = STORE_NO_COUNT,
    };

    if (!step->is_stored)
        store_step_insert(journal->store, &row, STORE_NO_DONE);
    else if (step->stored != STATE_QUEUED)
        store_step_change(journal->store, run->id, step->asset->key, step->stored, STATE_QUEUED,
                          NULL, NULL, STORE_NO_DONE);
    step->is_stored = true;
    step->stored = STATE_QUEUED;
}

void journal_run_began(struct journal *journal, struct run *run, bool was_interrupted)
{
    for (size_t i = 0; i < run->step_count; i++)
        begin_step(journal, run, i);
    store_run_change(journal->store, run->id, was_interrupted ? STATE_INTERRUPTED : STATE_QUEUED,
                     STATE_RUNNING, clock_now_us(), NULL, STORE_NO_DONE);
}

enum store_state journal_run_ended(struct journal *journal, const struct run *run)
{
    static const enum store_state states[] = {
        [RUN_RUNNING] = STATE_RUNNING,
        [RUN_SUCCEEDED] = STATE_SUCCEEDED,
        [RUN_FAILED] = STATE_FAILED,
        [RUN_CANCELED] = STATE_CANCELED,
    };

    struct err err;
    if (run->timed_out != NULL)
        err_set(&err, ERR_CONFIG, "%s", run->timed_out);
    store_run_change(journal->store, run->id, STATE_RUNNING, states[run->state], clock_now_us(),
                     run->timed_out != NULL ? &err : NULL, STORE_NO_DONE);
    return states[run->state];
}

void journal_wait(struct journal *journal, const struct run *run, struct run_step *step)
{
    store_step_explain(journal->store, run->id, step->asset->key,
                       step->wait != NULL ? step->wait : step->reason);
    step->is_explained = step->wait != NULL;
}

static void change_step(struct journal *journal, struct run *run, struct run_step *step,
                        enum store_state to)
{
    if (step->is_explained) { /* it waits no more */
        store_step_explain(journal->store, run->id, step->asset->key, NULL);
        step->is_explained = false;
    }
    store_step_change(journal->store, run->id, step->asset->key, step->stored, to, step->reason,
                      NULL, STORE_NO_DONE);
    step->stored = to;
}

void journal_attempt_began(struct journal *journal, struct run *run, struct run_step *step,
                           struct journal_then then)
{
    change_step(journal, run, step, STATE_RUNNING);
    step->stored_attempt = step->attempt;
    parts_begin(journal->store, run, step);
    store_attempt_start(journal->store, run->id, step->asset->key, step->attempt, clock_now_us(),
                        done_of(journal, then));
}

void journal_report(struct journal *journal, const struct run *run, const struct run_step *step,
                    const struct report *report)
{
    char version[32];
    int64_t now = clock_now_us();

    for (size_t i = 0; i < report->check_count; i++) {
        const struct check_report *check = &report->checks[i];
        const struct store_check_result result = {
            .run_id = run->id,
            .asset = step->asset->key,
            .check = check->name,
            .status = check->status,
            .severity = check->severity,
            .failures = check->failures,
            .sample = check->sample,
            .at_us = now,
        };
        store_check_result_insert(journal->store, &result, STORE_NO_DONE);
    }
    parts_confirm(journal->store, run, step, report);
    if (report->outcome == NULL || strcmp(report->outcome, "published") != 0)
        return;
    snprintf(version, sizeof version, "%lld", (long long)report->version);
    const struct store_materialization materialization = {
        .asset = step->asset->key,
        .run_id = run->id,
        .at_us = now,
        .rows = report->table_rows >= 0 ? report->table_rows : report->rows,
        .version = version,
        .fingerprint = report->fingerprint != NULL ? report->fingerprint : "",
    };
    store_materialization_insert(journal->store, &materialization, STORE_NO_DONE);
    parts_publish(journal->store, run, step, report, now);
}

/* How the store names what became of a step; a step that waits again had an attempt that failed,
 * or whose executor died. */
static enum store_state state_of(const struct run_step *step)
{
    static const enum store_state states[] = {
        [STEP_WAITING] = STATE_QUEUED,    [STEP_READY] = STATE_QUEUED,
        [STEP_RUNNING] = STATE_RUNNING,   [STEP_PUBLISHED] = STATE_SUCCEEDED,
        [STEP_FRESH] = STATE_FRESH,       [STEP_REJECTED] = STATE_FAILED,
        [STEP_FAILED] = STATE_FAILED,     [STEP_SKIPPED] = STATE_SKIPPED,
        [STEP_CANCELED] = STATE_CANCELED,
    };

    return states[step->state];
}

static void end_attempt(struct journal *journal, const struct run *run, struct run_step *step,
                        enum store_state state)
{
    struct err err = {.code = step->code};
    bool failed = state == STATE_FAILED || state == STATE_INTERRUPTED;
    struct store_outcome outcome = {
        .state = state == STATE_FRESH ? STATE_SUCCEEDED : state,
        .ended_us = clock_now_us(),
        .rows = step->rows,
        .error = failed && step->reason != NULL ? &err : NULL,
    };

    if (outcome.error != NULL)
        err_set(&err, step->code, "%s", step->reason);
    store_attempt_end(journal->store, run->id, step->asset->key, step->stored_attempt, &outcome,
                      STORE_NO_DONE);
    step->stored_attempt = 0;
}

void journal_step(struct journal *journal, struct run *run, struct run_step *step)
{
    enum store_state state = state_of(step);
    bool retries = state == STATE_QUEUED && step->stored == STATE_RUNNING;
    enum store_state ended = retries ? STATE_FAILED : state;

    if (step->stored_attempt > 0) {
        parts_end(journal->store, run, step, ended == STATE_FAILED, clock_now_us());
        end_attempt(journal, run, step, ended);
    }
    change_step(journal, run, step, ended);
    if (retries)
        change_step(journal, run, step, STATE_QUEUED);
}

/* An event on its way through the store, for who follows and for who asked. */
struct telling_news {
    struct journal *journal;
    struct news news;
    struct journal_then then;
    char texts[]; /* run, asset, kind, detail */
};

static const char *keep(char **at, const char *text)
{
    size_t size = text != NULL ? strlen(text) + 1 : 0;
    char *copy = *at;

    if (text == NULL)
        return NULL;
    memcpy(copy, text, size);
    *at += size;
    return copy;
}

static size_t size_of(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static struct telling_news *copy_news(struct journal *journal, const struct store_event *event,
                                      struct journal_then then)
{
    size_t size = size_of(event->run_id) + size_of(event->asset) + size_of(event->kind) +
                  size_of(event->detail);
    struct telling_news *telling = alloc_zeroed(1, sizeof *telling + size);
    char *at = telling->texts;

    telling->journal = journal;
    telling->then = then;
    telling->news.id = event->id;
    telling->news.at_us = event->at_us;
    telling->news.run = keep(&at, event->run_id);
    telling->news.asset = keep(&at, event->asset);
    telling->news.kind = keep(&at, event->kind);
    telling->news.detail = keep(&at, event->detail);
    return telling;
}

static void tell_news(void *arg)
{
    struct telling_news *telling = arg;
    const struct follower *follower = &telling->journal->follower;

    if (follower->hear != NULL)
        follower->hear(follower->arg, &telling->news);
    if (telling->then.call != NULL)
        telling->then.call(telling->then.arg);
    free(telling);
}

static void drop_news(void *arg)
{
    struct telling_news *telling = arg;

    if (telling->then.drop != NULL)
        telling->then.drop(telling->then.arg);
    free(telling);
}

void journal_event(struct journal *journal, const char *run_id, const struct event *event,
                   struct journal_then then)
{
    struct json_writer json;
    struct buf detail;

    buf_init(&detail);
    json_writer_init(&json, &detail);
    record_encode(&json, &event_shape, event);
    const struct store_event stored = {
        .id = ++journal->last_event,
        .run_id = run_id,
        .at_us = clock_now_us(),
        .asset = event->asset,
        .kind = event->type,
        .detail = detail.data,
    };
    if (journal->follower.hear != NULL)
        then = (struct journal_then){tell_news, copy_news(journal, &stored, then), drop_news};
    store_event_append(journal->store, &stored, done_of(journal, then));
    buf_release(&detail);
}

/*
 * A cancel reaches a run in whichever state it is, and outlives the daemon that was told of it.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/clock.h"
#include "daemon/dispatch.h"
#include "daemon/overlap.h"
#include "daemon/queue.h"
#include "store/read.h"
#include "store/write.h"

#include <string.h>

static const char RUN[] = "01HTBWZX51QNNNNNNNNNNNNNNN";

static uv_loop_t loop;
static struct daemon owner = {.loop = &loop};
static bool is_past;

static void fail(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "%s", err->message);
}

/* A job whose run is in the store, as one that waits. */
static struct job *begin(struct request *request)
{
    const struct store_run stored = {
        .id = RUN,
        .pipeline = "test",
        .target = "dev",
        .trigger = "manual",
        .selection = "",
        .state = STATE_QUEUED,
        .created_us = 1,
    };
    struct err err;

    uv_loop_init(&loop);
    uv_timer_init(&loop, &owner.grace_timer);
    owner.grace_timer.data = &owner;
    owner.journal = journal_open(&loop, test_folder(), fail, NULL, &err);
    check(owner.journal != NULL);
    store_run_insert(journal_store(owner.journal), &stored, STORE_NO_DONE);
    struct job *job = work_job(&owner, NULL);
    job->request = request;
    memcpy(job->run.id, RUN, sizeof RUN);
    return job;
}

static void past(void *arg)
{
    (void)arg;
    is_past = true;
}

/* Whether the next daemon would find that it was to be canceled. */
static bool is_written(void)
{
    const struct store_run_page page = {.prefix = RUN, .limit = 1};
    struct store_reader *reader;
    struct store_run *run;
    struct arena arena;
    struct err err;
    size_t count;

    is_past = false;
    journal_barrier(owner.journal, (struct journal_then){past, NULL, NULL});
    while (!is_past)
        uv_run(&loop, UV_RUN_ONCE);
    arena_init(&arena);
    check_ok(store_reader_open(journal_path(owner.journal), &reader, &err));
    check_ok(store_find_runs(reader, &page, &arena, &run, &count, &err));
    check_int(count, 1);
    bool is_asked = run->cancel_asked;
    store_reader_close(reader);
    arena_release(&arena);
    return is_asked;
}

static void end(void)
{
    work_forget_all(&owner);
    uv_close((uv_handle_t *)&owner.grace_timer, NULL);
    journal_close(owner.journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
}

static void over(void *arg, struct run_step *step)
{
    (void)arg;
    (void)step;
}

TEST("a run that stops at its first failure is canceled like any other")
{
    const struct report failed = {.outcome = "failed", .error_code = "data", .error = "bad"};
    struct request request = {.verb = "run", .fail_fast = true};

    config_fixture_model("x", "a", "select 1");
    config_fixture_model("x", "b", "select 1");
    struct job *job = begin(&request);
    job->has_run = true;
    run_init(&job->run, RUN, config_fixture_plan(""), &request);
    run_begin_attempt(&job->run, &job->run.steps[0], 1, 1000);
    run_begin_attempt(&job->run, &job->run.steps[1], 2, 1000);
    run_finish_attempt(&job->run, &job->run.steps[0], &failed, 2000, over, NULL);
    check(job->run.is_stopping && !run_is_over(&job->run));
    dispatch_cancel(job);
    check(job->run.is_canceled);
    check(is_written());
    int64_t ends_us = job->run.grace_ends_us;
    check(ends_us > clock_monotonic_us());
    dispatch_cancel(job); /* once more puts nothing off */
    check_int(job->run.grace_ends_us, ends_us);
    end();
}

TEST("one that waits, and is just being planned, is canceled also for the next daemon")
{
    struct request request = {.verb = "run"};
    struct job *job = begin(&request);

    job->is_queued = job->is_planning = true;
    check(!is_written());
    queue_cancel(job);
    check(job->is_canceled);
    check(is_written());
    end();
}

TEST("a newer tick's run takes the place of an older one that has not begun")
{
    static const struct schedule_config config = {.name = "nightly", .overlap = OVERLAP_CANCEL};
    const struct schedule schedule = {.config = &config, .trigger = "schedule:nightly"};
    struct request request = {.verb = "run", .trigger = "schedule:nightly"};
    struct job *job = begin(&request);
    char reason[OVERLAP_REASON_SIZE];

    job->is_queued = job->is_planning = true;
    check(overlap_settle(&owner, &schedule, NULL, reason));
    check(job->is_canceled);
    check(is_written());
    end();
}

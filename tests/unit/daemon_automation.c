/*
 * What automation asks for, and when: with a pool of one thread, which is held, so that what is asked
 * for stays asked for.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/clock.h"
#include "daemon/automation.h"
#include "daemon/work.h"
#include "run/loaded.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * CLOCK_US_PER_SECOND)
#define SIX INT64_C(1712210400000000) /* 2024-04-04T06:00:00Z */

enum { BEHIND_A_LOOK_MS = 150 /* what happens is looked at within 100 ms */ };

static uv_loop_t loop;
static struct daemon owner = {.loop = &loop, .stays = true};
static struct run run;
static sem_t gate;
static uv_work_t held;

static void fail(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "%s", err->message);
}

static void hold(uv_work_t *work)
{
    (void)work;
    sem_wait(&gate);
}

/* Also when a test fails: the pool's thread is waited for at the end. */
static void open_gate(void)
{
    check(sem_post(&gate) == 0);
}

static void let_go(uv_work_t *work, int status)
{
    (void)work;
    (void)status;
}

/* A model "below" that says so of its automation, and what it reads: "above". */
static void begin(const char *automation, int64_t now_us)
{
    static const char id[] = "01HTBWZX51QNNNNNNNNNNNNNNN";
    const struct request request = {.verb = "run", .folder = config_fixture_folder()};
    struct err err;

    check(setenv("UV_THREADPOOL_SIZE", "1", 1) == 0);
    config_fixture_write("assets/x/above.toml", "materialized = \"table\"\n");
    config_fixture_model("x", "above", "select 1 as n");
    config_fixture_write("assets/x/below.toml", automation);
    config_fixture_model("x", "below", "select * from {{ ref('above') }}");
    clock_set_us(now_us);
    uv_loop_init(&loop);
    owner.loaded = loaded_read(&request);
    check_int(owner.loaded->problems.count, 0);
    owner.journal = journal_open(&loop, test_folder(), fail, NULL, &err);
    check(owner.journal != NULL);
    owner.store_path = (char *)(uintptr_t)journal_path(owner.journal);
    owner.automation = automation_open(&owner);
    run_init(&run, id, config_fixture_plan(""), &request);
    check(sem_init(&gate, 0, 0) == 0 && atexit(open_gate) == 0);
    uv_queue_work(&loop, &held, hold, let_go); /* behind the reading of the store */
}

static void end(void)
{
    owner.is_ending = true;
    open_gate();
    automation_close(owner.automation);
    journal_close(owner.journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
    work_forget_all(&owner);
    loaded_release(owner.loaded);
    run_release(&run);
}

static void set_past(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* How many runs it has asked for when it has looked: timers end in the order of their times. */
static size_t look(void)
{
    bool is_past = false;
    uv_timer_t timer;
    size_t count = 0;

    uv_timer_init(&loop, &timer);
    timer.data = &is_past;
    automation_wake(owner.automation);
    uv_timer_start(&timer, set_past, BEHIND_A_LOOK_MS, 0);
    while (!is_past)
        uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    for (const struct job *job = owner.jobs; job != NULL; job = job->next)
        count++;
    return count;
}

static void wait_for_first_look(void)
{
    while (owner.jobs == NULL)
        uv_run(&loop, UV_RUN_ONCE);
}

static struct run_step *step_named(const char *name)
{
    for (size_t i = 0; i < run.step_count; i++)
        if (strcmp(run.steps[i].asset->name, name) == 0)
            return &run.steps[i];
    test_fail(__FILE__, __LINE__, "there is no step %s", name);
}

/* A step of those times, that ended so. */
static void make(const char *name, enum step_state state, int64_t from_us, int64_t until_us)
{
    struct run_step *step = step_named(name);

    clock_set_us(from_us);
    automation_step_began(owner.automation, &run, step);
    clock_set_us(until_us);
    step->state = state;
    automation_step_over(owner.automation, &run, step);
}

TEST("what is asked for, and not planned yet, is not asked for again")
{
    begin("automation = \"on_missing\"\n", SIX);
    make("above", STEP_FRESH, SIX, SIX);
    wait_for_first_look();
    check_int(look(), 1);
    check_int(look(), 1);
    check_str(owner.jobs->request->select[0], "x.below");
    end();
}

TEST("what was asked for in vain is asked for again when there is something new to read")
{
    begin("automation = \"on_missing\"\n", SIX);
    make("above", STEP_PUBLISHED, SIX, SIX);
    wait_for_first_look();
    owner.jobs->asker.queued(owner.jobs->asker.arg, owner.jobs->asker.what, "run");
    check_int(look(), 1); /* it failed, or was canceled */
    check_int(look(), 1);
    memcpy(run.id, "01HTBWZX51QNNNNNNNNNNNNNNP", sizeof run.id);
    make("above", STEP_PUBLISHED, SIX, SIX);
    check_int(look(), 2);
    end();
}

TEST("what was looked at before a tick is not up to date since, though it ended behind it")
{
    begin("automation = { on_cron = \"0 6 * * *\" }\n", SIX - 10 * MINUTE);
    check_int(look(), 0);
    make("above", STEP_FRESH, SIX - MINUTE, SIX + MINUTE);
    check_int(look(), 0);
    make("above", STEP_FRESH, SIX + 2 * MINUTE, SIX + 3 * MINUTE);
    check_int(look(), 1);
    end();
}

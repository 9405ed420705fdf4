/*
 * The state machine of a run: retries, skips, cancels, executors and servers that die.
 */
#include "config_fixture.h"
#include "test.h"

#include "run/run.h"

#include <stdio.h>
#include <string.h>

static const char ID[] = "01HTBWZX51QNNNNNNNNNNNNNNN";

/* What `over` was called with, in order. */
static struct run_step *told[64];
static size_t told_count;

static void hear(void *arg, struct run_step *step)
{
    check(step_is_over(step));
    check(arg == (void *)told);
    told[told_count++] = step;
}

static void start(struct run *run)
{
    struct request request = {0};
    struct plan *plan = config_fixture_plan("");

    check_int(plan->problems.count, 0);
    run_init(run, ID, plan, &request);
    told_count = 0;
}

/* a ─▶ b ─▶ d, a ─▶ c ─▶ d, and e that stands alone. */
static void start_diamond(struct run *run)
{
    config_fixture_model("x", "a", "select 1");
    config_fixture_model("x", "b", "select * from {{ ref('a') }}");
    config_fixture_model("x", "c", "select * from {{ ref('a') }}");
    config_fixture_model("x", "d", "select * from {{ ref('b') }}, {{ ref('c') }}");
    config_fixture_model("x", "e", "select 1");
    start(run);
}

static struct run_step *step_named(struct run *run, const char *name)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (strcmp(run->steps[i].asset->name, name) == 0)
            return &run->steps[i];
    test_fail(__FILE__, __LINE__, "there is no step %s", name);
}

/* "a:ready b:waiting …", by name. */
static const char *states(struct run *run)
{
    static char text[512];
    size_t used = 0;

    for (const char *name = "abcde"; *name != '\0'; name++) {
        struct run_step *step = step_named(run, (char[]){*name, '\0'});
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%c:%s", used > 0 ? " " : "",
                                 *name, step_state_names[step->state]);
    }
    return text;
}

static int64_t numbers;

static void begin(struct run *run, const char *name, int64_t now_us)
{
    run_begin_attempt(run, step_named(run, name), ++numbers, now_us);
}

static void finish(struct run *run, const char *name, const struct report *report, int64_t now_us)
{
    run_finish_attempt(run, step_named(run, name), report, now_us, hear, told);
}

static void do_step_end(struct run *run, const char *name, const char *outcome)
{
    struct report report = {.outcome = outcome, .table_rows = -1};

    finish(run, name, &report, 2);
}

static void do_step(struct run *run, const char *name, const char *outcome)
{
    begin(run, name, 1);
    do_step_end(run, name, outcome);
}

TEST("a step waits for all of its parents")
{
    struct run run;

    start_diamond(&run);
    check_str(run.id, ID);
    check_str(states(&run), "a:ready b:waiting c:waiting d:waiting e:ready");
    do_step(&run, "a", "published");
    check_str(states(&run), "a:published b:ready c:ready d:waiting e:ready");
    do_step(&run, "b", "fresh");
    check_str(states(&run), "a:published b:fresh c:ready d:waiting e:ready");
    do_step(&run, "c", "published");
    check_str(states(&run), "a:published b:fresh c:published d:ready e:ready");
    do_step(&run, "d", "published");
    check(!run_is_over(&run));
    check_int(run.state, RUN_RUNNING);
    do_step(&run, "e", "fresh");
    check(run_is_over(&run));
    check_int(run.state, RUN_SUCCEEDED);
    check_int(told_count, 5);
    run_release(&run);
}

TEST("a run of nothing has succeeded, one of a part waits for nobody outside of it")
{
    struct request request = {0};
    struct run run;

    start_diamond(&run);
    run_release(&run);
    config_fixture_write("assets/x/f.toml", "kind = \"external\"\n");
    run_init(&run, ID, config_fixture_plan("f"), &request);
    check(run_is_over(&run));
    check_int(run.state, RUN_SUCCEEDED);
    run_release(&run);
    run_init(&run, ID, config_fixture_plan("d b"), &request);
    check_int(run.step_count, 2);
    check_int(step_named(&run, "b")->state, STEP_READY);
    check_int(step_named(&run, "d")->state, STEP_WAITING);
    do_step(&run, "b", "published");
    check_int(step_named(&run, "d")->state, STEP_READY);
    run_release(&run);
}

TEST("a step waits through assets that are not selected")
{
    struct request request = {0};
    struct run run;

    start_diamond(&run);
    run_release(&run);
    config_fixture_model("x", "f", "select * from {{ ref('d') }}");
    run_init(&run, ID, config_fixture_plan("a f c"), &request);
    check_int(run.step_count, 3);
    check_int(step_named(&run, "c")->waiting_for, 1);
    check_int(step_named(&run, "f")->waiting_for, 2); /* a through b and d, c through d */
    do_step(&run, "a", "published");
    check_int(step_named(&run, "f")->state, STEP_WAITING);
    do_step(&run, "c", "published");
    check_int(step_named(&run, "f")->state, STEP_READY);
    run_release(&run);
    run_init(&run, ID, config_fixture_plan("a f"), &request);
    do_step(&run, "a", "failed");
    check_str(step_named(&run, "f")->reason, "x.a failed");
    run_release(&run);
}

TEST("what is below a failed step is skipped, with the reason; the rest goes on")
{
    struct report report = {.outcome = "failed", .error_code = "config", .error = "no such column"};
    struct run run;

    start_diamond(&run);
    do_step(&run, "a", "published");
    begin(&run, "b", 1);
    finish(&run, "b", &report, 5);
    check_str(states(&run), "a:published b:failed c:ready d:skipped e:ready");
    check_str(step_named(&run, "b")->reason, "no such column");
    check_int(step_named(&run, "b")->code, ERR_CONFIG);
    check_int(step_named(&run, "b")->ended_us, 5);
    check_str(step_named(&run, "d")->reason, "x.b failed");
    check(told[1] == step_named(&run, "b") && told[2] == step_named(&run, "d"));
    do_step(&run, "c", "published");
    do_step(&run, "e", "published");
    check_int(run.state, RUN_FAILED);
    check_int(told_count, 5);
    run_release(&run);
}

TEST("a rejected step skips the chain below, each with the nearest reason")
{
    struct check_report checks[] = {
        {.name = "not_null", .status = "pass"},
        {.name = "unique", .status = "warn", .detail = "2 rows"},
        {.name = "between", .status = "fail", .detail = "3 rows"},
    };
    struct report report = {.outcome = "rejected", .checks = checks, .check_count = 3};
    struct run run;

    start_diamond(&run);
    begin(&run, "a", 1);
    finish(&run, "a", &report, 2);
    check_str(states(&run), "a:rejected b:skipped c:skipped d:skipped e:ready");
    check_str(step_named(&run, "a")->reason, "check between failed: 3 rows");
    check_int(step_named(&run, "a")->checks_passed, 1);
    check_int(step_named(&run, "a")->checks_warned, 1);
    check_int(step_named(&run, "a")->checks_failed, 1);
    check_str(step_named(&run, "b")->reason, "x.a was not published: a blocking check failed");
    check_str(step_named(&run, "d")->reason, "x.b was skipped");
    do_step(&run, "e", "published");
    check_int(run.state, RUN_FAILED);
    run_release(&run);
}

TEST("a run that stops at the first failure skips all that has not begun, related or not")
{
    struct report bad = {.outcome = "failed", .error_code = "config", .error = "no such column"};
    struct report passing = {.outcome = "failed", .error_code = "transient", .error = "refused"};
    struct run run;

    start_diamond(&run);
    run.fail_fast = true;
    do_step(&run, "a", "published");
    begin(&run, "e", 1);
    begin(&run, "c", 1);
    begin(&run, "b", 1);
    finish(&run, "b", &bad, 2);
    check_str(states(&run), "a:published b:failed c:running d:skipped e:running");
    check_str(step_named(&run, "d")->reason, "x.b failed");
    do_step_end(&run, "c", "published");
    check_str(states(&run), "a:published b:failed c:published d:skipped e:running");
    finish(&run, "e", &passing, 3);
    check_int(step_named(&run, "e")->state, STEP_FAILED); /* not tried again */
    check_int(run.state, RUN_FAILED);
    check_int(told_count, 5);
    run_release(&run);

    start_diamond(&run);
    run.fail_fast = true;
    begin(&run, "e", 1);
    finish(&run, "e", &passing, 2); /* it waits to be tried again */
    do_step(&run, "a", "rejected");
    check_str(states(&run), "a:rejected b:skipped c:skipped d:skipped e:failed");
    check_str(step_named(&run, "e")->reason, "refused");
    check_str(step_named(&run, "b")->reason, "x.a was not published: a blocking check failed");
    run_release(&run);

    start_diamond(&run);
    run.fail_fast = true;
    do_step(&run, "e", "rejected");
    check_str(states(&run), "a:skipped b:skipped c:skipped d:skipped e:rejected");
    check_str(step_named(&run, "a")->reason,
              "x.e was not published, and the run stops at the first failure");
    check_int(run.state, RUN_FAILED);
    run_release(&run);
}

TEST("a stream that is told to end has succeeded; what had not begun is canceled")
{
    struct report bad = {.outcome = "failed", .error_code = "transient", .error = "refused"};
    struct run run;

    start_diamond(&run);
    run.is_endless = true;
    check(run_is_stream(&run));
    begin(&run, "a", 1);
    begin(&run, "e", 1);
    for (int64_t hour = 1; hour < 20; hour++) { /* an error now and then is no reason to give up */
        finish(&run, "e", &bad, hour * 3600000000);
        check_int(step_named(&run, "e")->state, STEP_READY);
        begin(&run, "e", hour * 3600000000 + 1);
    }
    run_lose_attempt(&run, step_named(&run, "e"), false, "killed", INT64_MAX / 2, hear, told);
    check(!step_named(&run, "e")->is_suspect); /* it would run alone, and for ever */
    check_int(step_named(&run, "e")->failures, 0);
    begin(&run, "e", INT64_MAX / 2 + 1);
    run_stop(&run, 5, hear, told);
    check_str(states(&run), "a:running b:canceled c:canceled d:canceled e:running");
    do_step_end(&run, "a", "published");
    finish(&run, "e", &bad, INT64_MAX / 2 + 2);
    check_int(step_named(&run, "e")->state, STEP_FAILED); /* it is not begun again */
    check_int(run.state, RUN_CANCELED);
    run_release(&run);

    config_fixture_model("x", "b", "select 1");
    config_fixture_model("x", "c", "select 1");
    config_fixture_model("x", "d", "select 1");
    start(&run);
    run.until_idle = true;
    for (const char *name = "abcde"; *name != '\0'; name++)
        begin(&run, (char[]){*name, '\0'}, 1);
    run_stop(&run, 5, hear, told);
    for (const char *name = "abcde"; *name != '\0'; name++)
        do_step_end(&run, (char[]){*name, '\0'}, *name == 'c' ? "fresh" : "published");
    check_int(run.state, RUN_SUCCEEDED);
    run_release(&run);
}

TEST("what may pass is tried again, later each time, and at last fails")
{
    struct report report = {.outcome = "failed", .error_code = "transient", .error = "refused"};
    struct run run;
    int64_t now = 1000000, before = 0;

    start_diamond(&run);
    struct run_step *a = step_named(&run, "a");
    for (int attempt = 1; attempt <= 4; attempt++) {
        begin(&run, "a", now);
        check_int(a->attempt, attempt);
        check_int(a->started_us, 1000000);
        finish(&run, "a", &report, now);
        check_int(a->number, 0);
        if (attempt == 4)
            break;
        check_int(a->state, STEP_READY);
        check_str(a->reason, "refused");
        check(a->ready_at_us - now > before);
        before = a->ready_at_us - now;
        now = a->ready_at_us;
    }
    check_str(states(&run), "a:failed b:skipped c:skipped d:skipped e:ready");
    check_int(a->code, ERR_TRANSIENT);
    run_release(&run);
}

TEST("only what may pass is tried again; an outcome that is none is a failure")
{
    static const char *const codes[] = {"config", "data", "broken", "nonsense", NULL};
    struct run run;

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct report report = {.outcome = "failed", .error_code = codes[i]};
        start_diamond(&run);
        begin(&run, "e", 1);
        finish(&run, "e", &report, 2);
        check_int(step_named(&run, "e")->state, STEP_FAILED);
        run_release(&run);
    }
    start_diamond(&run);
    do_step(&run, "e", "splendid");
    check_int(step_named(&run, "e")->state, STEP_FAILED);
    do_step(&run, "a", NULL);
    check_int(step_named(&run, "a")->state, STEP_FAILED);
    run_release(&run);
}

TEST("a success after failures forgets their reason")
{
    struct report failed = {.outcome = "failed", .error_code = "transient", .error = "refused"};
    struct report done = {.outcome = "published", .rows = 7, .table_rows = 9, .note = "rebuilt"};
    struct run run;

    start_diamond(&run);
    begin(&run, "e", 1);
    finish(&run, "e", &failed, 2);
    begin(&run, "e", 3);
    finish(&run, "e", &done, 4);
    check(step_named(&run, "e")->reason == NULL);
    check_int(step_named(&run, "e")->rows, 7);
    check_int(step_named(&run, "e")->table_rows, 9);
    check_str(step_named(&run, "e")->note, "rebuilt");
    run_release(&run);
}

TEST("an executor that dies by a step costs it a retry, by a neighbour none")
{
    struct run run;

    start_diamond(&run);
    struct run_step *a = step_named(&run, "a");
    for (int i = 0; i < 10; i++) {
        begin(&run, "a", 1);
        run_lose_attempt(&run, a, false, "killed", 2, hear, told);
        check_int(a->state, STEP_READY);
        check_int(a->failures, 0);
    }
    check(a->is_suspect);
    for (int i = 1; i <= 4; i++) {
        check_int(a->state, STEP_READY);
        begin(&run, "a", 1);
        run_lose_attempt(&run, a, true, "killed", 2, hear, told);
        check_int(a->failures, i);
    }
    check_str(states(&run), "a:failed b:skipped c:skipped d:skipped e:ready");
    check_str(a->reason, "killed");
    check_int(a->attempt, 14);
    run_release(&run);
}

TEST("a cancel ends what waits at once, and what runs when it has ended")
{
    struct report canceled = {.outcome = "canceled"};
    struct run run;

    start_diamond(&run);
    begin(&run, "a", 1);
    run_cancel(&run, 2, hear, told);
    check_str(states(&run), "a:running b:canceled c:canceled d:canceled e:canceled");
    check(!run_is_over(&run));
    finish(&run, "a", &canceled, 3);
    check(run_is_over(&run));
    check_int(run.state, RUN_CANCELED);
    check_int(told_count, 5);
    run_release(&run);
}

TEST("a canceled run tries nothing again, whatever its last steps say")
{
    struct report transient = {.outcome = "failed", .error_code = "transient", .error = "refused"};
    struct run run;

    start_diamond(&run);
    begin(&run, "a", 1);
    begin(&run, "e", 1);
    run_cancel(&run, 2, hear, told);
    finish(&run, "a", &transient, 3);
    check_int(step_named(&run, "a")->state, STEP_FAILED);
    run_lose_attempt(&run, step_named(&run, "e"), true, "killed", 3, hear, told);
    check_int(step_named(&run, "e")->state, STEP_CANCELED);
    check_int(run.state, RUN_CANCELED);
    run_release(&run);
    start_diamond(&run);
    begin(&run, "a", 1);
    run_cancel(&run, 2, hear, told);
    finish(&run, "a", &(struct report){.outcome = "published"}, 3);
    check_str(states(&run), "a:published b:canceled c:canceled d:canceled e:canceled");
    check_int(run.state, RUN_CANCELED);
    run_cancel(&run, 4, hear, told);
    check_int(told_count, 5);
    run_release(&run);
}

TEST("a step that somebody else canceled has not succeeded")
{
    struct run run;

    start_diamond(&run);
    do_step(&run, "a", "published");
    do_step(&run, "b", "published");
    do_step(&run, "c", "published");
    do_step(&run, "d", "published");
    do_step(&run, "e", "canceled");
    check_int(run.state, RUN_FAILED);
    run_release(&run);
}

/* make fills a topic of the broker, lake empties it, load reads the lake. */
static void start_stream(struct run *run)
{
    config_fixture_write("assets/x/make.toml",
                         "kind = \"generator\"\nfrom = { connection = \"oltp\", stream = \"e\" }\n"
                         "into = { connection = \"broker\", topic = \"t\" }\n");
    config_fixture_write("assets/x/lake.toml",
                         "kind = \"stream\"\nfrom = { connection = \"broker\", topic = \"t\" }\n"
                         "into = { connection = \"files\", topic = \"t\" }\n"
                         "time = { unit = \"log\" }\n");
    config_fixture_write("assets/x/load.toml",
                         "kind = \"source\"\nfrom = { connection = \"files\", topic = \"t\" }\n");
    config_fixture_model("x", "other", "select 1");
    start(run);
}

TEST("a dead server fails what reads or writes it, now or when its attempt ends")
{
    struct report transient = {.outcome = "failed", .error_code = "transient", .error = "gone"};
    struct run run;

    start_stream(&run);
    const struct connection *broker = pipeline_connection(run.plan->pipeline, "broker");
    begin(&run, "make", 1);
    run_lose_server(&run, broker, "the broker died", 2, hear, told);
    check_int(step_named(&run, "make")->state, STEP_RUNNING);
    check_int(step_named(&run, "lake")->state, STEP_FAILED);
    check_str(step_named(&run, "lake")->reason, "the broker died");
    check_int(step_named(&run, "load")->state, STEP_SKIPPED);
    check_int(step_named(&run, "other")->state, STEP_READY);
    finish(&run, "make", &transient, 3);
    check_int(step_named(&run, "make")->state, STEP_FAILED);
    do_step(&run, "other", "published");
    check_int(run.state, RUN_FAILED);
    check_int(told_count, 4);
    run_release(&run);
}

TEST("a server that dies after its steps were over changes nothing")
{
    struct run run;

    start_stream(&run);
    do_step(&run, "make", "published");
    do_step(&run, "lake", "published");
    run_lose_server(&run, pipeline_connection(run.plan->pipeline, "broker"), "died", 2, hear, told);
    check_int(told_count, 2);
    check_int(step_named(&run, "load")->state, STEP_READY);
    run_release(&run);
}

/* --------------------------------------------------------------------------- random histories */

static uint64_t seed = 20240401;

static uint64_t chance(uint64_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (seed >> 33) % below;
}

/* The list has all steps of the state, in the order of the graph, both ways. */
static void check_list(const struct run *run, const struct run_list *list, enum step_state state)
{
    const struct run_step *at = list->first, *before = NULL;

    for (size_t i = 0; i < run->step_count; i++) {
        if (run->steps[i].state != state)
            continue;
        check(at == &run->steps[i]);
        check(at->earlier == before);
        before = at;
        at = at->later;
    }
    check(at == NULL);
    check(list->last == before);
}

static void check_invariants(const struct run *run)
{
    size_t over = 0;

    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        size_t waiting = 0;
        over += step_is_over(step);
        check((step->number != 0) == (step->state == STEP_RUNNING));
        check(step->failures <= 4);
        check(step->number == 0 || run_find_attempt(run, step->number) == step);
        for (size_t j = 0; j < step->asset->parent_count; j++) {
            enum step_state parent = run->steps[step->asset->parents[j]->order].state;
            waiting += parent != STEP_PUBLISHED && parent != STEP_FRESH;
        }
        if (step->state == STEP_WAITING)
            check(step->waiting_for == waiting && waiting > 0);
        if (step->state == STEP_READY || step->state == STEP_RUNNING)
            check_int(waiting, 0);
        if (step->state == STEP_PUBLISHED || step->state == STEP_FRESH)
            check_int(waiting, 0);
    }
    check_list(run, &run->ready, STEP_READY);
    check_list(run, &run->running, STEP_RUNNING);
    check(run_find_attempt(run, 0) == NULL);
    check_int(run->over_count, over);
    check_int(told_count, over);
    check_int(run_is_over(run), over == run->step_count);
    check((run->state == RUN_RUNNING) == !run_is_over(run));
}

/* Something that can happen to the step. */
static void happen(struct run *run, struct run_step *step)
{
    static const char *const outcomes[] = {"published", "published", "published", "fresh",
                                           "rejected",  "failed",    "failed",    "canceled"};
    static const char *const codes[] = {"config", "transient", "transient", "data"};
    struct report report = {.outcome = outcomes[chance(8)], .error_code = codes[chance(4)]};

    if (step->state == STEP_READY && !run->is_canceled)
        run_begin_attempt(run, step, ++numbers, (int64_t)chance(1000));
    else if (step->state == STEP_RUNNING && chance(4) == 0)
        run_lose_attempt(run, step, chance(2) == 0, "killed", 5, hear, told);
    else if (step->state == STEP_RUNNING)
        run_finish_attempt(run, step, &report, 5, hear, told);
}

TEST("ten thousand histories end, tell each step once, and never break the rules")
{
    struct run run;
    size_t states_seen[4] = {0};

    start_diamond(&run);
    struct run first = run;
    struct run_step steps[5];
    memcpy(steps, run.steps, sizeof steps);
    for (int history = 0; history < 10000; history++) {
        run = first;
        memcpy(run.steps, steps, sizeof steps);
        told_count = 0;
        for (int i = 0; !run_is_over(&run); i++) {
            check(i < 5000);
            if (chance(200) == 0)
                run_cancel(&run, 5, hear, told);
            happen(&run, &run.steps[chance(run.step_count)]);
            check_invariants(&run);
        }
        states_seen[run.state]++;
        check_int(told_count, 5);
    }
    check(states_seen[RUN_SUCCEEDED] > 100 && states_seen[RUN_FAILED] > 1000);
    check(states_seen[RUN_CANCELED] > 100 && states_seen[RUN_RUNNING] == 0);
    run_release(&run);
}

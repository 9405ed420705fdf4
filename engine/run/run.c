#include "run/run.h"

#include "base/limits.h"
#include "base/units.h"
#include "run/backoff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_US = 60 * 1000 * 1000 };

const char *const step_state_names[] = {
    [STEP_WAITING] = "waiting",     [STEP_READY] = "ready",     [STEP_RUNNING] = "running",
    [STEP_PUBLISHED] = "published", [STEP_FRESH] = "fresh",     [STEP_REJECTED] = "rejected",
    [STEP_FAILED] = "failed",       [STEP_SKIPPED] = "skipped", [STEP_CANCELED] = "canceled",
};

const char *const run_state_names[] = {
    [RUN_RUNNING] = "running",
    [RUN_SUCCEEDED] = "succeeded",
    [RUN_FAILED] = "failed",
    [RUN_CANCELED] = "canceled",
};

/* The step of an asset, or NULL: steps stand in the order of the graph. */
static struct run_step *step_of(struct run *run, const struct asset *asset)
{
    size_t low = 0, high = run->step_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (run->steps[middle].asset->order < asset->order)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < run->step_count && run->steps[low].asset == asset;
    return found ? &run->steps[low] : NULL;
}

/* ---------------------------------------------------------------------------------------- lists */

static struct run_list *list_of(struct run *run, enum step_state state)
{
    return state == STEP_READY ? &run->ready : state == STEP_RUNNING ? &run->running : NULL;
}

static void unlink_step(struct run_list *list, struct run_step *step)
{
    *(step->earlier != NULL ? &step->earlier->later : &list->first) = step->later;
    *(step->later != NULL ? &step->later->earlier : &list->last) = step->earlier;
    list->count--;
}

static bool goes_before(const struct run_step *a, const struct run_step *b)
{
    int64_t a_priority = a->asset->policy.priority, b_priority = b->asset->policy.priority;

    return a_priority != b_priority ? a_priority > b_priority : a < b;
}

/* From behind: children of one parent become ready one after another. */
static void link_step(struct run_list *list, struct run_step *step)
{
    step->earlier = list->last;
    while (step->earlier != NULL && goes_before(step, step->earlier))
        step->earlier = step->earlier->earlier;
    struct run_step **at = step->earlier != NULL ? &step->earlier->later : &list->first;
    step->later = *at;
    *at = step;
    *(step->later != NULL ? &step->later->earlier : &list->last) = step;
    list->count++;
}

static void set_state(struct run *run, struct run_step *step, enum step_state state)
{
    struct run_list *from = list_of(run, step->state), *to = list_of(run, state);

    if (from != NULL)
        unlink_step(from, step);
    step->state = state;
    if (to != NULL)
        link_step(to, step);
}

struct run_step *run_find_attempt(const struct run *run, int64_t number)
{
    struct run_step *step = run->running.first;

    while (step != NULL && step->number != number)
        step = step->later;
    return step;
}

/* ---------------------------------------------------------------------------------------- begin */

const char *run_describe_selection(const struct request *request, struct arena *arena)
{
    struct buf joined;

    bool is_part = request->chosen_count > 0; /* of another run's */
    const char *const *select = is_part ? request->chosen : request->select;
    size_t count = is_part ? request->chosen_count : request->select_count;

    buf_init(&joined);
    for (size_t i = 0; i < count; i++)
        buf_printf(&joined, "%s%s", i > 0 ? " " : "", select[i]);
    for (size_t i = 0; !is_part && i < request->exclude_count; i++)
        buf_printf(&joined, "%s--exclude %s", joined.size > 0 ? " " : "", request->exclude[i]);
    const char *copy = arena_strndup(arena, joined.data, joined.size);
    buf_release(&joined);
    return copy;
}

const char *run_describe_stored(const char *text, struct arena *arena)
{
    struct request request = {0};
    const char *selection = "";
    struct err err;

    if (record_decode(text, strlen(text), &request_shape, arena, &request, &err) == 0)
        selection = run_describe_selection(&request, arena);
    return selection[0] != '\0' ? selection : "everything";
}

/* What each step waits for, turned around. */
static void link_steps(struct run *run)
{
    struct arena *arena = &run->plan->arena;
    const struct asset ***before = arena_calloc(arena, run->step_count + 1, sizeof *before);

    for (size_t i = 0; i < run->step_count; i++) {
        struct run_step *step = &run->steps[i];
        before[i] = plan_waits_for(run->plan, step->asset, &step->waiting_for);
        if (step->waiting_for == 0)
            set_state(run, step, STEP_READY);
        for (size_t j = 0; j < step->waiting_for; j++)
            step_of(run, before[i][j])->next_count++;
    }
    for (size_t i = 0; i < run->step_count; i++) {
        run->steps[i].next = arena_calloc(arena, run->steps[i].next_count + 1, sizeof(size_t));
        run->steps[i].next_count = 0;
    }
    for (size_t i = 0; i < run->step_count; i++)
        for (size_t j = 0; j < run->steps[i].waiting_for; j++) {
            struct run_step *first = step_of(run, before[i][j]);
            first->next[first->next_count++] = i;
        }
}

/* Whoever asked: from a socket, or in a store that another version wrote. */
static int64_t threads_of(const struct request *request)
{
    int64_t asked = request->threads;

    return asked < 0 ? 0 : asked > LIMIT_THREADS ? LIMIT_THREADS : asked;
}

void run_init(struct run *run, const char *id, struct plan *plan, const struct request *request)
{
    *run = (struct run){
        .plan = plan,
        .state = RUN_RUNNING,
        .full_refresh = request->full_refresh,
        .force = request->force,
        .fail_fast = request->fail_fast,
        .leaves_failed = request->leaves_failed,
        .threads = threads_of(request),
        .is_endless = strcmp(request->verb != NULL ? request->verb : "", "stream") == 0,
        .until_idle = request->until_idle,
        .for_ms = request->for_ms,
    };
    if (run->is_endless) {
        run->threads = LIMIT_THREADS; /* each has one for good */
        run->is_endless = !run->until_idle;
    }
    memcpy(run->id, id, sizeof run->id);
    run->selection = run_describe_selection(request, &plan->arena);
    run->steps = arena_calloc(&run->plan->arena, plan->selected_count, sizeof *run->steps);
    for (size_t i = 0; i < plan->graph->count; i++)
        if (plan->is_selected[i])
            run->steps[run->step_count++] =
                (struct run_step){.asset = plan->graph->assets[i], .table_rows = -1};
    link_steps(run);
    if (run->step_count == 0)
        run->state = RUN_SUCCEEDED;
}

void run_release(struct run *run)
{
    if (run == NULL)
        return;
    for (size_t i = 0; i < run->step_count; i++)
        free(run->steps[i].lake_position);
    plan_free(run->plan);
}

/* ---------------------------------------------------------------------------------- transitions */

bool step_is_over(const struct run_step *step)
{
    return step->state >= STEP_PUBLISHED;
}

bool run_is_over(const struct run *run)
{
    return run->over_count == run->step_count;
}

static void settle(struct run *run)
{
    if (!run_is_over(run))
        return;
    run->state = run->had_failures ? RUN_FAILED : RUN_SUCCEEDED;
    for (size_t i = 0; i < run->step_count; i++) {
        enum step_state state = run->steps[i].state;
        if (state != STEP_PUBLISHED && state != STEP_FRESH)
            run->state = RUN_FAILED;
    }
    if (run->is_canceled)
        run->state = run->timed_out != NULL ? RUN_FAILED : RUN_CANCELED;
}

static void end_step(struct run *run, struct run_step *step, enum step_state state,
                     const char *reason, int64_t now_us, run_over *over, void *arg);

static void tell_child(struct run *run, struct run_step *child, const struct run_step *parent,
                       int64_t now_us, run_over *over, void *arg)
{
    if (child->state != STEP_WAITING)
        return;
    if (parent->state == STEP_PUBLISHED || parent->state == STEP_FRESH) {
        if (--child->waiting_for == 0)
            set_state(run, child, STEP_READY);
        return;
    }
    end_step(run, child, run->is_canceled ? STEP_CANCELED : STEP_SKIPPED,
             arena_printf(&run->plan->arena, "%s %s", parent->asset->key,
                          parent->state == STEP_SKIPPED ? "was skipped"
                          : parent->state == STEP_REJECTED
                              ? "was not published: a blocking check failed"
                              : step_state_names[parent->state]),
             now_us, over, arg);
}

/* Ends what has not begun because of the step that failed. One that was tried and waits to be tried
 * again has failed, too. */
static void stop_rest(struct run *run, const struct run_step *failed, int64_t now_us,
                      run_over *over, void *arg)
{
    const char *reason = arena_printf(
        &run->plan->arena, "%s %s, and the run stops at the first failure", failed->asset->key,
        failed->state == STEP_REJECTED ? "was not published" : "failed");

    run->is_stopping = true;
    for (size_t i = 0; i < run->step_count; i++) {
        struct run_step *step = &run->steps[i];
        if (step->state == STEP_READY && step->started_us > 0)
            end_step(run, step, STEP_FAILED, step->reason, now_us, over, arg);
        else if (step->state == STEP_WAITING || step->state == STEP_READY)
            end_step(run, step, STEP_SKIPPED, reason, now_us, over, arg);
    }
}

static void end_step(struct run *run, struct run_step *step, enum step_state state,
                     const char *reason, int64_t now_us, run_over *over, void *arg)
{
    bool failed = state == STEP_FAILED || state == STEP_REJECTED;

    assert(!step_is_over(step));
    set_state(run, step, state);
    step->number = 0;
    step->ended_us = now_us;
    step->reason = reason;
    run->over_count++;
    settle(run);
    over(arg, step);
    for (size_t i = 0; i < step->next_count; i++)
        tell_child(run, &run->steps[step->next[i]], step, now_us, over, arg);
    if (failed && run->fail_fast && !run->is_stopping)
        stop_rest(run, step, now_us, over, arg);
}

/* A stream that was well for so long: what happened hours ago is no reason to give up now. */
static void forgive(const struct run *run, struct run_step *step, int64_t now_us)
{
    if (run_is_stream(run) && now_us - step->attempt_us > LONG_US)
        step->failures = 0;
}

static bool may_retry(const struct run *run, const struct run_step *step)
{
    return step->failures < step->asset->policy.attempts && !run->is_canceled && !run->is_stopping;
}

/* 0: it may take as long as it does. What leads to a stream that has no end may itself have none. */
static int64_t timeout_ms_of(const struct run *run, const struct run_step *step)
{
    int64_t declared_ms = step->asset->policy.timeout_ms;

    if (!run_is_stream(run))
        return declared_ms;
    if (step->asset->kind != ASSET_STREAM)
        return 0;
    return declared_ms > 0 ? declared_ms : RUN_STREAM_SILENCE_MS;
}

void run_begin_attempt(struct run *run, struct run_step *step, int64_t number, int64_t now_us)
{
    assert(step->state == STEP_READY);
    set_state(run, step, STEP_RUNNING);
    step->number = number;
    step->attempt_us = now_us;
    step->grace_ends_us = 0;
    step->wait = NULL;
    step->wait_slots = NULL;
    int64_t timeout_ms = timeout_ms_of(run, step);
    step->ends_us = timeout_ms > 0 ? now_us + timeout_ms * 1000 : 0;
    step->attempt++;
    if (step->started_us == 0)
        step->started_us = now_us;
}

void run_hear_progress(const struct run *run, struct run_step *step, int64_t now_us)
{
    if (run_is_stream(run) && step->ends_us > 0)
        step->ends_us = now_us + timeout_ms_of(run, step) * 1000;
}

static void retry_later(struct run *run, struct run_step *step, int64_t now_us)
{
    const struct policy *policy = &step->asset->policy;
    int64_t wait_us = backoff_us(policy->delay_ms, policy->max_delay_ms, step->failures,
                                 backoff_seed(run->id, step->asset->key, step->attempt));

    set_state(run, step, STEP_READY);
    step->number = 0;
    step->ready_at_us = now_us + wait_us;
}

static void count_checks(struct run_step *step, const struct report *report)
{
    step->checks_passed = step->checks_warned = step->checks_failed = 0;
    for (size_t i = 0; i < report->check_count; i++) {
        const char *status = report->checks[i].status;
        if (strcmp(status, "pass") == 0)
            step->checks_passed++;
        else if (strcmp(status, "warn") == 0)
            step->checks_warned++;
        else
            step->checks_failed++;
    }
}

static enum step_state state_of_outcome(const char *outcome)
{
    static const struct {
        const char *outcome;
        enum step_state state;
    } outcomes[] = {
        {"published", STEP_PUBLISHED},
        {"fresh", STEP_FRESH},
        {"rejected", STEP_REJECTED},
        {"canceled", STEP_CANCELED},
    };

    for (size_t i = 0; outcome != NULL && i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].outcome, outcome) == 0)
            return outcomes[i].state;
    return STEP_FAILED;
}

/* Why the attempt that was told to end has failed, and not been canceled; NULL: it was not told so
 * by a timeout. */
static const char *timeout_of(const struct run *run, const struct run_step *step)
{
    char text[UNITS_TEXT_SIZE];

    if (!step->is_timed_out)
        return run->timed_out;
    units_format_duration_ms(text, timeout_ms_of(run, step));
    return arena_printf(&run->plan->arena,
                        run_is_stream(run) ? "has said nothing for %s, its timeout"
                                           : "took longer than its timeout of %s",
                        text);
}

static const char *reject_reason(struct run *run, const struct report *report)
{
    for (size_t i = 0; i < report->check_count; i++)
        if (strcmp(report->checks[i].status, "fail") == 0)
            return arena_printf(&run->plan->arena, "check %s failed: %s", report->checks[i].name,
                                report->checks[i].detail != NULL ? report->checks[i].detail : "");
    return "a check failed";
}

static void fail_by_timeout(struct run *run, struct run_step *step, int64_t now_us, run_over *over,
                            void *arg)
{
    step->code = ERR_CONFIG; /* trying again would take as long */
    end_step(run, step, STEP_FAILED, timeout_of(run, step), now_us, over, arg);
}

void run_finish_attempt(struct run *run, struct run_step *step, const struct report *report,
                        int64_t now_us, run_over *over, void *arg)
{
    enum step_state state = state_of_outcome(report->outcome);
    const char *reason = arena_strdup(&run->plan->arena, report->error);

    step->rows = report->rows;
    step->table_rows = report->table_rows;
    step->why = arena_strdup(&run->plan->arena, report->why);
    step->note = arena_strdup(&run->plan->arena, report->note);
    count_checks(step, report);
    step->code = err_code_from_name(report->error_code != NULL ? report->error_code : "");
    bool may_pass = state == STEP_FAILED && step->code == ERR_TRANSIENT;
    /* A stream that is told to end succeeds; what it has written stays, and it was silent. */
    bool was_silent = run_is_stream(run) && step->is_timed_out;
    if ((state == STEP_CANCELED || may_pass || was_silent) && timeout_of(run, step) != NULL) {
        fail_by_timeout(run, step, now_us, over, arg);
        return;
    }
    if (state == STEP_FAILED) {
        forgive(run, step, now_us);
        step->failures += may_pass;
        if (may_pass && may_retry(run, step)) {
            step->reason = reason;
            retry_later(run, step, now_us);
            return;
        }
    }
    if (state == STEP_REJECTED)
        reason = reject_reason(run, report);
    if (state == STEP_CANCELED)
        reason = NULL; /* that a statement was interrupted is no news */
    end_step(run, step, state, reason, now_us, over, arg);
}

void run_lose_attempt(struct run *run, struct run_step *step, bool by_itself, const char *reason,
                      int64_t now_us, run_over *over, void *arg)
{
    forgive(run, step, now_us);
    step->failures += by_itself;
    /* A stream that ran alone would let no other begin, ever. */
    step->is_suspect = step->is_suspect || (!by_itself && !run_is_stream(run));
    if (timeout_of(run, step) != NULL) {
        fail_by_timeout(run, step, now_us, over, arg);
        return;
    }
    if (run->is_canceled) {
        end_step(run, step, STEP_CANCELED, NULL, now_us, over, arg);
        return;
    }
    if (may_retry(run, step)) {
        retry_later(run, step, now_us);
        return;
    }
    step->code = ERR_TRANSIENT;
    end_step(run, step, STEP_FAILED, arena_strdup(&run->plan->arena, reason), now_us, over, arg);
}

void run_lose_server(struct run *run, const struct connection *connection, const char *reason,
                     int64_t now_us, run_over *over, void *arg)
{
    reason = arena_strdup(&run->plan->arena, reason);
    for (size_t i = 0; i < run->step_count; i++) {
        struct run_step *step = &run->steps[i];
        const struct asset *asset = step->asset;
        if (step_is_over(step) ||
            (asset->from.connection != connection && asset->into.connection != connection))
            continue;
        step->failures = asset->policy.attempts;
        step->code = ERR_TRANSIENT;
        if (step->state != STEP_RUNNING)
            end_step(run, step, STEP_FAILED, reason, now_us, over, arg);
    }
}

bool run_is_stream(const struct run *run)
{
    return run->is_endless || run->until_idle;
}

void run_stop(struct run *run, int64_t now_us, run_over *over, void *arg)
{
    run->is_stopping = true;
    for (size_t i = 0; i < run->step_count; i++) {
        struct run_step *step = &run->steps[i];
        if (step->state != STEP_WAITING && step->state != STEP_READY)
            continue;
        run->is_canceled = true;
        end_step(run, step, STEP_CANCELED, NULL, now_us, over, arg);
    }
    settle(run);
}

void run_cancel(struct run *run, int64_t now_us, run_over *over, void *arg)
{
    run->is_canceled = true;
    for (size_t i = 0; i < run->step_count; i++) {
        struct run_step *step = &run->steps[i];
        if (step->state == STEP_WAITING || step->state == STEP_READY)
            end_step(run, step, STEP_CANCELED, run->timed_out, now_us, over, arg);
    }
    settle(run);
}

/* ------------------------------------------------------------------------------------- timeouts */

void run_begin(struct run *run, int64_t now_us)
{
    int64_t timeout_ms = run->plan->pipeline->run_timeout_ms;

    run->ends_us = timeout_ms > 0 && !run_is_stream(run) ? now_us + timeout_ms * 1000 : 0;
}

void step_time_out(struct run_step *step)
{
    step->ends_us = 0;
    step->is_timed_out = true;
}

void run_time_out(struct run *run, int64_t now_us, run_over *over, void *arg)
{
    char text[UNITS_TEXT_SIZE];

    run->ends_us = 0;
    run->timed_out =
        arena_printf(&run->plan->arena, "the run took longer than its run_timeout of %s",
                     units_format_duration_ms(text, run->plan->pipeline->run_timeout_ms));
    run_cancel(run, now_us, over, arg);
}

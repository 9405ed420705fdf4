#include "daemon/ready.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "daemon/dispatch.h"
#include "daemon/usage.h"
#include "run/order.h"
#include "schedule/turn.h"

#include <stdlib.h>
#include <string.h>

/* A run that has ready steps, and which of them is next. */
struct contender {
    struct job *job;
    struct run_step *next;
    size_t source;    /* which of the sources it is of */
    const char *full; /* an executor that takes no step of it */
};

struct pass {
    struct daemon *daemon;
    struct usage usage;
    struct contender *contenders;
    size_t count;
    struct turn_source *sources;
    size_t source_count;
    int64_t now_us;
    int64_t retry_us; /* when the next retry is due */
};

/* ------------------------------------------------------------------------------- who may begin */

static size_t source_of(struct pass *pass, const struct job *job)
{
    const char *trigger = job->request->trigger != NULL ? job->request->trigger : "manual";

    for (size_t i = 0; i < pass->source_count; i++)
        if (turn_is_of_source(trigger, pass->sources[i].name))
            return i;
    pass->sources[pass->source_count] = (struct turn_source){trigger, 0};
    return pass->source_count++;
}

static void find_contenders(struct pass *pass)
{
    size_t most = 0;

    for (const struct job *job = pass->daemon->jobs; job != NULL; job = job->next)
        most += job->has_run && !job->is_over;
    pass->contenders = alloc_zeroed(most + 1, sizeof *pass->contenders);
    pass->sources = alloc_zeroed(most + 1, sizeof *pass->sources);
    for (struct job *job = pass->daemon->jobs; job != NULL; job = job->next) {
        if (!job->has_run || job->is_over)
            continue;
        size_t source = source_of(pass, job);
        if (!run_is_stream(&job->run))
            pass->sources[source].running += job->run.running.count;
        if (job->run.ready.first != NULL)
            pass->contenders[pass->count++] =
                (struct contender){.job = job, .next = job->run.ready.first, .source = source};
    }
}

static struct step_turn turn_of(const struct pass *pass, const struct contender *contender)
{
    const struct job *job = contender->job;

    return (struct step_turn){
        .run_priority = job->request->priority,
        .source_running = pass->sources[contender->source].running,
        .step_priority = contender->next->asset->policy.priority,
        .run_running = job->run.running.count,
        .run = job->run.id,
    };
}

static struct contender *best_of(struct pass *pass)
{
    struct contender *best = NULL;
    struct step_turn best_turn = {0};

    for (size_t i = 0; i < pass->count; i++) {
        struct contender *contender = &pass->contenders[i];
        if (contender->next == NULL)
            continue;
        struct step_turn turn = turn_of(pass, contender);
        if (best == NULL || step_turn_goes_before(&turn, &best_turn)) {
            best = contender;
            best_turn = turn;
        }
    }
    return best;
}

/* --------------------------------------------------------------------------------- why it waits */

static void explain(struct job *job, struct run_step *step, const struct obstacle *obstacle)
{
    struct arena *arena = &job->run.plan->arena;
    char text[128] = "";

    if (obstacle->slots != NULL && obstacle->slots == step->wait_slots)
        return; /* as before */
    step->wait_slots = obstacle->slots;
    if (obstacle->slots != NULL)
        snprintf(text, sizeof text, "waits for %s: %lld of %lld %s", obstacle->slots->name,
                 (long long)obstacle->taken, (long long)obstacle->slots->count,
                 obstacle->slots->unit);
    else if (obstacle->job != NULL)
        snprintf(text, sizeof text, "waits for run %s, which makes it, too", obstacle->job->run.id);
    if (strcmp(text, step->wait != NULL ? step->wait : "") == 0)
        return;
    step->wait = text[0] != '\0' ? arena_strdup(arena, text) : NULL;
    dispatch_explain(job, step);
}

/* ------------------------------------------------------------------------------------- they begin */

static bool may_begin(struct pass *pass, struct contender *contender, struct run_step *step)
{
    struct obstacle obstacle;

    if (step->ready_at_us > pass->now_us) {
        pass->retry_us = step->ready_at_us < pass->retry_us ? step->ready_at_us : pass->retry_us;
        return false;
    }
    if (order_executor(step->asset) == contender->full)
        return false;
    if (usage_allows(&pass->usage, contender->job, step, &obstacle))
        return true;
    if (obstacle.full_executor != NULL)
        contender->full = obstacle.full_executor;
    explain(contender->job, step, &obstacle);
    return false;
}

/* Whether it began. */
static bool begin(struct pass *pass, const struct contender *contender, struct run_step *step)
{
    if (!dispatch_step(contender->job, step))
        return false;
    usage_add(&pass->usage, contender->job, step);
    pass->sources[contender->source].running += !run_is_stream(&contender->job->run);
    return true;
}

/* Looks at its steps until one begins, or the next one is of another priority. */
static void let(struct pass *pass, struct contender *contender)
{
    struct run *run = &contender->job->run;
    int64_t priority = contender->next->asset->policy.priority;
    bool has_begun = false;

    while (!has_begun && contender->next != NULL &&
           contender->next->asset->policy.priority == priority) {
        struct run_step *step = contender->next, *following = step->later;
        has_begun = may_begin(pass, contender, step) && begin(pass, contender, step);
        if (step_is_over(step))
            following = run->ready.first; /* it failed, and others may have been skipped by it */
        else if (run->threads == 1)
            following = NULL; /* one at a time is in order: nothing overtakes what waits */
        contender->next = following;
    }
}

int64_t ready_begin(struct daemon *daemon)
{
    struct pass pass = {.daemon = daemon, .now_us = clock_monotonic_us(), .retry_us = INT64_MAX};
    struct contender *next;

    find_contenders(&pass);
    if (pass.count > 0) {
        usage_count(&pass.usage, daemon, pass.now_us);
        while ((next = best_of(&pass)) != NULL)
            let(&pass, next);
        usage_release(&pass.usage);
    }
    free(pass.contenders);
    free(pass.sources);
    return pass.retry_us;
}

#include "daemon/deadline.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/dispatch.h"
#include "daemon/work.h"
#include "run/order.h"

#include <string.h>

enum { GRACE_MS = 10000 /* from cancel to kill */ };

/* ------------------------------------------------------------------------------------- timeouts */

static int64_t earlier_of(int64_t next, int64_t ends_us)
{
    return ends_us > 0 && ends_us < next ? ends_us : next;
}

int64_t deadline_next(const struct daemon *daemon)
{
    int64_t next = INT64_MAX;

    for (const struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if (!job->has_run || job->is_over || job->run.is_canceled)
            continue;
        next = earlier_of(next, job->run.ends_us);
        for (const struct run_step *step = job->run.running.first; step != NULL; step = step->later)
            next = earlier_of(next, step->ends_us);
    }
    return next;
}

static void enforce_steps(struct job *job, int64_t now)
{
    for (struct run_step *step = job->run.running.first; step != NULL; step = step->later) {
        if (step->ends_us == 0 || step->ends_us > now)
            continue;
        log_warn("run %s: %s %s", job->run.id, step->asset->key,
                 run_is_stream(&job->run) ? "says nothing" : "takes longer than its timeout");
        step_time_out(step);
        step->grace_ends_us = deadline_begin_grace(job->daemon);
        dispatch_cancel_step(job->daemon, step);
    }
}

void deadline_enforce(struct daemon *daemon)
{
    int64_t now = clock_monotonic_us();

    for (struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if (!job->has_run || job->is_over || job->run.is_canceled)
            continue;
        if (job->run.ends_us > 0 && job->run.ends_us <= now)
            dispatch_time_out(job);
        else
            enforce_steps(job, now);
    }
}

/* ---------------------------------------------------------------------------------------- grace */

static bool runs_in(const struct daemon *daemon, const char *executor)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        for (const struct run_step *step = job->run.running.first; step != NULL; step = step->later)
            if (strcmp(order_executor(step->asset), executor) == 0)
                return true;
    return false;
}

/* A canceled query whose grace is over ends its executor if nothing else would end with it. */
static struct child *overdue_query(const struct daemon *daemon, int64_t now)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (job->query_child != NULL && job->is_canceled && job->query_grace_ends_us <= now &&
            !runs_in(daemon, job->query_child->name))
            return job->query_child;
    return NULL;
}

/* The executor of a step that was told to end, by its own timeout or with its run. */
static struct child *overdue_step(const struct daemon *daemon, int64_t now)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        for (const struct run_step *step = job->run.running.first; step != NULL;
             step = step->later) {
            bool by_run = job->run.grace_ends_us > 0 && job->run.grace_ends_us <= now;
            bool by_step = step->grace_ends_us > 0 && step->grace_ends_us <= now;
            struct child *child =
                by_run || by_step ? work_find_child(daemon, order_executor(step->asset)) : NULL;
            if (child != NULL)
                return child;
        }
    return NULL;
}

static bool has_grace(const struct daemon *daemon)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if (job->query_child != NULL && job->is_canceled)
            return true;
        for (const struct run_step *step = job->run.running.first; step != NULL; step = step->later)
            if (step->grace_ends_us > 0 || job->run.grace_ends_us > 0)
                return true;
    }
    return false;
}

/* One at a time: the end of a child changes the jobs, and the next turn goes on. */
static void end_grace(uv_timer_t *timer)
{
    const struct daemon *daemon = timer->data;
    int64_t now = clock_monotonic_us();
    struct child *overdue = overdue_query(daemon, now);

    if (overdue == NULL)
        overdue = overdue_step(daemon, now);
    if (overdue != NULL)
        child_kill(overdue);
    else if (!has_grace(daemon))
        uv_timer_stop(timer);
}

int64_t deadline_begin_grace(struct daemon *daemon)
{
    if (!uv_is_active((uv_handle_t *)&daemon->grace_timer))
        uv_timer_start(&daemon->grace_timer, end_grace, GRACE_MS, GRACE_MS / 10);
    return clock_monotonic_us() + GRACE_MS * INT64_C(1000);
}

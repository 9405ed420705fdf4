#include "daemon/overlap.h"

#include "daemon/dispatch.h"
#include "daemon/queue.h"
#include "daemon/subject.h"
#include "daemon/work.h"

#include <stdio.h>
#include <string.h>

enum { MAX_WAITING = 100 /* runs of a schedule that ticks faster than they end */ };

/* One that is being planned will have a run in a moment. */
static bool is_unfinished(const struct job *job)
{
    return !job->is_over && (job->is_planning || job->is_queued || job->has_run);
}

static bool is_by(const struct job *job, const char *trigger)
{
    return job->request->trigger != NULL && strcmp(job->request->trigger, trigger) == 0;
}

static bool is_of(const struct job *job, const struct schedule *schedule)
{
    return is_by(job, schedule->trigger);
}

static void cancel(struct job *job)
{
    job->is_canceled = true;
    if (job->has_run)
        dispatch_cancel(job);
    else if (job->is_queued)
        queue_cancel(job);
}

static void cancel_all(struct daemon *daemon, const struct schedule *schedule,
                       const struct job *asking)
{
    struct job *following;

    for (struct job *job = daemon->jobs; job != NULL; job = following) {
        following = job->next;
        if (job != asking && is_unfinished(job) && !job->is_canceled && is_of(job, schedule))
            cancel(job);
    }
}

bool overlap_settle(struct daemon *daemon, const struct schedule *schedule,
                    const struct job *asking, char reason[OVERLAP_REASON_SIZE])
{
    const struct job *earlier = NULL;
    size_t count = 0;

    for (const struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if (job == asking || !is_unfinished(job) || !is_of(job, schedule))
            continue;
        earlier = job;
        count++;
    }
    if (earlier == NULL)
        return true;
    switch ((enum schedule_overlap)schedule->config->overlap) {
    case OVERLAP_SKIP:
        if (earlier->run.id[0] != '\0')
            (void)snprintf(reason, OVERLAP_REASON_SIZE, "run %s is not over", earlier->run.id);
        else
            (void)snprintf(reason, OVERLAP_REASON_SIZE, "a run of it is about to begin");
        return false;
    case OVERLAP_QUEUE:
        (void)snprintf(reason, OVERLAP_REASON_SIZE, "%d runs of it are not over", MAX_WAITING);
        return count < MAX_WAITING;
    case OVERLAP_CANCEL: cancel_all(daemon, schedule, asking); return true;
    }
    return true;
}

bool overlap_is_unfinished(const struct daemon *daemon, const char *trigger)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (is_unfinished(job) && is_by(job, trigger))
            return true;
    return false;
}

bool overlap_waits(const struct job *job, struct map *ahead)
{
    const char *trigger = job->request->trigger;

    if (trigger == NULL || !is_unfinished(job) ||
        (subject_schedule(trigger) == NULL && subject_sensor(trigger) == NULL))
        return false;
    if (map_find(ahead, trigger) != NULL)
        return true;
    map_put(ahead, trigger, job->daemon);
    return false;
}

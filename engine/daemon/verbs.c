#include "daemon/verbs.h"

#include "daemon/alerts.h"
#include "daemon/audit.h"
#include "daemon/backfill.h"
#include "daemon/dispatch.h"
#include "daemon/pauses.h"
#include "daemon/queue.h"
#include "daemon/reload.h"
#include "daemon/sensors.h"
#include "daemon/subject.h"
#include "daemon/timetable.h"
#include "daemon/tokens.h"
#include "daemon/work.h"

#include <string.h>

/* The one whose id begins so, or NULL; *others: there is more than one. */
static struct job *find_run(const struct daemon *daemon, const char *id, bool *others)
{
    struct job *found = NULL;

    *others = false;
    for (struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if ((!job->has_run && !job->is_queued) || job->is_over ||
            strncmp(job->run.id, id, strlen(id)) != 0)
            continue;
        *others = found != NULL;
        found = job;
    }
    return found;
}

static void ended(void *arg)
{
    work_finish(arg, "succeeded");
}

void verbs_end_committed(struct job *job)
{
    audit_job(job, AUDIT_ACCEPTED);
    journal_barrier(job->daemon->journal, (struct journal_then){ended, job, NULL});
}

static void cancel(struct job *job)
{
    const struct event accepted = {.type = "accepted", .run = job->request->of};
    struct job *run;
    bool others;

    if (job->request->of == NULL || job->request->of[0] == '\0') {
        work_refuse_as(job, "config", "which run is to be canceled?");
        return;
    }
    run = find_run(job->daemon, job->request->of, &others);
    if (run == NULL || others) {
        work_refuse_as(job, others ? "config" : "missing",
                       others ? "more than one run begins so: say more of its id"
                              : "no run of this id is queued or running");
        return;
    }
    work_tell(job, &accepted);
    run->is_canceled = true;
    if (run->has_run)
        dispatch_cancel(run);
    else
        queue_cancel(run);
    verbs_end_committed(job);
}

static void tick_found(struct job *job, struct loaded *loaded)
{
    if (subject_sensor(job->request->subject) != NULL)
        sensors_tick(job, loaded);
    else
        timetable_tick(job, loaded);
}

static void tick(struct job *job)
{
    subject_find(job, tick_found);
}

static const struct verb verbs[] = {
    {"cancel", cancel},
    {"cancel_backfill", backfills_begin_cancel},
    {"create_token", tokens_create},
    {"reload", reload_begin},
    {"pause", pauses_begin_pause},
    {"resume", pauses_begin_resume},
    {"revoke_token", tokens_revoke},
    {"test_alert", alerts_begin_test},
    {"tick", tick},
};

const struct verb *verbs_find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

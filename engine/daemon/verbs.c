#include "daemon/verbs.h"

#include "daemon/dispatch.h"
#include "daemon/queue.h"
#include "daemon/reload.h"
#include "daemon/work.h"

#include <string.h>

static struct job *find_run(const struct daemon *daemon, const char *id)
{
    for (struct job *job = daemon->jobs; job != NULL; job = job->next)
        if ((job->has_run || job->is_queued) && strcmp(job->run.id, id) == 0)
            return job;
    return NULL;
}

static void ended(void *arg)
{
    work_finish(arg, "succeeded");
}

void verbs_end_committed(struct job *job)
{
    journal_barrier(job->daemon->journal, (struct journal_then){ended, job});
}

static void cancel(struct job *job)
{
    const struct event accepted = {.type = "accepted", .run = job->request->of};
    struct job *run;

    if (job->request->of == NULL) {
        work_refuse_as(job, "config", "which run is to be canceled?");
        return;
    }
    run = find_run(job->daemon, job->request->of);
    if (run == NULL || run->is_over) {
        work_refuse_as(job, "missing", "no run of this id is queued or running");
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

static const struct verb verbs[] = {
    {"cancel", cancel},
    {"reload", reload_begin},
};

const struct verb *verbs_find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

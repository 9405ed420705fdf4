#include "daemon/subject.h"

#include "base/alloc.h"
#include "base/suggest.h"
#include "daemon/work.h"

#include <stdlib.h>
#include <string.h>

static const char schedule_prefix[] = "schedule:";

struct finding {
    uv_work_t work;
    struct job *job;
    struct loaded *loaded;
    void (*then)(struct job *job, struct loaded *loaded);
};

const char *subject_schedule(const char *subject)
{
    size_t size = sizeof schedule_prefix - 1;

    return strncmp(subject, schedule_prefix, size) == 0 ? subject + size : NULL;
}

static void refuse_problems(struct job *job, const struct problems *problems)
{
    const char **lines = arena_calloc(&job->arena, problems->count, sizeof *lines);

    for (size_t i = 0; i < problems->count; i++)
        lines[i] = problem_text(&problems->items[i], &job->arena);
    work_refuse_config(job, lines, problems->count);
}

static void refuse_schedule(struct job *job, const struct loaded *loaded, const char *name)
{
    const struct schedules *schedules = &loaded->schedules;
    const char **names = arena_calloc(&job->arena, schedules->count + 1, sizeof *names);

    for (size_t i = 0; i < schedules->count; i++)
        names[i] = schedules->items[i].config->name;
    const char *near = suggest(name, names, schedules->count);
    work_refuse_as(job, "missing",
                   arena_printf(&job->arena, "there is no schedule \"%s\"%s%s%s", name,
                                near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                                near != NULL ? "\"?" : ""));
}

static void found(struct finding *finding)
{
    const char *subject = finding->job->request->subject;
    const char *schedule = subject_schedule(subject);
    const struct loaded *loaded = finding->loaded;

    if (loaded->problems.count > 0)
        refuse_problems(finding->job, &loaded->problems);
    else if (schedule == NULL)
        work_refuse_as(finding->job, "config",
                       arena_printf(&finding->job->arena,
                                    "\"%s\" is nothing that ticks: say schedule:NAME", subject));
    else if (schedules_find(&loaded->schedules, schedule) == NULL)
        refuse_schedule(finding->job, loaded, schedule);
    else
        finding->then(finding->job, finding->loaded);
}

static void read_in_pool(uv_work_t *work)
{
    struct finding *finding = work->data;

    finding->loaded = loaded_read(finding->job->request);
}

static void has_read(uv_work_t *work, int status)
{
    struct finding *finding = work->data;

    (void)status;
    if (!finding->job->daemon->is_ending)
        found(finding);
    loaded_release(finding->loaded);
    free(finding);
}

void subject_find(struct job *job, void (*then)(struct job *job, struct loaded *loaded))
{
    struct finding *finding;

    if (job->request->subject == NULL) {
        work_refuse_as(job, "config", "of what? Say schedule:NAME");
        return;
    }
    finding = alloc_zeroed(1, sizeof *finding);
    finding->job = job;
    finding->then = then;
    finding->loaded = loaded_retain(job->daemon->loaded);
    finding->work.data = finding;
    if (finding->loaded == NULL) {
        uv_queue_work(job->daemon->loop, &finding->work, read_in_pool, has_read);
        return;
    }
    found(finding);
    loaded_release(finding->loaded);
    free(finding);
}

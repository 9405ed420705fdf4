#include "daemon/subject.h"

#include "base/alloc.h"
#include "base/suggest.h"
#include "daemon/work.h"

#include <stdlib.h>
#include <string.h>

struct finding {
    uv_work_t work;
    struct job *job;
    struct loaded *loaded;
    void (*then)(struct job *job, struct loaded *loaded);
};

static const char *behind(const char *subject, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncmp(subject, prefix, size) == 0 ? subject + size : NULL;
}

const char *subject_schedule(const char *subject)
{
    return behind(subject, "schedule:");
}

const char *subject_sensor(const char *subject)
{
    return behind(subject, "sensor:");
}

const char *subject_stream(const char *subject)
{
    return behind(subject, "stream:");
}

const char *subject_asset(const char *subject)
{
    return behind(subject, "asset:");
}

static void refuse_missing(struct job *job, const char *kind, const char *name, const char **names,
                           size_t count)
{
    const char *near = suggest(name, names, count);

    work_refuse_as(job, "missing",
                   arena_printf(&job->arena, "there is no %s \"%s\"%s%s%s", kind, name,
                                near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                                near != NULL ? "\"?" : ""));
}

/* Whether it is there; else refused. */
static bool check_schedule(struct job *job, const struct loaded *loaded, const char *name)
{
    const struct schedules *schedules = &loaded->schedules;
    const char **names;

    if (schedules_find(schedules, name) != NULL)
        return true;
    names = arena_calloc(&job->arena, schedules->count + 1, sizeof *names);
    for (size_t i = 0; i < schedules->count; i++)
        names[i] = schedules->items[i].config->name;
    refuse_missing(job, "schedule", name, names, schedules->count);
    return false;
}

static bool check_sensor(struct job *job, const struct loaded *loaded, const char *name)
{
    const struct sensor_list *sensors = &loaded->sensors;
    const char **names;

    if (sensors_find(sensors, name) != NULL)
        return true;
    names = arena_calloc(&job->arena, sensors->count + 1, sizeof *names);
    for (size_t i = 0; i < sensors->count; i++)
        names[i] = sensors->items[i].config->name;
    refuse_missing(job, "sensor", name, names, sensors->count);
    return false;
}

static bool check_stream(struct job *job, const struct loaded *loaded, const char *name)
{
    const struct graph *graph = &loaded->graph;
    const struct asset *asset = graph_find(graph, name);
    const char **names;
    size_t count = 0;

    if (asset != NULL && asset->kind == ASSET_STREAM) {
        job->request->subject = arena_printf(&job->arena, "stream:%s", asset->key);
        return true;
    }
    names = arena_calloc(&job->arena, graph->count + 1, sizeof *names);
    for (size_t i = 0; i < graph->count; i++)
        if (graph->assets[i]->kind == ASSET_STREAM)
            names[count++] = graph->assets[i]->key;
    refuse_missing(job, "stream", name, names, count);
    return false;
}

/* One that is made by itself. */
static bool check_asset(struct job *job, const struct loaded *loaded, const char *name)
{
    const struct graph *graph = &loaded->graph;
    const struct asset *asset = graph_find(graph, name);
    const char **names;

    if (asset != NULL && asset->upkeep.when != UPKEEP_BY_HAND) {
        job->request->subject = arena_printf(&job->arena, "asset:%s", asset->key);
        return true;
    }
    if (asset != NULL) {
        work_refuse_as(job, "conflict",
                       arena_printf(&job->arena, "%s has no automation: nothing makes it by itself",
                                    asset->key));
        return false;
    }
    names = arena_calloc(&job->arena, 2 * graph->count + 1, sizeof *names);
    for (size_t i = 0; i < graph->count; i++) {
        names[2 * i] = graph->assets[i]->name;
        names[2 * i + 1] = graph->assets[i]->key;
    }
    refuse_missing(job, "asset", name, names, 2 * graph->count);
    return false;
}

static bool check_subject(struct job *job, const struct loaded *loaded)
{
    const char *subject = job->request->subject;
    const char *schedule = subject_schedule(subject), *stream = subject_stream(subject);
    const char *asset = subject_asset(subject), *sensor = subject_sensor(subject);
    bool ticks = strcmp(job->request->verb, "tick") == 0;

    if (loaded->problems.count > 0) {
        work_refuse_problems(job, &loaded->problems);
        return false;
    }
    if (schedule != NULL)
        return check_schedule(job, loaded, schedule);
    if (sensor != NULL)
        return check_sensor(job, loaded, sensor);
    if (stream != NULL && !ticks)
        return check_stream(job, loaded, stream);
    if (asset != NULL && !ticks)
        return check_asset(job, loaded, asset);
    work_refuse_as(job, "config",
                   arena_printf(&job->arena, "\"%s\" is nothing that can be told to %s: say %s",
                                subject, job->request->verb,
                                ticks ? "schedule:NAME or sensor:NAME"
                                      : "schedule:NAME, sensor:NAME, stream:NAME or asset:NAME"));
    return false;
}

static void found(struct finding *finding)
{
    if (check_subject(finding->job, finding->loaded))
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
        work_refuse_as(job, "config", "of what? Say schedule:NAME or sensor:NAME");
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

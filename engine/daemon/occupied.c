#include "daemon/occupied.h"

#include "graph/select.h"

#include <string.h>

struct finding {
    const struct graph *graph;
    struct automation_fact *facts;
    struct arena *arena;
    struct map selections; /* those that were looked at: a thousand runs may be of one */
};

static void occupy(const struct finding *f, const char *key, bool is_over)
{
    const struct asset *asset = map_find(&f->graph->by_key, key);

    if (asset == NULL)
        return;
    f->facts[asset->order].is_in_run = true;
    f->facts[asset->order].is_being_made |= !is_over;
}

static void occupy_run(const struct finding *f, const struct run *run)
{
    for (size_t i = 0; i < run->step_count; i++)
        occupy(f, run->steps[i].asset->key, step_is_over(&run->steps[i]));
}

static void occupy_plan(const struct finding *f, const struct plan *plan)
{
    for (size_t i = 0; i < plan->graph->count; i++)
        if (plan->is_selected[i])
            occupy(f, plan->graph->assets[i]->key, false);
}

static void occupy_selection(struct finding *f, const struct request *request)
{
    const struct selection selection = {
        .texts = request->select,
        .count = request->select_count,
        .excluded = request->exclude,
        .excluded_count = request->exclude_count,
    };
    bool *selected = arena_calloc(f->arena, f->graph->count + 1, sizeof *selected);
    const char *text = run_describe_selection(request, f->arena);
    struct err err;

    if (text != NULL && map_find(&f->selections, text) != NULL)
        return;
    if (text != NULL)
        map_put(&f->selections, text, f);
    bool is_known = request->of == NULL && strcmp(request->verb, "run") == 0;
    if (is_known && select_assets(f->graph, &selection, f->arena, selected, &err) < 0)
        return; /* its assets are gone */
    for (size_t i = 0; i < f->graph->count; i++)
        if (!is_known || selected[i])
            occupy(f, f->graph->assets[i]->key, false);
}

static bool counts(const struct daemon *daemon, const struct job *job)
{
    /* Before it is accepted, what it means is the thread pool's to say. */
    bool is_accepted = job->has_run || job->is_queued;
    const char *verb = is_accepted ? job->request->verb : NULL;
    const char *target = verb != NULL ? job->request->target : NULL;

    if (job->is_over || verb == NULL ||
        (strcmp(verb, "run") != 0 && strcmp(verb, "reexecute") != 0))
        return false;
    if (target == NULL && job->has_run)
        target = job->run.plan->pipeline->target->name;
    return target == NULL || strcmp(target, daemon->loaded->pipeline.target->name) == 0;
}

void occupied_find(const struct daemon *daemon, const struct graph *graph,
                   struct automation_fact *facts, struct arena *arena)
{
    struct finding f = {.graph = graph, .facts = facts, .arena = arena};

    map_init(&f.selections);
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if (!counts(daemon, job))
            continue;
        if (job->has_run)
            occupy_run(&f, &job->run);
        else if (job->plan != NULL && !job->is_planning)
            occupy_plan(&f, job->plan);
        else
            occupy_selection(&f, job->request);
    }
    map_release(&f.selections);
}

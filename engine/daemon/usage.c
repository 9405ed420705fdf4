#include "daemon/usage.h"

#include "daemon/dispatch.h"
#include "run/order.h"

enum { STEPS_PER_EXECUTOR = 4 /* sessions of a warehouse that work at once */ };

struct executor_use {
    int64_t busy;
    bool has_suspect, is_cleaning;
    bool is_wanted; /* by a suspect that is ready */
};

struct slots_use {
    int64_t taken;
};

static struct executor_use *executor_use(struct usage *usage, const char *name)
{
    struct executor_use *use = map_find(&usage->executors, name);

    if (use != NULL)
        return use;
    use = arena_calloc(&usage->arena, 1, sizeof *use);
    map_put(&usage->executors, name, use);
    return use;
}

static void take_slot(struct usage *usage, const struct slots *slots)
{
    struct slots_use *use = map_find(&usage->slots, slots->name);

    if (use == NULL) {
        use = arena_calloc(&usage->arena, 1, sizeof *use);
        map_put(&usage->slots, slots->name, use);
    }
    use->taken++;
}

void usage_add(struct usage *usage, const struct job *job, const struct run_step *step)
{
    const struct policy *policy = &step->asset->policy;

    if (run_is_stream(&job->run))
        return;
    struct executor_use *use = executor_use(usage, order_executor(step->asset));
    use->busy++;
    use->has_suspect = use->has_suspect || step->is_suspect;
    map_put(&usage->assets, step->asset->key, (void *)(uintptr_t)job);
    for (size_t i = 0; i < policy->slots_count; i++)
        take_slot(usage, policy->slots[i]);
}

/* Else it would wait for ever where others begin again and again. */
static void find_suspects(struct usage *usage, const struct job *job, int64_t now_us)
{
    for (const struct run_step *step = job->run.ready.first; step != NULL; step = step->later) {
        if (step->is_suspect && step->ready_at_us <= now_us)
            executor_use(usage, order_executor(step->asset))->is_wanted = true;
        if (job->run.threads == 1)
            return; /* it is not the turn of the others */
    }
}

void usage_count(struct usage *usage, const struct daemon *daemon, int64_t now_us)
{
    arena_init(&usage->arena);
    map_init(&usage->executors);
    map_init(&usage->assets);
    map_init(&usage->slots);
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next) {
        if (job->query_child != NULL && dispatch_is_cleaning(job, job->query_child->name))
            executor_use(usage, job->query_child->name)->is_cleaning = true;
        for (const struct run_step *step = job->run.running.first; step != NULL; step = step->later)
            usage_add(usage, job, step);
        find_suspects(usage, job, now_us);
    }
}

void usage_release(struct usage *usage)
{
    map_release(&usage->executors);
    map_release(&usage->assets);
    map_release(&usage->slots);
    arena_release(&usage->arena);
}

static bool has_slots(const struct usage *usage, const struct policy *policy,
                      struct obstacle *obstacle)
{
    for (size_t i = 0; i < policy->slots_count; i++) {
        const struct slots_use *use = map_find(&usage->slots, policy->slots[i]->name);
        if (use == NULL || use->taken < policy->slots[i]->count)
            continue;
        obstacle->slots = policy->slots[i];
        obstacle->taken = use->taken;
        return false;
    }
    return true;
}

bool usage_allows(const struct usage *usage, const struct job *job, const struct run_step *step,
                  struct obstacle *obstacle)
{
    static const struct executor_use nothing = {0};
    const struct run *run = &job->run;
    const char *executor = order_executor(step->asset);
    const struct executor_use *use = map_find(&usage->executors, executor);
    int64_t of_run = (int64_t)run->running.count;
    int64_t limit = run->threads > 0 ? run->threads : STEPS_PER_EXECUTOR;

    *obstacle = (struct obstacle){0};
    use = use != NULL ? use : &nothing;
    if (!run_is_stream(run)) {
        obstacle->job = map_find(&usage->assets, step->asset->key);
        if (obstacle->job != NULL || !has_slots(usage, &step->asset->policy, obstacle))
            return false;
    }
    bool is_blocked = step->is_suspect ? use->busy > 0 : use->is_wanted;
    if (use->is_cleaning || use->has_suspect || is_blocked)
        return false;
    int64_t busy = use->busy + (run_is_stream(run) ? of_run : 0);
    if (busy < limit && (run->threads == 0 || of_run < run->threads))
        return true;
    obstacle->full_executor = executor;
    return false;
}

#include "daemon/backfill_range.h"

#include "base/suggest.h"
#include "daemon/work.h"
#include "run/parts.h"
#include "run/window.h"

#include <string.h>

/* What may be asked for: each is a reason to make a partition. */
static const enum part_state reasons[] = {PART_MISSING, PART_FAILED, PART_STALE};

enum { REASONS = sizeof reasons / sizeof *reasons };

/* What is wanted, by enum part_state. */
struct wanted {
    bool states[PART_RUNNING + 1];
};

static int read_wanted(const struct request *request, struct wanted *wanted, struct err *err)
{
    const char *names[REASONS];

    *wanted = (struct wanted){0};
    for (size_t i = 0; i < REASONS; i++)
        names[i] = part_state_names[reasons[i]];
    for (size_t i = 0; i < request->only_count; i++) {
        size_t at = 0;
        while (at < REASONS && strcmp(names[at], request->only[i]) != 0)
            at++;
        if (at < REASONS) {
            wanted->states[reasons[at]] = true;
            continue;
        }
        const char *near = suggest(request->only[i], names, REASONS);
        return err_set(err, ERR_CONFIG, "only: \"%.40s\" is none of missing, failed, stale%s%s%s",
                       request->only[i], near != NULL ? ": did you mean \"" : "",
                       near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    return 0;
}

/* The range by one asset, whose partitions the others share. */
static int read_range(struct job *job, const struct asset *asset,
                      const struct partitions *partitions, struct err *err)
{
    struct plan *plan = job->plan;
    struct partition first, last;

    if (plan->partition_count > 0)
        return window_read_any(partitions, plan->partitions, plan->partition_count, plan->now_us,
                               &plan->arena, &job->range, &job->range_count, err);
    if (!partition_first(partitions, &first) ||
        !partitioned_last(partitions, asset, plan->now_us, &last))
        return 0; /* there is none yet */
    return partition_list(partitions, first.key, last.key, &plan->arena, &job->range,
                          &job->range_count, err);
}

/* Notes the keys of the asset's partitions that are wanted. */
static int note_wanted(const struct job *job, const struct asset *asset,
                       const struct wanted *wanted, struct store_reader *reader, struct map *keys,
                       struct err *err)
{
    struct plan *plan = job->plan;
    struct part *parts;
    size_t count;

    if (parts_read(plan->loaded, asset, reader, true, &plan->arena, &parts, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (wanted->states[parts[i].state])
            map_put(keys, parts[i].partition.key, &parts[i]);
    return 0;
}

static const struct partitions *partitions_of(const struct plan *plan, size_t order)
{
    return plan->is_selected[order]
               ? partitioned_find(&plan->loaded->partitioned, plan->graph->assets[order])
               : NULL;
}

/* Leaves of the range what is wanted of any asset that is selected. */
static int keep_wanted(struct job *job, struct err *err)
{
    const struct plan *plan = job->plan;
    struct store_reader *reader = NULL;
    struct wanted wanted;
    struct map keys;
    int result = -1;

    map_init(&keys);
    if (read_wanted(job->request, &wanted, err) < 0 ||
        store_reader_open(job->daemon->store_path, &reader, err) < 0)
        goto out;
    for (size_t i = 0; i < plan->graph->count; i++)
        if (partitions_of(plan, i) != NULL &&
            note_wanted(job, plan->graph->assets[i], &wanted, reader, &keys, err) < 0)
            goto out;
    size_t kept = 0;
    for (size_t i = 0; i < job->range_count; i++)
        if (map_find(&keys, job->range[i].key) != NULL)
            job->range[kept++] = job->range[i];
    job->range_count = kept;
    result = 0;
out:
    store_reader_close(reader);
    map_release(&keys);
    return result;
}

void backfill_range_read(struct job *job)
{
    struct plan *plan = job->plan;
    size_t found = 0;
    struct err err;

    if (plan->partition_count == 0 && job->request->only_count == 0) {
        problem_add(&plan->problems, NULL, 0, 0,
                    "which partitions? give --from and --to, --partition or --only");
        return;
    }
    for (size_t i = 0; i < plan->graph->count; i++) {
        const struct partitions *partitions = partitions_of(plan, i);
        if (partitions == NULL)
            continue;
        found++;
        if (read_range(job, plan->graph->assets[i], partitions, &err) < 0)
            problem_add(&plan->problems, NULL, 0, 0, "%s: %s", plan->graph->assets[i]->key,
                        err.message);
    }
    if (found == 0)
        problem_add(&plan->problems, NULL, 0, 0, "nothing that is selected is made in partitions");
    else if (plan->problems.count == 0 && job->request->only_count > 0 &&
             keep_wanted(job, &err) < 0)
        problem_add(&plan->problems, NULL, 0, 0, "%s", err.message);
}

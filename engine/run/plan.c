#include "run/plan.h"

#include "base/alloc.h"
#include "graph/select.h"

#include <stdlib.h>
#include <string.h>

static void choose_assets(struct plan *plan, const struct request *request)
{
    const struct selection selection = {request->select, request->select_count, request->exclude,
                                        request->exclude_count};
    struct err err;

    plan->is_selected = arena_calloc(&plan->arena, plan->graph.count, sizeof(bool));
    if (select_assets(&plan->graph, &selection, plan->is_selected, &err) < 0) {
        problem_add_err(&plan->problems, &err);
        return;
    }
    for (size_t i = 0; i < plan->graph.count; i++) {
        const struct asset *asset = plan->graph.assets[i];
        if (asset->kind == ASSET_EXTERNAL)
            plan->is_selected[i] = false;
        plan->selected_count += plan->is_selected[i];
        if (plan->is_selected[i] && request->full_refresh && !request->discard_history &&
            asset_keeps_history(asset))
            problem_add(&plan->problems, asset->file, 1, 1,
                        "%s keeps changes that its source no longer has: leave it out of a full "
                        "refresh, or say --discard-history",
                        asset->key);
    }
}

struct plan *plan_new(const struct request *request)
{
    struct pipeline_choice choice = {request->target, request->assignments,
                                     request->assignment_count};
    struct plan *plan = alloc_zeroed(1, sizeof *plan);

    arena_init(&plan->arena);
    problems_init(&plan->problems, &plan->arena);
    graph_init(&plan->graph);
    if (pipeline_load(&plan->pipeline, request->folder, &choice, &plan->arena, &plan->problems) ==
        0)
        graph_load(&plan->graph, &plan->pipeline, &plan->problems);
    /* References are resolved here, not where the command was typed. */
    if (plan->problems.count == 0 && request->environment != NULL &&
        strcmp(request->environment, pipeline_environment(&plan->pipeline)) != 0)
        problem_add(&plan->problems, NULL, 0, 0,
                    "the daemon that is at work was started with other values of the environment "
                    "variables that target %s refers to: wait until it has ended",
                    plan->pipeline.target->name);
    if (plan->problems.count == 0)
        choose_assets(plan, request);
    problems_sort(&plan->problems);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    graph_release(&plan->graph);
    arena_release(&plan->arena);
    free(plan);
}

#include "run/plan.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/suggest.h"
#include "graph/select.h"
#include "run/window.h"

#include <stdlib.h>
#include <string.h>

static bool is_verb(const struct request *request, const char *verb)
{
    return request->verb != NULL && strcmp(request->verb, verb) == 0;
}

/* Who asked by the API is answered in its words. */
static bool is_of_api(const struct request *request)
{
    return request->address != NULL;
}

static void choose_assets(struct plan *plan, const struct request *request)
{
    const struct selection selection = {request->select, request->select_count, request->exclude,
                                        request->exclude_count};
    struct err err;

    plan->is_selected = arena_calloc(&plan->arena, plan->graph->count, sizeof(bool));
    plan->seen = arena_calloc(&plan->arena, plan->graph->count, sizeof *plan->seen);
    plan->open = arena_calloc(&plan->arena, plan->graph->count + 1, sizeof(struct asset *));
    plan->found = arena_calloc(&plan->arena, plan->graph->count + 1, sizeof(struct asset *));
    if (select_assets(plan->graph, &selection, &plan->arena, plan->is_selected, &err) < 0) {
        problem_add_err(&plan->problems, &err);
        return;
    }
    for (size_t i = 0; i < plan->graph->count; i++) {
        const struct asset *asset = plan->graph->assets[i];
        if (asset->kind == ASSET_EXTERNAL && !is_verb(request, "ls") && !is_verb(request, "show"))
            plan->is_selected[i] = false;
        if (plan->is_selected[i] && is_verb(request, "stream") && asset->kind != ASSET_STREAM)
            problem_add(&plan->problems, asset->file, 1, 1,
                        "%s is a %s: aorta stream runs streams, aorta run the rest", asset->key,
                        asset_kind_names[asset->kind]);
        plan->selected_count += plan->is_selected[i];
        if (plan->is_selected[i] && request->full_refresh && !request->discard_history &&
            asset_keeps_history(asset))
            problem_add(&plan->problems, asset->file, 1, 1,
                        "%s keeps changes that its source no longer has: leave it out of a full "
                        "refresh, or say %s",
                        asset->key,
                        is_of_api(request) ? "\"discard_history\"" : "--discard-history");
    }
}

/* The request may be gone before the plan is. */
static void choose_partitions(struct plan *plan, const struct request *request)
{
    plan->now_us = clock_now_us();
    plan->partition_count = request->partition_count;
    plan->partitions =
        arena_calloc(&plan->arena, request->partition_count + 1, sizeof *plan->partitions);
    for (size_t i = 0; i < request->partition_count; i++)
        plan->partitions[i] = arena_strdup(&plan->arena, request->partitions[i]);
    if (request->partition_count > 0 && request->full_refresh)
        problem_add(&plan->problems, NULL, 0, 0,
                    "a full refresh makes all partitions: leave out either %s",
                    is_of_api(request) ? "\"full_refresh\" or \"partitions\""
                                       : "--full-refresh or --partition");
}

static bool has_variable(const struct pipeline *pipeline, const char *name)
{
    for (size_t i = 0; i < pipeline->variable_count; i++)
        if (strcmp(pipeline->variables[i].name, name) == 0)
            return true;
    return false;
}

static void check_required(struct plan *plan, const struct request *request)
{
    const struct question *question = plan->question;

    for (size_t i = 0; i < question->variable_count; i++) {
        const struct question_variable *variable = &question->variables[i];
        if (!variable->is_required || has_variable(plan->pipeline, variable->name))
            continue;
        if (is_of_api(request))
            problem_add(&plan->problems, question->file, 0, 0,
                        "question %s needs a variable: give it as {\"%s\": VALUE} in \"vars\"",
                        question->name, variable->name);
        else
            problem_add(&plan->problems, question->file, 0, 0,
                        "question %s needs a variable: give it with --var %s=VALUE", question->name,
                        variable->name);
    }
}

/* --var may set what the pipeline declares, and what the question asks for. */
static void check_assignments(struct plan *plan)
{
    const struct pipeline *pipeline = plan->pipeline;
    const struct question *question = plan->question;

    for (size_t i = 0; i < pipeline->variable_count; i++) {
        const struct variable *variable = &pipeline->variables[i];
        if (!variable->is_added ||
            question_has_variable(question, variable->name, strlen(variable->name)))
            continue;
        const char **names =
            arena_calloc(&plan->arena, question->variable_count + 1, sizeof *names);
        for (size_t j = 0; j < question->variable_count; j++)
            names[j] = question->variables[j].name;
        const char *near = suggest(variable->name, names, question->variable_count);
        problem_add(&plan->problems, NULL, 0, 0, "question %s has no variable \"%s\"%s%s%s",
                    question->name, variable->name, near != NULL ? ": did you mean \"" : "",
                    near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
}

/* Another question's faults are none of this one's business. */
static void choose_question(struct plan *plan, const struct request *request)
{
    const char *name = request->question;
    struct problems all;

    problems_init(&all, &plan->arena);
    questions_read(&plan->questions, plan->pipeline, &all);
    plan->question = questions_find(&plan->questions, name);
    if (plan->question == NULL) {
        problem_add(&plan->problems, NULL, 0, 0, "%s",
                    questions_unknown(&plan->questions, name, plan->pipeline));
        return;
    }
    for (size_t i = 0; i < all.count; i++) {
        const struct problem *p = &all.items[i];
        if (p->file != NULL && strcmp(p->file, plan->question->file) == 0)
            problem_add(&plan->problems, p->file, p->line, p->column, "%s", p->message);
    }
    question_link(plan->question, &plan->loaded->graph, &plan->problems);
    check_assignments(plan);
    check_required(plan, request);
}

static void check_questions(struct plan *plan)
{
    questions_read(&plan->questions, plan->pipeline, &plan->problems);
    for (size_t i = 0; i < plan->questions.count; i++)
        question_link(&plan->questions.items[i], &plan->loaded->graph, &plan->problems);
}

/* A saved question is linked to the graph, in the pipeline's arena: it takes one of its own. */
static bool may_share(const struct loaded *loaded, const struct request *request, bool is_trusted)
{
    return loaded != NULL && loaded->problems.count == 0 && request->question == NULL &&
           !is_verb(request, "check") && loaded_fits(loaded, request) &&
           (is_trusted || loaded_is_current(loaded));
}

struct plan *plan_with(const struct request *request, struct loaded *loaded, bool is_trusted)
{
    struct plan *plan = alloc_zeroed(1, sizeof *plan);

    arena_init(&plan->arena);
    problems_init(&plan->problems, &plan->arena);
    plan->loaded =
        may_share(loaded, request, is_trusted) ? loaded_retain(loaded) : loaded_read(request);
    plan->pipeline = &plan->loaded->pipeline;
    plan->graph = &plan->loaded->graph;
    problems_copy(&plan->problems, &plan->loaded->problems);
    if (is_verb(request, "check") && plan->loaded->is_read)
        check_questions(plan);
    /* References are resolved here, not where the command was typed. */
    if (plan->problems.count == 0 && request->environment != NULL &&
        strcmp(request->environment, pipeline_environment(plan->pipeline, &plan->arena)) != 0)
        problem_add(&plan->problems, NULL, 0, 0,
                    "the daemon that is at work was started with other values of the environment "
                    "variables that target %s refers to: wait until it has ended",
                    plan->pipeline->target->name);
    if (plan->problems.count == 0)
        choose_assets(plan, request);
    if (plan->problems.count == 0)
        choose_partitions(plan, request);
    if (plan->problems.count == 0 && request->question != NULL)
        choose_question(plan, request);
    problems_sort(&plan->problems);
    return plan;
}

struct plan *plan_new(const struct request *request)
{
    return plan_with(request, NULL, false);
}

void plan_keep(struct plan *plan, bool (*keep)(void *arg, const struct asset *asset), void *arg)
{
    plan->selected_count = 0;
    for (size_t i = 0; i < plan->graph->count; i++) {
        plan->is_selected[i] = plan->is_selected[i] && keep(arg, plan->graph->assets[i]);
        plan->selected_count += plan->is_selected[i];
    }
}

const struct asset **plan_waits_for(struct plan *plan, const struct asset *asset, size_t *count)
{
    size_t mark = ++plan->walk, open = 0, found = 0;

    plan->open[open++] = asset;
    while (open > 0) {
        const struct asset *at = plan->open[--open];
        for (size_t i = 0; i < at->parent_count; i++) {
            const struct asset *parent = at->parents[i];
            if (plan->seen[parent->order] == mark)
                continue;
            plan->seen[parent->order] = mark;
            if (plan->is_selected[parent->order])
                plan->found[found++] = parent;
            else
                plan->open[open++] = parent;
        }
    }
    *count = found;
    return arena_memdup(&plan->arena, plan->found, found * sizeof(struct asset *));
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    loaded_release(plan->loaded);
    arena_release(&plan->arena);
    free(plan);
}

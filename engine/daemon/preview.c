#include "daemon/preview.h"

#include "run/order.h"
#include "run/window.h"

#include <string.h>

enum { LOOKS_AT_ONCE = 4 };

/* A selected asset. */
struct sight {
    const struct asset *asset;
    struct sight **before; /* that it waits for */
    size_t before_count;
    int64_t number; /* of its order, while it is asked; else 0 */
    bool was_asked, is_known;
    bool changes; /* it is published, surely or perhaps */
    struct order_expectation expectation;
    struct event event;
};

struct preview {
    struct sight *sights; /* in the order of the graph */
    struct sight **by_order;
    size_t count, known_count, asked_count;
    size_t first_unknown; /* all before are known */
};

/* --------------------------------------------------------------------------------------- answers */

static void set_known(struct preview *preview, struct sight *sight)
{
    sight->number = 0;
    sight->is_known = true;
    sight->expectation.asset = sight->asset->key;
    preview->known_count++;
}

/* What is always asked, and only when it runs. */
static void know_without_asking(struct preview *preview, struct sight *sight)
{
    bool is_stream = sight->asset->kind == ASSET_STREAM;

    sight->event.action = is_stream ? "read" : "generate";
    sight->event.reason = is_stream ? "stream" : "generator";
    sight->event.message = is_stream ? "a stream is always asked: for what is new"
                                     : "a generator is always asked: for what is new";
    sight->event.conditional = true;
    sight->changes = true;
    set_known(preview, sight);
}

static const struct sight *failing_before(const struct sight *sight)
{
    for (size_t i = 0; i < sight->before_count; i++) {
        const char *action = sight->before[i]->event.action;
        if (strcmp(action, "fail") == 0 || strcmp(action, "blocked") == 0)
            return sight->before[i];
    }
    return NULL;
}

static void block(struct job *job, struct sight *sight, const struct sight *parent)
{
    sight->event.action = "blocked";
    sight->event.reason = "parent";
    sight->event.message =
        arena_printf(&job->arena, "%s %s", parent->asset->key,
                     strcmp(parent->event.action, "fail") == 0 ? "would fail" : "is blocked");
    set_known(job->preview, sight);
}

static void finish(struct job *job)
{
    struct preview *preview = job->preview;

    for (size_t i = 0; i < preview->count; i++)
        work_tell(job, &preview->sights[i].event);
    work_finish(job, "succeeded");
}

static void give_up(struct job *job, const char *reason)
{
    const struct event event = {.type = "unreachable", .message = reason};

    work_tell(job, &event);
    work_finish(job, "failed");
}

/* --------------------------------------------------------------------------------------- asking */

static void fill_expected(struct preview *preview, struct order *order, struct arena *arena)
{
    order->expected = arena_calloc(arena, preview->count + 1, sizeof *order->expected);
    for (size_t i = 0; i < preview->count; i++) {
        const struct sight *sight = &preview->sights[i];
        for (size_t j = 0; sight->changes && j < order->reference_count; j++)
            if (strcmp(order->references[j].asset, sight->asset->key) == 0)
                order->expected[order->expected_count++] = sight->expectation;
    }
}

static int ask(struct job *job, struct sight *sight, struct err *err)
{
    struct daemon *daemon = job->daemon;
    struct child *child = work_child(daemon, order_executor(sight->asset), NULL, err);
    struct arena arena;
    struct order order;
    struct buf frame;

    if (child == NULL)
        return -1;
    arena_init(&arena);
    order_fill(&order, job->plan->graph, sight->asset, NULL, 0, &arena);
    sight->number = order.step = ++daemon->last_number;
    order.attempt = 1;
    order.run = "";
    if (window_fill(&order, job->plan, sight->asset, &arena, err) < 0) {
        arena_release(&arena);
        return -1;
    }
    order.full_refresh = job->request->full_refresh;
    order.force = job->request->force;
    order.looks = true;
    fill_expected(job->preview, &order, &arena);
    buf_init(&frame);
    frame_append_record(&frame, MESSAGE_ORDER, &order_shape, &order);
    child_send(child, &frame);
    buf_release(&frame);
    arena_release(&arena);
    sight->was_asked = true;
    job->preview->asked_count++;
    return 0;
}

static bool is_next(const struct sight *sight)
{
    for (size_t i = 0; i < sight->before_count; i++)
        if (!sight->before[i]->is_known)
            return false;
    return true;
}

/* Asks what can be asked; true when the job is over and forgotten. */
static bool go_on(struct job *job)
{
    struct preview *preview = job->preview;
    struct err err;

    while (preview->first_unknown < preview->count &&
           preview->sights[preview->first_unknown].is_known)
        preview->first_unknown++;
    for (size_t i = preview->first_unknown; i < preview->count; i++) {
        struct sight *sight = &preview->sights[i];
        if (sight->was_asked || sight->is_known || !is_next(sight))
            continue;
        const struct sight *parent = failing_before(sight);
        if (parent != NULL) {
            block(job, sight, parent);
        } else if (sight->asset->kind == ASSET_STREAM || sight->asset->kind == ASSET_GENERATOR) {
            know_without_asking(preview, sight);
        } else if (preview->asked_count < LOOKS_AT_ONCE && ask(job, sight, &err) < 0) {
            give_up(job, err.message);
            return true;
        }
    }
    if (preview->known_count < preview->count)
        return false;
    finish(job);
    return true;
}

static void fill_before(struct job *job, struct sight *sight)
{
    struct sight **by_order = job->preview->by_order;
    const struct asset **before = plan_waits_for(job->plan, sight->asset, &sight->before_count);

    sight->before = arena_calloc(&job->arena, sight->before_count + 1, sizeof(struct sight *));
    sight->event.after = arena_calloc(&job->arena, sight->before_count + 1, sizeof(char *));
    sight->event.after_count = sight->before_count;
    for (size_t i = 0; i < sight->before_count; i++) {
        sight->before[i] = by_order[before[i]->order];
        sight->event.after[i] = before[i]->key;
    }
}

void preview_begin(struct job *job)
{
    const struct graph *graph = job->plan->graph;
    struct preview *preview = arena_alloc(&job->arena, sizeof *preview);

    if (job->is_canceled) {
        const char *line = "canceled";
        work_refuse(job, &line, 1);
        return;
    }
    job->preview = preview;
    preview->sights = arena_calloc(&job->arena, graph->count + 1, sizeof *preview->sights);
    preview->by_order = arena_calloc(&job->arena, graph->count + 1, sizeof(struct sight *));
    for (size_t i = 0; i < graph->count; i++) {
        if (!job->plan->is_selected[i])
            continue;
        struct sight *sight = &preview->sights[preview->count++];
        preview->by_order[i] = sight;
        sight->asset = graph->assets[i];
        sight->event.type = "plan";
        sight->event.asset = sight->asset->key;
        sight->event.kind = asset_kind_names[sight->asset->kind];
        fill_before(job, sight);
    }
    const struct event accepted = {.type = "accepted", .total = (int64_t)preview->count};
    work_tell(job, &accepted);
    go_on(job);
}

/* ---------------------------------------------------------------------------------- what came back */

static void take(struct job *job, struct sight *sight, const struct report *report)
{
    struct event *event = &sight->event;
    bool failed = report->outcome == NULL || strcmp(report->outcome, "failed") == 0;
    bool stale = report->outcome != NULL && strcmp(report->outcome, "stale") == 0;
    const char *action = failed ? "fail" : stale ? report->action : "skip";
    const char *message = failed ? report->error : report->note;

    event->action = arena_strdup(&job->arena, action != NULL ? action : "build");
    event->reason = arena_strdup(&job->arena, failed ? "error" : report->cause);
    event->message = arena_strdup(&job->arena, message != NULL ? message : "");
    event->conditional = stale && report->is_conditional;
    sight->changes = stale;
    sight->expectation.restarts = report->restarts;
    sight->expectation.is_sure = !report->is_conditional;
    job->preview->asked_count--;
    set_known(job->preview, sight);
}

bool preview_hear(struct daemon *daemon, const struct report *report)
{
    for (struct job *job = daemon->jobs; job != NULL; job = job->next)
        for (size_t i = 0; job->preview != NULL && i < job->preview->count; i++) {
            struct sight *sight = &job->preview->sights[i];
            if (sight->number == 0 || sight->number != report->step)
                continue;
            if (report->outcome != NULL && strcmp(report->outcome, "unreachable") == 0) {
                give_up(job, report->error);
                return true;
            }
            take(job, sight, report);
            go_on(job);
            return true;
        }
    return false;
}

void preview_lose(struct job *job, const struct child *child, const char *reason)
{
    for (size_t i = 0; i < job->preview->count; i++) {
        const struct sight *sight = &job->preview->sights[i];
        if (sight->number != 0 && strcmp(order_executor(sight->asset), child->name) == 0) {
            give_up(job, reason);
            return;
        }
    }
}

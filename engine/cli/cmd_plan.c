#include "base/alloc.h"
#include "cli/command.h"
#include "cli/offline.h"
#include "cli/table.h"
#include "daemon/daemon.h"

#include <stdlib.h>
#include <string.h>

struct planning {
    struct listener listener;
    const struct arguments *arguments;
    struct arena *arena;
    struct event *steps;
    size_t step_count, capacity;
    const char *unreachable; /* why the destination could not be asked */
    int status;
};

static void add_step(void *arg, const struct event *event)
{
    struct planning *planning = arg;
    struct arena *arena = planning->arena;

    if (planning->step_count == planning->capacity) {
        planning->capacity = planning->capacity < 32 ? 32 : 2 * planning->capacity;
        planning->steps = alloc_resize(planning->steps, planning->capacity * sizeof *event);
    }
    struct event *step = &planning->steps[planning->step_count++];
    *step = *event;
    step->asset = arena_strdup(arena, event->asset);
    step->kind = arena_strdup(arena, event->kind);
    step->action = arena_strdup(arena, event->action);
    step->message = arena_strdup(arena, event->message);
    if (strcmp(step->action, "fail") == 0)
        planning->status = EXIT_FAILED;
}

static void print_json(const struct event *event)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &event_shape, event);
    printf("%.*s\n", (int)text.size, text.data);
    buf_release(&text);
}

static void add_offline(void *arg, const struct event *event)
{
    struct planning *planning = arg;

    if (planning->arguments->as_json)
        print_json(event);
    add_step(planning, event);
}

static void hear(struct listener *listener, const struct frame *frame)
{
    struct planning *planning = (struct planning *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (frame->kind == MESSAGE_EVENT &&
        record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0) {
        bool is_step = strcmp(event.type, "plan") == 0;
        if (is_step)
            add_step(planning, &event);
        else if (strcmp(event.type, "unreachable") == 0)
            planning->unreachable = arena_strdup(planning->arena, event.message);
        else if (strcmp(event.type, "refused") == 0)
            planning->status = command_refused(&event);
        if (planning->arguments->as_json && (is_step || planning->unreachable != NULL) &&
            strcmp(event.type, "ended") != 0)
            printf("%.*s\n", (int)frame->size, frame->text);
    }
    arena_release(&arena);
}

static void print_count(size_t count, const char *what, const char **between)
{
    if (count == 0)
        return;
    printf("%s%zu %s", *between, count, what);
    *between = ", ";
}

static void print_summary(const struct planning *planning)
{
    size_t builds = 0, asks = 0, maybes = 0, skips = 0, fails = 0;
    const char *between = "\n";

    for (size_t i = 0; i < planning->step_count; i++) {
        const struct event *step = &planning->steps[i];
        bool is_model = strcmp(step->kind, "source") != 0 && strcmp(step->kind, "stream") != 0 &&
                        strcmp(step->kind, "generator") != 0;
        if (strcmp(step->action, "skip") == 0)
            skips++;
        else if (strcmp(step->action, "fail") == 0 || strcmp(step->action, "blocked") == 0)
            fails++;
        else if (!step->conditional)
            builds++;
        else if (is_model)
            maybes++;
        else
            asks++;
    }
    print_count(builds, "to build", &between);
    print_count(asks, "to ask", &between);
    print_count(maybes, "only if there is news", &between);
    print_count(skips, "fresh", &between);
    print_count(fails, "would fail or are blocked by that", &between);
    if (planning->step_count == 0)
        fputs("nothing is selected that a run builds", stdout);
    fputc('\n', stdout);
}

static void print_table(const struct planning *planning)
{
    static const struct table_column columns[] = {
        {.name = "asset"}, {.name = "kind"}, {.name = "action"}, {.name = "why", .shrinks = true}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);

    for (size_t i = 0; i < planning->step_count; i++) {
        const struct event *step = &planning->steps[i];
        table_add(table, (const char *[]){step->asset, step->kind, step->action, step->message});
    }
    table_end(table);
    print_summary(planning);
}

/* The destination was not asked: what the run store knows. */
static int look_offline(struct planning *planning)
{
    const struct arguments *a = planning->arguments;
    struct plan *plan = plan_new(&a->request);
    struct err err;
    int status = EXIT_USAGE;

    command_report(plan);
    if (plan->problems.count == 0) {
        status = EXIT_OK;
        if (planning->unreachable != NULL)
            command_fail(status, "the destination cannot be asked, this is by the run store: %s",
                         planning->unreachable);
        if (offline_preview(plan, &a->request, a->state_folder, add_offline, planning, &err) < 0)
            status = command_fail(EXIT_FAILED, "%s", err.message);
    }
    plan_free(plan);
    return status;
}

static int look(struct planning *planning)
{
    const struct arguments *a = planning->arguments;
    struct err err;

    if (!a->is_offline &&
        daemon_request(a->state_folder, &a->request, &planning->listener, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    if (a->is_offline || planning->unreachable != NULL)
        planning->status = look_offline(planning);
    if (planning->status != EXIT_USAGE && !a->as_json)
        print_table(planning);
    return planning->status;
}

static int run(int argc, char **argv)
{
    struct planning planning = {.listener = {.hear = hear}, .status = EXIT_OK};
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    planning.arguments = &a;
    planning.arena = &arena;
    if (arguments_read(&cmd_plan, argc, argv, &arena, &a) == 0) {
        a.request.verb = "plan";
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        status = look(&planning);
    }
    free(planning.steps);
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--full-refresh", NULL, "as if run were given it", NULL},
    {"--partition", "KEY", "of what is made in partitions, or FROM..TO; repeatable", NULL},
    {"--discard-history", NULL, "as if run were given it", NULL},
    {"--force", NULL, "as if run were given it", NULL},
    {"--offline", NULL, "asks no destination, only the run store", NULL},
    {"--json", NULL, "one JSON object a step", NULL},
    FLAGS_OF_SELECTION,
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_plan = {
    "plan",
    "[SELECT…]",
    "<assets>",
    "Shows what a run would do, in order, and why",
    "The destination is asked what it has; nothing is changed. Sources, streams and generators are\n"
    "not asked: whether they have news is seen when they run. If the destination cannot be asked\n"
    "the run store says what it knows.\n\n" HELP_OF_SELECTION,
    flags,
    run};

/* The names of a kind, a line each: what the scripts of completion.c ask for. Nobody types it. A
 * pipeline that is wrong has names, too, as far as it can be read. */
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "run/plan.h"
#include "store/backfills.h"
#include "store/tokens.h"

#include <string.h>

enum { NEWEST = 20 };

/* ------------------------------------------------------------------------------ of the pipeline */

static void print_assets(struct plan *plan)
{
    for (size_t i = 0; i < plan->graph->count; i++)
        puts(plan->graph->assets[i]->name);
}

static void print_streams(struct plan *plan)
{
    for (size_t i = 0; i < plan->graph->count; i++)
        if (plan->graph->assets[i]->kind == ASSET_STREAM)
            printf("stream:%s\n", plan->graph->assets[i]->key);
}

static void print_automations(struct plan *plan)
{
    for (size_t i = 0; i < plan->graph->count; i++)
        if (plan->graph->assets[i]->upkeep.when != UPKEEP_BY_HAND)
            printf("asset:%s\n", plan->graph->assets[i]->key);
}

static void print_questions(struct plan *plan)
{
    struct problems problems;

    problems_init(&problems, &plan->arena);
    questions_read(&plan->questions, plan->pipeline, &problems);
    for (size_t i = 0; i < plan->questions.count; i++)
        printf("@%s\n", plan->questions.items[i].name);
}

static void print_schedules(struct plan *plan)
{
    for (size_t i = 0; i < plan->loaded->schedules.count; i++)
        printf("schedule:%s\n", plan->loaded->schedules.items[i].config->name);
}

static void print_sensors(struct plan *plan)
{
    for (size_t i = 0; i < plan->loaded->sensors.count; i++)
        printf("sensor:%s\n", plan->loaded->sensors.items[i].config->name);
}

static void print_alerts(struct plan *plan)
{
    for (size_t i = 0; i < plan->pipeline->alerts.count; i++)
        puts(plan->pipeline->alerts.items[i].name);
}

static void print_targets(struct plan *plan)
{
    for (size_t i = 0; i < plan->pipeline->target_count; i++)
        puts(plan->pipeline->targets[i].name);
}

static void print_variables(struct plan *plan)
{
    for (size_t i = 0; i < plan->pipeline->variable_count; i++)
        printf("%s=\n", plan->pipeline->variables[i].name);
}

static void print_connections(struct plan *plan)
{
    const struct target *target = plan->pipeline->target;

    for (size_t i = 0; target != NULL && i < target->connection_count; i++)
        puts(target->connections[i].name);
}

/* ----------------------------------------------------------------------------- of the run store */

static int print_runs(const struct arguments *a, struct store_reader *reader)
{
    const struct store_run_page page = {.limit = NEWEST};
    struct store_run *runs = NULL;
    size_t count = 0;
    struct err err;

    if (reader != NULL && store_read_runs(reader, &page, a->arena, &runs, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    for (size_t i = 0; i < count; i++)
        puts(runs[i].id);
    puts("last\nprevious");
    return EXIT_OK;
}

static int print_backfills(const struct arguments *a, struct store_reader *reader)
{
    const struct store_backfill_page page = {.limit = NEWEST};
    struct store_backfill *backfills = NULL;
    size_t count = 0;
    struct err err;

    if (reader != NULL &&
        store_read_backfills(reader, &page, a->arena, &backfills, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    for (size_t i = 0; i < count; i++)
        puts(backfills[i].id);
    return EXIT_OK;
}

/* Those that can still be revoked. */
static int print_tokens(const struct arguments *a, struct store_reader *reader)
{
    struct store_token *tokens = NULL;
    size_t count = 0;
    struct err err;

    if (reader != NULL && store_read_tokens(reader, a->arena, &tokens, &count, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    for (size_t i = 0; i < count; i++)
        if (tokens[i].revoked_us == 0)
            puts(tokens[i].name);
    return EXIT_OK;
}

/* ------------------------------------------------------------------------------- of the program */

static int print_connectors(struct arena *arena)
{
    struct connectors connectors;
    struct err err;

    if (connectors_load(&connectors, connectors_folder(arena), arena, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    for (size_t i = 0; i < connectors.count; i++)
        puts(connectors.items[i].name);
    return EXIT_OK;
}

/* -------------------------------------------------------------------------------------- by kind */

static const struct listed {
    const char *kind;
    /* One of them. */
    void (*of_pipeline)(struct plan *plan);
    int (*of_store)(const struct arguments *arguments, struct store_reader *reader);
    int (*of_program)(struct arena *arena);
} kinds[] = {
    {"assets", print_assets, NULL, NULL},
    {"streams", print_streams, NULL, NULL},
    {"automations", print_automations, NULL, NULL},
    {"questions", print_questions, NULL, NULL},
    {"schedules", print_schedules, NULL, NULL},
    {"sensors", print_sensors, NULL, NULL},
    {"alerts", print_alerts, NULL, NULL},
    {"targets", print_targets, NULL, NULL},
    {"variables", print_variables, NULL, NULL},
    {"connections", print_connections, NULL, NULL},
    {"runs", NULL, print_runs, NULL},
    {"backfills", NULL, print_backfills, NULL},
    {"tokens", NULL, print_tokens, NULL},
    {"connectors", NULL, NULL, print_connectors},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

const char *commands_kind(size_t index)
{
    return index < KINDS ? kinds[index].kind : NULL;
}

static int print(const struct listed *listed, struct arguments *a)
{
    if (listed->of_store != NULL)
        return history_look(a, listed->of_store);
    a->request.verb = "ls";
    struct plan *plan = plan_new(&a->request);
    listed->of_pipeline(plan);
    plan_free(plan);
    return EXIT_OK;
}

static int run(int argc, char **argv)
{
    const struct listed *listed = NULL;
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    for (size_t i = 0; argc > 0 && i < KINDS; i++)
        if (strcmp(kinds[i].kind, argv[0]) == 0)
            listed = &kinds[i];
    if (listed == NULL)
        command_fail(status, "names wants a kind of names");
    else if (listed->of_program != NULL)
        status = listed->of_program(&arena);
    else if (arguments_read(&cmd_names, argc - 1, argv + 1, &arena, &a) == 0)
        status = print(listed, &a);
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {FLAG_PROJECT, {0}};

const struct command cmd_names = {"names", "KIND", NULL, "Prints the names of a kind",
                                  NULL,    flags,  run};

#include "base/clock.h"
#include "cli/command.h"
#include "run/plan.h"
#include "store/read.h"

#include <string.h>

/* What the run store knows; empty before the first run. */
struct known {
    struct store_materialization *items;
    size_t count;
};

static void read_known(const struct arguments *a, struct known *known)
{
    struct store_reader *reader;
    struct err err;
    const char *path = arena_printf(a->arena, "%s/runs.db", a->state_folder);

    *known = (struct known){0};
    if (store_reader_open(path, &reader, &err) < 0)
        return; /* nothing has run yet */
    if (store_read_materializations(reader, a->arena, &known->items, &known->count, &err) < 0)
        command_fail(EXIT_FAILED, "%s", err.message);
    store_reader_close(reader);
}

static const struct store_materialization *find(const struct known *known, const char *asset)
{
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->items[i].asset, asset) == 0)
            return &known->items[i];
    return NULL;
}

static void print_asset(const struct asset *asset, const struct store_materialization *last)
{
    char time[CLOCK_TEXT_SIZE] = "never", rows[32] = "-";

    if (last != NULL)
        clock_format_iso(time, last->at_us, 0);
    if (last != NULL && last->rows >= 0)
        snprintf(rows, sizeof rows, "%lld", (long long)last->rows);
    printf("%-32s  %-9s  %12s  %-20s  %s\n", asset->key, asset_kind_names[asset->kind], rows, time,
           asset->file);
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct known known;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_ls, argc, argv, &arena, &a) == 0) {
        a.request.select = a.rest;
        a.request.select_count = a.rest_count;
        struct plan *plan = plan_new(&a.request);
        command_report(plan);
        if (plan->problems.count == 0) {
            status = EXIT_OK;
            read_known(&a, &known);
            printf("%-32s  %-9s  %12s  %-20s  %s\n", "asset", "kind", "rows", "materialized",
                   "file");
        }
        for (size_t i = 0; status == EXIT_OK && i < plan->graph.count; i++)
            if (plan->is_selected[i])
                print_asset(plan->graph.assets[i], find(&known, plan->graph.assets[i]->key));
        plan_free(plan);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {FLAGS_OF_SELECTION, FLAGS_OF_PIPELINE, {0}};

const struct command cmd_ls = {
    "ls",
    "[SELECT…]",
    "Lists assets: kind, rows, when they were last materialized, file",
    "Assets stand in the order in which a run builds them.\n\n" HELP_OF_SELECTION,
    flags,
    run};

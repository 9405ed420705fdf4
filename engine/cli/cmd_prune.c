#include "base/clock.h"
#include "cli/change.h"
#include "cli/history.h"
#include "run/plan.h"
#include "store/retention.h"

#include <string.h>

enum { PAGE_RUNS = 200 };

/* --------------------------------------------------------------------------------------- dry run */

struct counts {
    int64_t runs, events; /* runs that go, and those that lose only their events */
};

/* As the daemon would find them (daemon/pruner.c). False: nothing behind it is old enough. */
static bool count_run(const struct store_old_run *run, const struct store_old_page *page,
                      int64_t events_before_us, struct counts *counts)
{
    if (run->created_us >= page->before_us && run->created_us >= events_before_us &&
        strcmp(run->id, page->until_id) > 0)
        return false;
    if (run->may_go)
        counts->runs++;
    else if (run->is_over && run->has_events && run->created_us < events_before_us)
        counts->events++;
    return true;
}

static int count_old(const struct arguments *a, struct store_reader *reader,
                     const struct retention *retention, struct counts *counts, struct err *err)
{
    int64_t now_us = clock_now_us();
    const char *until;
    bool goes_on = true;

    if (store_read_beyond(reader, retention->max_runs, a->arena, &until, err) < 0)
        return -1;
    struct store_old_page page = {
        .before_us = now_us - retention->runs_ms * 1000,
        .until_id = until != NULL ? until : "",
        .limit = PAGE_RUNS,
    };
    while (goes_on) {
        struct store_old_run *runs;
        size_t count;
        if (store_read_old_runs(reader, &page, a->arena, &runs, &count, err) < 0)
            return -1;
        for (size_t i = 0; goes_on && i < count; i++)
            goes_on = count_run(&runs[i], &page, now_us - retention->events_ms * 1000, counts);
        goes_on = goes_on && count == PAGE_RUNS;
        if (count > 0)
            page.after_id = runs[count - 1].id;
    }
    return 0;
}

static int look(struct arguments *a)
{
    struct counts counts = {0};
    struct store_reader *reader = NULL;
    int status = EXIT_USAGE;
    struct err err;

    a->request.verb = "ls";
    struct plan *plan = plan_new(&a->request);
    command_report(plan);
    if (plan->problems.count > 0)
        goto out;
    status = EXIT_FAILED;
    if (history_open(a, &reader) < 0)
        goto out;
    if (reader != NULL && count_old(a, reader, &plan->pipeline->retention, &counts, &err) < 0) {
        command_fail(EXIT_FAILED, "%s", err.message);
        goto out;
    }
    printf("%lld %s would be forgotten, and the events of %lld more\n", (long long)counts.runs,
           counts.runs == 1 ? "run" : "runs", (long long)counts.events);
    status = EXIT_OK;
out:
    store_reader_close(reader);
    plan_free(plan);
    return status;
}

/* ----------------------------------------------------------------------------------------- prune */

static int prune(struct arguments *a)
{
    struct event pruned;

    a->request.verb = "prune";
    int status = change_ask(a, "pruned", &pruned);
    if (status == EXIT_OK)
        printf("%lld %s forgotten\n", (long long)pruned.rows,
               pruned.rows == 1 ? "run is" : "runs are");
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_prune, argc, argv, &arena, &a) == 0)
        status = a.is_dry ? look(&a) : prune(&a);
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--dry-run", NULL, "says how much would go, and changes nothing", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_prune = {
    "prune",
    "",
    NULL,
    "Forgets old runs, events, ticks and audit entries, as [retention] says",
    "aorta serve does so by itself, when it begins and every hour. Whatever is said of an asset comes of\n"
    "its last runs, and these stay, however old they are.",
    flags,
    run};

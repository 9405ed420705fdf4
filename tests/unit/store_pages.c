/*
 * What pages of the store cost: the same among many runs as among few, counted in instructions of
 * SQLite's machine, and without a look at what was not asked for.
 */
#include "test.h"

#include "store_fixture.h"

#include "store/reader.h"

#include <stdio.h>
#include <string.h>

enum { FEW = 300, MANY = 6000 };

/* Runs of two triggers, every hundredth failed, each with two steps of ten assets, an event and a
 * check result; ids as old as their numbers. */
static const char fill_sql[] =
    "WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
    " INSERT INTO runs (id, pipeline, target, trigger, selection, state, created_us)"
    " SELECT printf('01%%024d', i), 'shop', 'dev', iif(i %% 2, 'api', 'schedule:nightly'), '',"
    " iif(i %% 100, 'succeeded', 'failed'), i FROM n;"
    "INSERT INTO steps (run_id, asset, position, kind, state) SELECT id, 'core.a', 1, 'model',"
    " 'succeeded' FROM runs WHERE true ON CONFLICT DO NOTHING;"
    "INSERT INTO steps (run_id, asset, position, kind, state) SELECT id,"
    " 'core.' || (created_us %% 10), 2, 'model', 'succeeded' FROM runs WHERE true"
    " ON CONFLICT DO NOTHING;"
    "INSERT INTO events (run_id, sequence, at_us, kind) SELECT id, 1, created_us, 'ended' FROM runs"
    " WHERE true ON CONFLICT DO NOTHING;"
    "INSERT INTO materializations (asset, run_id, at_us, version, fingerprint)"
    " SELECT 'core.a', id, created_us, '', '' FROM runs WHERE created_us >= %d;"
    "INSERT INTO check_results (run_id, asset, check_name, status, severity, failures, at_us)"
    " SELECT id, 'core.a', 'not_null(x)', 'passed', 'error', 0, created_us FROM runs"
    " WHERE created_us >= %d;";

static void fill(int from, int to)
{
    char sql[4096];

    snprintf(sql, sizeof sql, fill_sql, from, to, from, from);
    store_fixture_exec(sql);
}

static struct store_reader *reader;
static struct arena arena;

static size_t runs_found(struct store_run_filter filter)
{
    struct store_run *runs;
    struct err err;
    size_t count;

    filter.limit = 50;
    check_ok(store_filter_runs(reader, &filter, &arena, &runs, &count, &err));
    for (size_t i = 1; i < count; i++)
        check(strcmp(runs[i - 1].id, runs[i].id) > 0);
    return count;
}

#define MIDDLE "01000000000000000000000200"

static size_t all_runs(void)
{
    return runs_found((struct store_run_filter){0});
}

static size_t runs_behind(void)
{
    return runs_found((struct store_run_filter){.before_id = MIDDLE});
}

static size_t runs_since(void)
{
    return runs_found((struct store_run_filter){.since_id = MIDDLE});
}

static size_t runs_of_state(void)
{
    return runs_found((struct store_run_filter){.state = "succeeded", .before_id = MIDDLE});
}

static size_t runs_of_trigger(void)
{
    return runs_found((struct store_run_filter){.trigger = "api"});
}

static size_t runs_of_asset(void)
{
    return runs_found((struct store_run_filter){.asset = "core.7", .before_id = MIDDLE});
}

static size_t history(void)
{
    struct store_materialization *found;
    struct err err;
    size_t count;

    check_ok(store_read_history(reader, "core.a", 0, 50, &arena, &found, &count, &err));
    return count;
}

static size_t last_checks(void)
{
    struct store_check_result *found;
    struct err err;
    size_t count;

    check_ok(store_read_last_checks(reader, NULL, &arena, &found, &count, &err));
    return count;
}

static size_t last_checks_of_asset(void)
{
    struct store_check_result *found;
    struct err err;
    size_t count;

    check_ok(store_read_last_checks(reader, "core.a", &arena, &found, &count, &err));
    return count;
}

static size_t events_behind(void)
{
    struct store_event *found;
    struct err err;
    size_t count;

    check_ok(store_read_events_behind(reader, NULL, 100, 50, &arena, &found, &count, &err));
    return count;
}

static size_t events_of_run(void)
{
    struct store_event *found;
    struct err err;
    size_t count;

    check_ok(store_read_events_behind(reader, MIDDLE, 0, 50, &arena, &found, &count, &err));
    return count;
}

static size_t steps_of_run(void)
{
    struct store_step *found;
    struct err err;
    size_t count;

    check_ok(store_read_steps(reader, MIDDLE, &arena, &found, &count, &err));
    return count;
}

static const struct page {
    const char *name;
    size_t (*read)(void);
    size_t count;
} pages[] = {
    {"all runs", all_runs, 50},
    {"runs behind one", runs_behind, 50},
    {"runs since", runs_since, 50},
    {"runs of a state", runs_of_state, 50},
    {"runs of a trigger", runs_of_trigger, 50},
    {"runs of an asset", runs_of_asset, 20},
    {"an asset's history", history, 50},
    {"checks of all assets", last_checks, 1},
    {"checks of an asset", last_checks_of_asset, 1},
    {"events behind one", events_behind, 50},
    {"events of a run", events_of_run, 1},
    {"steps of a run", steps_of_run, 2},
};

enum { PAGES = sizeof pages / sizeof *pages };

static void measure(int64_t efforts[PAGES])
{
    for (size_t i = 0; i < PAGES; i++) {
        struct store_effort effort;
        reader = store_fixture_reader();
        if (pages[i].read() != pages[i].count)
            test_fail(__FILE__, __LINE__, "%s: %zu rows, not %zu", pages[i].name, pages[i].read(),
                      pages[i].count);
        store_reader_effort(reader, &effort);
        if (effort.scanned > 0)
            test_fail(__FILE__, __LINE__, "%s: %lld rows are scanned", pages[i].name,
                      (long long)effort.scanned);
        efforts[i] = effort.instructions;
        store_reader_close(reader);
    }
}

TEST("a page takes as long among many runs as among few")
{
    int64_t few[PAGES], many[PAGES];
    struct store *store = store_fixture_open();

    store_close(store);
    arena_init(&arena);
    fill(1, FEW);
    measure(few);
    fill(FEW + 1, MANY);
    measure(many);
    for (size_t i = 0; i < PAGES; i++)
        if (many[i] > few[i] + few[i] / 10)
            test_fail(__FILE__, __LINE__, "%s: %lld instructions, among few %lld", pages[i].name,
                      (long long)many[i], (long long)few[i]);
    arena_release(&arena);
}

TEST("filters go together")
{
    struct store *store = store_fixture_open();

    store_close(store);
    arena_init(&arena);
    fill(1, FEW);
    reader = store_fixture_reader();
    check_int(runs_found((struct store_run_filter){.state = "failed"}), 3);
    check_int(runs_found((struct store_run_filter){.state = "failed", .trigger = "api"}), 0);
    check_int(runs_found((struct store_run_filter){.state = "failed", .asset = "core.0"}), 3);
    check_int(runs_found((struct store_run_filter){.asset = "core.0", .trigger = "api"}), 0);
    check_int(runs_found((struct store_run_filter){.state = "failed", .since_id = MIDDLE}), 2);
    check_int(runs_found((struct store_run_filter){.since_id = MIDDLE, .before_id = MIDDLE}), 0);
    store_reader_close(reader);
    arena_release(&arena);
}

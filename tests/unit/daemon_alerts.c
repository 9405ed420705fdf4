/*
 * What happened becomes alerts in the run store, for whom it concerns. Nothing is delivered here: the
 * secret is not set, so each first try fails, which is written down, too.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/log.h"
#include "daemon/alerts.h"
#include "store/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                 \
    "[pipeline]\nname = \"test\"\n[target.dev.connection.warehouse]\nconnector = \"duck\"\n" \
    "path = \"w.db\"\n"
#define RUN_ID "01HTKZ00000000000000000000"
#define HOOK "webhook = { url = \"http://127.0.0.1:1/\", secret = \"env:NOT_SET\" }\n"

static uv_loop_t loop;
static struct journal *journal;
static struct alerts *alerts;
static struct loaded *loaded;
static bool is_past;

static void fail(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "%s", err->message);
}

static void past(void *arg)
{
    (void)arg;
    is_past = true;
}

/* "team asset:marts.one failure", a line each, of what the SQL's condition says. */
static const char *rows(const char *condition)
{
    struct database database;
    struct statement statement;
    struct arena arena;
    struct err err;
    char sql[512];
    const char *lines = "";

    arena_init(&arena);
    snprintf(sql, sizeof sql,
             "SELECT destination || ' ' || subject || ' ' || kind || CASE kind WHEN 'recovery' THEN"
             " ' of ' || of_kind ELSE '' END FROM alerts AS a WHERE %s ORDER BY id",
             condition);
    check_ok(database_open(&database, journal_path(journal), DATABASE_READ, &err));
    check_ok(statement_prepare(&statement, &database, sql, &err));
    while (statement_step(&statement, &err) == 1)
        lines = arena_printf(&arena, "%s%s\n", lines, statement_text(&statement, 0, &arena));
    statement_release(&statement);
    database_close(&database);
    lines = config_fixture_keep(lines);
    arena_release(&arena);
    return lines;
}

/* Turns the loop until everything is committed, and what can be tried was. */
static void settle(void)
{
    static const char untried[] =
        "state = 'waiting' AND tries = 0 AND NOT EXISTS (SELECT 1 FROM alerts AS b WHERE"
        " b.destination = a.destination AND b.subject = a.subject AND b.id < a.id)";

    do {
        is_past = false;
        journal_barrier(journal, (struct journal_then){past, NULL, NULL});
        while (!is_past)
            uv_run(&loop, UV_RUN_ONCE);
    } while (rows(untried)[0] != '\0');
    is_past = false;
    journal_barrier(journal, (struct journal_then){past, NULL, NULL});
    while (!is_past)
        uv_run(&loop, UV_RUN_ONCE);
}

static void begin(const char *toml)
{
    const struct request request = {.folder = config_fixture_folder()};
    char text[2048];
    struct err err;

    config_fixture_model("marts", "one", "select 1");
    config_fixture_model("raw", "two", "select 2");
    snprintf(text, sizeof text, "%s%s", HEAD, toml);
    config_fixture_write("pipeline.toml", text);
    log_set_level(LOG_ERROR); /* each try that fails is a warning */
    uv_loop_init(&loop);
    journal = journal_open(&loop, test_folder(), fail, NULL, &err);
    check(journal != NULL);
    alerts = alerts_open(&loop, journal, &err);
    check(alerts != NULL);
    loaded = loaded_read(&request);
    check_int(loaded->problems.count, 0);
    alerts_configure(alerts, loaded);
}

static void end(void)
{
    settle();
    alerts_close(alerts);
    journal_close(journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
    loaded_release(loaded);
}

TEST("lateness and lag are told once, and their end once")
{
    begin("[alert.team]\non = [\"lateness\", \"lag\", \"recovery\"]\n" HOOK);
    alerts_late(alerts, "marts.one", NULL);
    alerts_late(alerts, "marts.one", "2 h old, may be 1 h");
    alerts_late(alerts, "marts.one", "3 h old, may be 1 h");
    alerts_lag(alerts, "marts.one", "9,000 records behind, may be 100");
    alerts_late(alerts, "marts.one", NULL);
    alerts_late(alerts, "marts.one", NULL);
    settle();
    check_str(rows("1"), "team asset:marts.one lateness\n"
                         "team stream:marts.one lag\n"
                         "team asset:marts.one recovery of lateness\n");
    check_str(rows("body LIKE '%2 h old, may be 1 h%' AND body LIKE '%\"target\":\"dev\"%'"),
              "team asset:marts.one lateness\n");
    end();
}

TEST("each destination hears of what it asked for, of the assets that it selects")
{
    begin("[alert.all]\non = \"lateness\"\n" HOOK
          "[alert.raw]\non = [\"lateness\", \"failure\"]\nselect = \"group:raw\"\n" HOOK
          "[alert.off]\non = \"lateness\"\npaused = true\n" HOOK "[alert.rest]\n" HOOK);
    alerts_late(alerts, "marts.one", "old");
    alerts_late(alerts, "raw.two", "old");
    alerts_run_refused(alerts, &(const struct request){0}, NULL, "the pipeline has problems");
    settle();
    check_str(rows("1"), "all asset:marts.one lateness\n"
                         "all asset:raw.two lateness\n"
                         "raw asset:raw.two lateness\n"
                         "rest run:all failure\n");
    end();
}

/* A run of marts.one whose step ended like that. */
static struct run *run_of(enum step_state step, enum run_state state)
{
    static struct run run;
    const char *words[] = {"one"};
    const struct request request = {.verb = "run", .select = words, .select_count = 1};

    run_init(&run, RUN_ID, config_fixture_plan("one"), &request);
    run.steps[0].state = step;
    run.steps[0].attempt = 1;
    run.steps[0].reason = "no such table";
    run.state = state;
    return &run;
}

TEST("a failed step is told and its run is not; a run that fails by itself is")
{
    begin("[alert.team]\n" HOOK);
    struct run *run = run_of(STEP_FAILED, RUN_FAILED);
    alerts_step_over(alerts, run, &run->steps[0]);
    alerts_run_ended(alerts, run);
    run_release(run);
    run = run_of(STEP_SKIPPED, RUN_FAILED);
    alerts_step_over(alerts, run, &run->steps[0]);
    alerts_run_ended(alerts, run);
    run_release(run);
    run = run_of(STEP_CANCELED, RUN_CANCELED);
    alerts_step_over(alerts, run, &run->steps[0]);
    alerts_run_ended(alerts, run);
    run_release(run);
    run = run_of(STEP_FRESH, RUN_SUCCEEDED);
    alerts_step_over(alerts, run, &run->steps[0]);
    alerts_run_ended(alerts, run);
    run_release(run);
    settle();
    check_str(rows("1"), "team asset:marts.one failure\n"
                         "team run:one failure\n"
                         "team asset:marts.one recovery of failure\n"
                         "team run:one recovery of failure\n");
    check_str(rows("body LIKE '%\"run\":\"" RUN_ID "\"%' AND body LIKE '%no such table%'"),
              "team asset:marts.one failure\n");
    end();
}

TEST("a run that could not begin is told, and its end by the next one of the same selection")
{
    const char *words[] = {"one"};
    const struct request request = {.verb = "run", .select = words, .select_count = 1};

    begin("[alert.team]\n" HOOK);
    alerts_run_refused(alerts, &request, NULL, "no such asset");
    alerts_run_refused(alerts, &request, RUN_ID, "no such asset");
    struct run *run = run_of(STEP_FRESH, RUN_SUCCEEDED);
    alerts_run_ended(alerts, run);
    run_release(run);
    settle();
    check_str(rows("1"), "team run:one failure\nteam run:one recovery of failure\n");
    check_str(rows("body LIKE '%no such asset%' AND target = 'dev'"), "team run:one failure\n");
    end();
}

TEST("a stream that failed and is well again is told, though its step is not over")
{
    begin("[alert.team]\n" HOOK);
    alerts_stream_well(alerts, "marts.one");
    struct run *run = run_of(STEP_FAILED, RUN_FAILED);
    alerts_step_over(alerts, run, &run->steps[0]);
    run_release(run);
    alerts_stream_well(alerts, "marts.one");
    alerts_stream_well(alerts, "marts.one");
    settle();
    check_str(rows("1"), "team asset:marts.one failure\n"
                         "team asset:marts.one recovery of failure\n");
    end();
}

TEST("the checks of a report are told with its own attempt, and with no other")
{
    struct check_report failing[] = {
        {.name = "unique(id)", .status = "pass"},
        {.name = "not_null(id)", .status = "warn", .failures = 3, .detail = "3 rows"},
    };
    const struct report report = {.checks = failing, .check_count = 2};

    begin("[alert.team]\non = \"warning\"\ndedupe = \"0s\"\n" HOOK);
    struct run *run = run_of(STEP_PUBLISHED, RUN_SUCCEEDED);
    alerts_report(alerts, run, &run->steps[0], &report);
    alerts_step_over(alerts, run, &run->steps[0]);
    run->steps[0].attempt = 2;
    alerts_step_over(alerts, run, &run->steps[0]);
    run_release(run);
    settle();
    check_str(rows("1"), "team asset:marts.one warning\n");
    check_str(rows("body LIKE '%not_null(id)%' AND body NOT LIKE '%unique(id)%'"),
              "team asset:marts.one warning\n");
    end();
}

TEST("a link leads to the run, or to the asset, once it is known where people look")
{
    begin("[alert.team]\non = [\"failure\", \"lateness\"]\n" HOOK);
    alerts_set_link(alerts, "https://aorta.example");
    alerts_late(alerts, "marts.one", "old");
    struct run *run = run_of(STEP_FAILED, RUN_FAILED);
    alerts_step_over(alerts, run, &run->steps[0]);
    run_release(run);
    settle();
    check_str(rows("body LIKE '%\"link\":\"https://aorta.example/assets/marts.one\"%'"),
              "team asset:marts.one lateness\n");
    check_str(rows("body LIKE '%\"link\":\"https://aorta.example/runs/" RUN_ID "\"%'"),
              "team asset:marts.one failure\n");
    end();
}

TEST("a daemon that does not stay tells nobody")
{
    struct run *run = run_of(STEP_FAILED, RUN_FAILED);

    alerts_step_over(NULL, run, &run->steps[0]);
    alerts_run_ended(NULL, run);
    alerts_late(NULL, "marts.one", "old");
    alerts_close(NULL);
    run_release(run);
}

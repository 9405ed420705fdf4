/*
 * [schedule.NAME]: what is read of it, and what is wrong with it, where it stands.
 */
#include "config_fixture.h"
#include "test.h"

#include <string.h>

#define HEAD                                                               \
    "[pipeline]\nname = \"test\"\n[vars]\nregion = \"north\"\ncount = 1\n" \
    "[target.dev.connection.warehouse]\nconnector = \"duck\"\npath = \"w\"\n"

static void write_pipeline(const char *schedules)
{
    char text[4096];

    config_fixture_folder();
    (void)snprintf(text, sizeof text, HEAD "%s", schedules);
    config_fixture_model("marts", "one", "select 1");
    config_fixture_write("pipeline.toml", text);
}

static const char *problems_of(const char *schedules)
{
    write_pipeline(schedules);
    return config_fixture_problems();
}

TEST("a schedule is read with all that can be said of it")
{
    write_pipeline("[schedule.nightly]\n"
                   "cron = \"30 2 * * *\"\n"
                   "timezone = \"Europe/London\"\n"
                   "select = [\"one\", \"marts.*\"]\n"
                   "catch_up = \"none\"\n"
                   "overlap = \"cancel\"\n"
                   "jitter = \"30s\"\n"
                   "paused = true\n"
                   "priority = -3\n"
                   "vars = { region = \"south\", count = 2 }\n"
                   "[schedule.hourly]\n"
                   "cron = \"@hourly\"\n"
                   "timezone = \"Europe/London\"\n");
    struct plan *plan = config_fixture_plan("");
    const struct schedules *schedules = &plan->loaded->schedules;
    const struct schedule *nightly = schedules_find(schedules, "nightly");
    const struct schedule *hourly = schedules_find(schedules, "hourly");

    check_int(plan->problems.count, 0);
    check_int(schedules->count, 2);
    check_str(nightly->trigger, "schedule:nightly");
    check_str(nightly->definition, "Europe/London 30 2 * * *");
    check_str(nightly->config->select.items[1], "marts.*");
    check_int(nightly->config->catch_up, CATCH_UP_NONE);
    check_int(nightly->config->overlap, OVERLAP_CANCEL);
    check_int(nightly->config->jitter_ms, 30000);
    check(nightly->config->is_paused);
    check_int(nightly->config->priority, -3);
    check_int(nightly->config->assignment_count, 2);
    check_str(nightly->config->assignments[0], "region=south");
    check_str(nightly->config->assignments[1], "count=2");
    check_int(hourly->config->catch_up, CATCH_UP_LAST);
    check_int(hourly->config->overlap, OVERLAP_SKIP);
    check(hourly->zone == nightly->zone);
    check(!hourly->config->is_paused);
    check(schedules_find(schedules, "daily") == NULL);
    plan_free(plan);
}

TEST("what is wrong with schedules stands in one list, each problem at its place")
{
    check_str(
        problems_of("[schedule.one]\n"
                    "cron = \"61 * * * *\"\n"
                    "timezone = \"Europe/Londno\"\n"
                    "[schedule.two]\n"
                    "select = \"marts.oen\"\n"
                    "crom = \"* * * * *\"\n"
                    "[schedule.three]\n"
                    "cron = \"* * 30 2 *\"\n"
                    "catch_up = \"lats\"\n"
                    "jitter = \"2d\"\n"
                    "[schedule.\"fo ur\"]\n"
                    "cron = \"@daily\"\n"
                    "exclude = \"*\"\n"
                    "vars = { regoin = \"south\", region = [1] }\n"),
        "pipeline.toml:10:1: cron \"61 * * * *\": minute \"61\": allowed are 0 to 59\n"
        "pipeline.toml:11:1: there is no time zone \"Europe/Londno\": did you mean \"Europe/London\"?\n"
        "pipeline.toml:12:11: cron is missing\n"
        "pipeline.toml:13:1: schedule two: no asset is meant by \"marts.oen\": did you mean \"marts.one\"?\n"
        "pipeline.toml:14:1: unknown key \"crom\": did you mean \"cron\"?\n"
        "pipeline.toml:16:1: cron \"* * 30 2 *\": it never ticks: no month that it names has the day that it names\n"
        "pipeline.toml:17:1: catch_up must be one of none, last, all, not \"lats\": did you mean \"last\"?\n"
        "pipeline.toml:18:1: jitter must be no more than a day\n"
        "pipeline.toml:19:11: a schedule's name has letters, digits, \"_\", \"-\" and \".\": not \"fo ur\"\n"
        "pipeline.toml:21:1: schedule fo ur: nothing is left: exclude takes away all that is selected\n"
        "pipeline.toml:22:10: the pipeline has no variable \"regoin\": did you mean \"region\"?\n"
        "pipeline.toml:22:28: a variable of a schedule must be text, a number or true or false, not a list\n");
}

TEST("a priority is from -1000 to 1000")
{
    check_str(problems_of("[schedule.one]\ncron = \"@daily\"\npriority = 1001\n"
                          "[schedule.two]\ncron = \"@daily\"\npriority = -1001\n"
                          "[schedule.three]\ncron = \"@daily\"\npriority = -1000\n"
                          "[schedule.four]\ncron = \"@daily\"\npriority = 1000\n"),
              "pipeline.toml:11:1: priority must be from -1000 to 1000\n"
              "pipeline.toml:14:1: priority must be from -1000 to 1000\n");
}

TEST("a schedule whose times the clocks of its zone always skip never ticks")
{
    check_str(
        problems_of("[schedule.never]\n"
                    "cron = \"* 1 31 3 */7\"\n"
                    "timezone = \"Europe/London\"\n"),
        "pipeline.toml:10:1: cron \"* 1 31 3 */7\": it never ticks in Europe/London, where the "
        "clocks skip all its times\n");
}

TEST("a run of each missed tick wants runs that wait for each other")
{
    check_str(
        problems_of("[schedule.all]\n"
                    "cron = \"@hourly\"\n"
                    "catch_up = \"all\"\n"
                    "overlap = \"skip\"\n"),
        "pipeline.toml:12:1: catch_up = \"all\" makes a run of each tick that was missed, and overlap = \"skip\" leaves one of them: say overlap = \"queue\" or catch_up = \"last\"\n");
    write_pipeline("[schedule.all]\ncron = \"@hourly\"\ncatch_up = \"all\"\n");
    struct plan *plan = config_fixture_plan("");
    check_int(plan->loaded->schedules.items[0].config->overlap, OVERLAP_QUEUE);
    plan_free(plan);
}

TEST("a schedule is a table, and has an expression")
{
    check_str(problems_of("[schedule]\nnightly = \"30 2 * * *\"\n[schedule.daily]\n"),
              "pipeline.toml:10:1: schedule.nightly must be a table, not text\n"
              "pipeline.toml:11:11: cron is missing\n");
}

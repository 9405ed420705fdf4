/*
 * pipeline.toml: what may stand in it, what is wrong with it, targets and variables.
 */
#include "config_fixture.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "[pipeline]\nname = \"test\"\n"
#define WAREHOUSE(target) \
    "[target." target ".connection.warehouse]\nconnector = \"duck\"\npath = \"w.db\"\n"

/* What is wrong with a pipeline.toml that has one asset. */
static const char *problems_of(const char *text)
{
    config_fixture_model("marts", "one", "select 1");
    config_fixture_write("pipeline.toml", text);
    return config_fixture_problems();
}

static const char *option_of(const struct plan *plan, const char *connection, const char *name)
{
    const struct connection *found = pipeline_connection(plan->pipeline, connection);

    return found == NULL ? NULL : connection_option(found, name);
}

TEST("a pipeline is read with its target, connections and variables")
{
    config_fixture_model("marts", "one", "select 1");
    struct plan *plan = config_fixture_plan("");
    const struct pipeline *pipeline = plan->pipeline;

    check_int(plan->problems.count, 0);
    check_str(pipeline->name, "test");
    check_str(pipeline->target->name, "dev");
    check_int(pipeline->target->connection_count, 4);
    check_str(option_of(plan, "warehouse", "path"), "w.db");
    check(option_of(plan, "warehouse", "threads") == NULL);
    check(pipeline_connection(pipeline, "broker")->is_embedded);
    check(pipeline_connection(pipeline, "nowhere") == NULL);
    check_int(pipeline->variable_count, 3);
    check_str(pipeline->variables[0].json, "\"2024-04-01\"");
    check_str(pipeline->variables[1].json, "7");
    check_str(pipeline->variables[2].json, "[\"a\",\"b\"]");
    check(pipeline->variables[2].text == NULL);
    check(strncmp(pipeline->state, "/", 1) == 0 && strstr(pipeline->state, "/.aorta") != NULL);
    plan_free(plan);
}

TEST("a key that is unknown, of another type or missing stands with its line and column")
{
    const char *lines = problems_of("[pipeline]\n"
                                    "nmae = \"test\"\n"
                                    "assets = [1]\n"
                                    "state = 7\n"
                                    "[target.dev]\n"
                                    "default = \"yes\"\n"
                                    "  colour = 1\n");

    check_str(lines, "assets/marts/one.sql:1:1: there is no connection \"warehouse\" in target "
                     "dev\n"
                     "pipeline.toml:1:2: name is missing\n"
                     "pipeline.toml:2:1: unknown key \"nmae\": did you mean \"name\"?\n"
                     "pipeline.toml:3:1: assets must be text, not a list\n"
                     "pipeline.toml:4:1: state must be text, not an integer\n"
                     "pipeline.toml:6:1: default must be true or false, not text\n"
                     "pipeline.toml:7:3: unknown key \"colour\"\n");
}

TEST("an option is looked at as its connector declares it")
{
    const char *lines = problems_of(HEAD "[target.dev.connection.warehouse]\n"
                                         "connector = \"duck\"\n"
                                         "thread = 4\n"
                                         "threads = \"many\"\n"
                                         "password = \"hunter2\"\n"
                                         "[target.dev.connection.oltp]\n"
                                         "connector = \"oracle\"\n"
                                         "[target.dev.connection.files]\n"
                                         "connector = \"lake\"\n"
                                         "embedded = true\n");

    check_contains(lines, "pipeline.toml:3:24: connection warehouse: path is missing: The file\n");
    check_contains(lines,
                   "pipeline.toml:5:1: unknown option \"thread\": did you mean \"threads\"?\n");
    check_contains(lines, "pipeline.toml:6:1: threads must be an integer, not \"many\"\n");
    check_contains(lines, "pipeline.toml:7:1: password is a secret: give it as");
    check(strstr(lines, "hunter2") == NULL);
    check_contains(lines,
                   "pipeline.toml:9:1: there is no connector \"oracle\"; there are base, duck, "
                   "lake, log\n");
    check_contains(lines, "connection files: connector lake has no embedded server\n");
}

TEST("a variable becomes an option's text, one that is not declared is a problem once")
{
    config_fixture_model("marts", "one", "select 1");
    config_fixture_write("pipeline.toml",
                         HEAD "[vars]\nfile = \"v.db\"\ncount = 3\nnames = [1]\n"
                              "[target.dev.connection.warehouse]\nconnector = \"duck\"\n"
                              "path = \"var:file\"\nthreads = \"var:count\"\n");
    struct plan *plan = config_fixture_plan("");
    check_int(plan->problems.count, 0);
    check_str(option_of(plan, "warehouse", "path"), "v.db");
    check_str(option_of(plan, "warehouse", "threads"), "3");
    plan_free(plan);

    const char *lines = problems_of(HEAD "[vars]\nnames = [1]\n"
                                         "[target.dev.connection.warehouse]\n"
                                         "connector = \"duck\"\n"
                                         "path = \"var:names\"\nthreads = \"var:none\"\n");
    check_contains(lines, "pipeline.toml:7:1: path must be a path");
    check_contains(lines,
                   "pipeline.toml:8:1: there is no variable \"none\": declare it under [vars]\n");
    check(strstr(lines, "threads must be") == NULL);
}

TEST("the command line sets variables that are declared, as text")
{
    const char *assignments[] = {"count=8=9", "since="};
    const char *wrong[] = {"none=1", "count", "=1"};
    struct request request = {.assignments = assignments, .assignment_count = 2};

    config_fixture_model("marts", "one", "select 1");
    struct plan *plan = config_fixture_plan_of(&request);
    check_int(plan->problems.count, 0);
    check_str(plan->pipeline->variables[0].json, "\"\"");
    check_str(plan->pipeline->variables[1].json, "\"8=9\"");
    plan_free(plan);
    request = (struct request){.assignments = wrong, .assignment_count = 3};
    plan = config_fixture_plan_of(&request);
    check_int(plan->problems.count, 3);
    check_contains(plan->problems.items[0].message, "--var wants NAME=VALUE, not \"=1\"");
    check_contains(plan->problems.items[1].message, "--var wants NAME=VALUE, not \"count\"");
    check_contains(plan->problems.items[2].message, "the pipeline has no variable \"none\"");
    plan_free(plan);
}

/* The hash of what the target's connections refer to, with three variables set so (NULL: unset). */
static const char *environment_of(const char *target, const char *path, const char *password,
                                  const char *other)
{
    static const char *const names[] = {"TEST_PATH", "TEST_PASSWORD", "TEST_OTHER"};
    const char *const values[] = {path, password, other};
    struct request request = {.target = target};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (values[i] != NULL)
            setenv(names[i], values[i], 1);
        else
            unsetenv(names[i]);
    struct plan *plan = config_fixture_plan_of(&request);
    check_int(plan->problems.count, 0);
    const char *hash = config_fixture_keep(pipeline_environment(plan->pipeline, &plan->arena));
    plan_free(plan);
    return hash;
}

TEST("the environment's hash is of the values that the target refers to, and of no others")
{
    config_fixture_model("marts", "one", "select 1");
    config_fixture_write("pipeline.toml",
                         HEAD "[target.dev.connection.warehouse]\nconnector = \"duck\"\n"
                              "path = \"env:TEST_PATH\"\npassword = \"env:TEST_PASSWORD\"\n"
                              "[target.prod.connection.warehouse]\nconnector = \"duck\"\n"
                              "path = \"env:TEST_OTHER\"\n");
    const char *hash = environment_of("dev", "w.db", "hunter2", NULL);

    check(strstr(hash, "hunter2") == NULL);
    check_str(environment_of("dev", "w.db", "hunter2", NULL), hash);
    check_str(environment_of("dev", "w.db", "hunter2", "prod.db"), hash);
    check(strcmp(environment_of("dev", "w.db", "hunter3", NULL), hash) != 0);
    check(strcmp(environment_of("dev", "x.db", "hunter2", NULL), hash) != 0);
    check(strcmp(environment_of("dev", "hunter2", "w.db", NULL), hash) != 0);
    check(strcmp(environment_of("dev", "w.db", NULL, NULL), hash) != 0);
    check(strcmp(environment_of("dev", "w.db", NULL, NULL),
                 environment_of("dev", "w.db", "", NULL)) != 0);
    check(strcmp(environment_of("prod", "w.db", "hunter2", "prod.db"), hash) != 0);
}

static const char *target_of(const char *text, const char *wanted)
{
    struct request request = {.target = wanted};

    config_fixture_model("marts", "one", "select 1");
    config_fixture_write("pipeline.toml", text);
    struct plan *plan = config_fixture_plan_of(&request);
    const char *result = config_fixture_keep(
        plan->problems.count > 0 ? plan->problems.items[0].message : plan->pipeline->target->name);
    plan_free(plan);
    return result;
}

TEST("a target is the one that is asked for, the default one, or the only one")
{
    static const char two[] = HEAD WAREHOUSE("dev") WAREHOUSE("prod") "[target.test]\n"
                                                                      "default = true\n";

    check_str(target_of(HEAD WAREHOUSE("dev"), NULL), "dev");
    check_str(target_of(two, "prod"), "prod");
    check_contains(target_of(two, "qa"), "there is no target \"qa\"; there are dev, prod, test");
    check_contains(target_of(HEAD WAREHOUSE("dev"), "qa"),
                   "there is no target \"qa\"; there is only dev");
    check_contains(target_of(HEAD WAREHOUSE("dev") WAREHOUSE("prod"), NULL),
                   "no target is the default one: write default = true into one of dev, prod");
    check_contains(target_of(HEAD "[target]\n", NULL), "there is no target: declare one");
    check_contains(target_of(HEAD, NULL), "target is missing");
    check_contains(problems_of(HEAD "[target]\ndev = 1\n"),
                   "pipeline.toml:4:1: target.dev must be a table, not an integer\n");
}

TEST("what is no TOML ends the reading where it goes wrong")
{
    check_contains(problems_of("[pipeline\n"), "pipeline.toml:1:");
    check_contains(problems_of("[pipeline]\nname = \"a\"\nname = \"b\"\n"), "pipeline.toml:3:");
    check_contains(problems_of("a = 99999999999999999999\n"), "pipeline.toml:1:");
    check_contains(problems_of("a = \"\xff\"\n"), "pipeline.toml:1:");
}

TEST("a pipeline is found in its folder and from below, up to the root")
{
    struct arena arena;
    const char *found;
    struct err err;

    arena_init(&arena);
    config_fixture_model("marts", "one", "select 1");
    const char *folder = config_fixture_folder();
    const char *below = arena_printf(&arena, "%s/assets/marts", folder);
    check_ok(pipeline_find_folder(below, &arena, &found, &err));
    char *real = realpath(folder, NULL);
    check_str(found, real);
    free(real);
    check_fails(pipeline_find_folder("/proc/self", &arena, &found, &err), ERR_CONFIG,
                "no pipeline.toml in /proc/self or above it: aorta init writes one");
    check_fails(pipeline_find_folder("/", &arena, &found, &err), ERR_CONFIG,
                "no pipeline.toml in /");
    check_fails(pipeline_find_folder("/nowhere", &arena, &found, &err), ERR_CONFIG,
                "there is no folder /nowhere");
    arena_release(&arena);
}

TEST("a connector's description that is none is named")
{
    config_fixture_folder();
    char path[512];
    snprintf(path, sizeof path, "%s/broken.json", getenv("AORTA_CONNECTORS"));
    FILE *file = fopen(path, "w");
    check(file != NULL);
    fputs("{\"name\": \"broken\"}", file);
    fclose(file);
    check_contains(config_fixture_problems(), "broken.json: not a connector's description");
    file = fopen(path, "w");
    check(file != NULL);
    fputs("{\"name\":\n nothing}", file);
    fclose(file);
    check_contains(config_fixture_problems(), "broken.json:2: ");
}

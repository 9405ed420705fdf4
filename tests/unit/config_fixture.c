#include "config_fixture.h"
#include "test.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *file, *text;
} descriptions[] = {
    {"duck.json",
     "{\"name\": \"duck\", \"summary\": \"\", \"single_process\": true,"
     " \"groups\": {\"warehouse\": true}, \"options\": ["
     "{\"name\": \"path\", \"type\": 4, \"required\": true, \"help\": \"The file\"},"
     "{\"name\": \"threads\", \"type\": 1, \"default\": \"2\", \"help\": \"How many\"},"
     "{\"name\": \"password\", \"type\": 0, \"secret\": true, \"help\": \"The secret\"}]}"},
    {"base.json",
     "{\"name\": \"base\", \"summary\": \"\", \"groups\": {\"source\": true, \"warehouse\": true},"
     " \"options\": [{\"name\": \"path\", \"type\": 4, \"help\": \"The file\"}]}"},
    {"log.json",
     "{\"name\": \"log\", \"summary\": \"\", \"groups\": {\"message_log\": true, \"server\": true},"
     " \"address_option\": \"brokers\","
     " \"options\": [{\"name\": \"brokers\", \"type\": 0, \"required\": true, \"help\": \"Where\"}]}"},
    {"lake.json", "{\"name\": \"lake\", \"summary\": \"\", \"groups\": {\"object_store\": true},"
                  " \"options\": []}"},
};

static const char pipeline_toml[] = "[pipeline]\n"
                                    "name = \"test\"\n"
                                    "[vars]\n"
                                    "since = 2024-04-01\n"
                                    "count = 7\n"
                                    "names = [\"a\", \"b\"]\n"
                                    "[target.dev]\n"
                                    "default = true\n"
                                    "[target.dev.connection.warehouse]\n"
                                    "connector = \"duck\"\n"
                                    "path = \"w.db\"\n"
                                    "[target.dev.connection.oltp]\n"
                                    "connector = \"base\"\n"
                                    "[target.dev.connection.broker]\n"
                                    "connector = \"log\"\n"
                                    "embedded = true\n"
                                    "[target.dev.connection.files]\n"
                                    "connector = \"lake\"\n";

static void write_below(const char *folder, const char *name, const char *text)
{
    struct arena arena;
    struct err err;

    arena_init(&arena);
    char *path = arena_printf(&arena, "%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    check_ok(file_make_folders(path, &err));
    *slash = '/';
    check_ok(file_write_atomic(path, text, strlen(text), &err));
    arena_release(&arena);
}

const char *config_fixture_folder(void)
{
    static char folder[512], connectors[512];

    if (folder[0] != '\0')
        return folder;
    snprintf(folder, sizeof folder, "%s/pipeline", test_folder());
    snprintf(connectors, sizeof connectors, "%s/connectors", test_folder());
    for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++)
        write_below(connectors, descriptions[i].file, descriptions[i].text);
    setenv("AORTA_CONNECTORS", connectors, 1);
    write_below(folder, "pipeline.toml", pipeline_toml);
    return folder;
}

void config_fixture_write(const char *name, const char *text)
{
    write_below(config_fixture_folder(), name, text);
}

void config_fixture_model(const char *group, const char *name, const char *sql)
{
    char path[512];

    snprintf(path, sizeof path, "assets/%s/%s.sql", group, name);
    config_fixture_write(path, sql);
}

struct plan *config_fixture_plan_of(const struct request *request)
{
    struct request whole = *request;

    whole.folder = config_fixture_folder();
    return plan_new(&whole);
}

struct plan *config_fixture_plan(const char *selection)
{
    const char *words[32];
    struct request request = {.select = words};
    char *copy = strdup(selection);

    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        words[request.select_count++] = word;
    struct plan *plan = config_fixture_plan_of(&request);
    free(copy);
    return plan;
}

/* Of the texts that tests are given. */
static struct arena kept;

const char *config_fixture_keep(const char *text)
{
    return arena_strdup(&kept, text);
}

static const char *problems_of(const struct plan *plan)
{
    const char *lines = "";

    for (size_t i = 0; i < plan->problems.count; i++)
        lines = arena_printf(&kept, "%s%s\n", lines, problem_text(&plan->problems.items[i], &kept));
    return lines;
}

const char *config_fixture_problems(void)
{
    struct plan *plan = config_fixture_plan("");
    const char *lines = problems_of(plan);

    plan_free(plan);
    return lines;
}

const char *config_fixture_selected(const char *selection)
{
    struct plan *plan = config_fixture_plan(selection);
    const char *list = "";

    if (plan->problems.count > 0)
        test_fail(__FILE__, __LINE__, "%s: %s", selection, problems_of(plan));
    for (size_t i = 0; i < plan->graph->count; i++)
        if (plan->is_selected[i])
            list = arena_printf(&kept, "%s%s%s", list, list[0] != '\0' ? " " : "",
                                plan->graph->assets[i]->key);
    plan_free(plan);
    return list;
}

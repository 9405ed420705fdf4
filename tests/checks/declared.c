/*
 * The checks of a pipeline as the engine understands them, one JSON object a line:
 *
 *     {"asset":"marts.dim_dates","file":"assets/marts/dim_dates.toml","column":"day_of_week",
 *      "name":"day_of_week_between","check":"between","arguments":{"min":1,"max":7},
 *      "where":null,"severity":"error","limits":false}
 *
 *     checks_declared PIPELINE_FOLDER
 *
 * Arguments have the vocabulary's own names, whatever they are called in the file. "limits" says
 * that warn_if or error_if is given, so that a check may not fail as soon as one row does.
 */
#include "base/json.h"
#include "check/check.h"
#include "check/vocabulary.h"
#include "run/plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_value(struct json_writer *json, const struct check_value *value,
                        enum check_argument_type type)
{
    if (value->list != NULL) {
        json_write_array(json);
        for (size_t i = 0; i < value->count; i++)
            write_value(json, &value->list[i], type);
        json_write_end(json);
    } else if (type == CHECK_ARGUMENT_BOOL) {
        json_write_bool(json, value->boolean);
    } else if (value->is_number) {
        json_write_raw(json, value->text, strlen(value->text));
    } else {
        json_write_str(json, value->text);
    }
}

static void write_text(struct json_writer *json, const char *key, const char *text)
{
    json_write_key(json, key);
    json_write_str(json, text);
}

static void write_check(struct json_writer *json, const struct asset *asset,
                        const struct check *check)
{
    json_write_object(json);
    write_text(json, "asset", asset->key);
    write_text(json, "file", asset->file);
    write_text(json, "column", check->column);
    write_text(json, "name", check->name);
    write_text(json, "check", check->kind->name);
    json_write_key(json, "arguments");
    json_write_object(json);
    for (size_t i = 0; check->kind->arguments[i].name != NULL; i++) {
        if (!check->args[i].is_set)
            continue;
        json_write_key(json, check->kind->arguments[i].name);
        write_value(json, &check->args[i], check->kind->arguments[i].type);
    }
    json_write_end(json);
    write_text(json, "where", check->where);
    write_text(json, "severity", check->severity == CHECK_WARN ? "warn" : "error");
    json_write_key(json, "limits");
    json_write_bool(json, check->warn_if.is_set || check->error_if.is_set);
    json_write_end(json);
}

/* What is wrong with a declaration the graph has found before. */
static void print_check(const struct asset *asset, const struct asset_check *declared,
                        struct arena *arena)
{
    json_t *declaration = json_loads(declared->json, JSON_DECODE_ANY, NULL);
    struct json_writer json;
    struct check check;
    struct buf line;
    struct err err;

    assert(declaration != NULL);
    int result = check_parse(arena, declared->column, declaration, &check, &err);
    assert(result == 0);
    (void)result;
    json_decref(declaration);
    buf_init(&line);
    json_writer_init(&json, &line);
    write_check(&json, asset, &check);
    puts(line.data);
    buf_release(&line);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: checks_declared PIPELINE_FOLDER\n", stderr);
        return 2;
    }
    const struct request request = {.folder = argv[1]};
    struct plan *plan = plan_new(&request);
    for (size_t i = 0; i < plan->problems.count; i++)
        fprintf(stderr, "%s\n", problem_text(&plan->problems.items[i], &plan->arena));
    for (size_t i = 0; plan->problems.count == 0 && i < plan->graph->count; i++)
        for (size_t j = 0; j < plan->graph->assets[i]->check_count; j++)
            print_check(plan->graph->assets[i], &plan->graph->assets[i]->checks[j], &plan->arena);
    int status = plan->problems.count > 0;
    plan_free(plan);
    return status;
}

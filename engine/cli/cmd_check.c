#include "cli/command.h"
#include "run/plan.h"

static void print_problem(const struct problem *problem)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "file");
    json_write_str(&json, problem->file);
    json_write_key(&json, "line");
    json_write_int(&json, problem->line);
    json_write_key(&json, "column");
    json_write_int(&json, problem->column);
    json_write_key(&json, "message");
    json_write_str(&json, problem->message);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* For an editor, or a CI job: on standard output, and nothing when all is well. */
static void print_problems(const struct plan *plan)
{
    for (size_t i = 0; i < plan->problems.count; i++)
        print_problem(&plan->problems.items[i]);
}

static void print_summary(const struct plan *plan)
{
    size_t checks = 0;

    for (size_t i = 0; i < plan->graph->count; i++)
        checks += plan->graph->assets[i]->check_count;
    printf("%s: %zu assets, %zu checks, target %s: ok\n", plan->pipeline->name, plan->graph->count,
           checks, plan->pipeline->target->name);
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_check, argc, argv, &arena, &a) == 0) {
        a.request.verb = "check";
        struct plan *plan = plan_new(&a.request);
        if (a.as_json)
            print_problems(plan);
        else
            command_report(plan);
        if (plan->problems.count == 0)
            status = EXIT_OK;
        if (status == EXIT_OK && !a.as_json)
            print_summary(plan);
        plan_free(plan);
    }
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object a problem: file, line, column, message; 0: not known", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_check = {
    "check",
    "",
    NULL,
    "Reads the whole pipeline and reports everything that is wrong with it, and where",
    "Each problem is a line, FILE:LINE:COLUMN: what is wrong, and what may have been meant; saved\n"
    "questions are read too. Nothing is connected to and nothing is changed.",
    flags,
    run};

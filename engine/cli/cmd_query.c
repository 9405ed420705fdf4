#include "cli/ask.h"
#include "cli/rows.h"
#include "cli/table.h"
#include "run/plan.h"

#include <string.h>

static const struct table_column columns[] = {
    {.name = "question"},
    {.name = "title", .shrinks = true},
    {.name = "variables", .shrinks = true},
};

/* "user, days=7" */
static const char *describe_variables(const struct question *question, struct arena *arena)
{
    const char *list = "";

    for (size_t i = 0; i < question->variable_count; i++) {
        const struct question_variable *variable = &question->variables[i];
        list = arena_printf(arena, "%s%s%s%s%s", list, i > 0 ? ", " : "", variable->name,
                            variable->otherwise != NULL ? "=" : "",
                            variable->otherwise != NULL ? variable->otherwise : "");
    }
    return list;
}

static void print_json(const struct question *question)
{
    struct json_writer json;
    struct buf line;

    buf_init(&line);
    json_writer_init(&json, &line);
    json_write_object(&json);
    json_write_key(&json, "name");
    json_write_str(&json, question->name);
    json_write_key(&json, "title");
    json_write_str(&json, question->title);
    json_write_key(&json, "description");
    json_write_str(&json, question->description);
    json_write_key(&json, "file");
    json_write_str(&json, question->file);
    json_write_key(&json, "variables");
    json_write_object(&json);
    for (size_t i = 0; i < question->variable_count; i++) {
        json_write_key(&json, question->variables[i].name);
        json_write_str(&json, question->variables[i].otherwise);
    }
    json_write_end(&json);
    json_write_end(&json);
    puts(line.data);
    buf_release(&line);
}

/* What the JSON has, too; the variables as the table has them. */
static void print_csv(const struct questions *questions, struct arena *arena)
{
    static const char *const names[] = {"name", "title", "description", "file", "variables"};
    struct rows *rows = rows_new(stdout, ROWS_CSV);

    struct json_writer json;
    struct buf list;

    buf_init(&list);
    json_writer_init(&json, &list);
    json_write_array(&json);
    for (size_t i = 0; i < questions->count; i++) {
        const struct question *question = &questions->items[i];
        const char *const cells[] = {question->name, question->title, question->description,
                                     question->file, describe_variables(question, arena)};
        json_write_array(&json);
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
            json_write_str(&json, cells[k]);
        json_write_end(&json);
    }
    json_write_end(&json);
    rows_begin(rows, names, sizeof names / sizeof *names);
    rows_add(rows, list.data, list.size);
    rows_end(rows, true);
    buf_release(&list);
}

static void print_questions(const struct arguments *a, const struct plan *plan)
{
    const struct questions *questions = &plan->questions;
    struct table *table;

    if (a->as_csv) {
        print_csv(questions, a->arena);
        return;
    }
    table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < questions->count; i++) {
        const struct question *question = &questions->items[i];
        if (a->as_json)
            print_json(question);
        else
            table_add(table,
                      (const char *[]){arena_printf(a->arena, "@%s", question->name),
                                       question->title, describe_variables(question, a->arena)});
    }
    table_end(table);
    if (questions->count == 0 && !a->as_json)
        printf("there is no saved question: save one as %s/%s/NAME.sql\n", plan->pipeline->assets,
               QUESTION_FOLDER);
}

/* One that cannot be read is listed too: who asks it, and `aorta check`, say why. */
static int list_questions(const struct arguments *a)
{
    struct problems of_questions;
    struct plan *plan = plan_new(&a->request);
    int status = EXIT_USAGE;

    command_report(plan);
    if (plan->problems.count == 0) {
        problems_init(&of_questions, &plan->arena);
        questions_read(&plan->questions, plan->pipeline, &of_questions);
        print_questions(a, plan);
        status = EXIT_OK;
    }
    plan_free(plan);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_query, argc, argv, &arena, &a) < 0)
        goto out;
    a.request.verb = "query";
    a.request.limit = a.limit;
    if (a.as_csv && a.as_json) {
        command_fail(EXIT_USAGE, "query prints CSV or JSON: --csv and --json exclude each other");
    } else if (a.rest_count > 1) {
        command_fail(EXIT_USAGE, "query wants one SQL text: aorta query \"SELECT …\"");
    } else if (a.rest_count == 0) {
        status = list_questions(&a);
    } else {
        if (a.rest[0][0] == '@')
            a.request.question = a.rest[0] + 1;
        else
            a.request.sql = a.rest[0];
        status = ask(&a, a.as_json ? ROWS_JSON : a.as_csv ? ROWS_CSV : ROWS_TABLE);
    }
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--json", NULL, "one JSON object a line", NULL},
    {"--csv", NULL, "CSV with a header", NULL},
    {"--limit", "ROWS", "not more rows than that", NULL},
    {"--timeout", "TIME", "ends the query after that time: 30s, 5m", NULL},
    FLAGS_OF_PIPELINE,
    {0},
};

const struct command cmd_query = {
    "query",
    "[SQL | @NAME]",
    "<questions>",
    "Asks the warehouse and prints the rows; @NAME is a saved question",
    "The query is one statement that only reads, beside whatever else is running. It reaches what is\n"
    "in the warehouse and files in the folders that the connection names, nothing else.\n"
    "A question is saved as questions/NAME.sql in the folder of assets, its title in a comment at\n"
    "the top; it may use ref('asset') and var('name', default). Without argument: lists them,\n"
    "with --csv or --json in that form.",
    flags,
    run};

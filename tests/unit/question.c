/*
 * Saved questions: what their files say of themselves, what they refer to and ask for.
 */
#include "config_fixture.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static struct plan *checked(void)
{
    config_fixture_model("one", "users", "select 1");
    return config_fixture_plan_of(&(struct request){.verb = "check"});
}

static const struct question *find(const struct plan *plan, const char *name)
{
    const struct question *question = questions_find(&plan->questions, name);

    if (question == NULL)
        test_fail(__FILE__, __LINE__, "there is no question %s", name);
    return question;
}

/* The problems of asking the question with the assignment (NULL: none), a line each. */
static const char *refusal(const char *name, const char *assignment)
{
    struct request request = {.verb = "query",
                              .question = name,
                              .assignments = &assignment,
                              .assignment_count = assignment != NULL};
    struct plan *plan = config_fixture_plan_of(&request);
    static char lines[4096];
    size_t used = 0;

    lines[0] = '\0';
    for (size_t i = 0; i < plan->problems.count; i++)
        used += (size_t)snprintf(lines + used, sizeof lines - used, "%s\n",
                                 problem_text(&plan->problems.items[i], &plan->arena));
    plan_free(plan);
    return lines;
}

TEST("the first comment line is the title, those that follow are the description")
{
    config_fixture_write("assets/questions/whole.sql",
                         "\n  --   What there is  \n--- one\n--two\n\n-- no part of it\nselect 1");
    config_fixture_write("assets/questions/bare.sql", "select 1 -- not at the beginning");
    config_fixture_write("assets/questions/empty.sql", "");
    struct plan *plan = checked();
    check_str(find(plan, "whole")->title, "What there is");
    check_str(find(plan, "whole")->description, "one\ntwo");
    check_str(find(plan, "bare")->title, "");
    check_str(find(plan, "bare")->description, "");
    check_str(find(plan, "empty")->title, "");
    check_int(plan->questions.count, 3);
    check_int(plan->problems.count, 1);
    check_str(
        problem_text(&plan->problems.items[0], &plan->arena),
        "assets/questions/empty.sql:1:1: there is no SQL in it: write the SELECT that answers "
        "empty");
    plan_free(plan);
}

TEST("questions stand by name, are no assets, and know what they read")
{
    config_fixture_write("assets/questions/b.sql",
                         "select * from {{ ref('users') }}, {{ source('one', 'users') }}");
    config_fixture_write("assets/questions/a-1.sql", "select 1");
    config_fixture_write("assets/questions/.hidden.sql", "select {{");
    config_fixture_write("assets/questions/notes.md", "not one");
    struct plan *plan = checked();
    check_str(plan->questions.items[0].name, "a-1");
    check_str(plan->questions.items[1].name, "b");
    check_int(plan->questions.count, 2);
    check_int(find(plan, "b")->input_count, 1);
    check_str(find(plan, "b")->inputs[0]->key, "one.users");
    check_int(plan->graph->count, 1);
    check_int(graph_find(plan->graph, "users")->child_count, 0);
    plan_free(plan);
}

TEST("variables are those that the SQL asks for, once, with their defaults")
{
    config_fixture_write("assets/questions/q.sql",
                         "select {{ var('days', 7) }}, {{ var('who') }}, {{ var('days', 9) }},"
                         " {{ var('name', 'x y') }}, {{ var('other', var('days', 7)) }}");
    struct plan *plan = checked();
    const struct question *question = find(plan, "q");
    check_int(question->variable_count, 4);
    check_str(question->variables[0].name, "days");
    check_str(question->variables[0].otherwise, "7");
    check(!question->variables[0].is_required);
    check_str(question->variables[1].name, "who");
    check(question->variables[1].otherwise == NULL && question->variables[1].is_required);
    check_str(question->variables[2].otherwise, "x y");
    check_str(question->variables[3].name, "other");
    check(question->variables[3].otherwise == NULL && !question->variables[3].is_required);
    plan_free(plan);
}

TEST("an assignment is of a declared variable, or of one that the question asks for")
{
    config_fixture_model("one", "users", "select 1");
    config_fixture_write("assets/questions/q.sql", "select {{ var('who') }}, {{ var('count') }}");
    check_str(refusal("q", "who=me"), "");
    check_contains(refusal("q", "count=8"), "question q needs a variable: give it with --var who=");
    check_contains(refusal("q", "whom=me"), "has no variable \"whom\"");
    check_contains(refusal("q", "who"), "--var wants NAME=VALUE, not \"who\"");
    check_str(refusal("nothing", NULL),
              "there is no question \"nothing\": aorta query lists them\n");
}

TEST("what is wrong with one is no business of another")
{
    config_fixture_model("one", "users", "select 1");
    config_fixture_write("assets/questions/good.sql", "select 1");
    config_fixture_write("assets/questions/torn.sql", "select\n  {{ 1 + }}");
    config_fixture_write("assets/questions/lost.sql", "select * from {{ ref('user') }}");
    check_str(refusal("good", NULL), "");
    check_contains(refusal("torn", NULL), "assets/questions/torn.sql:2:10: ");
    check_contains(refusal("lost", NULL), "assets/questions/lost.sql:1:18: there is no asset "
                                          "\"user\": did you mean \"users\"?");
    check_str(config_fixture_problems(), ""); /* of a run */
    struct plan *plan = checked();
    check_int(plan->problems.count, 2);
    plan_free(plan);
}

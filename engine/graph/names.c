#include "graph/names.h"

#include "base/suggest.h"

#include <string.h>

/* As model/template_context.c sets them. */
static const struct {
    const char *name;
    bool of_questions;
} given[] = {
    {"ref", true},
    {"source", true},
    {"var", true},
    {"target", true},
    {"new_rows", false},
    {"changed_rows", false},
    {"is_incremental", false},
    {"config", false},
    {"partition", false},
    {"this", false},
};

/* What dbt has and templates here have not, with the way out. */
static const struct {
    const char *name, *instead;
} elsewhere[] = {
    {"env_var", "var('NAME') is what [vars] or --var say, secrets are options of a connection"},
    {"run_query", "a template runs no query of its own"},
    {"statement", "a template runs no query of its own"},
    {"adapter", "a template runs no query of its own"},
};

enum { GIVEN = sizeof given / sizeof *given, NAMES = 256 /* that may have been meant */ };

struct checking {
    const struct pipeline *pipeline;
    struct problems *problems;
    bool is_question;
};

static void say(const struct checking *checking, const struct template_use *use, const char *what,
                const char *near)
{
    if (near != NULL)
        problem_add(checking->problems, use->file, use->line, use->column,
                    "%s: did you mean \"%s\"?", what, near);
    else
        problem_add(checking->problems, use->file, use->line, use->column, "%s", what);
}

static void check_variable(const struct checking *checking, const struct template_use *use)
{
    const struct pipeline *pipeline = checking->pipeline;
    const char *what;

    if (checking->is_question)
        return;
    for (size_t i = 0; i < pipeline->variable_count; i++)
        if (strcmp(pipeline->variables[i].name, use->name) == 0)
            return;
    if (template_use_is_known(use))
        return;
    const char **names = arena_calloc(pipeline->arena, pipeline->variable_count + 1, sizeof *names);
    for (size_t i = 0; i < pipeline->variable_count; i++)
        names[i] = pipeline->variables[i].name;
    const char *near = suggest(use->name, names, pipeline->variable_count);
    what = arena_printf(pipeline->arena, "the pipeline has no variable \"%s\"%s", use->name,
                        near == NULL ? ": declare it under [vars] in pipeline.toml, or give it a "
                                       "default, var('name', 'value')"
                                     : "");
    say(checking, use, what, near);
}

static const char *instead_of(const char *name)
{
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (strcmp(elsewhere[i].name, name) == 0)
            return elsewhere[i].instead;
    return NULL;
}

static void check_name(const struct checking *checking, const struct template_use *use)
{
    const char *names[GIVEN + NAMES];
    size_t count = 0;

    for (size_t i = 0; i < GIVEN; i++) {
        if (checking->is_question && !given[i].of_questions)
            continue;
        if (strcmp(given[i].name, use->name) == 0)
            return;
        names[count++] = given[i].name;
    }
    if (template_use_is_known(use))
        return;
    const char *instead = instead_of(use->name);
    const char *what =
        arena_printf(checking->pipeline->arena, "\"%s\" is not defined%s%s", use->name,
                     instead != NULL ? ": " : "", instead != NULL ? instead : "");
    count += template_use_names(use, names + count, NAMES);
    say(checking, use, what, instead != NULL ? NULL : suggest(use->name, names, count));
}

static int found_use(void *self, const struct template_use *use, struct err *err)
{
    const struct checking *checking = self;

    (void)err;
    if (use->is_variable)
        check_variable(checking, use);
    else
        check_name(checking, use);
    return 0;
}

void names_check(const struct graph *graph, const struct template *template, bool is_question,
                 struct problems *problems)
{
    struct checking checking = {graph->pipeline, problems, is_question};
    struct err err;

    if (template != NULL &&
        template_uses(template, graph->pipeline->arena, found_use, &checking, &err) < 0)
        problem_add_err(problems, &err);
}

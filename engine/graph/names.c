#include "graph/names.h"

#include "base/suggest.h"
#include "template/methods.h"

#include <string.h>

enum { PARTS = 6 };

/* As model/template_context.c sets them, with all the attributes of what has some. */
static const struct given {
    const char *name;
    bool of_questions;
    const char *parts[PARTS];
} given[] = {
    {"ref", true, {NULL}},
    {"source", true, {NULL}},
    {"var", true, {NULL}},
    {"target", true, {"name", "type"}},
    {"new_rows", false, {NULL}},
    {"changed_rows", false, {NULL}},
    {"is_incremental", false, {NULL}},
    {"config", false, {"get"}},
    {"partition", false, {"key", "start", "end", "start_date", "end_date", "keys"}},
    {"this", false, {"schema", "identifier", "name", "asset"}},
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

/* Of a name that only Aorta gives a meaning. */
static void check_attribute(const struct checking *checking, const struct template_use *use)
{
    const struct given *of = NULL;
    size_t count = 0;

    for (size_t i = 0; i < GIVEN; i++)
        if (strcmp(given[i].name, use->name) == 0)
            of = &given[i];
    if (of == NULL || of->parts[0] == NULL ||
        template_method_find(TEMPLATE_MAP, use->attribute) != NULL)
        return;
    for (; count < PARTS && of->parts[count] != NULL; count++)
        if (strcmp(of->parts[count], use->attribute) == 0)
            return;
    if (template_use_is_known(use))
        return;
    struct arena *arena = checking->pipeline->arena;
    const char *near = suggest(use->attribute, of->parts, count), *parts = "";
    for (size_t i = 0; i < count; i++)
        parts = arena_printf(arena, "%s%s%s", parts, i > 0 ? ", " : "", of->parts[i]);
    say(checking, use,
        arena_printf(arena, "\"%s.%s\" is not defined%s%s%s%s", use->name, use->attribute,
                     near == NULL ? ": " : "", near == NULL ? use->name : "",
                     near == NULL ? " has " : "", near == NULL ? parts : ""),
        near != NULL ? arena_printf(arena, "%s.%s", use->name, near) : NULL);
}

static int found_use(void *self, const struct template_use *use, struct err *err)
{
    const struct checking *checking = self;

    (void)err;
    if (use->is_variable)
        check_variable(checking, use);
    else if (use->attribute != NULL)
        check_attribute(checking, use);
    else
        check_name(checking, use);
    return 0;
}

static void found_failure(void *self, const struct err *err)
{
    const struct checking *checking = self;

    problem_add_err(checking->problems, err);
}

void names_check(const struct graph *graph, const struct template *template, bool is_question,
                 struct problems *problems)
{
    struct checking checking = {graph->pipeline, problems, is_question};
    struct err err;

    if (template == NULL)
        return;
    if (template_uses(template, graph->pipeline->arena, found_use, &checking, &err) < 0)
        problem_add_err(problems, &err);
    template_constants(template, found_failure, &checking);
}

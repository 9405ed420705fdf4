#include "config/assignments.h"

#include "base/suggest.h"
#include "config/pipeline.h"

#include <string.h>

static bool is_name(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-.";

    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

void assignments_check_name(const struct toml_node *table, const char *what, const char *file,
                            struct problems *problems)
{
    if (!is_name(table->key))
        problem_add(problems, file, table->line, table->column,
                    "a %s's name has letters, digits, \"_\", \"-\" and \".\": not \"%s\"", what,
                    table->key);
}

static bool is_declared(const struct pipeline *pipeline, const struct toml_node *node,
                        const char *file, struct problems *problems)
{
    const char **names = arena_calloc(problems->arena, pipeline->variable_count + 1, sizeof *names);

    for (size_t i = 0; i < pipeline->variable_count; i++) {
        names[i] = pipeline->variables[i].name;
        if (strcmp(names[i], node->key) == 0)
            return true;
    }
    const char *near = suggest(node->key, names, pipeline->variable_count);
    problem_add(problems, file, node->line, node->column,
                "the pipeline has no variable \"%s\": %s%s%s", node->key,
                near != NULL ? "did you mean \"" : "declare it under [vars]",
                near != NULL ? near : "", near != NULL ? "\"?" : "");
    return false;
}

void assignments_read(const struct toml_node *vars, const char *what, const char *file,
                      const struct pipeline *pipeline, struct assignments *assignments,
                      struct problems *problems)
{
    *assignments = (struct assignments){0};
    if (vars == NULL)
        return;
    assignments->items =
        arena_calloc(problems->arena, vars->item_count + 1, sizeof *assignments->items);
    for (size_t i = 0; i < vars->item_count; i++) {
        const struct toml_node *node = vars->items[i];
        const char *text = toml_as_text(node, problems->arena);
        if (text == NULL)
            problem_add(problems, file, node->line, node->column,
                        "a variable of a %s must be text, a number or true or false, not %s", what,
                        toml_kind_name(node->kind));
        else if (is_declared(pipeline, node, file, problems))
            assignments->items[assignments->count++] =
                arena_printf(problems->arena, "%s=%s", node->key, text);
    }
}

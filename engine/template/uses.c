/*
 * The names and variables that a template needs from others, found without rendering it.
 */
#include "template/template.h"

#include "base/map.h"
#include "template/functions.h"
#include "template/walk.h"

#include <string.h>

struct uses {
    const struct template *template;
    struct map known; /* names of the template itself */
    bool has_known;
    struct arena *arena;
    int (*found)(void *self, const struct template_use *use, struct err *err);
    void *self;
    struct err *err;
};

/* ---- what the template itself knows ----------------------------------------------------------- */

/* "x" of x, x.part and x[1]; NULL of anything else. */
static const char *first_name(const struct template_expr *expr)
{
    while (expr->kind == EXPR_ATTRIBUTE || expr->kind == EXPR_INDEX)
        expr = expr->left;
    return expr->kind == EXPR_NAME ? expr->name : NULL;
}

/* The name of var('name', …), or NULL. */
static const char *variable_name(const struct template_expr *expr, struct arena *arena)
{
    if (expr->kind != EXPR_CALL || expr->left->kind != EXPR_NAME ||
        strcmp(expr->left->name, "var") != 0 || expr->argument_count == 0 ||
        expr->arguments[0].keyword != NULL)
        return NULL;
    const struct template_expr *name = expr->arguments[0].value;
    if (name->kind != EXPR_CONSTANT || name->value.kind != TEMPLATE_STRING)
        return NULL;
    return arena_strndup(arena, name->value.string.data, name->value.string.size);
}

/* Variables are told from names by this, which no name begins with. */
static const char *variable_key(const char *name, struct arena *arena)
{
    return arena_printf(arena, "=%s", name);
}

static void know(struct uses *uses, const char *name)
{
    if (name != NULL && map_find(&uses->known, name) == NULL)
        map_put(&uses->known, name, uses);
}

/* What is asked whether it is there is missed by nobody; nor is a variable with a default. */
static int know_guarded(const struct template_walk *walk, const struct template_expr *expr)
{
    struct uses *uses = walk->self;
    bool takes_any = expr->kind == EXPR_TEST || expr->kind == EXPR_FILTER;

    if (takes_any && expr->builtin->takes_undefined)
        know(uses, first_name(expr->left));
    if (expr->kind == EXPR_CALL && expr->argument_count > 1) {
        const char *name = variable_name(expr, uses->arena);
        if (name != NULL)
            know(uses, variable_key(name, uses->arena));
    }
    return 0;
}

static int know_defined(const struct template_walk *walk, const struct template_stmt *stmt)
{
    struct uses *uses = walk->self;

    if (stmt->kind == STMT_SET || stmt->kind == STMT_FOR)
        for (size_t i = 0; i < stmt->assign.target_count; i++)
            know(uses, stmt->assign.targets[i]);
    if (stmt->kind == STMT_MACRO || stmt->kind == STMT_CALL) {
        know(uses, stmt->macro.name);
        for (size_t i = 0; i < stmt->macro.parameter_count; i++)
            know(uses, stmt->macro.parameters[i].name);
    }
    return 0;
}

/* Wherever it is defined: order and scope are left to the render. */
static bool is_known(struct uses *uses, const char *key)
{
    if (!uses->has_known) {
        struct template_walk walk = {.self = uses, .expr = know_guarded, .stmt = know_defined};
        (void)template_walk(&walk, uses->template->body);
        know(uses, "loop");
        know(uses, "caller");
        uses->has_known = true;
    }
    return map_find(&uses->known, key) != NULL;
}

/* ---- what it uses ------------------------------------------------------------------------------ */

static int find_use(const struct template_walk *walk, const struct template_expr *expr)
{
    struct uses *uses = walk->self;
    struct template_use use = {
        .file = uses->template->name, .line = expr->line, .column = expr->column};

    if (walk->doubts > 0)
        return 0;
    if (expr->kind == EXPR_NAME && template_function_find(expr->name) == NULL) {
        use.name = expr->name;
    } else if (expr->kind == EXPR_ATTRIBUTE && expr->left->kind == EXPR_NAME) {
        use.name = expr->left->name;
        use.attribute = expr->name;
    } else if (expr->kind == EXPR_CALL && expr->argument_count == 1) {
        use.name = variable_name(expr, uses->arena);
        use.is_variable = true;
    }
    if (use.name == NULL)
        return 0;
    use.known = uses;
    return uses->found(uses->self, &use, uses->err);
}

bool template_use_is_known(const struct template_use *use)
{
    struct uses *uses = use->known;

    return is_known(uses, use->is_variable ? variable_key(use->name, uses->arena) : use->name);
}

size_t template_use_names(const struct template_use *use, const char **names, size_t limit)
{
    const struct uses *uses = use->known;
    size_t count = 0;

    for (size_t i = 0; i < uses->known.count && count < limit; i++)
        if (uses->known.entries[i].key[0] != '=')
            names[count++] = uses->known.entries[i].key;
    return count;
}

int template_uses(const struct template *template, struct arena *arena,
                  int (*found)(void *self, const struct template_use *use, struct err *err),
                  void *self, struct err *err)
{
    struct uses uses = {
        .template = template, .arena = arena, .found = found, .self = self, .err = err};
    struct template_walk walk = {.self = &uses, .expr = find_use};

    map_init(&uses.known);
    int result = template_walk(&walk, template->body);
    map_release(&uses.known);
    return result;
}

/*
 * The calls that stand in a template, found without rendering it.
 */
#include "template/template.h"

#include "template/walk.h"

#include <string.h>

struct search {
    const struct template *template;
    const char *function; /* NULL: any */
    struct arena *arena;
    int (*found)(void *self, const struct template_site *site, struct err *err);
    void *self;
    struct err *err;
};

/* ---- constants ------------------------------------------------------------------------------- */

static bool find_constant(struct arena *arena, const struct template_expr *expr,
                          struct template_value *value);

static bool find_constant_items(struct arena *arena, const struct template_expr *expr,
                                struct template_value *value)
{
    struct template_list *list = template_list_new(arena);
    struct template_value item;

    list->is_tuple = expr->is_tuple;
    for (size_t i = 0; i < expr->item_count; i++) {
        if (!find_constant(arena, expr->items[i], &item))
            return false;
        template_list_append(list, item);
    }
    *value = template_list_value(list);
    return true;
}

static bool find_constant_map(struct arena *arena, const struct template_expr *expr,
                              struct template_value *value)
{
    struct template_map *map = template_map_new(arena);
    struct template_value key, item;

    for (size_t i = 0; i < expr->item_count; i += 2) {
        if (!find_constant(arena, expr->items[i], &key) || !template_is_key(key) ||
            !find_constant(arena, expr->items[i + 1], &item))
            return false;
        template_map_put_value(map, key, item);
    }
    *value = template_map_value(map);
    return true;
}

static bool negate(struct template_value *value)
{
    if (value->kind == TEMPLATE_DOUBLE) {
        value->real = -value->real;
        return true;
    }
    return value->kind == TEMPLATE_INT &&
           !__builtin_sub_overflow(0, value->integer, &value->integer);
}

/* Whether the expression is a literal, a negative number, or a list or map of such. */
static bool find_constant(struct arena *arena, const struct template_expr *expr,
                          struct template_value *value)
{
    if (expr->kind == EXPR_LIST)
        return find_constant_items(arena, expr, value);
    if (expr->kind == EXPR_MAP)
        return find_constant_map(arena, expr, value);
    if (expr->kind == EXPR_UNARY && expr->op == OPERATOR_NEGATE)
        return find_constant(arena, expr->left, value) && negate(value);
    *value = expr->value;
    return expr->kind == EXPR_CONSTANT;
}

/* ---- sites ----------------------------------------------------------------------------------- */

/* "ref" of ref(…), "config.get" of config.get(…), NULL of anything else that is called. */
static const char *function_name(struct arena *arena, const struct template_expr *call)
{
    const struct template_expr *callee = call->left;

    if (callee->kind == EXPR_NAME)
        return callee->name;
    if (callee->kind == EXPR_ATTRIBUTE && callee->left->kind == EXPR_NAME)
        return template_expr_describe(callee, arena);
    return NULL;
}

static const struct template_site *new_site(const struct search *search, const char *name,
                                            const struct template_expr *call);

static struct template_argument find_argument(const struct search *search,
                                              const struct template_expr_argument *argument)
{
    struct template_argument found = {.keyword = argument->keyword};
    struct template_value value;

    if (find_constant(search->arena, argument->value, &value))
        found.value = arena_memdup(search->arena, &value, sizeof value);
    if (argument->value->kind == EXPR_CALL) {
        const char *name = function_name(search->arena, argument->value);
        if (name != NULL)
            found.call = new_site(search, name, argument->value);
    }
    return found;
}

static const struct template_site *new_site(const struct search *search, const char *name,
                                            const struct template_expr *call)
{
    struct template_site *site = arena_alloc(search->arena, sizeof *site);
    struct template_argument *args =
        arena_calloc(search->arena, call->argument_count, sizeof *args);

    for (size_t i = 0; i < call->argument_count; i++)
        args[i] = find_argument(search, &call->arguments[i]);
    *site = (struct template_site){
        .function = name,
        .args = args,
        .arg_count = call->argument_count,
        .file = search->template->name,
        .line = call->line,
        .column = call->column,
    };
    return site;
}

/* ---- the walk -------------------------------------------------------------------------------- */

static int find_call(const struct template_walk *walk, const struct template_expr *expr)
{
    const struct search *search = walk->self;

    if (expr->kind != EXPR_CALL)
        return 0;
    const char *name = function_name(search->arena, expr);
    if (name == NULL || (search->function != NULL && strcmp(name, search->function) != 0))
        return 0;
    return search->found(search->self, new_site(search, name, expr), search->err);
}

int template_calls(const struct template *template, const char *function, struct arena *arena,
                   int (*found)(void *self, const struct template_site *site, struct err *err),
                   void *self, struct err *err)
{
    struct search search = {template, function, arena, found, self, err};
    struct template_walk walk = {.self = &search, .expr = find_call};

    return template_walk(&walk, template->body);
}

/*
 * Expressions become values.
 */
#include "template/render.h"

#include "base/limits.h"
#include "base/suggest.h"
#include "template/collection.h"
#include "template/functions.h"
#include "template/methods.h"
#include "template/operators.h"

#include <string.h>

/* Macros that call each other nest expressions and statements deeper than any source does. */
enum { MAX_DEPTH = 1000 };

/* ---- names ----------------------------------------------------------------------------------- */

static const struct template_value *find_variable(const struct template_render *render,
                                                  const char *name)
{
    for (const struct template_scope *scope = render->scope; scope != NULL; scope = scope->parent)
        for (size_t i = 0; i < scope->count; i++)
            if (strcmp(scope->variables[i].name, name) == 0)
                return &scope->variables[i].value;
    return template_context_find(render->context, name);
}

static struct template_value eval_name(struct template_render *render, const char *name)
{
    const struct template_value *value = find_variable(render, name);
    const struct template *template;

    if (value != NULL)
        return *value;
    const struct template_stmt *macro =
        template_context_find_macro(render->context, name, &template);
    if (macro != NULL)
        return template_macro_value(render, macro, template, NULL);
    const struct template_function *function = template_function_find(name);
    return function != NULL ? template_function_value(function) : template_undefined(name);
}

/* The error of using an undefined value, with the name that may have been meant. */
static int fail_undefined(struct template_render *render, const struct template_expr *expr,
                          struct template_value value)
{
    const char *names[256];
    const char *name = arena_strndup(render->arena, value.string.data, value.string.size);
    size_t count = 0;

    for (const struct template_scope *scope = render->scope; scope != NULL; scope = scope->parent)
        for (size_t i = 0; i < scope->count && count < 256; i++)
            names[count++] = scope->variables[i].name;
    count += template_context_names(render->context, names + count, 256 - count);
    const char *near = suggest(name, names, count);
    if (near != NULL && strcmp(near, name) != 0)
        return template_render_fail(render, expr->line, expr->column,
                                    "\"%s\" is not defined: did you mean \"%s\"?", name, near);
    return template_render_fail(render, expr->line, expr->column, "\"%s\" is not defined", name);
}

int template_eval_defined(struct template_render *render, const struct template_expr *expr,
                          struct template_value *result)
{
    if (template_eval(render, expr, result) < 0)
        return -1;
    return result->kind == TEMPLATE_UNDEFINED ? fail_undefined(render, expr, *result) : 0;
}

/* ---- collections ----------------------------------------------------------------------------- */

static int eval_list(struct template_render *render, const struct template_expr *expr,
                     struct template_value *result)
{
    struct template_list *list = template_list_new(render->arena);
    struct template_value item;

    list->is_tuple = expr->is_tuple;
    for (size_t i = 0; i < expr->item_count; i++) {
        if (template_eval_defined(render, expr->items[i], &item) < 0)
            return -1;
        template_list_append(list, item);
    }
    *result = template_list_value(list);
    return 0;
}

static int eval_map(struct template_render *render, const struct template_expr *expr,
                    struct template_value *result)
{
    struct template_map *map = template_map_new(render->arena);
    struct template_value key, value;

    for (size_t i = 0; i < expr->item_count; i += 2) {
        if (template_eval_defined(render, expr->items[i], &key) < 0 ||
            template_eval_defined(render, expr->items[i + 1], &value) < 0)
            return -1;
        if (!template_is_key(key))
            return template_render_fail(render, expr->items[i]->line, expr->items[i]->column,
                                        "%s cannot be a key", template_kind_name(key));
        template_map_put_value(map, key, value);
    }
    *result = template_map_value(map);
    return 0;
}

static struct template_value undefined_part(struct template_render *render,
                                            const struct template_expr *expr)
{
    return template_undefined(template_expr_describe(expr, render->arena));
}

static int eval_attribute(struct template_render *render, const struct template_expr *expr,
                          struct template_value *result)
{
    struct template_value left;
    const struct template_value *found = NULL;

    if (template_eval_defined(render, expr->left, &left) < 0)
        return -1;
    if (left.kind == TEMPLATE_MAP)
        found = template_map_find(left.map, expr->name);
    *result = found != NULL ? *found : undefined_part(render, expr);
    return 0;
}

static int eval_index(struct template_render *render, const struct template_expr *expr,
                      struct template_value *result)
{
    struct template_value left, index;
    const struct template_value *found = NULL;

    if (template_eval_defined(render, expr->left, &left) < 0 ||
        template_eval_defined(render, expr->items[0], &index) < 0)
        return -1;
    *result = undefined_part(render, expr);
    if (left.kind == TEMPLATE_MAP && template_is_key(index))
        found = template_map_find_value(left.map, index);
    if (found != NULL)
        *result = *found;
    if (index.kind == TEMPLATE_INT && (left.kind == TEMPLATE_LIST || left.kind == TEMPLATE_STRING))
        template_item_at(left, index.integer, result);
    return 0;
}

/* A part of a slice: an integer, or what stands for none. */
static int eval_slice_part(struct template_render *render, const struct template_expr *expr,
                           struct template_value *part)
{
    *part = template_none();
    if (expr == NULL)
        return 0;
    if (template_eval_defined(render, expr, part) < 0)
        return -1;
    if (part->kind != TEMPLATE_INT && part->kind != TEMPLATE_NONE)
        return template_render_fail(render, expr->line, expr->column, "a slice is made by ints");
    return 0;
}

static int eval_slice(struct template_render *render, const struct template_expr *expr,
                      struct template_value *result)
{
    struct template_value left;
    struct template_value parts[3] = {template_none(), template_none(), template_none()};

    if (template_eval_defined(render, expr->left, &left) < 0)
        return -1;
    for (size_t i = 0; i < expr->item_count; i++)
        if (eval_slice_part(render, expr->items[i], &parts[i]) < 0)
            return -1;
    if (template_slice(left, parts, render->arena, result, render->err) < 0)
        return template_render_wrap(render, expr->line, expr->column);
    return 0;
}

/* ---- calls, filters, tests ------------------------------------------------------------------- */

/* Computes the arguments into a call that stands at the expression. */
static int eval_arguments(struct template_render *render, const struct template_expr *expr,
                          const struct template_keyword *extra, struct template_call *call)
{
    size_t count = expr->argument_count;
    struct template_value *args = arena_calloc(render->arena, count, sizeof *args);
    struct template_keyword *keywords = arena_calloc(render->arena, count + 1, sizeof *keywords);

    *call = (struct template_call){
        .args = args,
        .keywords = keywords,
        .arena = render->arena,
        .file = render->template->name,
        .line = expr->line,
        .column = expr->column,
    };
    for (size_t i = 0; i < count; i++) {
        const struct template_expr_argument *argument = &expr->arguments[i];
        struct template_value value;
        if (template_eval(render, argument->value, &value) < 0)
            return -1;
        if (argument->keyword == NULL)
            args[call->arg_count++] = value;
        else
            keywords[call->keyword_count++] = (struct template_keyword){argument->keyword, value};
    }
    if (extra != NULL)
        keywords[call->keyword_count++] = *extra;
    return 0;
}

static int call_function(struct template_render *render, const struct template_expr *expr,
                         const struct template_function *function,
                         const struct template_keyword *extra, struct template_value *result)
{
    struct template_call call;

    if (eval_arguments(render, expr, extra, &call) < 0)
        return -1;
    call.name = template_expr_describe(expr->left, render->arena);
    *result = template_none();
    if (function->call(function->self, &call, result, render->err) < 0)
        return template_render_wrap(render, expr->line, expr->column);
    return 0;
}

/* left.name(arguments): what a map holds goes before the methods that all maps have. */
static int call_method(struct template_render *render, const struct template_expr *expr,
                       const struct template_keyword *extra, struct template_value *result)
{
    struct template_value left;
    const struct template_value *member = NULL;
    struct template_call call;

    if (template_eval_defined(render, expr->left->left, &left) < 0)
        return -1;
    if (left.kind == TEMPLATE_MAP)
        member = template_map_find(left.map, expr->left->name);
    if (member != NULL && member->kind == TEMPLATE_FUNCTION)
        return call_function(render, expr, member->function, extra, result);
    const struct template_builtin *method = template_method_find(left.kind, expr->left->name);
    if (method == NULL)
        return template_render_fail(render, expr->left->line, expr->left->column,
                                    "%s has no method \"%s\"", template_kind_name(left),
                                    expr->left->name);
    if (eval_arguments(render, expr, extra, &call) < 0)
        return -1;
    call.name = expr->left->name;
    if (template_builtin_run(method, "method", left, &call, result, render->err) < 0)
        return template_render_wrap(render, expr->line, expr->column);
    return 0;
}

int template_eval_call(struct template_render *render, const struct template_expr *expr,
                       const struct template_keyword *extra, struct template_value *result)
{
    struct template_value callee;

    if (expr->left->kind == EXPR_ATTRIBUTE)
        return call_method(render, expr, extra, result);
    if (template_eval_defined(render, expr->left, &callee) < 0)
        return -1;
    if (callee.kind == TEMPLATE_FUNCTION)
        return call_function(render, expr, callee.function, extra, result);
    if (callee.kind == TEMPLATE_MAP && callee.map->function != NULL)
        return call_function(render, expr, callee.map->function, extra, result);
    return template_render_fail(render, expr->line, expr->column, "%s cannot be called",
                                template_kind_name(callee));
}

/* A filter or a test. */
static int eval_builtin(struct template_render *render, const struct template_expr *expr,
                        const char *what, struct template_value *result)
{
    struct template_value subject;
    struct template_call call;

    if (template_eval(render, expr->left, &subject) < 0)
        return -1;
    if (subject.kind == TEMPLATE_UNDEFINED && !expr->builtin->takes_undefined)
        return fail_undefined(render, expr->left, subject);
    if (eval_arguments(render, expr, NULL, &call) < 0)
        return -1;
    call.name = expr->builtin->name;
    if (template_builtin_run(expr->builtin, what, subject, &call, result, render->err) < 0)
        return template_render_wrap(render, expr->line, expr->column);
    return 0;
}

/* ---- operators ------------------------------------------------------------------------------- */

static int eval_unary(struct template_render *render, const struct template_expr *expr,
                      struct template_value *result)
{
    struct template_value value;

    if (template_eval_defined(render, expr->left, &value) < 0)
        return -1;
    if (expr->op == OPERATOR_NOT) {
        *result = template_bool(!template_is_true(value));
        return 0;
    }
    enum template_operator op = expr->op == OPERATOR_PLUS ? OPERATOR_ADD : OPERATOR_SUBTRACT;
    if (value.kind != TEMPLATE_INT && value.kind != TEMPLATE_DOUBLE && value.kind != TEMPLATE_BOOL)
        return template_render_fail(render, expr->line, expr->column,
                                    "a sign goes before a number, not %s",
                                    template_kind_name(value));
    if (value.kind == TEMPLATE_DOUBLE && op == OPERATOR_SUBTRACT)
        *result = template_double(-value.real);
    else if (template_operate(op, template_int(0), value, render->arena, result, render->err) < 0)
        return template_render_wrap(render, expr->line, expr->column);
    return 0;
}

static int eval_binary(struct template_render *render, const struct template_expr *expr,
                       struct template_value *result)
{
    struct template_value left, right;

    if (template_eval_defined(render, expr->left, &left) < 0)
        return -1;
    if ((expr->op == OPERATOR_AND && !template_is_true(left)) ||
        (expr->op == OPERATOR_OR && template_is_true(left))) {
        *result = left;
        return 0;
    }
    if (template_eval_defined(render, expr->items[0], &right) < 0)
        return -1;
    if (expr->op == OPERATOR_AND || expr->op == OPERATOR_OR) {
        *result = right;
        return 0;
    }
    if (template_operate(expr->op, left, right, render->arena, result, render->err) < 0)
        return template_render_wrap(render, expr->line, expr->column);
    return 0;
}

static int eval_compare(struct template_render *render, const struct template_expr *expr,
                        struct template_value *result)
{
    struct template_value left, right;

    if (template_eval_defined(render, expr->left, &left) < 0)
        return -1;
    for (size_t i = 0; i < expr->item_count; i++) {
        if (template_eval_defined(render, expr->items[i], &right) < 0)
            return -1;
        if (template_operate(expr->operators[i], left, right, render->arena, result, render->err) <
            0)
            return template_render_wrap(render, expr->line, expr->column);
        if (!result->boolean)
            return 0;
        left = right;
    }
    return 0;
}

/* Without an else a false condition gives an empty text: {{ ',' if not loop.last }}. */
static int eval_condition(struct template_render *render, const struct template_expr *expr,
                          struct template_value *result)
{
    struct template_value condition;

    if (template_eval_defined(render, expr->left, &condition) < 0)
        return -1;
    const struct template_expr *chosen = expr->items[template_is_true(condition) ? 0 : 1];
    if (chosen != NULL)
        return template_eval(render, chosen, result);
    *result = template_string("");
    return 0;
}

static int eval_kind(struct template_render *render, const struct template_expr *expr,
                     struct template_value *result)
{
    switch (expr->kind) {
    case EXPR_CONSTANT: *result = expr->value; return 0;
    case EXPR_NAME: *result = eval_name(render, expr->name); return 0;
    case EXPR_LIST: return eval_list(render, expr, result);
    case EXPR_MAP: return eval_map(render, expr, result);
    case EXPR_ATTRIBUTE: return eval_attribute(render, expr, result);
    case EXPR_INDEX: return eval_index(render, expr, result);
    case EXPR_SLICE: return eval_slice(render, expr, result);
    case EXPR_CALL: return template_eval_call(render, expr, NULL, result);
    case EXPR_FILTER: return eval_builtin(render, expr, "filter", result);
    case EXPR_TEST: return eval_builtin(render, expr, "test", result);
    case EXPR_UNARY: return eval_unary(render, expr, result);
    case EXPR_BINARY: return eval_binary(render, expr, result);
    case EXPR_COMPARE: return eval_compare(render, expr, result);
    case EXPR_CONDITION: return eval_condition(render, expr, result);
    }
    return -1;
}

int template_eval(struct template_render *render, const struct template_expr *expr,
                  struct template_value *result)
{
    *result = template_none();
    if (render->arena->total_bytes - render->bytes_at_start > LIMIT_TEMPLATE_BYTES)
        return template_render_fail(render, expr->line, expr->column,
                                    "this template takes more than %zu MiB of memory",
                                    LIMIT_TEMPLATE_BYTES >> 20);
    if (render->depth == MAX_DEPTH)
        return template_render_fail(render, expr->line, expr->column,
                                    "macros and expressions are nested too deep here");
    render->depth++;
    int outcome = eval_kind(render, expr, result);
    render->depth--;
    return outcome;
}

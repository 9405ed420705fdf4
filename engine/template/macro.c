/*
 * Macros: {% macro name(a, b=1) %} … {% endmacro %}, and the caller() of {% call %}.
 *
 * A macro's value is a function whose result is the text that its body renders.
 */
#include "template/render.h"

#include "base/limits.h"

#include <string.h>

struct macro {
    struct template_render *render;
    const struct template_stmt *stmt;
    const struct template *template;
    struct template_scope *scope; /* where it was defined */
    struct template_function function;
};

static const struct template_value *find_keyword(const struct template_call *call, const char *name)
{
    return template_call_find(call, SIZE_MAX, name);
}

static int check_keywords(const struct macro *macro, const struct template_call *call,
                          struct err *err)
{
    const struct template_stmt *stmt = macro->stmt;

    for (size_t i = 0; i < call->keyword_count; i++) {
        const char *keyword = call->keywords[i].name;
        size_t place = 0;
        while (place < stmt->macro.parameter_count &&
               strcmp(stmt->macro.parameters[place].name, keyword) != 0)
            place++;
        if (place < call->arg_count)
            return err_set(err, ERR_CONFIG, "macro \"%s\" gets its argument \"%s\" twice",
                           stmt->macro.name, keyword);
        if (place == stmt->macro.parameter_count && strcmp(keyword, "caller") != 0)
            return err_set(err, ERR_CONFIG, "macro \"%s\" has no argument \"%s\"", stmt->macro.name,
                           keyword);
    }
    if (call->arg_count > stmt->macro.parameter_count)
        return err_set(err, ERR_CONFIG, "macro \"%s\" takes at most %zu arguments, not %zu",
                       stmt->macro.name, stmt->macro.parameter_count, call->arg_count);
    return 0;
}

/* Sets the parameters in the scope that was just opened. One without a value is undefined, which
 * the body may test. Defaults see the parameters before them. */
static int bind_parameters(struct macro *macro, const struct template_call *call)
{
    struct template_render *render = macro->render;
    const struct template_value *caller = find_keyword(call, "caller");

    for (size_t i = 0; i < macro->stmt->macro.parameter_count; i++) {
        const struct template_parameter *parameter = &macro->stmt->macro.parameters[i];
        const struct template_value *given = template_call_find(call, i, parameter->name);
        struct template_value value = template_undefined(parameter->name);
        if (given != NULL)
            value = *given;
        else if (parameter->value != NULL && template_eval(render, parameter->value, &value) < 0)
            return -1;
        template_scope_set(render, parameter->name, value);
    }
    if (caller != NULL)
        template_scope_set(render, "caller", *caller);
    return 0;
}

/* Renders the body into its own text. */
static int run_body(struct macro *macro, const struct template_call *call,
                    struct template_value *result)
{
    struct template_render *render = macro->render;
    struct template_scope *outer = template_scope_open(render, macro->scope);
    struct buf *outer_out = render->out;
    const struct template *outer_template = render->template;
    struct buf text;

    buf_init(&text);
    render->out = &text;
    render->template = macro->template;
    int outcome = bind_parameters(macro, call);
    if (outcome == 0)
        outcome = template_exec(render, macro->stmt->body);
    if (outcome == 0)
        *result = template_string_n(arena_strndup(render->arena, text.data, text.size), text.size);
    render->template = outer_template;
    render->out = outer_out;
    render->scope = outer;
    buf_release(&text);
    return outcome;
}

static int call_macro(void *self, const struct template_call *call, struct template_value *result,
                      struct err *err)
{
    struct macro *macro = self;
    struct template_render *render = macro->render;

    if (check_keywords(macro, call, err) < 0)
        return -1;
    if (render->macro_depth == LIMIT_NESTING)
        return err_set(err, ERR_CONFIG,
                       "macros call each other more than %d deep: does \"%s\" end?", LIMIT_NESTING,
                       macro->stmt->macro.name);
    render->macro_depth++;
    int outcome = run_body(macro, call, result);
    render->macro_depth--;
    return outcome < 0 ? err_wrap(err, "in macro \"%s\"", macro->stmt->macro.name) : 0;
}

struct template_value template_macro_value(struct template_render *render,
                                           const struct template_stmt *stmt,
                                           const struct template *template,
                                           struct template_scope *scope)
{
    struct macro *macro = arena_alloc(render->arena, sizeof *macro);

    *macro = (struct macro){
        .render = render,
        .stmt = stmt,
        .template = template,
        .scope = scope,
        .function = {stmt->macro.name, call_macro, macro},
    };
    return template_function_value(&macro->function);
}

/*
 * Statements become text.
 */
#include "template/render.h"

#include "base/limits.h"
#include "template/collection.h"
#include "template/operators.h"
#include "template/template.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---------------------------------------------------------------------------------- */

int template_render_fail(struct template_render *render, int line, int column, const char *fmt, ...)
{
    va_list args;
    char what[sizeof render->err->message];

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    err_set(render->err, ERR_CONFIG, "%s", what);
    return template_render_wrap(render, line, column);
}

int template_render_wrap(struct template_render *render, int line, int column)
{
    return err_wrap(render->err, "%s:%d:%d", render->template->name, line, column);
}

/* ---- scopes ---------------------------------------------------------------------------------- */

struct template_scope *template_scope_open(struct template_render *render,
                                           struct template_scope *parent)
{
    struct template_scope *outer = render->scope;

    render->scope = arena_alloc(render->arena, sizeof *render->scope);
    render->scope->parent = parent;
    return outer;
}

void template_scope_set(struct template_render *render, const char *name,
                        struct template_value value)
{
    struct template_scope *scope = render->scope;

    for (size_t i = 0; i < scope->count; i++)
        if (strcmp(scope->variables[i].name, name) == 0) {
            scope->variables[i].value = value;
            return;
        }
    if (scope->count == scope->capacity) {
        size_t capacity = scope->capacity < 4 ? 4 : scope->capacity * 2;
        struct template_variable *variables =
            arena_calloc(render->arena, capacity, sizeof *variables);
        if (scope->count > 0)
            memcpy(variables, scope->variables, scope->count * sizeof *variables);
        scope->variables = variables;
        scope->capacity = capacity;
    }
    scope->variables[scope->count++] = (struct template_variable){name, value};
}

/* ---- set ------------------------------------------------------------------------------------- */

/* Sets the targets of a set or for: one gets the value, several its items. */
static int assign(struct template_render *render, const struct template_stmt *stmt,
                  struct template_value value)
{
    size_t count = stmt->assign.target_count;

    if (count == 1) {
        template_scope_set(render, stmt->assign.targets[0], value);
        return 0;
    }
    if (value.kind != TEMPLATE_LIST || value.list->count != count)
        return template_render_fail(render, stmt->line, stmt->column,
                                    "%zu names want a list of as many items, not %s of %zu", count,
                                    template_kind_name(value),
                                    value.kind == TEMPLATE_LIST ? value.list->count : 1);
    for (size_t i = 0; i < count; i++)
        template_scope_set(render, stmt->assign.targets[i], value.list->items[i]);
    return 0;
}

static int assign_attribute(struct template_render *render, const struct template_stmt *stmt,
                            struct template_value value)
{
    const struct template_expr name = {
        .kind = EXPR_NAME,
        .line = stmt->line,
        .column = stmt->column,
        .name = stmt->assign.targets[0],
    };
    struct template_value namespace = template_none();

    if (template_eval_defined(render, &name, &namespace) < 0)
        return -1;
    if (namespace.kind != TEMPLATE_MAP || !namespace.map->is_namespace)
        return template_render_fail(render, stmt->line, stmt->column,
                                    "\"%s\" is %s: only what namespace() made can be set part "
                                    "by part",
                                    name.name, template_kind_name(namespace));
    template_map_put(namespace.map, stmt->assign.attribute, value);
    return 0;
}

/* Renders a body into a text of its own, in a scope of its own. */
static int render_body(struct template_render *render, const struct template_stmt *body,
                       struct template_value *result)
{
    struct template_scope *outer = template_scope_open(render, render->scope);
    struct buf *outer_out = render->out;
    struct buf text;

    buf_init(&text);
    render->out = &text;
    int outcome = template_exec(render, body);
    if (outcome == 0)
        *result = template_string_n(arena_strndup(render->arena, text.data, text.size), text.size);
    render->out = outer_out;
    render->scope = outer;
    buf_release(&text);
    return outcome;
}

static int exec_set(struct template_render *render, const struct template_stmt *stmt)
{
    struct template_value value = template_none();

    if (stmt->expr == NULL) {
        if (render_body(render, stmt->body, &value) < 0)
            return -1;
    } else if (template_eval_defined(render, stmt->expr, &value) < 0) {
        return -1;
    }
    return stmt->assign.attribute != NULL ? assign_attribute(render, stmt, value)
                                          : assign(render, stmt, value);
}

/* ---- for ------------------------------------------------------------------------------------- */

/* The entries of the `loop` map, in their order. */
enum {
    LOOP_INDEX,
    LOOP_INDEX0,
    LOOP_REVINDEX,
    LOOP_REVINDEX0,
    LOOP_FIRST,
    LOOP_LAST,
    LOOP_LENGTH,
    LOOP_PREVITEM,
    LOOP_NEXTITEM,
    LOOP_CYCLE,
    LOOP_ENTRIES,
};

static const char *const loop_names[LOOP_ENTRIES] = {
    [LOOP_INDEX] = "index",         [LOOP_INDEX0] = "index0",     [LOOP_REVINDEX] = "revindex",
    [LOOP_REVINDEX0] = "revindex0", [LOOP_FIRST] = "first",       [LOOP_LAST] = "last",
    [LOOP_LENGTH] = "length",       [LOOP_PREVITEM] = "previtem", [LOOP_NEXTITEM] = "nextitem",
    [LOOP_CYCLE] = "cycle",
};

/* loop.cycle('odd', 'even') */
static int call_cycle(void *self, const struct template_call *call, struct template_value *result,
                      struct err *err)
{
    const struct template_map *loop = self;

    if (call->arg_count == 0)
        return err_set(err, ERR_CONFIG, "loop.cycle wants at least one argument");
    size_t round = (size_t)loop->entries[LOOP_INDEX0].value.integer;
    *result = call->args[round % call->arg_count];
    return 0;
}

static struct template_map *new_loop(struct template_render *render)
{
    struct template_map *loop = template_map_new(render->arena);

    for (size_t i = 0; i < LOOP_ENTRIES; i++)
        template_map_put(loop, loop_names[i], template_none());
    loop->entries[LOOP_CYCLE].value = template_function_value(
        template_function_new(render->arena, "loop.cycle", call_cycle, loop));
    loop->is_frozen = true;
    return loop;
}

static void update_loop(struct template_map *loop, const struct template_list *items, size_t i)
{
    struct template_entry *entries = loop->entries;
    int64_t index = (int64_t)i, count = (int64_t)items->count;

    entries[LOOP_INDEX].value = template_int(index + 1);
    entries[LOOP_INDEX0].value = template_int(index);
    entries[LOOP_REVINDEX].value = template_int(count - index);
    entries[LOOP_REVINDEX0].value = template_int(count - index - 1);
    entries[LOOP_FIRST].value = template_bool(index == 0);
    entries[LOOP_LAST].value = template_bool(index + 1 == count);
    entries[LOOP_LENGTH].value = template_int(count);
    entries[LOOP_PREVITEM].value =
        index > 0 ? items->items[i - 1] : template_undefined("loop.previtem");
    entries[LOOP_NEXTITEM].value =
        index + 1 < count ? items->items[i + 1] : template_undefined("loop.nextitem");
}

static int count_round(struct template_render *render, const struct template_stmt *stmt)
{
    if (++render->rounds > LIMIT_TEMPLATE_ROUNDS)
        return template_render_fail(render, stmt->line, stmt->column,
                                    "the loops of this template go round more than %d times",
                                    LIMIT_TEMPLATE_ROUNDS);
    return 0;
}

/* The items to go through, in a list of the loop's own: the body may change the one it came from.
 * Those that fail the `if` are left out first, so that loop.length counts what is shown. */
static int collect_items(struct template_render *render, const struct template_stmt *stmt,
                         struct template_list *chosen)
{
    struct template_value value = template_none(), condition = template_none();
    struct template_list *items = NULL;

    if (template_eval_defined(render, stmt->expr, &value) < 0)
        return -1;
    if (template_items(value, render->arena, &items, render->err) < 0)
        return template_render_wrap(render, stmt->expr->line, stmt->expr->column);
    for (size_t i = 0; i < items->count; i++) {
        if (stmt->assign.condition != NULL) {
            if (count_round(render, stmt) < 0 || assign(render, stmt, items->items[i]) < 0 ||
                template_eval_defined(render, stmt->assign.condition, &condition) < 0)
                return -1;
            if (!template_is_true(condition))
                continue;
        }
        template_list_append(chosen, items->items[i]);
    }
    return 0;
}

/* Each round starts with an empty scope: what the last one set is gone. */
static int run_rounds(struct template_render *render, const struct template_stmt *stmt,
                      const struct template_list *items)
{
    struct template_map *loop = new_loop(render);

    for (size_t i = 0; i < items->count; i++) {
        render->scope->count = 0;
        update_loop(loop, items, i);
        template_scope_set(render, "loop", template_map_value(loop));
        if (count_round(render, stmt) < 0 || assign(render, stmt, items->items[i]) < 0 ||
            template_exec(render, stmt->body) < 0)
            return -1;
    }
    return 0;
}

static int exec_for(struct template_render *render, const struct template_stmt *stmt)
{
    struct template_scope *outer = template_scope_open(render, render->scope);
    struct template_list *items = template_list_new(render->arena);

    int outcome = collect_items(render, stmt, items);
    if (outcome == 0 && items->count > 0)
        outcome = run_rounds(render, stmt, items);
    render->scope = outer;
    if (outcome == 0 && items->count == 0)
        outcome = template_exec(render, stmt->assign.otherwise);
    return outcome;
}

/* ---- the others ------------------------------------------------------------------------------ */

static int check_out(struct template_render *render, const struct template_stmt *stmt)
{
    if (render->out->size > LIMIT_RENDERED_BYTES)
        return template_render_fail(render, stmt->line, stmt->column,
                                    "the text grows past %zu bytes", LIMIT_RENDERED_BYTES);
    return 0;
}

static int print(struct template_render *render, const struct template_stmt *stmt,
                 struct template_value value)
{
    if (template_print(value, render->out, render->err) < 0)
        return template_render_wrap(render, stmt->expr->line, stmt->expr->column);
    return check_out(render, stmt);
}

static int exec_print(struct template_render *render, const struct template_stmt *stmt)
{
    struct template_value value;

    if (template_eval_defined(render, stmt->expr, &value) < 0)
        return -1;
    return print(render, stmt, value);
}

static int exec_if(struct template_render *render, const struct template_stmt *stmt)
{
    for (const struct template_branch *branch = stmt->branches; branch != NULL;
         branch = branch->next) {
        struct template_value condition = template_bool(true);
        if (branch->condition != NULL &&
            template_eval_defined(render, branch->condition, &condition) < 0)
            return -1;
        if (template_is_true(condition))
            return template_exec(render, branch->body);
    }
    return 0;
}

/* The body becomes a macro named caller, which the call gets as an argument. */
static int exec_call(struct template_render *render, const struct template_stmt *stmt)
{
    const struct template_keyword caller = {
        "caller", template_macro_value(render, stmt, render->template, render->scope)};
    struct template_value value;

    if (template_eval_call(render, stmt->expr, &caller, &value) < 0)
        return -1;
    return print(render, stmt, value);
}

static int exec_one(struct template_render *render, const struct template_stmt *stmt)
{
    struct template_value value;

    switch (stmt->kind) {
    case STMT_TEXT:
        buf_append(render->out, stmt->text.data, stmt->text.size);
        return check_out(render, stmt);
    case STMT_PRINT: return exec_print(render, stmt);
    case STMT_IF: return exec_if(render, stmt);
    case STMT_FOR: return exec_for(render, stmt);
    case STMT_SET: return exec_set(render, stmt);
    case STMT_MACRO:
        template_scope_set(render, stmt->macro.name,
                           template_macro_value(render, stmt, render->template, render->scope));
        return 0;
    case STMT_CALL: return exec_call(render, stmt);
    case STMT_DO: return template_eval_defined(render, stmt->expr, &value);
    }
    return -1;
}

int template_exec(struct template_render *render, const struct template_stmt *stmt)
{
    for (; stmt != NULL; stmt = stmt->next)
        if (exec_one(render, stmt) < 0)
            return -1;
    return 0;
}

int template_render(const struct template *template, const struct template_context *context,
                    struct arena *arena, struct buf *out, struct err *err)
{
    struct buf text;
    struct template_render render = {
        .template = template,
        .context = context,
        .arena = arena,
        .out = &text,
        .bytes_at_start = arena->total_bytes,
        .err = err,
    };

    buf_init(&text);
    template_scope_open(&render, NULL);
    int outcome = template_exec(&render, template->body);
    if (outcome == 0)
        buf_append(out, text.data, text.size);
    buf_release(&text);
    return outcome;
}

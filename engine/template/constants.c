/*
 * What goes wrong in a template whatever it is given: `{{ 1 / 0 }}`.
 */
#include "base/limits.h"
#include "template/operators.h"
#include "template/render.h"
#include "template/template.h"
#include "template/walk.h"

#include <string.h>

struct constants {
    struct template_render render;
    void (*failed)(void *self, const struct err *err);
    void *self;
    char last[sizeof((struct err *)0)->message]; /* what is around it fails with the same words */
    size_t spent_bytes;                          /* on all so far */
};

static bool is_constant(const struct template_expr *expr)
{
    if (expr == NULL || expr->kind == EXPR_CONSTANT)
        return true;
    if (expr->kind == EXPR_NAME || expr->kind == EXPR_CALL || !is_constant(expr->left))
        return false;
    for (size_t i = 0; i < expr->item_count; i++)
        if (!is_constant(expr->items[i]))
            return false;
    for (size_t i = 0; i < expr->argument_count; i++)
        if (!is_constant(expr->arguments[i].value))
            return false;
    return true;
}

/* A value that only stands there cannot fail, and most of them do. */
static bool can_fail(const struct template_expr *expr)
{
    return expr->kind != EXPR_CONSTANT && expr->kind != EXPR_LIST && expr->kind != EXPR_MAP &&
           is_constant(expr);
}

static void try(struct constants *constants, const struct template_expr *expr, bool is_printed)
{
    struct template_render *render = &constants->render;
    struct template_value value;
    struct arena arena;
    struct err err;

    if (constants->spent_bytes > LIMIT_TEMPLATE_BYTES)
        return; /* a render would have ended; what is left is found by one */
    arena_init(&arena);
    render->context = template_context_new(&arena);
    render->arena = &arena;
    render->bytes_at_start = arena.total_bytes;
    render->scope = NULL;
    render->err = &err;
    template_scope_open(render, NULL);
    int result = is_printed ? template_eval_defined(render, expr, &value)
                            : template_eval(render, expr, &value);
    if (result < 0 && strcmp(constants->last, err.message) != 0) {
        memcpy(constants->last, err.message, sizeof constants->last);
        constants->failed(constants->self, &err);
    }
    constants->spent_bytes += arena.total_bytes;
    arena_release(&arena);
}

static int try_expr(const struct template_walk *walk, const struct template_expr *expr)
{
    if (walk->doubts == 0 && can_fail(expr))
        try(walk->self, expr, false);
    return 0;
}

/* What is printed must be there, too. */
static int try_stmt(const struct template_walk *walk, const struct template_stmt *stmt)
{
    if (stmt->kind == STMT_PRINT && walk->doubts == 0 && can_fail(stmt->expr))
        try(walk->self, stmt->expr, true);
    return 0;
}

void template_constants(const struct template *template,
                        void (*failed)(void *self, const struct err *err), void *self)
{
    struct constants constants = {.render = {.template = template}, .failed = failed, .self = self};
    struct template_walk walk = {
        .self = &constants, .expr = try_expr, .stmt = try_stmt, .doubts_rounds = true};

    (void)template_walk(&walk, template->body);
}

/* ---- nothing at all -------------------------------------------------------------------------- */

/* Behind the blanks, ends of statements and SQL comments that a text begins with. */
static const char *skip_blank(const char *text, const char *end)
{
    while (text < end) {
        const char *stop = NULL;
        if (strchr(" \t\r\n;", *text) != NULL && *text != '\0')
            stop = text + 1;
        else if (end - text >= 2 && memcmp(text, "--", 2) == 0)
            stop = memchr(text, '\n', (size_t)(end - text));
        else if (end - text >= 2 && memcmp(text, "/*", 2) == 0)
            stop = memmem(text + 2, (size_t)(end - text) - 2, "*/", 2);
        else
            return text;
        text = stop == NULL ? end : *stop == '*' ? stop + 2 : stop;
    }
    return end;
}

bool template_is_blank(const struct template *template)
{
    for (const struct template_stmt *stmt = template->body; stmt != NULL; stmt = stmt->next) {
        bool is_silent =
            stmt->kind == STMT_SET || stmt->kind == STMT_MACRO || stmt->kind == STMT_DO;
        const char *end = stmt->kind == STMT_TEXT ? stmt->text.data + stmt->text.size : NULL;
        if (!is_silent && (end == NULL || skip_blank(stmt->text.data, end) < end))
            return false;
    }
    return true;
}

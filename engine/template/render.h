/*
 * One render: the state that expressions (eval.c), statements (render.c) and macros (macro.c)
 * share while a template becomes text.
 *
 * A name is looked for in the scopes from the innermost out, then in the context, then among the
 * macros of the context, then among the built-in functions. A scope is opened by a loop, a macro,
 * a call block and a set block, as in Jinja: `if` opens none, and what is set in a loop is gone
 * behind it.
 */
#ifndef AORTA_TEMPLATE_RENDER_H
#define AORTA_TEMPLATE_RENDER_H

#include "template/tree.h"

struct template_variable {
    const char *name;
    struct template_value value;
};

struct template_scope {
    struct template_scope *parent; /* NULL: the template's own */
    struct template_variable *variables;
    size_t count;
    size_t capacity;
};

struct template_render {
    const struct template *template; /* whose statements run: another one inside of its macros */
    const struct template_context *context;
    struct arena *arena;
    struct buf *out;
    struct template_scope *scope;
    size_t bytes_at_start; /* of the arena */
    int64_t rounds;        /* of all loops, at most LIMIT_TEMPLATE_ROUNDS */
    int depth;             /* expressions and statements that are being worked on */
    int macro_depth;       /* macros that have been called and not returned */
    struct err *err;
};

/* Runs statements one after another. */
int template_exec(struct template_render *render, const struct template_stmt *stmt);

/* Computes an expression; the result may be undefined. */
int template_eval(struct template_render *render, const struct template_expr *expr,
                  struct template_value *result);

/* The same, and undefined is an error. */
int template_eval_defined(struct template_render *render, const struct template_expr *expr,
                          struct template_value *result);

/* Calls with the given arguments before those of the call's own, which is an EXPR_CALL. */
int template_eval_call(struct template_render *render, const struct template_expr *expr,
                       const struct template_keyword *extra, struct template_value *result);

/* Sets a name in the innermost scope. The name is borrowed. */
void template_scope_set(struct template_render *render, const char *name,
                        struct template_value value);

/* Opens a scope below `parent` and returns the one to go back to: render->scope = that. */
struct template_scope *template_scope_open(struct template_render *render,
                                           struct template_scope *parent);

/* The macro as a function value of this render; scope is where it was defined. */
struct template_value template_macro_value(struct template_render *render,
                                           const struct template_stmt *stmt,
                                           const struct template *template,
                                           struct template_scope *scope);

/* Fails with ERR_CONFIG at a place of the running template. Returns -1. */
int template_render_fail(struct template_render *render, int line, int column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts the place before an error that is already set. Returns -1. */
int template_render_wrap(struct template_render *render, int line, int column);

#endif

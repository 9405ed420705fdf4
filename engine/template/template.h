/*
 * Jinja for SQL: the part of Jinja2 that SQL models use, with its semantics.
 *
 *     select * from {{ ref('stg_users') }}
 *     {% if is_incremental() -%}
 *     where extracted_at > (select max(extracted_at) from {{ this }})
 *     {%- endif %}
 *
 * A template is parsed once, is never changed after that, and can then be rendered any number of
 * times by any thread, each with its own context and arena, analysed (which assets does it refer
 * to?) and hashed (has it changed?) without being rendered.
 *
 *     text ──lexer──▶ tokens ──parser──▶ statements and expressions ──render──▶ SQL
 *                       │                        │
 *                 template_hash            template_calls
 *
 * The language: {{ }}, {% %}, {# #} with `-` to trim; raw, if, for, set, macro, call, do; all of
 * Jinja's expressions, with its common filters, tests and methods (builtin tables in filters.c,
 * predicates.c, methods.c, functions.c). As in dbt, trim_blocks and lstrip_blocks are off and one
 * newline at the end of the text is dropped. Unlike dbt, an undefined name is an error wherever it
 * is used. There is no include, import or inheritance: macros come with the context.
 *
 * Errors are ERR_CONFIG and say "name:line:column: what, and what to do". Whatever comes from
 * outside is limited: nesting (LIMIT_NESTING), rounds of loops (LIMIT_TEMPLATE_ROUNDS), memory
 * (LIMIT_TEMPLATE_BYTES) and the result (LIMIT_RENDERED_BYTES).
 */
#ifndef AORTA_TEMPLATE_TEMPLATE_H
#define AORTA_TEMPLATE_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "template/collection.h"
#include "template/context.h"
#include "template/value.h"

struct template;

/* Parses text, which is copied. The name is what errors begin with: the file as the user knows
 * it. The template lives in the arena. */
int template_parse(struct arena *arena, const char *name, const char *text, size_t size,
                   struct template **template, struct err *err);

/* Appends the rendered text to out. Values live in the arena; it must outlive nothing but this
 * call, unless a function kept one. On failure out is as it was. An error of a function keeps its
 * code. Calls only what the context holds; blocks if that does. */
int template_render(const struct template *template, const struct template_context *context,
                    struct arena *arena, struct buf *out, struct err *err);

/* An argument of a call in the source. */
struct template_argument {
    const char *keyword;                /* NULL: positional */
    const struct template_value *value; /* if it is a literal, or a list or map of them */
    const struct template_site *call;   /* if it is itself the call of a global function */
};                                      /* neither: it is known only when rendered */

/* A call in the source. */
struct template_site {
    const char *function; /* "ref", or with a dot: "config.get" */
    const struct template_argument *args;
    size_t arg_count;
    const char *file;
    int line;
    int column;
};

/* Calls `found` for every call of the global function in the source, in order, whatever the
 * branch, loop or macro it stands in, also inside of other calls' arguments; with function NULL
 * for the calls of all. Stops and returns -1 when `found` does. Sites and values live in the
 * arena. */
int template_calls(const struct template *template, const char *function, struct arena *arena,
                   int (*found)(void *self, const struct template_site *site, struct err *err),
                   void *self, struct err *err);

/* A name, the attribute of one (`name.attribute`), or a variable that is asked for by var('name')
 * without a default. */
struct template_use {
    const char *name;
    const char *attribute; /* or NULL */
    bool is_variable;
    const char *file;
    int line;
    int column;
    void *known; /* template_uses' own */
};

/* Calls `found` for every use of a name that is no built-in function, of an attribute of one that the
 * text names so, and of such a variable, but where it may be that it is never rendered (template/walk.h). Stops and returns -1 when `found`
 * does. */
int template_uses(const struct template *template, struct arena *arena,
                  int (*found)(void *self, const struct template_use *use, struct err *err),
                  void *self, struct err *err);

/* From `found`: whether the template gives the name a meaning somewhere (set, for, a macro or its
 * parameters), asks somewhere whether it is defined, or gives it a default. It looks at the whole
 * template, so ask last. */
bool template_use_is_known(const struct template_use *use);

/* Then, for "did you mean …?": up to `limit` names that have a meaning in it; how many. */
size_t template_use_names(const struct template_use *use, const char **names, size_t limit);

/* Calls `failed` with what a render would say of each expression that goes wrong whatever it is
 * given, but where it may be that it is never rendered (template/walk.h). */
void template_constants(const struct template *template,
                        void (*failed)(void *self, const struct err *err), void *self);

/* Whether it comes to nothing but blanks and SQL comments, whatever it is given. */
bool template_is_blank(const struct template *template);

/* Adds what makes the template what it is: its text and its tokens, but neither comments nor the
 * spaces between tokens. Equal hashes render equally. */
void template_hash(const struct template *template, struct hash *hash);

#endif

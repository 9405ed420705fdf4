/*
 * What a template finds when it is rendered: variables, functions, and the macros of others.
 *
 *     struct template_context *context = template_context_new(&arena);
 *     template_context_set(context, "as_of", template_string("2024-04-01"));
 *     template_context_set_function(context, "ref", call_ref, model);
 *     template_context_add_macros(context, macros_of_the_project);
 *
 * It lives in an arena, with the values it is given, and serves any number of renders, one after
 * another. Values are frozen as they enter: a template works on them but cannot change them.
 *
 * A function reads its arguments through the call:
 *
 *     static int call_ref(void *self, const struct template_call *call,
 *                         struct template_value *result, struct err *err)
 *     {
 *         const char *name;
 *
 *         if (template_call_check(call, "name", 1, err) < 0 ||
 *             template_call_text(call, 0, "name", &name, err) < 0)
 *             return -1;
 *         …
 *     }
 */
#ifndef AORTA_TEMPLATE_CONTEXT_H
#define AORTA_TEMPLATE_CONTEXT_H

#include "template/value.h"

struct template;
struct template_context;
struct template_stmt;

struct template_keyword {
    const char *name;
    struct template_value value;
};

/* One call, lent to the function. No argument is undefined. */
struct template_call {
    const char *name; /* as the template wrote it: "ref", "config.get" */
    const struct template_value *args;
    size_t arg_count;
    const struct template_keyword *keywords;
    size_t keyword_count;
    struct arena *arena; /* the render's: results live there */
    const char *file;    /* where the call stands */
    int line;
    int column;
};

struct template_context *template_context_new(struct arena *arena);

/* Adds or replaces. The name is borrowed. */
void template_context_set(struct template_context *context, const char *name,
                          struct template_value value);

/* `call` and `self` as in struct template_function. */
void template_context_set_function(struct template_context *context, const char *name,
                                   int (*call)(void *self, const struct template_call *call,
                                               struct template_value *result, struct err *err),
                                   void *self);

/* A function as a value, to be put into a map: `exceptions.warn(…)`, or as a map's `function`. */
const struct template_function *template_function_new(struct arena *arena, const char *name,
                                                      int (*call)(void *self,
                                                                  const struct template_call *call,
                                                                  struct template_value *result,
                                                                  struct err *err),
                                                      void *self);

/* Makes the macros at the top level of a template callable by name. The template must live as long
 * as the context. */
void template_context_add_macros(struct template_context *context, const struct template *macros);

/* NULL if nothing of that name was set. */
const struct template_value *template_context_find(const struct template_context *context,
                                                   const char *name);

/* For the renderer: the macro of that name and the template it is from, or NULL. */
const struct template_stmt *template_context_find_macro(const struct template_context *context,
                                                        const char *name,
                                                        const struct template **template);

/* For "did you mean …?": up to `limit` names of variables; returns how many. */
size_t template_context_names(const struct template_context *context, const char **names,
                              size_t limit);

/* The argument at that position, or given by that keyword; NULL if neither is there. keyword may
 * be NULL: positional only. */
const struct template_value *template_call_find(const struct template_call *call, size_t position,
                                                const char *keyword);

/* Refuses unknown keywords, too many and too few arguments, one given twice. `names` are the
 * parameters in order, separated by spaces; the first `required` of them must be there. */
int template_call_check(const struct template_call *call, const char *names, size_t required,
                        struct err *err);

/* Sets *text to the argument, which must be a string without a NUL, as a C string in the call's
 * arena. Left as it is if the argument is not there. */
int template_call_text(const struct template_call *call, size_t position, const char *keyword,
                       const char **text, struct err *err);

#endif

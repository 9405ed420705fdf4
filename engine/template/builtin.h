/*
 * What templates can do by themselves: filters (x | upper), tests (x is none) and methods
 * (x.upper()), one row of a table each.
 *
 *     {"replace", {"old", "new", "count"}, 2, template_text_replace},
 *
 * The row names the parameters behind the subject, in order; those past `required` may be left
 * out. Binding arguments to them, by position or keyword, is done here for all, so an
 * implementation finds each argument at its index, undefined if it was not given.
 */
#ifndef AORTA_TEMPLATE_BUILTIN_H
#define AORTA_TEMPLATE_BUILTIN_H

#include "template/context.h"
#include "template/value.h"

enum { BUILTIN_PARAMETERS = 4 };

/* What a built-in works on, lent for the call. */
struct template_operands {
    struct template_value subject;
    struct template_value args[BUILTIN_PARAMETERS];
    const struct template_call *call; /* the same, as written, with the arena */
};

struct template_builtin {
    const char *name;
    const char *parameters[BUILTIN_PARAMETERS];
    size_t required;
    int (*apply)(const struct template_operands *in, struct template_value *result,
                 struct err *err);
    bool takes_undefined; /* as subject: default, is defined */
    bool takes_any;       /* no binding: it reads in->call itself */
};

/* The row of that name, or NULL. */
const struct template_builtin *template_builtin_find(const struct template_builtin *table,
                                                     size_t count, const char *name);

/* Binds the call's arguments and runs the built-in. `what` ("filter") begins its errors. */
int template_builtin_run(const struct template_builtin *builtin, const char *what,
                         struct template_value subject, const struct template_call *call,
                         struct template_value *result, struct err *err);

#endif

#include "template/builtin.h"

#include <string.h>

const struct template_builtin *template_builtin_find(const struct template_builtin *table,
                                                     size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static int check_defined(const struct template_value *value, struct err *err)
{
    if (value->kind == TEMPLATE_UNDEFINED)
        return err_set(err, ERR_CONFIG, "\"%.*s\" is not defined", (int)value->string.size,
                       value->string.data);
    return 0;
}

/* The parameter's place, or -1. */
static int find_parameter(const struct template_builtin *builtin, const char *name)
{
    for (int i = 0; i < BUILTIN_PARAMETERS && builtin->parameters[i] != NULL; i++)
        if (strcmp(builtin->parameters[i], name) == 0)
            return i;
    return -1;
}

static size_t count_parameters(const struct template_builtin *builtin)
{
    size_t count = 0;

    while (count < BUILTIN_PARAMETERS && builtin->parameters[count] != NULL)
        count++;
    return count;
}

static int bind(const struct template_builtin *builtin, const char *what,
                const struct template_call *call, struct template_operands *in, struct err *err)
{
    size_t count = count_parameters(builtin);

    if (call->arg_count > count)
        return err_set(err, ERR_CONFIG, "%s \"%s\" takes at most %zu argument%s, not %zu", what,
                       builtin->name, count, count == 1 ? "" : "s", call->arg_count);
    for (size_t i = 0; i < call->arg_count; i++) {
        if (check_defined(&call->args[i], err) < 0)
            return -1;
        in->args[i] = call->args[i];
    }
    for (size_t i = 0; i < call->keyword_count; i++) {
        int place = find_parameter(builtin, call->keywords[i].name);
        if (place < 0)
            return err_set(err, ERR_CONFIG, "%s \"%s\" has no argument \"%s\"", what, builtin->name,
                           call->keywords[i].name);
        if (in->args[place].kind != TEMPLATE_UNDEFINED)
            return err_set(err, ERR_CONFIG, "%s \"%s\" gets its argument \"%s\" twice", what,
                           builtin->name, call->keywords[i].name);
        if (check_defined(&call->keywords[i].value, err) < 0)
            return -1;
        in->args[place] = call->keywords[i].value;
    }
    for (size_t i = 0; i < builtin->required; i++)
        if (in->args[i].kind == TEMPLATE_UNDEFINED)
            return err_set(err, ERR_CONFIG, "%s \"%s\" wants its argument \"%s\"", what,
                           builtin->name, builtin->parameters[i]);
    return 0;
}

int template_builtin_run(const struct template_builtin *builtin, const char *what,
                         struct template_value subject, const struct template_call *call,
                         struct template_value *result, struct err *err)
{
    struct template_operands in = {.subject = subject, .call = call};

    if (!builtin->takes_any && bind(builtin, what, call, &in, err) < 0)
        return -1;
    if (builtin->apply(&in, result, err) < 0)
        return err_wrap(err, "%s \"%s\"", what, builtin->name);
    return 0;
}

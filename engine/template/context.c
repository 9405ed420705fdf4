#include "template/context.h"

#include "template/collection.h"
#include "template/tree.h"

#include <string.h>

struct template_context {
    struct arena *arena;
    struct template_map *variables;
    struct macros *macros; /* the newest first */
};

/* A template whose macros can be called. */
struct macros {
    const struct template *template;
    struct macros *next;
};

struct template_context *template_context_new(struct arena *arena)
{
    struct template_context *context = arena_alloc(arena, sizeof *context);

    context->arena = arena;
    context->variables = template_map_new(arena);
    return context;
}

void template_context_set(struct template_context *context, const char *name,
                          struct template_value value)
{
    template_freeze(value);
    template_map_put(context->variables, name, value);
}

const struct template_function *template_function_new(struct arena *arena, const char *name,
                                                      int (*call)(void *self,
                                                                  const struct template_call *call,
                                                                  struct template_value *result,
                                                                  struct err *err),
                                                      void *self)
{
    struct template_function function = {name, call, self};

    return arena_memdup(arena, &function, sizeof function);
}

void template_context_set_function(struct template_context *context, const char *name,
                                   int (*call)(void *self, const struct template_call *call,
                                               struct template_value *result, struct err *err),
                                   void *self)
{
    const struct template_function *function =
        template_function_new(context->arena, name, call, self);

    template_context_set(context, name, template_function_value(function));
}

void template_context_add_macros(struct template_context *context, const struct template *macros)
{
    struct macros *entry = arena_alloc(context->arena, sizeof *entry);

    entry->template = macros;
    entry->next = context->macros;
    context->macros = entry;
}

const struct template_value *template_context_find(const struct template_context *context,
                                                   const char *name)
{
    return template_map_find(context->variables, name);
}

const struct template_stmt *template_context_find_macro(const struct template_context *context,
                                                        const char *name,
                                                        const struct template **template)
{
    for (const struct macros *macros = context->macros; macros != NULL; macros = macros->next)
        for (const struct template_stmt *stmt = macros->template->body; stmt != NULL;
             stmt = stmt->next)
            if (stmt->kind == STMT_MACRO && strcmp(stmt->macro.name, name) == 0) {
                *template = macros->template;
                return stmt;
            }
    return NULL;
}

size_t template_context_names(const struct template_context *context, const char **names,
                              size_t limit)
{
    size_t count = 0;

    for (size_t i = 0; i < context->variables->count && count < limit; i++)
        names[count++] = context->variables->entries[i].key.string.data;
    return count;
}

/* ---- calls ----------------------------------------------------------------------------------- */

const struct template_value *template_call_find(const struct template_call *call, size_t position,
                                                const char *keyword)
{
    if (position < call->arg_count)
        return &call->args[position];
    for (size_t i = 0; keyword != NULL && i < call->keyword_count; i++)
        if (strcmp(call->keywords[i].name, keyword) == 0)
            return &call->keywords[i].value;
    return NULL;
}

/* The place of a word among words separated by single spaces, or -1; *count is how many they are. */
static long find_word(const char *words, const char *word, size_t *count)
{
    size_t size = strlen(word);
    long found = -1;

    *count = 0;
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (length == size && memcmp(words, word, size) == 0)
            found = (long)*count;
        (*count)++;
        words += length;
        words += *words == ' ';
    }
    return found;
}

int template_call_check(const struct template_call *call, const char *names, size_t required,
                        struct err *err)
{
    size_t count;

    find_word(names, "", &count);
    if (call->arg_count > count)
        return err_set(err, ERR_CONFIG, "%s takes at most %zu arguments, not %zu", call->name,
                       count, call->arg_count);
    size_t given = call->arg_count < required ? call->arg_count : required;
    for (size_t i = 0; i < call->keyword_count; i++) {
        const char *keyword = call->keywords[i].name;
        long place = find_word(names, keyword, &count);
        if (place < 0)
            return err_set(err, ERR_CONFIG, "%s has no argument \"%s\": it has %s", call->name,
                           keyword, count == 0 ? "none" : names);
        if ((size_t)place < call->arg_count)
            return err_set(err, ERR_CONFIG, "%s gets its argument \"%s\" twice", call->name,
                           keyword);
        given += (size_t)place < required;
    }
    if (given < required)
        return err_set(err, ERR_CONFIG, "%s wants %zu argument%s (%s), not %zu", call->name,
                       required, required == 1 ? "" : "s", names, given);
    return 0;
}

int template_call_text(const struct template_call *call, size_t position, const char *keyword,
                       const char **text, struct err *err)
{
    const struct template_value *value = template_call_find(call, position, keyword);

    if (value == NULL)
        return 0;
    if (value->kind == TEMPLATE_UNDEFINED)
        return err_set(err, ERR_CONFIG, "\"%.*s\" is not defined", (int)value->string.size,
                       value->string.data);
    if (value->kind != TEMPLATE_STRING)
        return err_set(err, ERR_CONFIG, "argument %zu of %s is a string, not %s", position + 1,
                       call->name, template_kind_name(*value));
    if (value->string.size > 0 && memchr(value->string.data, '\0', value->string.size) != NULL)
        return err_set(err, ERR_CONFIG, "argument %zu of %s has a NUL character in it",
                       position + 1, call->name);
    *text = arena_strndup(call->arena, value->string.data, value->string.size);
    return 0;
}

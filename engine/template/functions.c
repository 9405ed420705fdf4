#include "template/functions.h"

#include "base/limits.h"
#include "template/collection.h"
#include "template/json.h"
#include "template/tree.h"

#include <string.h>

/* range(stop), range(start, stop), range(start, stop, step) */
static int call_range(void *self, const struct template_call *call, struct template_value *result,
                      struct err *err)
{
    int64_t numbers[3] = {0, 0, 1};
    struct template_list *list = template_list_new(call->arena);

    (void)self;
    if (call->arg_count < 1 || call->arg_count > 3 || call->keyword_count > 0)
        return err_set(err, ERR_CONFIG, "range wants one to three ints");
    for (size_t i = 0; i < call->arg_count; i++) {
        if (call->args[i].kind != TEMPLATE_INT)
            return err_set(err, ERR_CONFIG, "range wants ints, not %s",
                           template_kind_name(call->args[i]));
        numbers[call->arg_count == 1 ? 1 : i] = call->args[i].integer;
    }
    const int64_t stop = numbers[1], step = numbers[2];
    if (step == 0)
        return err_set(err, ERR_CONFIG, "range cannot step by 0");
    for (int64_t i = numbers[0]; step > 0 ? i < stop : i > stop;) {
        if (list->count == LIMIT_TEMPLATE_ROUNDS)
            return err_set(err, ERR_CONFIG, "a range has at most %d items", LIMIT_TEMPLATE_ROUNDS);
        template_list_append(list, template_int(i));
        if (__builtin_add_overflow(i, step, &i))
            break;
    }
    *result = template_list_value(list);
    return 0;
}

/* A new map from one map and named arguments. */
static int copy_to_map(const struct template_call *call, struct template_map **copy,
                       struct err *err)
{
    if (call->arg_count > 1 || (call->arg_count == 1 && call->args[0].kind != TEMPLATE_MAP))
        return err_set(err, ERR_CONFIG, "%s wants one map and named values", call->name);
    *copy = template_map_new(call->arena);
    for (size_t i = 0; call->arg_count == 1 && i < call->args[0].map->count; i++)
        template_map_put_value(*copy, call->args[0].map->entries[i].key,
                               call->args[0].map->entries[i].value);
    for (size_t i = 0; i < call->keyword_count; i++)
        template_map_put(*copy, call->keywords[i].name, call->keywords[i].value);
    return 0;
}

static int call_dict(void *self, const struct template_call *call, struct template_value *result,
                     struct err *err)
{
    struct template_map *map = NULL;

    (void)self;
    if (copy_to_map(call, &map, err) < 0)
        return -1;
    *result = template_map_value(map);
    return 0;
}

/* What {% set name.key = … %} can change, also from inside of a loop. */
static int call_namespace(void *self, const struct template_call *call,
                          struct template_value *result, struct err *err)
{
    if (call_dict(self, call, result, err) < 0)
        return -1;
    result->map->is_namespace = true;
    return 0;
}

static int call_to_json(void *self, const struct template_call *call, struct template_value *result,
                        struct err *err)
{
    struct buf text;

    (void)self;
    if (template_call_check(call, "value", 1, err) < 0)
        return -1;
    buf_init(&text);
    int outcome = template_to_json(*template_call_find(call, 0, "value"), &text, err);
    if (outcome == 0)
        *result = template_string_n(arena_strndup(call->arena, text.data, text.size), text.size);
    buf_release(&text);
    return outcome;
}

static int call_from_json(void *self, const struct template_call *call,
                          struct template_value *result, struct err *err)
{
    const char *text;

    (void)self;
    if (template_call_check(call, "text", 1, err) < 0 ||
        template_call_text(call, 0, "text", &text, err) < 0)
        return -1;
    return template_from_json(text, strlen(text), call->arena, result, err);
}

static const struct template_function functions[] = {
    {"range", call_range, NULL},         {"dict", call_dict, NULL},
    {"namespace", call_namespace, NULL}, {"tojson", call_to_json, NULL},
    {"fromjson", call_from_json, NULL},
};

const struct template_function *template_function_find(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

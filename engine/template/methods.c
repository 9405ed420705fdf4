#include "template/methods.h"

#include "template/collection.h"
#include "template/text.h"

static int fail_frozen(const char *what, struct err *err)
{
    return err_set(err, ERR_CONFIG,
                   "a %s of the context cannot be changed: copy it, with + or dict", what);
}

/* Lists and maps that grow show what a template takes; their size is bounded by its memory. */
static int check_list(const struct template_operands *in, struct err *err)
{
    return in->subject.list->is_frozen || in->subject.list->is_tuple ? fail_frozen("list", err) : 0;
}

static int check_map(const struct template_operands *in, struct err *err)
{
    return in->subject.map->is_frozen ? fail_frozen("map", err) : 0;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int list_append(const struct template_operands *in, struct template_value *result,
                       struct err *err)
{
    if (check_list(in, err) < 0)
        return -1;
    template_list_append(in->subject.list, in->args[0]);
    *result = template_none();
    return 0;
}

static int list_extend(const struct template_operands *in, struct template_value *result,
                       struct err *err)
{
    if (check_list(in, err) < 0)
        return -1;
    if (in->args[0].kind != TEMPLATE_LIST)
        return err_set(err, ERR_CONFIG, "it wants a list, not %s", template_kind_name(in->args[0]));
    size_t count = in->args[0].list->count; /* it may be the same list */
    for (size_t i = 0; i < count; i++)
        template_list_append(in->subject.list, in->args[0].list->items[i]);
    *result = template_none();
    return 0;
}

/* A place in the list, from the end if negative, moved into 0 … count. */
static size_t clamp_place(const struct template_list *list, struct template_value place)
{
    int64_t count = (int64_t)list->count;
    int64_t index = place.kind == TEMPLATE_INT ? place.integer : count - 1;

    if (index < 0)
        index += count;
    return (size_t)(index < 0 ? 0 : index > count ? count : index);
}

static int list_insert(const struct template_operands *in, struct template_value *result,
                       struct err *err)
{
    if (check_list(in, err) < 0)
        return -1;
    template_list_insert(in->subject.list, clamp_place(in->subject.list, in->args[0]), in->args[1]);
    *result = template_none();
    return 0;
}

static int list_pop(const struct template_operands *in, struct template_value *result,
                    struct err *err)
{
    size_t place = clamp_place(in->subject.list, in->args[0]);

    if (check_list(in, err) < 0)
        return -1;
    if (place >= in->subject.list->count)
        return err_set(err, ERR_CONFIG, "there is no such item in a list of %zu",
                       in->subject.list->count);
    *result = template_list_remove(in->subject.list, place);
    return 0;
}

/* The place of the item, or -1. */
static int64_t find_item(const struct template_list *list, struct template_value item)
{
    for (size_t i = 0; i < list->count; i++)
        if (template_equal(list->items[i], item))
            return (int64_t)i;
    return -1;
}

static int list_remove(const struct template_operands *in, struct template_value *result,
                       struct err *err)
{
    int64_t place = find_item(in->subject.list, in->args[0]);

    if (check_list(in, err) < 0)
        return -1;
    if (place < 0)
        return err_set(err, ERR_CONFIG, "the item is not in the list");
    template_list_remove(in->subject.list, (size_t)place);
    *result = template_none();
    return 0;
}

static int list_index(const struct template_operands *in, struct template_value *result,
                      struct err *err)
{
    int64_t place = find_item(in->subject.list, in->args[0]);

    if (place < 0)
        return err_set(err, ERR_CONFIG, "the item is not in the list");
    *result = template_int(place);
    return 0;
}

static int list_count(const struct template_operands *in, struct template_value *result,
                      struct err *err)
{
    int64_t count = 0;

    (void)err;
    for (size_t i = 0; i < in->subject.list->count; i++)
        count += template_equal(in->subject.list->items[i], in->args[0]);
    *result = template_int(count);
    return 0;
}

/* ---- maps ------------------------------------------------------------------------------------ */

static int check_key(struct template_value key, struct err *err)
{
    return template_is_key(key)
               ? 0
               : err_set(err, ERR_CONFIG, "%s cannot be a key", template_kind_name(key));
}

static int map_items(const struct template_operands *in, struct template_value *result,
                     struct err *err)
{
    struct template_list *items = template_list_new(in->call->arena);

    (void)err;
    for (size_t i = 0; i < in->subject.map->count; i++) {
        struct template_list *pair = template_list_new(in->call->arena);
        pair->is_tuple = true;
        template_list_append(pair, in->subject.map->entries[i].key);
        template_list_append(pair, in->subject.map->entries[i].value);
        template_list_append(items, template_list_value(pair));
    }
    *result = template_list_value(items);
    return 0;
}

static int map_keys(const struct template_operands *in, struct template_value *result,
                    struct err *err)
{
    struct template_list *keys = template_list_new(in->call->arena);

    (void)err;
    for (size_t i = 0; i < in->subject.map->count; i++)
        template_list_append(keys, in->subject.map->entries[i].key);
    *result = template_list_value(keys);
    return 0;
}

static int map_values(const struct template_operands *in, struct template_value *result,
                      struct err *err)
{
    struct template_list *values = template_list_new(in->call->arena);

    (void)err;
    for (size_t i = 0; i < in->subject.map->count; i++)
        template_list_append(values, in->subject.map->entries[i].value);
    *result = template_list_value(values);
    return 0;
}

static struct template_value default_or_none(struct template_value value)
{
    return value.kind == TEMPLATE_UNDEFINED ? template_none() : value;
}

static int map_get(const struct template_operands *in, struct template_value *result,
                   struct err *err)
{
    if (check_key(in->args[0], err) < 0)
        return -1;
    const struct template_value *found = template_map_find_value(in->subject.map, in->args[0]);
    *result = found != NULL ? *found : default_or_none(in->args[1]);
    return 0;
}

static int map_setdefault(const struct template_operands *in, struct template_value *result,
                          struct err *err)
{
    if (check_map(in, err) < 0 || map_get(in, result, err) < 0)
        return -1;
    if (template_map_find_value(in->subject.map, in->args[0]) == NULL)
        template_map_put_value(in->subject.map, in->args[0], *result);
    return 0;
}

static int map_pop(const struct template_operands *in, struct template_value *result,
                   struct err *err)
{
    if (check_map(in, err) < 0 || check_key(in->args[0], err) < 0)
        return -1;
    if (template_map_remove(in->subject.map, in->args[0], result))
        return 0;
    if (in->args[1].kind == TEMPLATE_UNDEFINED)
        return err_set(err, ERR_CONFIG, "the key is not in the map: give a default");
    *result = in->args[1];
    return 0;
}

static int map_update(const struct template_operands *in, struct template_value *result,
                      struct err *err)
{
    const struct template_call *call = in->call;

    if (check_map(in, err) < 0)
        return -1;
    if (call->arg_count > 1 || (call->arg_count == 1 && call->args[0].kind != TEMPLATE_MAP))
        return err_set(err, ERR_CONFIG, "it wants one map");
    for (size_t i = 0; call->arg_count == 1 && i < call->args[0].map->count; i++) {
        const struct template_entry *entry = &call->args[0].map->entries[i];
        template_map_put_value(in->subject.map, entry->key, entry->value);
    }
    for (size_t i = 0; i < call->keyword_count; i++)
        template_map_put(in->subject.map, call->keywords[i].name, call->keywords[i].value);
    *result = template_none();
    return 0;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const struct template_builtin string_methods[] = {
    {.name = "upper", .apply = template_text_upper},
    {.name = "lower", .apply = template_text_lower},
    {.name = "capitalize", .apply = template_text_capitalize},
    {.name = "title", .apply = template_text_title},
    {.name = "strip", .parameters = {"chars"}, .apply = template_text_strip},
    {.name = "lstrip", .parameters = {"chars"}, .apply = template_text_lstrip},
    {.name = "rstrip", .parameters = {"chars"}, .apply = template_text_rstrip},
    {.name = "replace",
     .parameters = {"old", "new", "count"},
     .required = 2,
     .apply = template_text_replace},
    {.name = "split", .parameters = {"sep", "maxsplit"}, .apply = template_text_split},
    {.name = "splitlines", .apply = template_text_splitlines},
    {.name = "startswith",
     .parameters = {"prefix"},
     .required = 1,
     .apply = template_text_startswith},
    {.name = "endswith", .parameters = {"suffix"}, .required = 1, .apply = template_text_endswith},
    {.name = "find", .parameters = {"text"}, .required = 1, .apply = template_text_find},
    {.name = "count", .parameters = {"text"}, .required = 1, .apply = template_text_count},
    {.name = "isdigit", .apply = template_text_isdigit},
    {.name = "join", .parameters = {"items"}, .required = 1, .apply = template_text_join},
    {.name = "format", .apply = template_text_braces, .takes_any = true},
};

static const struct template_builtin list_methods[] = {
    {.name = "append", .parameters = {"item"}, .required = 1, .apply = list_append},
    {.name = "extend", .parameters = {"items"}, .required = 1, .apply = list_extend},
    {.name = "insert", .parameters = {"index", "item"}, .required = 2, .apply = list_insert},
    {.name = "pop", .parameters = {"index"}, .apply = list_pop},
    {.name = "remove", .parameters = {"item"}, .required = 1, .apply = list_remove},
    {.name = "index", .parameters = {"item"}, .required = 1, .apply = list_index},
    {.name = "count", .parameters = {"item"}, .required = 1, .apply = list_count},
};

static const struct template_builtin map_methods[] = {
    {.name = "items", .apply = map_items},
    {.name = "keys", .apply = map_keys},
    {.name = "values", .apply = map_values},
    {.name = "get", .parameters = {"key", "default"}, .required = 1, .apply = map_get},
    {.name = "setdefault",
     .parameters = {"key", "default"},
     .required = 1,
     .apply = map_setdefault},
    {.name = "pop", .parameters = {"key", "default"}, .required = 1, .apply = map_pop},
    {.name = "update", .apply = map_update, .takes_any = true},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

const struct template_builtin *template_method_find(enum template_kind kind, const char *name)
{
    if (kind == TEMPLATE_STRING)
        return template_builtin_find(string_methods, COUNT(string_methods), name);
    if (kind == TEMPLATE_LIST)
        return template_builtin_find(list_methods, COUNT(list_methods), name);
    if (kind == TEMPLATE_MAP)
        return template_builtin_find(map_methods, COUNT(map_methods), name);
    return NULL;
}

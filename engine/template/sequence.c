#include "template/sequence.h"

#include "base/limits.h"
#include "template/collection.h"
#include "template/filters.h"
#include "template/operators.h"
#include "template/predicates.h"
#include "template/text.h"

#include <string.h>

static bool is_given(struct template_value value)
{
    return value.kind != TEMPLATE_UNDEFINED && value.kind != TEMPLATE_NONE;
}

static bool flag(struct template_value value)
{
    return is_given(value) && template_is_true(value);
}

static int subject_items(const struct template_operands *in, struct template_list **items,
                         struct err *err)
{
    return template_items(in->subject, in->call->arena, items, err);
}

/* One part of an item by a key or a place; undefined if it has none. */
static struct template_value find_part(struct template_value item, const char *name, size_t size)
{
    struct template_value part = template_undefined("attribute");
    struct template_value key = template_string_n(name, size);
    int64_t index = 0;
    bool is_index = size > 0 && size < 10;

    for (size_t i = 0; i < size && is_index; i++) {
        is_index = name[i] >= '0' && name[i] <= '9';
        index = index * 10 + (name[i] - '0');
    }
    if (item.kind == TEMPLATE_MAP) {
        const struct template_value *found = template_map_find_value(item.map, key);
        return found != NULL ? *found : part;
    }
    if (is_index && (item.kind == TEMPLATE_LIST || item.kind == TEMPLATE_STRING))
        template_item_at(item, index, &part);
    return part;
}

/* The part of the item that the attribute names ("owner.name"), or the item if it names none. */
static int find_attribute(struct template_value item, struct template_value attribute,
                          struct template_value *part, struct err *err)
{
    *part = item;
    if (!is_given(attribute))
        return 0;
    if (attribute.kind == TEMPLATE_INT) {
        *part = template_undefined("attribute");
        if (item.kind == TEMPLATE_LIST)
            template_item_at(item, attribute.integer, part);
        return 0;
    }
    if (attribute.kind != TEMPLATE_STRING)
        return err_set(err, ERR_CONFIG, "an attribute is a string or an int, not %s",
                       template_kind_name(attribute));
    const char *p = attribute.string.data, *end = p + attribute.string.size;
    while (p < end) {
        const char *dot = memchr(p, '.', (size_t)(end - p));
        const char *stop = dot == NULL ? end : dot;
        *part = find_part(*part, p, (size_t)(stop - p));
        p = dot == NULL ? end : dot + 1;
    }
    return 0;
}

static int find_defined(struct template_value item, struct template_value attribute,
                        struct template_value *part, struct err *err)
{
    if (find_attribute(item, attribute, part, err) < 0)
        return -1;
    if (part->kind != TEMPLATE_UNDEFINED)
        return 0;
    if (attribute.kind != TEMPLATE_STRING)
        return err_set(err, ERR_CONFIG, "an item has no such attribute");
    return err_set(err, ERR_CONFIG, "an item has no attribute \"%.*s\"", (int)attribute.string.size,
                   attribute.string.data);
}

/* ---- size and ends --------------------------------------------------------------------------- */

TEMPLATE_SEQUENCE_FUNCTION(length)
{
    struct template_list *items;

    if (subject_items(in, &items, err) < 0)
        return -1;
    *result = template_int((int64_t)items->count);
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(first)
{
    struct template_list *items;

    if (subject_items(in, &items, err) < 0)
        return -1;
    *result = items->count > 0 ? items->items[0] : template_undefined("first of an empty list");
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(last)
{
    struct template_list *items;

    if (subject_items(in, &items, err) < 0)
        return -1;
    *result = items->count > 0 ? items->items[items->count - 1]
                               : template_undefined("last of an empty list");
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(list)
{
    struct template_list *items;
    struct template_list *copy = template_list_new(in->call->arena);

    if (subject_items(in, &items, err) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        template_list_append(copy, items->items[i]);
    *result = template_list_value(copy);
    return 0;
}

static int append_joined(const struct template_operands *in, const struct template_list *items,
                         struct buf *out, struct err *err)
{
    struct template_value separator = template_string("");
    struct template_value part;

    if (is_given(in->args[0]) &&
        template_to_text(in->args[0], in->call->arena, &separator, err) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            buf_append(out, separator.string.data, separator.string.size);
        if (find_defined(items->items[i], in->args[1], &part, err) < 0 ||
            template_print(part, out, err) < 0)
            return -1;
    }
    if (out->size > LIMIT_RENDERED_BYTES)
        return err_set(err, ERR_CONFIG, "the text grows past %zu bytes", LIMIT_RENDERED_BYTES);
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(join)
{
    struct template_list *items;
    struct buf out;

    if (subject_items(in, &items, err) < 0)
        return -1;
    buf_init(&out);
    int outcome = append_joined(in, items, &out, err);
    if (outcome == 0)
        *result = template_string_n(arena_strndup(in->call->arena, out.data, out.size), out.size);
    buf_release(&out);
    return outcome;
}

/* ---- order ----------------------------------------------------------------------------------- */

TEMPLATE_SEQUENCE_FUNCTION(reverse)
{
    struct template_value backwards[3] = {template_none(), template_none(), template_int(-1)};
    struct template_value subject = in->subject;
    struct template_list *items;

    if (subject.kind != TEMPLATE_STRING) {
        if (subject_items(in, &items, err) < 0)
            return -1;
        subject = template_list_value(items);
    }
    return template_slice(subject, backwards, in->call->arena, result, err);
}

/* What is compared in place of an item: its attribute, and texts in lower case unless their case
 * matters. */
static int sort_key(const struct template_operands *in, struct template_value item,
                    struct template_value attribute, bool case_sensitive,
                    struct template_value *key, struct err *err)
{
    if (find_defined(item, attribute, key, err) < 0)
        return -1;
    if (key->kind != TEMPLATE_STRING || case_sensitive)
        return 0;
    const struct template_operands text = {.subject = *key, .call = in->call};
    return template_text_lower(&text, key, err);
}

/* Merges two sorted halves; equal items keep their order. */
static int merge(struct template_list *const lists[2], size_t from, size_t middle, size_t to,
                 bool reverse, struct template_list *const out[2], struct err *err)
{
    size_t left = from, right = middle;
    int order = 0;

    for (size_t i = from; i < to; i++) {
        if (left < middle && right < to &&
            template_compare(lists[0]->items[left], lists[0]->items[right], &order, err) < 0)
            return -1;
        bool takes_right = left == middle || (right < to && (reverse ? order < 0 : order > 0));
        size_t chosen = takes_right ? right++ : left++;
        out[0]->items[i] = lists[0]->items[chosen];
        out[1]->items[i] = lists[1]->items[chosen];
    }
    return 0;
}

static struct template_list *copy_list(struct arena *arena, const struct template_list *list)
{
    struct template_list *copy = template_list_new(arena);

    for (size_t i = 0; i < list->count; i++)
        template_list_append(copy, list->items[i]);
    return copy;
}

/* Sorts items by keys, stably: a bottom-up merge sort, since qsort_r has no way to fail. */
static int sort_items(struct arena *arena, struct template_list *keys, struct template_list *items,
                      bool reverse, struct template_list **sorted, struct err *err)
{
    struct template_list *from[2] = {keys, copy_list(arena, items)};
    struct template_list *to[2] = {copy_list(arena, keys), copy_list(arena, items)};
    size_t count = items->count;

    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = start + 2 * width < count ? start + 2 * width : count;
            if (merge(from, start, middle, end, reverse, to, err) < 0)
                return -1;
        }
        for (int i = 0; i < 2; i++) {
            struct template_list *swap = from[i];
            from[i] = to[i];
            to[i] = swap;
        }
    }
    *sorted = from[1];
    return 0;
}

static int sort_by(const struct template_operands *in, struct template_list *items,
                   struct template_value attribute, bool case_sensitive, bool reverse,
                   struct template_value *result, struct err *err)
{
    struct template_list *keys = template_list_new(in->call->arena);
    struct template_list *sorted;
    struct template_value key;

    for (size_t i = 0; i < items->count; i++) {
        if (sort_key(in, items->items[i], attribute, case_sensitive, &key, err) < 0)
            return -1;
        template_list_append(keys, key);
    }
    if (sort_items(in->call->arena, keys, items, reverse, &sorted, err) < 0)
        return -1;
    *result = template_list_value(sorted);
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(sort)
{
    struct template_list *items;

    if (subject_items(in, &items, err) < 0)
        return -1;
    return sort_by(in, items, in->args[2], flag(in->args[1]), flag(in->args[0]), result, err);
}

TEMPLATE_SEQUENCE_FUNCTION(unique)
{
    struct template_list *items, *chosen = template_list_new(in->call->arena);
    struct template_map *seen = template_map_new(in->call->arena);
    struct template_value key;

    if (subject_items(in, &items, err) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        if (sort_key(in, items->items[i], in->args[1], flag(in->args[0]), &key, err) < 0)
            return -1;
        if (!template_is_key(key))
            return err_set(err, ERR_CONFIG, "%s cannot be told from another: name an attribute",
                           template_kind_name(key));
        if (template_map_find_value(seen, key) != NULL)
            continue;
        template_map_put_value(seen, key, template_none());
        template_list_append(chosen, items->items[i]);
    }
    *result = template_list_value(chosen);
    return 0;
}

/* The first item that no other is before (sign 1) or behind (sign -1). */
static int find_extreme(const struct template_operands *in, int sign, struct template_value *result,
                        struct err *err)
{
    struct template_list *items;
    struct template_value key, best = template_none();
    int order;

    if (subject_items(in, &items, err) < 0)
        return -1;
    *result = template_undefined("the extreme of an empty list");
    for (size_t i = 0; i < items->count; i++) {
        if (sort_key(in, items->items[i], in->args[1], flag(in->args[0]), &key, err) < 0)
            return -1;
        if (i > 0 && template_compare(key, best, &order, err) < 0)
            return -1;
        if (i == 0 || order * sign < 0) {
            best = key;
            *result = items->items[i];
        }
    }
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(min)
{
    return find_extreme(in, 1, result, err);
}

TEMPLATE_SEQUENCE_FUNCTION(max)
{
    return find_extreme(in, -1, result, err);
}

TEMPLATE_SEQUENCE_FUNCTION(sum)
{
    struct template_list *items;
    struct template_value part, total = template_int(0);

    if (subject_items(in, &items, err) < 0)
        return -1;
    if (is_given(in->args[1]))
        total = in->args[1];
    for (size_t i = 0; i < items->count; i++)
        if (find_defined(items->items[i], in->args[0], &part, err) < 0 ||
            template_operate(OPERATOR_ADD, total, part, in->call->arena, &total, err) < 0)
            return -1;
    *result = total;
    return 0;
}

/* ---- item by item ---------------------------------------------------------------------------- */

/* The built-in that argument `i` of the call names, and a call with the arguments behind it. */
static int find_builtin(const struct template_operands *in, size_t i, const char *what,
                        const struct template_builtin *table, size_t count,
                        const struct template_builtin **builtin, struct template_call *rest,
                        struct err *err)
{
    const char *name = NULL;

    if (template_call_text(in->call, i, NULL, &name, err) < 0)
        return -1;
    *builtin = name == NULL ? NULL : template_builtin_find(table, count, name);
    if (*builtin == NULL)
        return err_set(err, ERR_CONFIG, "there is no %s \"%s\"", what, name == NULL ? "" : name);
    *rest = *in->call;
    rest->args += i + 1;
    rest->arg_count -= i + 1;
    return 0;
}

static int map_attribute(const struct template_operands *in, const struct template_list *items,
                         struct template_list *mapped, struct err *err)
{
    const struct template_value *attribute = template_call_find(in->call, SIZE_MAX, "attribute");
    const struct template_value *missing = template_call_find(in->call, SIZE_MAX, "default");
    struct template_value part;

    if (attribute == NULL)
        return err_set(err, ERR_CONFIG, "it wants a filter's name, or attribute=");
    for (size_t i = 0; i < items->count; i++) {
        if (find_attribute(items->items[i], *attribute, &part, err) < 0)
            return -1;
        if (part.kind == TEMPLATE_UNDEFINED && missing != NULL)
            part = *missing;
        else if (find_defined(items->items[i], *attribute, &part, err) < 0)
            return -1;
        template_list_append(mapped, part);
    }
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(map)
{
    struct template_list *items, *mapped = template_list_new(in->call->arena);
    const struct template_builtin *filter;
    struct template_call rest;
    struct template_value item;

    if (subject_items(in, &items, err) < 0)
        return -1;
    *result = template_list_value(mapped);
    if (in->call->arg_count == 0)
        return map_attribute(in, items, mapped, err);
    if (find_builtin(in, 0, "filter", template_filters, template_filter_count, &filter, &rest,
                     err) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        if (template_builtin_run(filter, "filter", items->items[i], &rest, &item, err) < 0)
            return -1;
        template_list_append(mapped, item);
    }
    return 0;
}

/* Keeps the items for which the test gives `wanted`; without a test, those that are true. The
 * test looks at the attribute that the first argument names, if by_attribute. */
static int choose(const struct template_operands *in, bool by_attribute, bool wanted,
                  struct template_value *result, struct err *err)
{
    struct template_list *items, *chosen = template_list_new(in->call->arena);
    const struct template_builtin *test = NULL;
    struct template_call rest;
    struct template_value part, verdict;
    size_t first = by_attribute ? 1 : 0;

    if (in->call->arg_count < first)
        return err_set(err, ERR_CONFIG, "it wants an attribute's name");
    if (subject_items(in, &items, err) < 0 ||
        (in->call->arg_count > first &&
         find_builtin(in, first, "test", template_predicates, template_predicate_count, &test,
                      &rest, err) < 0))
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        struct template_value attribute = by_attribute ? in->call->args[0] : template_none();
        if (find_attribute(items->items[i], attribute, &part, err) < 0)
            return -1;
        verdict = part;
        if (test != NULL && template_builtin_run(test, "test", part, &rest, &verdict, err) < 0)
            return -1;
        if (template_is_true(verdict) == wanted)
            template_list_append(chosen, items->items[i]);
    }
    *result = template_list_value(chosen);
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(select)
{
    return choose(in, false, true, result, err);
}

TEMPLATE_SEQUENCE_FUNCTION(reject)
{
    return choose(in, false, false, result, err);
}

TEMPLATE_SEQUENCE_FUNCTION(selectattr)
{
    return choose(in, true, true, result, err);
}

TEMPLATE_SEQUENCE_FUNCTION(rejectattr)
{
    return choose(in, true, false, result, err);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

TEMPLATE_SEQUENCE_FUNCTION(batch)
{
    struct template_list *items, *batches = template_list_new(in->call->arena);
    struct template_list *current = NULL;

    if (subject_items(in, &items, err) < 0)
        return -1;
    if (in->args[0].kind != TEMPLATE_INT || in->args[0].integer < 1)
        return err_set(err, ERR_CONFIG, "a batch has at least one item");
    for (size_t i = 0; i < items->count; i++) {
        if (i % (size_t)in->args[0].integer == 0) {
            current = template_list_new(in->call->arena);
            template_list_append(batches, template_list_value(current));
        }
        template_list_append(current, items->items[i]);
    }
    while (current != NULL && is_given(in->args[1]) &&
           current->count < (size_t)in->args[0].integer && current->count < LIMIT_COLUMNS)
        template_list_append(current, in->args[1]);
    *result = template_list_value(batches);
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(items)
{
    struct template_list *pairs = template_list_new(in->call->arena);

    if (in->subject.kind != TEMPLATE_MAP)
        return err_set(err, ERR_CONFIG, "it wants a map, not %s", template_kind_name(in->subject));
    for (size_t i = 0; i < in->subject.map->count; i++) {
        struct template_list *pair = template_list_new(in->call->arena);
        pair->is_tuple = true;
        template_list_append(pair, in->subject.map->entries[i].key);
        template_list_append(pair, in->subject.map->entries[i].value);
        template_list_append(pairs, template_list_value(pair));
    }
    *result = template_list_value(pairs);
    return 0;
}

TEMPLATE_SEQUENCE_FUNCTION(dictsort)
{
    struct template_value pairs = template_none();
    bool by_value = is_given(in->args[1]) && template_is_text(in->args[1], "value");

    if (is_given(in->args[1]) && !by_value && !template_is_text(in->args[1], "key"))
        return err_set(err, ERR_CONFIG, "by is 'key' or 'value'");
    if (template_sequence_items(in, &pairs, err) < 0)
        return -1;
    return sort_by(in, pairs.list, template_int(by_value), flag(in->args[0]), flag(in->args[2]),
                   result, err);
}

#include "template/operators.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "template/collection.h"
#include "template/format.h"

#include <math.h>
#include <string.h>

static const char *const symbols[] = {
    [OPERATOR_OR] = "or",
    [OPERATOR_AND] = "and",
    [OPERATOR_NOT] = "not",
    [OPERATOR_ADD] = "+",
    [OPERATOR_SUBTRACT] = "-",
    [OPERATOR_CONCAT] = "~",
    [OPERATOR_MULTIPLY] = "*",
    [OPERATOR_DIVIDE] = "/",
    [OPERATOR_FLOOR_DIVIDE] = "//",
    [OPERATOR_MODULO] = "%",
    [OPERATOR_POWER] = "**",
    [OPERATOR_NEGATE] = "-",
    [OPERATOR_PLUS] = "+",
    [OPERATOR_EQUAL] = "==",
    [OPERATOR_NOT_EQUAL] = "!=",
    [OPERATOR_LESS] = "<",
    [OPERATOR_LESS_EQUAL] = "<=",
    [OPERATOR_GREATER] = ">",
    [OPERATOR_GREATER_EQUAL] = ">=",
    [OPERATOR_IN] = "in",
    [OPERATOR_NOT_IN] = "not in",
};

/* ---- numbers --------------------------------------------------------------------------------- */

static bool is_number(struct template_value value)
{
    return value.kind == TEMPLATE_BOOL || value.kind == TEMPLATE_INT ||
           value.kind == TEMPLATE_DOUBLE;
}

static int64_t to_integer(struct template_value value)
{
    return value.kind == TEMPLATE_BOOL ? value.boolean : value.integer;
}

static double to_double(struct template_value value)
{
    return value.kind == TEMPLATE_DOUBLE ? value.real : (double)to_integer(value);
}

/* Rounds towards minus infinity, so that a == b * (a // b) + a % b with a % b signed as b. */
static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static bool power_overflows(int64_t base, int64_t exponent, int64_t *result)
{
    *result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if ((exponent & 1) && __builtin_mul_overflow(*result, base, result))
            return true;
        if (exponent > 1 && __builtin_mul_overflow(base, base, &base))
            return true;
    }
    return false;
}

static int operate_integers(enum template_operator op, int64_t a, int64_t b,
                            struct template_value *result, struct err *err)
{
    int64_t value = 0;
    bool overflows = false;

    if (op == OPERATOR_DIVIDE || (op == OPERATOR_POWER && b < 0)) {
        *result = template_double(op == OPERATOR_DIVIDE ? (double)a / (double)b
                                                        : pow((double)a, (double)b));
        return 0;
    }
    if (op == OPERATOR_ADD)
        overflows = __builtin_add_overflow(a, b, &value);
    else if (op == OPERATOR_SUBTRACT)
        overflows = __builtin_sub_overflow(a, b, &value);
    else if (op == OPERATOR_MULTIPLY)
        overflows = __builtin_mul_overflow(a, b, &value);
    else if (op == OPERATOR_POWER)
        overflows = power_overflows(a, b, &value);
    else if (b == -1) /* INT64_MIN / -1 traps */
        overflows = op == OPERATOR_FLOOR_DIVIDE && __builtin_sub_overflow(0, a, &value);
    else
        value = op == OPERATOR_FLOOR_DIVIDE ? floor_divide(a, b) : a - b * floor_divide(a, b);
    if (overflows)
        return err_set(err, ERR_CONFIG, "%lld %s %lld does not fit 64 bits", (long long)a,
                       symbols[op], (long long)b);
    *result = template_int(value);
    return 0;
}

/* fmod takes its sign from a, Python's % from b. */
static double modulo(double a, double b)
{
    double rest = fmod(a, b);

    return fpclassify(rest) != FP_ZERO && (rest < 0) != (b < 0) ? rest + b : rest;
}

static double operate_doubles(enum template_operator op, double a, double b)
{
    if (op == OPERATOR_ADD)
        return a + b;
    if (op == OPERATOR_SUBTRACT)
        return a - b;
    if (op == OPERATOR_MULTIPLY)
        return a * b;
    if (op == OPERATOR_DIVIDE)
        return a / b;
    if (op == OPERATOR_POWER)
        return pow(a, b);
    return op == OPERATOR_MODULO ? modulo(a, b) : floor((a - modulo(a, b)) / b + 0.5);
}

static int operate_numbers(enum template_operator op, struct template_value a,
                           struct template_value b, struct template_value *result, struct err *err)
{
    bool divides = op == OPERATOR_DIVIDE || op == OPERATOR_FLOOR_DIVIDE || op == OPERATOR_MODULO;

    if (divides && !template_is_true(b))
        return err_set(err, ERR_CONFIG, "division by zero");
    if (op == OPERATOR_POWER && !template_is_true(a) && to_double(b) < 0)
        return err_set(err, ERR_CONFIG, "zero has no negative power");
    if (a.kind != TEMPLATE_DOUBLE && b.kind != TEMPLATE_DOUBLE)
        return operate_integers(op, to_integer(a), to_integer(b), result, err);
    *result = template_double(operate_doubles(op, to_double(a), to_double(b)));
    return 0;
}

/* ---- texts and lists ------------------------------------------------------------------------- */

int template_to_text(struct template_value value, struct arena *arena, struct template_value *text,
                     struct err *err)
{
    struct buf buf;

    if (value.kind == TEMPLATE_STRING) {
        *text = value;
        return 0;
    }
    buf_init(&buf);
    int outcome = template_print(value, &buf, err);
    if (outcome == 0)
        *text = template_string_n(arena_strndup(arena, buf.data, buf.size), buf.size);
    buf_release(&buf);
    return outcome;
}

static int check_size(size_t size, struct err *err)
{
    if (size > LIMIT_RENDERED_BYTES)
        return err_set(err, ERR_CONFIG, "the text grows past %zu bytes", LIMIT_RENDERED_BYTES);
    return 0;
}

static int concatenate(struct template_value a, struct template_value b, struct arena *arena,
                       struct template_value *result, struct err *err)
{
    struct template_value left = template_none(), right = template_none();

    if (template_to_text(a, arena, &left, err) < 0 || template_to_text(b, arena, &right, err) < 0)
        return -1;
    size_t size = left.string.size + right.string.size;
    if (check_size(size, err) < 0)
        return -1;
    char *text = arena_alloc(arena, size);
    if (left.string.size > 0)
        memcpy(text, left.string.data, left.string.size);
    if (right.string.size > 0)
        memcpy(text + left.string.size, right.string.data, right.string.size);
    *result = template_string_n(text, size);
    return 0;
}

static void append_all(struct template_list *to, const struct template_list *from)
{
    for (size_t i = 0; i < from->count; i++)
        template_list_append(to, from->items[i]);
}

static int repeat(struct template_value value, int64_t times, struct arena *arena,
                  struct template_value *result, struct err *err)
{
    size_t count = times < 0 ? 0 : (size_t)times;
    size_t size = value.kind == TEMPLATE_STRING ? value.string.size
                                                : value.list->count * sizeof(struct template_value);
    size_t bytes;

    if (__builtin_mul_overflow(size, count, &bytes) || check_size(bytes, err) < 0)
        return check_size(LIMIT_RENDERED_BYTES + 1, err);
    if (value.kind == TEMPLATE_STRING) {
        char *text = arena_alloc(arena, bytes);
        for (size_t i = 0; size > 0 && i < count; i++)
            memcpy(text + i * size, value.string.data, size);
        *result = template_string_n(text, bytes);
        return 0;
    }
    struct template_list *list = template_list_new(arena);
    list->is_tuple = value.list->is_tuple;
    for (size_t i = 0; size > 0 && i < count; i++)
        append_all(list, value.list);
    *result = template_list_value(list);
    return 0;
}

static int fail_operands(enum template_operator op, struct template_value a,
                         struct template_value b, struct err *err)
{
    const char *hint = op == OPERATOR_ADD && a.kind != b.kind &&
                               (a.kind == TEMPLATE_STRING || b.kind == TEMPLATE_STRING)
                           ? ": \"~\" joins any values as text"
                           : "";

    return err_set(err, ERR_CONFIG, "\"%s\" does not go between %s and %s%s", symbols[op],
                   template_kind_name(a), template_kind_name(b), hint);
}

static int operate_others(enum template_operator op, struct template_value a,
                          struct template_value b, struct arena *arena,
                          struct template_value *result, struct err *err)
{
    bool same = a.kind == b.kind;

    if (op == OPERATOR_ADD && same && a.kind == TEMPLATE_STRING)
        return concatenate(a, b, arena, result, err);
    if (op == OPERATOR_ADD && same && a.kind == TEMPLATE_LIST &&
        a.list->is_tuple == b.list->is_tuple) {
        struct template_list *list = template_list_new(arena);
        list->is_tuple = a.list->is_tuple;
        append_all(list, a.list);
        append_all(list, b.list);
        *result = template_list_value(list);
        return 0;
    }
    if (op == OPERATOR_MULTIPLY && b.kind == TEMPLATE_INT &&
        (a.kind == TEMPLATE_STRING || a.kind == TEMPLATE_LIST))
        return repeat(a, b.integer, arena, result, err);
    if (op == OPERATOR_MULTIPLY && a.kind == TEMPLATE_INT &&
        (b.kind == TEMPLATE_STRING || b.kind == TEMPLATE_LIST))
        return repeat(b, a.integer, arena, result, err);
    if (op == OPERATOR_MODULO && a.kind == TEMPLATE_STRING)
        return template_format_percent(a, b, arena, result, err);
    return fail_operands(op, a, b, err);
}

/* ---- comparisons ----------------------------------------------------------------------------- */

static int contains(struct template_value container, struct template_value item, bool *found,
                    struct err *err)
{
    *found = false;
    if (container.kind == TEMPLATE_STRING && item.kind == TEMPLATE_STRING) {
        *found = item.string.size == 0 ||
                 (container.string.size > 0 && memmem(container.string.data, container.string.size,
                                                      item.string.data, item.string.size) != NULL);
        return 0;
    }
    if (container.kind == TEMPLATE_MAP) {
        *found = template_is_key(item) && template_map_find_value(container.map, item) != NULL;
        return 0;
    }
    if (container.kind != TEMPLATE_LIST)
        return fail_operands(OPERATOR_IN, item, container, err);
    for (size_t i = 0; i < container.list->count && !*found; i++)
        *found = template_equal(container.list->items[i], item);
    return 0;
}

static int compare(enum template_operator op, struct template_value a, struct template_value b,
                   struct template_value *result, struct err *err)
{
    bool found;
    int order;

    if (op == OPERATOR_EQUAL || op == OPERATOR_NOT_EQUAL) {
        *result = template_bool(template_equal(a, b) == (op == OPERATOR_EQUAL));
        return 0;
    }
    if (op == OPERATOR_IN || op == OPERATOR_NOT_IN) {
        if (contains(b, a, &found, err) < 0)
            return -1;
        *result = template_bool(found == (op == OPERATOR_IN));
        return 0;
    }
    if (template_compare(a, b, &order, err) < 0)
        return -1;
    *result = template_bool(op == OPERATOR_LESS         ? order < 0
                            : op == OPERATOR_LESS_EQUAL ? order <= 0
                            : op == OPERATOR_GREATER    ? order > 0
                                                        : order >= 0);
    return 0;
}

int template_operate(enum template_operator op, struct template_value a, struct template_value b,
                     struct arena *arena, struct template_value *result, struct err *err)
{
    if (op >= OPERATOR_EQUAL)
        return compare(op, a, b, result, err);
    if (op == OPERATOR_CONCAT)
        return concatenate(a, b, arena, result, err);
    if (is_number(a) && is_number(b))
        return operate_numbers(op, a, b, result, err);
    return operate_others(op, a, b, arena, result, err);
}

/* ---- items ----------------------------------------------------------------------------------- */

/* Bytes of the character at `text`; what is not UTF-8 counts byte by byte. */
static size_t character_size(const char *text, size_t size)
{
    size_t length = utf8_length(text, size);

    return length > 0 ? length : 1;
}

int template_items(struct template_value value, struct arena *arena, struct template_list **items,
                   struct err *err)
{
    if (value.kind == TEMPLATE_LIST) {
        *items = value.list;
        return 0;
    }
    if (value.kind != TEMPLATE_STRING && (value.kind != TEMPLATE_MAP || value.map->text != NULL))
        return err_set(err, ERR_CONFIG, "%s has no items to go through", template_kind_name(value));
    *items = template_list_new(arena);
    for (size_t i = 0; value.kind == TEMPLATE_MAP && i < value.map->count; i++)
        template_list_append(*items, value.map->entries[i].key);
    for (size_t at = 0; value.kind == TEMPLATE_STRING && at < value.string.size;) {
        size_t length = character_size(value.string.data + at, value.string.size - at);
        template_list_append(*items, template_string_n(value.string.data + at, length));
        at += length;
    }
    return 0;
}

/* A string without its characters in a list: the place of character `index`, from the front. */
static bool find_character(struct template_value value, int64_t index, size_t *at)
{
    size_t size = value.string.size;

    for (*at = 0; *at < size && index > 0; index--)
        *at += character_size(value.string.data + *at, size - *at);
    return index == 0 && *at < size;
}

static int64_t count_characters(struct template_value value)
{
    int64_t count = 0;

    for (size_t at = 0; at < value.string.size; count++)
        at += character_size(value.string.data + at, value.string.size - at);
    return count;
}

void template_item_at(struct template_value value, int64_t index, struct template_value *result)
{
    int64_t count =
        value.kind == TEMPLATE_LIST ? (int64_t)value.list->count : count_characters(value);
    size_t at;

    if (index < 0)
        index += count;
    if (index < 0 || index >= count)
        return;
    if (value.kind == TEMPLATE_LIST)
        *result = value.list->items[index];
    else if (find_character(value, index, &at))
        *result = template_string_n(value.string.data + at,
                                    character_size(value.string.data + at, value.string.size - at));
}

/* A slice's bound, from the front and inside of low … high. */
static int64_t clamp_bound(struct template_value part, int64_t missing, int64_t count, int64_t low,
                           int64_t high)
{
    if (part.kind != TEMPLATE_INT)
        return missing;
    int64_t bound = part.integer < 0 ? part.integer + count : part.integer;
    return bound < low ? low : bound > high ? high : bound;
}

int template_slice(struct template_value value, const struct template_value parts[3],
                   struct arena *arena, struct template_value *result, struct err *err)
{
    struct template_list *items;
    struct template_list *chosen = template_list_new(arena);
    int64_t step = parts[2].kind == TEMPLATE_INT ? parts[2].integer : 1;

    if (value.kind != TEMPLATE_LIST && value.kind != TEMPLATE_STRING)
        return err_set(err, ERR_CONFIG, "%s cannot be sliced", template_kind_name(value));
    if (step == 0 || step > INT32_MAX || step < -INT32_MAX)
        return err_set(err, ERR_CONFIG, "a slice cannot have that step");
    if (template_items(value, arena, &items, err) < 0)
        return -1;
    int64_t count = (int64_t)items->count;
    bool forward = step > 0;
    int64_t low = forward ? 0 : -1, high = forward ? count : count - 1;
    int64_t start = clamp_bound(parts[0], forward ? 0 : count - 1, count, low, high);
    int64_t stop = clamp_bound(parts[1], forward ? count : -1, count, low, high);
    for (int64_t i = start; forward ? i < stop : i > stop; i += step)
        template_list_append(chosen, items->items[i]);
    chosen->is_tuple = value.kind == TEMPLATE_LIST && value.list->is_tuple;
    *result = template_list_value(chosen);
    if (value.kind == TEMPLATE_LIST)
        return 0;
    size_t size = 0;
    char *text = arena_alloc(arena, value.string.size);
    for (size_t i = 0; i < chosen->count; i++) {
        memcpy(text + size, chosen->items[i].string.data, chosen->items[i].string.size);
        size += chosen->items[i].string.size;
    }
    *result = template_string_n(text, size);
    return 0;
}

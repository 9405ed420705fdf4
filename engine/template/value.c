#include "template/value.h"

#include "base/limits.h"
#include "template/collection.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [TEMPLATE_UNDEFINED] = "undefined", [TEMPLATE_NONE] = "none",
    [TEMPLATE_BOOL] = "a bool",         [TEMPLATE_INT] = "an int",
    [TEMPLATE_DOUBLE] = "a float",      [TEMPLATE_STRING] = "a string",
    [TEMPLATE_LIST] = "a list",         [TEMPLATE_MAP] = "a map",
    [TEMPLATE_FUNCTION] = "a function",
};

struct template_value template_undefined(const char *name)
{
    struct template_value value = template_string(name);

    value.kind = TEMPLATE_UNDEFINED;
    return value;
}

struct template_value template_none(void)
{
    return (struct template_value){.kind = TEMPLATE_NONE};
}

struct template_value template_bool(bool boolean)
{
    return (struct template_value){.kind = TEMPLATE_BOOL, .boolean = boolean};
}

struct template_value template_int(int64_t integer)
{
    return (struct template_value){.kind = TEMPLATE_INT, .integer = integer};
}

struct template_value template_double(double real)
{
    return (struct template_value){.kind = TEMPLATE_DOUBLE, .real = real};
}

struct template_value template_string(const char *text)
{
    return template_string_n(text, strlen(text));
}

struct template_value template_string_n(const char *data, size_t size)
{
    return (struct template_value){.kind = TEMPLATE_STRING, .string = {data, size}};
}

struct template_value template_list_value(struct template_list *list)
{
    return (struct template_value){.kind = TEMPLATE_LIST, .list = list};
}

struct template_value template_map_value(struct template_map *map)
{
    return (struct template_value){.kind = TEMPLATE_MAP, .map = map};
}

struct template_value template_function_value(const struct template_function *function)
{
    return (struct template_value){.kind = TEMPLATE_FUNCTION, .function = function};
}

bool template_is_key(struct template_value value)
{
    return value.kind == TEMPLATE_NONE || value.kind == TEMPLATE_BOOL ||
           value.kind == TEMPLATE_INT || value.kind == TEMPLATE_DOUBLE ||
           value.kind == TEMPLATE_STRING;
}

const char *template_kind_name(struct template_value value)
{
    return kind_names[value.kind];
}

bool template_is_text(struct template_value value, const char *text)
{
    return value.kind == TEMPLATE_STRING && strlen(text) == value.string.size &&
           memcmp(text, value.string.data, value.string.size) == 0;
}

bool template_is_true(struct template_value value)
{
    switch (value.kind) {
    case TEMPLATE_UNDEFINED:
    case TEMPLATE_NONE: return false;
    case TEMPLATE_BOOL: return value.boolean;
    case TEMPLATE_INT: return value.integer != 0;
    case TEMPLATE_DOUBLE: return fpclassify(value.real) != FP_ZERO;
    case TEMPLATE_STRING: return value.string.size > 0;
    case TEMPLATE_LIST: return value.list->count > 0;
    case TEMPLATE_MAP: return value.map->count > 0 || value.map->text != NULL;
    case TEMPLATE_FUNCTION: return true;
    }
    return false;
}

/* ---- equality and order ---------------------------------------------------------------------- */

static bool is_number(struct template_value value)
{
    return value.kind == TEMPLATE_BOOL || value.kind == TEMPLATE_INT ||
           value.kind == TEMPLATE_DOUBLE;
}

static int64_t integer_of(struct template_value value)
{
    return value.kind == TEMPLATE_BOOL ? value.boolean : value.integer;
}

/* The order of an integer and a double without rounding the integer: 2^53 + 1 is above 2^53. */
static int compare_mixed(int64_t a, double b)
{
    if (b >= 0x1p63)
        return -1;
    if (b < -0x1p63)
        return 1;
    int64_t whole = (int64_t)b;
    if (a != whole)
        return a < whole ? -1 : 1;
    double fraction = b - (double)whole;
    return fraction > 0 ? -1 : fraction < 0;
}

/* Of two numbers, neither of them NaN. */
static int compare_numbers(struct template_value a, struct template_value b)
{
    if (a.kind == TEMPLATE_DOUBLE && b.kind == TEMPLATE_DOUBLE)
        return (a.real > b.real) - (a.real < b.real);
    if (a.kind == TEMPLATE_DOUBLE)
        return -compare_mixed(integer_of(b), a.real);
    if (b.kind == TEMPLATE_DOUBLE)
        return compare_mixed(integer_of(a), b.real);
    return (integer_of(a) > integer_of(b)) - (integer_of(a) < integer_of(b));
}

static bool is_nan(struct template_value value)
{
    return value.kind == TEMPLATE_DOUBLE && isnan(value.real);
}

/* UTF-8 sorts by byte as its code points do. */
static int compare_strings(struct template_value a, struct template_value b)
{
    size_t shorter = a.string.size < b.string.size ? a.string.size : b.string.size;
    int order = shorter == 0 ? 0 : memcmp(a.string.data, b.string.data, shorter);

    return order != 0 ? order : (a.string.size > b.string.size) - (a.string.size < b.string.size);
}

static bool equal_at(struct template_value a, struct template_value b, int depth);

static bool lists_equal(const struct template_list *a, const struct template_list *b, int depth)
{
    if (a->count != b->count || a->is_tuple != b->is_tuple)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!equal_at(a->items[i], b->items[i], depth))
            return false;
    return true;
}

static bool maps_equal(const struct template_map *a, const struct template_map *b, int depth)
{
    if (a->count != b->count || a->text != NULL || b->text != NULL)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct template_value *other = template_map_find_value(b, a->entries[i].key);
        if (other == NULL || !equal_at(a->entries[i].value, *other, depth))
            return false;
    }
    return true;
}

/* Past LIMIT_NESTING nothing is equal but to itself: a list may have been put into itself. */
static bool equal_at(struct template_value a, struct template_value b, int depth)
{
    if (is_number(a) && is_number(b))
        return !is_nan(a) && !is_nan(b) && compare_numbers(a, b) == 0;
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case TEMPLATE_STRING: return compare_strings(a, b) == 0;
    case TEMPLATE_LIST:
        return a.list == b.list ||
               (depth < LIMIT_NESTING && lists_equal(a.list, b.list, depth + 1));
    case TEMPLATE_MAP:
        return a.map == b.map || (depth < LIMIT_NESTING && maps_equal(a.map, b.map, depth + 1));
    case TEMPLATE_FUNCTION: return a.function == b.function;
    case TEMPLATE_UNDEFINED:
    case TEMPLATE_NONE:
    case TEMPLATE_BOOL:
    case TEMPLATE_INT:
    case TEMPLATE_DOUBLE: return true;
    }
    return false;
}

bool template_equal(struct template_value a, struct template_value b)
{
    return equal_at(a, b, 0);
}

/* Lists are ordered by their first items that differ, without those by length. */
static int compare_at(struct template_value a, struct template_value b, int depth, int *order,
                      struct err *err)
{
    if (is_number(a) && is_number(b)) {
        *order = compare_numbers(a, b);
        return 0;
    }
    if (a.kind == TEMPLATE_STRING && b.kind == TEMPLATE_STRING) {
        *order = compare_strings(a, b);
        return 0;
    }
    if (a.kind != TEMPLATE_LIST || b.kind != TEMPLATE_LIST || depth >= LIMIT_NESTING)
        return err_set(err, ERR_CONFIG, "%s and %s have no order", template_kind_name(a),
                       template_kind_name(b));
    for (size_t i = 0; i < a.list->count && i < b.list->count; i++)
        if (!template_equal(a.list->items[i], b.list->items[i]))
            return compare_at(a.list->items[i], b.list->items[i], depth + 1, order, err);
    *order = (a.list->count > b.list->count) - (a.list->count < b.list->count);
    return 0;
}

int template_compare(struct template_value a, struct template_value b, int *order, struct err *err)
{
    return compare_at(a, b, 0, order, err);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The fewest digits that read back as the same double, written as Python does: 0.1, 1e-05, 3.0,
 * 1e+16. */
static void print_double(double real, struct buf *out)
{
    char digits[40];
    int precision = isnormal(real) ? 15 : 1; /* a tiny one has fewer digits to tell */

    if (!isfinite(real)) {
        buf_append_str(out, isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
        return;
    }
    do
        snprintf(digits, sizeof digits, "%.*e", precision - 1, real);
    while (strtod(digits, NULL) != real && precision++ < 17); /* NOLINT: exact on purpose */
    int exponent = atoi(strchr(digits, 'e') + 1);
    if (exponent < -4 || exponent >= 16) {
        char *mantissa_end = strchr(digits, 'e');
        size_t size = (size_t)(mantissa_end - digits);
        while (size > 1 && digits[size - 1] == '0')
            size--;
        if (digits[size - 1] == '.')
            size--;
        buf_append(out, digits, size);
        buf_printf(out, "e%+03d", exponent);
        return;
    }
    size_t start = out->size;
    int decimals = precision - 1 - exponent;
    buf_printf(out, "%.*f", decimals < 1 ? 1 : decimals, real);
    while (out->size > start + 3 && out->data[out->size - 1] == '0' &&
           out->data[out->size - 2] != '.')
        buf_truncate(out, out->size - 1);
}

/* A text inside of a list or map, as Python's repr: in single quotes unless it holds only them. */
static void print_quoted(struct template_value value, struct buf *out)
{
    const char *data = value.string.data;
    size_t size = value.string.size;
    bool has_single = size > 0 && memchr(data, '\'', size) != NULL;
    char quote = has_single && memchr(data, '"', size) == NULL ? '"' : '\'';

    buf_append_char(out, quote);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c == (unsigned char)quote || c == '\\')
            buf_append(out, (char[]){'\\', (char)c}, 2);
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_append_str(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_append_char(out, (char)c);
    }
    buf_append_char(out, quote);
}

static int print_at(struct template_value value, int depth, struct buf *out, struct err *err);

static int print_list(const struct template_list *list, int depth, struct buf *out, struct err *err)
{
    buf_append_char(out, list->is_tuple ? '(' : '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        if (print_at(list->items[i], depth + 1, out, err) < 0)
            return -1;
    }
    if (list->is_tuple && list->count == 1)
        buf_append_char(out, ',');
    buf_append_char(out, list->is_tuple ? ')' : ']');
    return 0;
}

static int print_map(const struct template_map *map, int depth, struct buf *out, struct err *err)
{
    if (map->text != NULL) {
        buf_append_str(out, map->text);
        return 0;
    }
    buf_append_char(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        if (print_at(map->entries[i].key, depth + 1, out, err) < 0)
            return -1;
        buf_append_str(out, ": ");
        if (print_at(map->entries[i].value, depth + 1, out, err) < 0)
            return -1;
    }
    buf_append_char(out, '}');
    return 0;
}

static int print_at(struct template_value value, int depth, struct buf *out, struct err *err)
{
    if (depth > LIMIT_NESTING)
        return err_set(err, ERR_CONFIG, "a value is nested more than %d deep", LIMIT_NESTING);
    if (out->size > LIMIT_RENDERED_BYTES)
        return err_set(err, ERR_CONFIG, "the text grows past %zu bytes", LIMIT_RENDERED_BYTES);
    switch (value.kind) {
    case TEMPLATE_UNDEFINED:
        return err_set(err, ERR_CONFIG, "\"%.*s\" is not defined", (int)value.string.size,
                       value.string.data);
    case TEMPLATE_NONE: buf_append_str(out, "None"); return 0;
    case TEMPLATE_BOOL: buf_append_str(out, value.boolean ? "True" : "False"); return 0;
    case TEMPLATE_INT: buf_printf(out, "%lld", (long long)value.integer); return 0;
    case TEMPLATE_DOUBLE: print_double(value.real, out); return 0;
    case TEMPLATE_STRING:
        if (depth > 0)
            print_quoted(value, out);
        else
            buf_append(out, value.string.data, value.string.size);
        return 0;
    case TEMPLATE_LIST: return print_list(value.list, depth, out, err);
    case TEMPLATE_MAP: return print_map(value.map, depth, out, err);
    case TEMPLATE_FUNCTION:
        return err_set(err, ERR_CONFIG, "\"%s\" is a function: call it, \"%s(…)\"",
                       value.function->name, value.function->name);
    }
    return 0;
}

int template_print(struct template_value value, struct buf *out, struct err *err)
{
    return print_at(value, 0, out, err);
}

#include "template/format.h"

#include "template/collection.h"
#include "template/operators.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WIDTH = 1000, MAX_PRECISION = 50 };

/* One conversion of a % format: "%-5.2f". */
struct conversion {
    char flags[8];
    int width;
    int precision; /* -1: none */
    char letter;
};

static int read_number(const char **p, const char *end)
{
    int number = 0;

    for (; *p < end && **p >= '0' && **p <= '9' && number <= MAX_WIDTH; (*p)++)
        number = number * 10 + (**p - '0');
    return number;
}

/* Behind the '%'. Returns what follows the conversion, or NULL. */
static const char *read_conversion(const char *p, const char *end, struct conversion *conversion)
{
    size_t flags = 0;

    *conversion = (struct conversion){.precision = -1};
    for (; p < end && *p != '\0' && strchr("-+ #0", *p) != NULL; p++)
        if (strchr(conversion->flags, *p) == NULL)
            conversion->flags[flags++] = *p;
    conversion->width = read_number(&p, end);
    if (p < end && *p == '.') {
        p++;
        conversion->precision = read_number(&p, end);
    }
    if (p == end || *p == '\0' || conversion->width > MAX_WIDTH ||
        conversion->precision > MAX_PRECISION)
        return NULL;
    conversion->letter = *p;
    return p + 1;
}

static void pad(struct buf *out, size_t start, const struct conversion *conversion)
{
    size_t size = out->size - start;
    size_t width = (size_t)conversion->width;

    if (size >= width)
        return;
    size_t missing = width - size;
    for (size_t i = 0; i < missing; i++)
        buf_append_char(out, ' ');
    if (strchr(conversion->flags, '-') == NULL) {
        memmove(out->data + start + missing, out->data + start, size);
        memset(out->data + start, ' ', missing);
    }
}

/* printf with the flags, width and precision of the template; the letter is one of ours. */
static void print_converted(struct buf *out, const struct conversion *conversion,
                            struct template_value value)
{
    bool whole = strchr("dixXo", conversion->letter) != NULL;
    char fmt[48];
    char precision[16] = "";

    if (conversion->precision >= 0)
        snprintf(precision, sizeof precision, ".%d", conversion->precision);
    snprintf(fmt, sizeof fmt, "%%%s%d%s%s%c", conversion->flags, conversion->width, precision,
             whole ? "ll" : "", conversion->letter);
    if (conversion->width == 0)
        snprintf(fmt, sizeof fmt, "%%%s%s%s%c", conversion->flags, precision, whole ? "ll" : "",
                 conversion->letter);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (whole)
        buf_printf(out, fmt, (long long)value.integer);
    else
        buf_printf(out, fmt, value.real);
#pragma GCC diagnostic pop
}

static int convert_number(const struct conversion *conversion, struct template_value value,
                          struct buf *out, struct err *err)
{
    bool whole = strchr("dixXo", conversion->letter) != NULL;

    if (value.kind == TEMPLATE_BOOL)
        value = template_int(value.boolean);
    if (value.kind != TEMPLATE_INT && value.kind != TEMPLATE_DOUBLE)
        return err_set(err, ERR_CONFIG, "%%%c wants a number, not %s", conversion->letter,
                       template_kind_name(value));
    if (whole && value.kind == TEMPLATE_DOUBLE) {
        if (!(fabs(value.real) < 0x1p63))
            return err_set(err, ERR_CONFIG, "%g does not fit 64 bits", value.real);
        value = template_int((int64_t)value.real);
    }
    if (!whole && value.kind == TEMPLATE_INT)
        value = template_double((double)value.integer);
    print_converted(out, conversion, value);
    return 0;
}

static int convert(const struct conversion *conversion, struct template_value value,
                   struct arena *arena, struct buf *out, struct err *err)
{
    size_t start = out->size;

    if (strchr("dixXofFeEgG", conversion->letter) != NULL)
        return convert_number(conversion, value, out, err);
    if (conversion->letter ==
        'r') { /* a list's item prints with its quotes: take them from there */
        struct template_list *list = template_list_new(arena);
        template_list_append(list, value);
        if (template_print(template_list_value(list), out, err) < 0)
            return -1;
        buf_truncate(out, out->size - 1);
        memmove(out->data + start, out->data + start + 1, out->size - start - 1);
        buf_truncate(out, out->size - 1);
    } else if (conversion->letter == 's') {
        if (template_print(value, out, err) < 0)
            return -1;
        if (conversion->precision >= 0 && out->size - start > (size_t)conversion->precision)
            buf_truncate(out, start + (size_t)conversion->precision);
    } else {
        return err_set(err, ERR_CONFIG, "there is no conversion \"%%%c\": write %%%% for a percent",
                       conversion->letter);
    }
    pad(out, start, conversion);
    return 0;
}

static int format_percent(struct template_value format, const struct template_value *values,
                          size_t count, struct arena *arena, struct buf *out, struct err *err)
{
    const char *p = format.string.data, *end = p + format.string.size;
    size_t used = 0;

    while (p < end) {
        const char *percent = memchr(p, '%', (size_t)(end - p));
        struct conversion conversion;
        buf_append(out, p, (size_t)((percent == NULL ? end : percent) - p));
        if (percent == NULL)
            break;
        p = read_conversion(percent + 1, end, &conversion);
        if (p == NULL)
            return err_set(err, ERR_CONFIG,
                           "a conversion in this format is not complete: "
                           "write %%%% for a percent");
        if (conversion.letter == '%') {
            buf_append_char(out, '%');
            continue;
        }
        if (used == count)
            return err_set(err, ERR_CONFIG, "the format asks for more values than the %zu given",
                           count);
        if (convert(&conversion, values[used++], arena, out, err) < 0)
            return -1;
    }
    if (used < count)
        return err_set(err, ERR_CONFIG, "the format uses only %zu of %zu values", used, count);
    return 0;
}

static int finish(int outcome, struct buf *out, struct arena *arena, struct template_value *result)
{
    if (outcome == 0)
        *result = template_string_n(arena_strndup(arena, out->data, out->size), out->size);
    buf_release(out);
    return outcome;
}

int template_format_percent(struct template_value format, struct template_value values,
                            struct arena *arena, struct template_value *result, struct err *err)
{
    bool is_tuple = values.kind == TEMPLATE_LIST && values.list->is_tuple;
    struct buf out;

    buf_init(&out);
    return finish(format_percent(format, is_tuple ? values.list->items : &values,
                                 is_tuple ? values.list->count : 1, arena, &out, err),
                  &out, arena, result);
}

/* The argument that "{}", "{0}" or "{name}" stands for, or NULL. */
static const struct template_value *find_field(const char *name, size_t size,
                                               const struct template_call *call, size_t *next)
{
    if (size == 0)
        return template_call_find(call, (*next)++, NULL);
    if (name[0] >= '0' && name[0] <= '9') {
        const char *p = name;
        int index = read_number(&p, name + size);
        return p == name + size ? template_call_find(call, (size_t)index, NULL) : NULL;
    }
    return template_call_find(call, SIZE_MAX, arena_strndup(call->arena, name, size));
}

static int format_braces(struct template_value format, const struct template_call *call,
                         struct buf *out, struct err *err)
{
    const char *p = format.string.data, *end = p + format.string.size;
    size_t next = 0;

    for (; p < end; p++) {
        bool doubled = end - p >= 2 && p[1] == *p;
        if ((*p != '{' && *p != '}') || doubled) {
            buf_append_char(out, *p);
            p += (*p == '{' || *p == '}') && doubled;
            continue;
        }
        const char *close = memchr(p, '}', (size_t)(end - p));
        if (*p == '}' || close == NULL)
            return err_set(err, ERR_CONFIG, "a brace in this format stands alone: double it");
        size_t size = (size_t)(close - p - 1);
        const struct template_value *value = find_field(p + 1, size, call, &next);
        if (value == NULL)
            return err_set(
                err, ERR_CONFIG, "there is no argument for \"{%.*s}\"%s", (int)size, p + 1,
                memchr(p, ':', size + 1) != NULL ? ": for a specification use '%5.2f' | format(x)"
                                                 : "");
        if (template_print(*value, out, err) < 0)
            return -1;
        p = close;
    }
    return 0;
}

int template_format_braces(struct template_value format, const struct template_call *call,
                           struct template_value *result, struct err *err)
{
    struct buf out;

    buf_init(&out);
    return finish(format_braces(format, call, &out, err), &out, call->arena, result);
}

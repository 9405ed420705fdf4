#include "template/text.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "template/collection.h"
#include "template/format.h"
#include "template/operators.h"

#include <string.h>

static const char white_space[] = " \t\n\r\f\v";

static char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* The subject as a text; *copy, if asked for, is one that can be written to. */
static int subject_text(const struct template_operands *in, struct template_value *text,
                        char **copy, struct err *err)
{
    if (template_to_text(in->subject, in->call->arena, text, err) < 0)
        return -1;
    if (copy != NULL) {
        *copy = arena_strndup(in->call->arena, text->string.data, text->string.size);
        text->string.data = *copy;
    }
    return 0;
}

static int text_argument(const struct template_operands *in, int i, const char **data, size_t *size,
                         struct err *err)
{
    if (in->args[i].kind == TEMPLATE_UNDEFINED || in->args[i].kind == TEMPLATE_NONE)
        return 0;
    if (in->args[i].kind != TEMPLATE_STRING)
        return err_set(err, ERR_CONFIG, "argument %d is a string, not %s", i + 1,
                       template_kind_name(in->args[i]));
    *data = in->args[i].string.data;
    *size = in->args[i].string.size;
    return 0;
}

static int int_argument(const struct template_operands *in, int i, int64_t *value, struct err *err)
{
    if (in->args[i].kind == TEMPLATE_UNDEFINED || in->args[i].kind == TEMPLATE_NONE)
        return 0;
    if (in->args[i].kind != TEMPLATE_INT)
        return err_set(err, ERR_CONFIG, "argument %d is an int, not %s", i + 1,
                       template_kind_name(in->args[i]));
    *value = in->args[i].integer;
    return 0;
}

/* Takes the buffer's text into the arena, or gives it up if it is too large. */
static int take_text(const struct template_operands *in, struct buf *text,
                     struct template_value *result, struct err *err)
{
    int outcome = 0;

    if (text->size > LIMIT_RENDERED_BYTES)
        outcome = err_set(err, ERR_CONFIG, "the text grows past %zu bytes", LIMIT_RENDERED_BYTES);
    else
        *result =
            template_string_n(arena_strndup(in->call->arena, text->data, text->size), text->size);
    buf_release(text);
    return outcome;
}

/* ---- letter case ----------------------------------------------------------------------------- */

TEMPLATE_TEXT_FUNCTION(upper)
{
    char *copy;

    if (subject_text(in, result, &copy, err) < 0)
        return -1;
    for (size_t i = 0; i < result->string.size; i++)
        copy[i] = to_upper(copy[i]);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(lower)
{
    char *copy;

    if (subject_text(in, result, &copy, err) < 0)
        return -1;
    for (size_t i = 0; i < result->string.size; i++)
        copy[i] = to_lower(copy[i]);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(capitalize)
{
    char *copy;

    if (subject_text(in, result, &copy, err) < 0)
        return -1;
    for (size_t i = 0; i < result->string.size; i++)
        copy[i] = i == 0 ? to_upper(copy[i]) : to_lower(copy[i]);
    return 0;
}

/* Words are what white space, hyphens and opening brackets divide: "don't" is one. */
TEMPLATE_TEXT_FUNCTION(title)
{
    char *copy;

    if (subject_text(in, result, &copy, err) < 0)
        return -1;
    for (size_t i = 0; i < result->string.size; i++) {
        bool starts = i == 0 || strchr(" \t\n\r\f\v-([{<", copy[i - 1]) != NULL;
        copy[i] = starts ? to_upper(copy[i]) : to_lower(copy[i]);
    }
    return 0;
}

/* ---- ends ------------------------------------------------------------------------------------ */

static int strip(const struct template_operands *in, bool left, bool right,
                 struct template_value *result, struct err *err)
{
    const char *set = white_space;
    size_t set_size = sizeof white_space - 1;

    if (subject_text(in, result, NULL, err) < 0 || text_argument(in, 0, &set, &set_size, err) < 0)
        return -1;
    const char *data = result->string.data;
    size_t size = result->string.size;
    while (left && size > 0 && memchr(set, *data, set_size) != NULL) {
        data++;
        size--;
    }
    while (right && size > 0 && memchr(set, data[size - 1], set_size) != NULL)
        size--;
    *result = template_string_n(data, size);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(strip)
{
    return strip(in, true, true, result, err);
}

TEMPLATE_TEXT_FUNCTION(lstrip)
{
    return strip(in, true, false, result, err);
}

TEMPLATE_TEXT_FUNCTION(rstrip)
{
    return strip(in, false, true, result, err);
}

static bool has_end(struct template_value text, struct template_value part, bool at_end)
{
    size_t size = part.string.size;

    if (part.kind != TEMPLATE_STRING || size > text.string.size)
        return false;
    const char *data = text.string.data + (at_end ? text.string.size - size : 0);
    return size == 0 || memcmp(data, part.string.data, size) == 0;
}

static int find_end(const struct template_operands *in, bool at_end, struct template_value *result)
{
    bool found = has_end(in->subject, in->args[0], at_end);

    for (size_t i = 0; in->args[0].kind == TEMPLATE_LIST && i < in->args[0].list->count; i++)
        found |= has_end(in->subject, in->args[0].list->items[i], at_end);
    *result = template_bool(found);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(startswith)
{
    (void)err;
    return find_end(in, false, result);
}

TEMPLATE_TEXT_FUNCTION(endswith)
{
    (void)err;
    return find_end(in, true, result);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static const char *find_part(const char *from, const char *end, const char *part, size_t size)
{
    return from == end ? NULL : memmem(from, (size_t)(end - from), part, size);
}

/* Replacing '' puts the new text around every character. */
static void replace_empty(struct template_value text, const char *new, size_t new_size,
                          int64_t limit, struct buf *out)
{
    size_t at = 0;

    while (limit-- > 0) {
        buf_append(out, new, new_size);
        if (at == text.string.size)
            return;
        size_t length = utf8_length(text.string.data + at, text.string.size - at);
        length = length == 0 ? 1 : length;
        buf_append(out, text.string.data + at, length);
        at += length;
    }
    buf_append(out, text.string.data + at, text.string.size - at);
}

TEMPLATE_TEXT_FUNCTION(replace)
{
    const char *old = "", *new = "";
    size_t old_size = 0, new_size = 0;
    int64_t limit = -1;
    struct template_value text;
    struct buf out;

    if (subject_text(in, &text, NULL, err) < 0 || text_argument(in, 0, &old, &old_size, err) < 0 ||
        text_argument(in, 1, &new, &new_size, err) < 0 || int_argument(in, 2, &limit, err) < 0)
        return -1;
    if (limit < 0)
        limit = INT64_MAX;
    buf_init(&out);
    const char *p = text.string.data, *end = p + text.string.size;
    if (old_size == 0) {
        replace_empty(text, new, new_size, limit, &out);
        return take_text(in, &out, result, err);
    }
    const char *found;
    while (limit-- > 0 && out.size <= LIMIT_RENDERED_BYTES &&
           (found = find_part(p, end, old, old_size)) != NULL) {
        buf_append(&out, p, (size_t)(found - p));
        buf_append(&out, new, new_size);
        p = found + old_size;
    }
    buf_append(&out, p, (size_t)(end - p));
    return take_text(in, &out, result, err);
}

/* Without a separator: words between any white space. */
static void split_words(const char *p, const char *end, int64_t limit, struct template_list *parts)
{
    for (;;) {
        while (p < end && memchr(white_space, *p, sizeof white_space - 1) != NULL)
            p++;
        if (p == end)
            return;
        const char *start = p;
        while (p < end && memchr(white_space, *p, sizeof white_space - 1) == NULL)
            p++;
        if (limit-- == 0)
            p = end;
        template_list_append(parts, template_string_n(start, (size_t)(p - start)));
    }
}

TEMPLATE_TEXT_FUNCTION(split)
{
    const char *separator = NULL;
    size_t size = 0;
    int64_t limit = -1;
    struct template_list *parts = template_list_new(in->call->arena);

    if (text_argument(in, 0, &separator, &size, err) < 0 || int_argument(in, 1, &limit, err) < 0)
        return -1;
    if (separator != NULL && size == 0)
        return err_set(err, ERR_CONFIG, "the separator is empty");
    *result = template_list_value(parts);
    const char *p = in->subject.string.data, *end = p + in->subject.string.size;
    if (separator == NULL) {
        split_words(p, end, limit, parts);
        return 0;
    }
    const char *found;
    while (limit-- != 0 && (found = find_part(p, end, separator, size)) != NULL) {
        template_list_append(parts, template_string_n(p, (size_t)(found - p)));
        p = found + size;
    }
    template_list_append(parts, template_string_n(p, (size_t)(end - p)));
    return 0;
}

TEMPLATE_TEXT_FUNCTION(splitlines)
{
    struct template_list *lines = template_list_new(in->call->arena);
    const char *p = in->subject.string.data, *end = p + in->subject.string.size;

    (void)err;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline == NULL ? end : newline;
        size_t size = (size_t)(stop - p);
        if (size > 0 && p[size - 1] == '\r')
            size--;
        template_list_append(lines, template_string_n(p, size));
        p = newline == NULL ? end : newline + 1;
    }
    *result = template_list_value(lines);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(find)
{
    const char *part = "";
    size_t size = 0;

    if (text_argument(in, 0, &part, &size, err) < 0)
        return -1;
    const char *start = in->subject.string.data;
    const char *found =
        size == 0 ? start : find_part(start, start + in->subject.string.size, part, size);
    int64_t place = 0;
    for (const char *p = start; found != NULL && p < found; p++)
        place += ((unsigned char)*p & 0xc0) != 0x80; /* the first byte of a character */
    *result = template_int(found == NULL ? -1 : place);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(count)
{
    const char *part = "";
    size_t size = 0;
    int64_t count = 0;

    if (text_argument(in, 0, &part, &size, err) < 0)
        return -1;
    if (size == 0)
        return err_set(err, ERR_CONFIG, "there is nothing to count");
    const char *p = in->subject.string.data, *end = p + in->subject.string.size;
    for (; (p = find_part(p, end, part, size)) != NULL; p += size)
        count++;
    *result = template_int(count);
    return 0;
}

TEMPLATE_TEXT_FUNCTION(isdigit)
{
    bool all = in->subject.string.size > 0;

    (void)err;
    for (size_t i = 0; i < in->subject.string.size; i++)
        all &= in->subject.string.data[i] >= '0' && in->subject.string.data[i] <= '9';
    *result = template_bool(all);
    return 0;
}

/* ---- whole texts ----------------------------------------------------------------------------- */

TEMPLATE_TEXT_FUNCTION(indent)
{
    struct template_value text;
    int64_t width = 4;
    bool first = in->args[1].kind != TEMPLATE_UNDEFINED && template_is_true(in->args[1]);
    bool blank = in->args[2].kind != TEMPLATE_UNDEFINED && template_is_true(in->args[2]);
    struct buf out;

    if (subject_text(in, &text, NULL, err) < 0 || int_argument(in, 0, &width, err) < 0)
        return -1;
    if (width < 0 || width > 1000)
        return err_set(err, ERR_CONFIG, "a width is 0 to 1000");
    buf_init(&out);
    const char *p = text.string.data, *end = p + text.string.size;
    for (bool indents = first; p <= end && out.size <= LIMIT_RENDERED_BYTES; indents = true) {
        const char *newline = p == end ? NULL : memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline == NULL ? end : newline + 1;
        bool is_blank = p == end || *p == '\n';
        for (int64_t i = 0;
             indents && (blank || !is_blank || (p == text.string.data && first)) && i < width; i++)
            buf_append_char(&out, ' ');
        buf_append(&out, p, (size_t)(stop - p));
        if (newline == NULL)
            break;
        p = stop;
    }
    return take_text(in, &out, result, err);
}

TEMPLATE_TEXT_FUNCTION(format)
{
    struct template_list *values = template_list_new(in->call->arena);
    struct template_value text;

    if (in->call->keyword_count > 0)
        return err_set(err, ERR_CONFIG, "it takes no named arguments");
    for (size_t i = 0; i < in->call->arg_count; i++)
        template_list_append(values, in->call->args[i]);
    values->is_tuple = true;
    if (subject_text(in, &text, NULL, err) < 0)
        return -1;
    return template_format_percent(text, template_list_value(values), in->call->arena, result, err);
}

TEMPLATE_TEXT_FUNCTION(braces)
{
    return template_format_braces(in->subject, in->call, result, err);
}

TEMPLATE_TEXT_FUNCTION(join)
{
    struct template_list *items;
    struct buf out;

    if (template_items(in->args[0], in->call->arena, &items, err) < 0)
        return -1;
    buf_init(&out);
    for (size_t i = 0; i < items->count; i++) {
        if (items->items[i].kind != TEMPLATE_STRING) {
            buf_release(&out);
            return err_set(err, ERR_CONFIG,
                           "item %zu is %s: the filter \"| join\" takes any values", i,
                           template_kind_name(items->items[i]));
        }
        if (i > 0)
            buf_append(&out, in->subject.string.data, in->subject.string.size);
        buf_append(&out, items->items[i].string.data, items->items[i].string.size);
        if (out.size > LIMIT_RENDERED_BYTES)
            break;
    }
    return take_text(in, &out, result, err);
}

#include "template/json.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "template/collection.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing --------------------------------------------------------------------------------- */

static int write_value(struct template_value value, int depth, struct buf *out, struct err *err);

static int write_list(const struct template_list *list, int depth, struct buf *out, struct err *err)
{
    buf_append_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        if (write_value(list->items[i], depth + 1, out, err) < 0)
            return -1;
    }
    buf_append_char(out, ']');
    return 0;
}

/* Keys are texts in JSON: 1 becomes "1", none "null". */
static int write_key(struct template_value key, struct buf *out, struct err *err)
{
    if (key.kind == TEMPLATE_STRING) {
        json_escape(out, key.string.data, key.string.size);
        return 0;
    }
    buf_append_char(out, '"');
    if (write_value(key, 0, out, err) < 0)
        return -1;
    buf_append_char(out, '"');
    return 0;
}

static int write_map(const struct template_map *map, int depth, struct buf *out, struct err *err)
{
    if (map->text != NULL) {
        json_escape(out, map->text, strlen(map->text));
        return 0;
    }
    buf_append_char(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        if (write_key(map->entries[i].key, out, err) < 0)
            return -1;
        buf_append_str(out, ": ");
        if (write_value(map->entries[i].value, depth + 1, out, err) < 0)
            return -1;
    }
    buf_append_char(out, '}');
    return 0;
}

static int write_value(struct template_value value, int depth, struct buf *out, struct err *err)
{
    if (depth > LIMIT_NESTING || out->size > LIMIT_RENDERED_BYTES)
        return err_set(err, ERR_CONFIG, "the value is too large or too deep for JSON");
    switch (value.kind) {
    case TEMPLATE_NONE: buf_append_str(out, "null"); return 0;
    case TEMPLATE_BOOL: buf_append_str(out, value.boolean ? "true" : "false"); return 0;
    case TEMPLATE_STRING: json_escape(out, value.string.data, value.string.size); return 0;
    case TEMPLATE_LIST: return write_list(value.list, depth, out, err);
    case TEMPLATE_MAP: return write_map(value.map, depth, out, err);
    case TEMPLATE_DOUBLE:
        if (!isfinite(value.real))
            return err_set(err, ERR_CONFIG, "JSON has no infinite numbers");
        return template_print(value, out, err);
    case TEMPLATE_INT:
    case TEMPLATE_UNDEFINED:
    case TEMPLATE_FUNCTION: return template_print(value, out, err);
    }
    return 0;
}

int template_to_json(struct template_value value, struct buf *out, struct err *err)
{
    return write_value(value, 0, out, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reader {
    const char *start;
    const char *p;
    const char *end;
    struct arena *arena;
    struct err *err;
};

static int fail(const struct reader *reader, const char *what)
{
    return err_set(reader->err, ERR_CONFIG, "this is not JSON: %s at byte %zu", what,
                   (size_t)(reader->p - reader->start) + 1);
}

static void skip_space(struct reader *reader)
{
    while (reader->p < reader->end &&
           (*reader->p == ' ' || *reader->p == '\n' || *reader->p == '\r' || *reader->p == '\t'))
        reader->p++;
}

/* Moves over the character behind white space, if it is the next one. */
static bool take(struct reader *reader, char c)
{
    skip_space(reader);
    if (reader->p == reader->end || *reader->p != c)
        return false;
    reader->p++;
    return true;
}

static bool read_hex(struct reader *reader, uint32_t *code)
{
    *code = 0;
    if (reader->end - reader->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = *reader->p++;
        char lower = (char)(c | 32);
        if (c >= '0' && c <= '9')
            *code = *code * 16 + (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            *code = *code * 16 + (uint32_t)(lower - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* \uXXXX, and the second half of a surrogate pair; half a pair becomes U+FFFD. */
static bool read_unicode(struct reader *reader, char **out)
{
    uint32_t code, low;

    if (!read_hex(reader, &code))
        return false;
    if (code >= 0xd800 && code < 0xdc00 && reader->end - reader->p >= 6 && reader->p[0] == '\\' &&
        reader->p[1] == 'u') {
        const char *before = reader->p;
        reader->p += 2;
        if (!read_hex(reader, &low))
            return false;
        if (low >= 0xdc00 && low < 0xe000)
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        else
            reader->p = before;
    }
    *out += utf8_encode(code, *out);
    return true;
}

static bool read_escape(struct reader *reader, char **out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";

    if (reader->p == reader->end)
        return false;
    char letter = *reader->p++;
    if (letter == 'u')
        return read_unicode(reader, out);
    const char *place = letter == '\0' ? NULL : strchr(letters, letter);
    if (place == NULL)
        return false;
    *(*out)++ = meanings[place - letters];
    return true;
}

/* Behind the opening quote. */
static int read_string(struct reader *reader, struct template_value *value)
{
    const char *start = reader->p;

    while (reader->p < reader->end && *reader->p != '"' && *reader->p != '\\' &&
           (unsigned char)*reader->p >= 0x20)
        reader->p++;
    if (reader->p < reader->end && *reader->p == '"') {
        *value = template_string_n(start, (size_t)(reader->p++ - start));
        return 0;
    }
    const char *close = memchr(reader->p, '"', (size_t)(reader->end - reader->p));
    while (close != NULL && close[-1] == '\\') /* perhaps an escaped one: far enough in any case */
        close = memchr(close + 1, '"', (size_t)(reader->end - close - 1));
    if (close == NULL)
        close = reader->end;
    char *text = arena_alloc(reader->arena, (size_t)(close - start) + 4);
    size_t before = (size_t)(reader->p - start);
    memcpy(text, start, before);
    char *out = text + before;
    while (reader->p < reader->end && *reader->p != '"') {
        if ((unsigned char)*reader->p < 0x20)
            return fail(reader, "a control character in a string");
        if (*reader->p != '\\') {
            *out++ = *reader->p++;
            continue;
        }
        reader->p++;
        if (!read_escape(reader, &out))
            return fail(reader, "a broken escape");
    }
    if (reader->p == reader->end)
        return fail(reader, "a string without its end");
    reader->p++;
    *value = template_string_n(text, (size_t)(out - text));
    return 0;
}

static const char *skip_json_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* The end of the number by the grammar, or NULL. */
static const char *match_number(const char *p, const char *end, bool *is_double)
{
    *is_double = false;
    p += p < end && *p == '-';
    const char *digits = p;
    p = skip_json_digits(p, end);
    if (p == digits || (*digits == '0' && p > digits + 1))
        return NULL;
    if (p < end && *p == '.') {
        digits = ++p;
        p = skip_json_digits(p, end);
        *is_double = true;
        if (p == digits)
            return NULL;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        digits = p;
        p = skip_json_digits(p, end);
        *is_double = true;
        if (p == digits)
            return NULL;
    }
    return p;
}

static int read_number(struct reader *reader, struct template_value *value)
{
    char text[64];
    bool is_double;
    const char *after = match_number(reader->p, reader->end, &is_double);

    if (after == NULL || (size_t)(after - reader->p) >= sizeof text)
        return fail(reader, "neither a value nor a number that fits");
    memcpy(text, reader->p, (size_t)(after - reader->p));
    text[after - reader->p] = '\0';
    errno = 0;
    if (is_double)
        *value = template_double(strtod(text, NULL));
    else
        *value = template_int(strtoll(text, NULL, 10));
    if (!is_double && errno == ERANGE)
        return fail(reader, "a number that does not fit 64 bits");
    reader->p = after;
    return 0;
}

static int read_value(struct reader *reader, int depth, struct template_value *value);

static int read_list(struct reader *reader, int depth, struct template_value *value)
{
    struct template_list *list = template_list_new(reader->arena);
    struct template_value item = template_none();

    *value = template_list_value(list);
    if (take(reader, ']'))
        return 0;
    do {
        if (read_value(reader, depth + 1, &item) < 0)
            return -1;
        template_list_append(list, item);
    } while (take(reader, ','));
    return take(reader, ']') ? 0 : fail(reader, "no \"]\"");
}

static int read_map(struct reader *reader, int depth, struct template_value *value)
{
    struct template_map *map = template_map_new(reader->arena);
    struct template_value key = template_none(), item = template_none();

    *value = template_map_value(map);
    if (take(reader, '}'))
        return 0;
    do {
        if (!take(reader, '"'))
            return fail(reader, "no key");
        if (read_string(reader, &key) < 0)
            return -1;
        if (!take(reader, ':'))
            return fail(reader, "no \":\"");
        if (read_value(reader, depth + 1, &item) < 0)
            return -1;
        template_map_put_value(map, key, item);
    } while (take(reader, ','));
    return take(reader, '}') ? 0 : fail(reader, "no \"}\"");
}

static int read_value(struct reader *reader, int depth, struct template_value *value)
{
    static const struct {
        const char *text;
        struct template_value value;
    } words[] = {
        {"null", {.kind = TEMPLATE_NONE}},
        {"true", {.kind = TEMPLATE_BOOL, .boolean = true}},
        {"false", {.kind = TEMPLATE_BOOL}},
    };

    if (depth > LIMIT_NESTING)
        return fail(reader, "values nested too deep");
    if (take(reader, '{'))
        return read_map(reader, depth, value);
    if (take(reader, '['))
        return read_list(reader, depth, value);
    if (take(reader, '"'))
        return read_string(reader, value);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i].text);
        if ((size_t)(reader->end - reader->p) >= size &&
            memcmp(reader->p, words[i].text, size) == 0) {
            reader->p += size;
            *value = words[i].value;
            return 0;
        }
    }
    return read_number(reader, value);
}

int template_from_json(const char *text, size_t size, struct arena *arena,
                       struct template_value *value, struct err *err)
{
    struct reader reader = {text, text, text + size, arena, err};

    if (read_value(&reader, 0, value) < 0)
        return -1;
    skip_space(&reader);
    return reader.p == reader.end ? 0 : fail(&reader, "something behind the value");
}

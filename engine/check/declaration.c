#include "check/declaration.h"

#include "base/buf.h"
#include "base/json.h"
#include "check/vocabulary.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void write_value(struct buf *out, const json_t *value);

/* A regular expression is easier to read where its backslashes are not doubled. */
static bool wants_single_quotes(const char *text, size_t size)
{
    bool has_escapes = false;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\'' || c < ' ' || c == 0x7f)
            return false;
        has_escapes = has_escapes || c == '"' || c == '\\';
    }
    return has_escapes;
}

static void write_string(struct buf *out, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);

    if (!wants_single_quotes(text, size)) {
        json_escape(out, text, size);
        return;
    }
    buf_append_char(out, '\'');
    buf_append(out, text, size);
    buf_append_char(out, '\'');
}

static void write_list(struct buf *out, const json_t *list)
{
    buf_append_char(out, '[');
    for (size_t i = 0; i < json_array_size(list); i++) {
        buf_append_str(out, i > 0 ? ", " : "");
        write_value(out, json_array_get(list, i));
    }
    buf_append_char(out, ']');
}

static void write_pair(struct buf *out, const char *key, const json_t *value, bool is_first)
{
    buf_printf(out, "%s%s = ", is_first ? "" : ", ", key);
    write_value(out, value);
}

/* The pairs of a table: first the one whose key is a check's name. */
static void write_pairs(struct buf *out, const json_t *table)
{
    const char *key, *first = NULL;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        if (first == NULL && check_kind_find(key) != NULL)
            first = key;
    }
    if (first != NULL)
        write_pair(out, first, json_object_get(table, first), true);
    bool is_first = first == NULL;
    json_object_foreach((json_t *)(uintptr_t)table, key, value)
    {
        if (first != NULL && strcmp(key, first) == 0)
            continue;
        write_pair(out, key, value, is_first);
        is_first = false;
    }
}

static void write_value(struct buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        write_string(out, value);
    } else if (json_is_array(value)) {
        write_list(out, value);
    } else if (json_is_object(value)) {
        buf_append_str(out, "{ ");
        write_pairs(out, value);
        buf_append_str(out, " }");
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        buf_append_str(out, text);
        free(text);
    }
}

const char *declaration_text(struct arena *arena, const char *json)
{
    json_t *declaration = json_loads(json, JSON_DECODE_ANY, NULL);
    struct buf out;

    if (declaration == NULL)
        return json;
    buf_init(&out);
    if (json_is_string(declaration))
        buf_append_str(&out, json_string_value(declaration));
    else if (json_is_object(declaration))
        write_pairs(&out, declaration);
    else
        write_value(&out, declaration);
    const char *text = arena_strndup(arena, out.data, out.size);
    buf_release(&out);
    json_decref(declaration);
    return text;
}

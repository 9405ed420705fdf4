#include "base/json.h"

#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_escape(struct buf *out, const char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    size_t plain = 0; /* bytes since `text` that can be copied as they are */

    buf_append_char(out, '"');
    while (plain < size) {
        unsigned char c = (unsigned char)text[plain];
        size_t length = c < 0x80 ? 1 : utf8_length(text + plain, size - plain);
        if (length > 0 && c >= 0x20 && c != '"' && c != '\\') {
            plain += length;
            continue;
        }
        buf_append(out, text, plain);
        text += plain + 1;
        size -= plain + 1;
        plain = 0;
        if (length == 0)
            buf_append_str(out, "\xef\xbf\xbd");
        else if (c == '"' || c == '\\')
            buf_append(out, (char[]){'\\', (char)c}, 2);
        else if (c == '\n')
            buf_append_str(out, "\\n");
        else if (c == '\t')
            buf_append_str(out, "\\t");
        else
            buf_append(out, (char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6);
    }
    buf_append(out, text, plain);
    buf_append_char(out, '"');
}

void json_writer_init(struct json_writer *json, struct buf *out)
{
    *json = (struct json_writer){.out = out};
}

/* What stands before any value: nothing, or a comma. */
static void before_value(struct json_writer *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    uint32_t bit = 1U << (json->depth - 1);
    if (json->has_item & bit)
        buf_append_char(json->out, ',');
    json->has_item |= bit;
}

static void open_level(struct json_writer *json, bool array)
{
    before_value(json);
    assert(json->depth < 32);
    uint32_t bit = 1U << json->depth++;
    json->has_item &= ~bit;
    json->is_array = array ? json->is_array | bit : json->is_array & ~bit;
    buf_append_char(json->out, array ? '[' : '{');
}

void json_write_object(struct json_writer *json)
{
    open_level(json, false);
}

void json_write_array(struct json_writer *json)
{
    open_level(json, true);
}

void json_write_end(struct json_writer *json)
{
    assert(json->depth > 0 && !json->after_key);
    uint32_t bit = 1U << --json->depth;
    buf_append_char(json->out, json->is_array & bit ? ']' : '}');
}

void json_write_key(struct json_writer *json, const char *key)
{
    before_value(json);
    json_escape(json->out, key, strlen(key));
    buf_append_char(json->out, ':');
    json->after_key = true;
}

void json_write_str(struct json_writer *json, const char *text)
{
    if (text == NULL)
        json_write_null(json);
    else
        json_write_strn(json, text, strlen(text));
}

void json_write_strn(struct json_writer *json, const char *text, size_t size)
{
    before_value(json);
    json_escape(json->out, text, size);
}

void json_write_int(struct json_writer *json, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    before_value(json);
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    buf_append(json->out, at, (size_t)(digits + sizeof digits - at));
}

void json_write_double(struct json_writer *json, double value)
{
    char text[32];
    int digits = 15; /* as few as give the same number again; 17 always do */

    before_value(json);
    if (!isfinite(value)) {
        buf_append_str(json->out, "null");
        return;
    }
    do
        snprintf(text, sizeof text, "%.*g", digits, value);
    while (digits++ < 17 && strtod(text, NULL) != value);
    buf_append_str(json->out, text);
}

void json_write_bool(struct json_writer *json, bool value)
{
    before_value(json);
    buf_append_str(json->out, value ? "true" : "false");
}

void json_write_null(struct json_writer *json)
{
    before_value(json);
    buf_append_str(json->out, "null");
}

void json_write_raw(struct json_writer *json, const char *text, size_t size)
{
    before_value(json);
    buf_append(json->out, text, size);
}

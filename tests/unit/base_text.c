/*
 * JSON text, UTF-8, suggestions, units, error messages.
 */
#include "test.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/suggest.h"
#include "base/units.h"
#include "base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of what a test keeps to its end. */
static struct arena arena;

static const char *keep(struct buf *buf)
{
    const char *copy = arena_strndup(&arena, buf->data, buf->size);

    buf_release(buf);
    return copy;
}

static const char *escaped(const char *text, size_t size)
{
    struct buf buf;

    buf_init(&buf);
    json_escape(&buf, text, size);
    return keep(&buf);
}

TEST("a JSON string escapes quotes, backslashes and every control character")
{
    check_str(escaped("a\"b\\c/d", 7), "\"a\\\"b\\\\c/d\"");
    check_str(escaped("\n\t\r\b\x1f\x7f", 6), "\"\\n\\t\\u000d\\u0008\\u001f\x7f\"");
    check_str(escaped("a\0b", 3), "\"a\\u0000b\"");
    check_str(escaped("", 0), "\"\"");
    for (int c = 0; c < 32; c++)
        check(escaped((char[]){(char)c}, 1)[1] == '\\');
}

TEST("a JSON string keeps UTF-8 and replaces each byte that is none")
{
    check_str(escaped("Zürich ☃ 𝄞", strlen("Zürich ☃ 𝄞")), "\"Zürich ☃ 𝄞\"");
    check_str(escaped("a\xff\xc3z", 4), "\"a\xef\xbf\xbd\xef\xbf\xbdz\"");
    check_str(escaped("\xed\xa0\x80", 3), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static const char *number(double value)
{
    struct json_writer json;
    struct buf buf;

    buf_init(&buf);
    json_writer_init(&json, &buf);
    json_write_double(&json, value);
    return keep(&buf);
}

TEST("a number has as few digits as give it back")
{
    static const double values[] = {0.1, 1.0 / 3, 123456.789, 5e-324, 1.7976931348623157e308};

    check_str(number(0.1), "0.1");
    check_str(number(2.5), "2.5");
    check_str(number(-0.17613799999999999), "-0.176138");
    check_str(number(1e300), "1e+300");
    check_str(number((double)NAN), "null");
    check_str(number(-(double)INFINITY), "null");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check(strtod(number(values[i]), NULL) == values[i]);
}

TEST("a writer sets commas between what stands side by side, at every level")
{
    struct json_writer json;
    struct buf buf;

    buf_init(&buf);
    json_writer_init(&json, &buf);
    json_write_object(&json);
    json_write_key(&json, "empty");
    json_write_array(&json);
    json_write_end(&json);
    json_write_key(&json, "ids");
    json_write_array(&json);
    json_write_int(&json, INT64_MIN);
    json_write_bool(&json, true);
    json_write_object(&json);
    json_write_end(&json);
    json_write_null(&json);
    json_write_str(&json, NULL);
    json_write_strn(&json, "abc", 2);
    json_write_raw(&json, "[1]", 3);
    json_write_end(&json);
    json_write_key(&json, "a\"b");
    json_write_bool(&json, false);
    json_write_end(&json);
    check_str(buf.data, "{\"empty\":[],\"ids\":[-9223372036854775808,true,{},null,null,\"ab\",[1]],"
                        "\"a\\\"b\":false}");
    buf_release(&buf);
}

TEST("32 levels of JSON nest")
{
    struct json_writer json;
    struct buf buf;

    buf_init(&buf);
    json_writer_init(&json, &buf);
    for (int i = 0; i < 32; i++) {
        json_write_array(&json);
        if (i < 31)
            json_write_int(&json, i);
    }
    for (int i = 0; i < 32; i++)
        json_write_end(&json);
    check_contains(buf.data, "[0,[1,[2,");
    check_contains(buf.data, "[30,[]]]");
    buf_release(&buf);
}

/* Every sequence of up to four bytes is looked at by its first two, with good and bad tails. */
TEST("UTF-8 is what it encodes, and nothing else")
{
    char bytes[4];

    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        size_t size = utf8_encode(c, bytes);
        check_int(size, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
        check_int(utf8_length(bytes, size), size);
        for (size_t part = 1; part < size; part++)
            check_int(utf8_length(bytes, part), 0);
    }
    utf8_encode(0xd800, bytes);
    check(memcmp(bytes, "\xef\xbf\xbd", 3) == 0);
    utf8_encode(0x110000, bytes);
    check(memcmp(bytes, "\xef\xbf\xbd", 3) == 0);
}

TEST("overlong forms, surrogates, stray tails and what is above U+10FFFF are no UTF-8")
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc3(",
        "\xe2\x82(",
        "\xf0\x9f\x98(",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        check_int(utf8_length(bad[i], strlen(bad[i])), 0);
        check(!utf8_is_valid(bad[i], strlen(bad[i])));
    }
    check(utf8_is_valid("", 0));
    check(utf8_is_valid("a\0b", 3));
    check(!utf8_is_valid("good \xc3", 6));
}

TEST("a suggestion is the nearest word, or none")
{
    static const char *const words[] = {"name", "assets", "state", "materialized", "from"};

    check_str(suggest("nmae", words, 5), "name");
    check_str(suggest("NAME", words, 5), "name");
    check_str(suggest("form", words, 5), "from");
    check_str(suggest("asset", words, 5), "assets");
    check_str(suggest("materialised", words, 5), "materialized");
    check(suggest("schedule", words, 5) == NULL);
    check(suggest("", words, 5) == NULL);
    check(suggest("name", words, 0) == NULL);
}

TEST("a word longer than any name has no suggestion, and is no candidate")
{
    static char long_word[100];
    const char *words[] = {long_word, "a"};

    memset(long_word, 'a', sizeof long_word - 1);
    check(suggest(long_word, words, 2) == NULL);
    check_str(suggest("a", words, 2), "a");
}

TEST("durations and sizes have units, and nothing before or behind")
{
    static const struct {
        const char *text;
        int64_t ms;
    } durations[] = {{"0ms", 0},     {"500ms", 500},  {"30s", 30000},
                     {"5m", 300000}, {"2h", 7200000}, {"7d", 604800000}};
    static const struct {
        const char *text;
        int64_t bytes;
    } sizes[] = {{"0", 0},         {"4096", 4096},        {"1B", 1},
                 {"64KiB", 65536}, {"200MiB", 209715200}, {"1GiB", 1073741824},
                 {"10kB", 10000},  {"5MB", 5000000},      {"2GB", 2000000000}};
    static const char *const neither[] = {"",
                                          "s",
                                          "-1s",
                                          "+1s",
                                          " 1s",
                                          "1 s",
                                          "1s ",
                                          "1.5s",
                                          "1S",
                                          "1KB",
                                          "1kib",
                                          "0x10",
                                          "9223372036854775808",
                                          "9223372036854775807d",
                                          "9223372036854775807GiB"};
    int64_t got;

    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        check(units_parse_duration_ms(durations[i].text, &got));
        check_int(got, durations[i].ms);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check(units_parse_size_bytes(sizes[i].text, &got));
        check_int(got, sizes[i].bytes);
    }
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++) {
        check(!units_parse_duration_ms(neither[i], &got));
        check(!units_parse_size_bytes(neither[i], &got));
    }
    check(!units_parse_duration_ms("30", &got));
}

TEST("an error's message is one line, with the innermost cause last")
{
    struct err err;

    check_int(err_set(&err, ERR_TRANSIENT, "connect %s:\nrefused\tnow\r", "db"), -1);
    check_str(err.message, "connect db: refused now ");
    check_int(err_wrap(&err, "asset %s", "raw.users"), -1);
    check_str(err.message, "asset raw.users: connect db: refused now ");
    check_int(err.code, ERR_TRANSIENT);
}

TEST("a message that becomes too long loses its middle")
{
    char cause[600];
    struct err err;

    memset(cause, 'c', sizeof cause);
    memcpy(cause + sizeof cause - 5, "last", 5);
    err_set(&err, ERR_DATA, "%s", cause + 100);
    err_wrap(&err, "asset %0300d", 7);
    check(strlen(err.message) < sizeof err.message);
    check(strncmp(err.message, "asset 000", 9) == 0);
    check_contains(err.message, " ... ");
    check_str(err.message + strlen(err.message) - 4, "last");
    err_wrap(&err, "%0600d", 7);
    check_str(err.message + strlen(err.message) - 4, "last");
}

TEST("an error's code has a name, and a name that is none is BROKEN")
{
    for (int code = ERR_CONFIG; code <= ERR_BROKEN; code++)
        check_int(err_code_from_name(err_code_name((enum err_code)code)), code);
    check_int(err_code_from_name("fine"), ERR_BROKEN);
    check_int(err_code_from_name(""), ERR_BROKEN);
    check_int(err_code_of_errno(ENOSPC), ERR_TRANSIENT);
    check_int(err_code_of_errno(ENOENT), ERR_CONFIG);
}

TEST("the first byte that is no text is found, with its line")
{
    static const struct {
        const char *text;
        size_t size, at;
        int line;
    } cases[] = {
        {"\xff", 1, 0, 1},
        {"a\nb\0c", 5, 3, 2},
        {"\xc3\xa4\n\n\xc3", 5, 4, 3}, /* a character that is cut off */
    };
    int line;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(utf8_find_bad(cases[i].text, cases[i].size, &line) == cases[i].text + cases[i].at);
        check_int(line, cases[i].line);
    }
    check(utf8_find_bad("\xc3\xa4\n", 3, &line) == NULL);
    check(utf8_find_bad("", 0, &line) == NULL);
}

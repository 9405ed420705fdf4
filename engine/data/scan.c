#include "data/scan.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "data/number.h"

#include <stdint.h>
#include <string.h>

static bool skip_value(struct scan *scan);

bool scan_fail(struct scan *scan, const char *problem)
{
    scan->problem = problem;
    return false;
}

/* -------------------------------------------------------------------------------------- strings */

/* For eight bytes at once: a bit at the top of each byte that is a quote, a backslash, a control
 * character or not ASCII. A byte above such a one may be marked wrongly, the lowest one never is.
 * Source: S. E. Anderson, Bit Twiddling Hacks, "Determine if a word has a byte less than n". */
static uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';

    return ((quote - ones) | (backslash - ones) | (word - ones * 0x20) | word) & tops;
}

/* Passes bytes that mean nothing in a string. */
static const char *skip_plain(const char *at, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t special = special_bytes(word);
        if (special != 0)
            return at + __builtin_ctzll(special) / 8;
    }
#endif
    while (*at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80)
        at++;
    return at;
}

/* The four digits behind \u, or -1. */
static int hex_unit(const char *at)
{
    int unit = 0;

    for (int i = 0; i < 4; i++) {
        int digit = number_hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static bool is_high_surrogate(int unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* at: the backslash of \uXXXX. */
static bool skip_unicode_escape(struct scan *scan)
{
    int unit = hex_unit(scan->at + 2);

    if (unit < 0)
        return scan_fail(scan, "\\u without four hexadecimal digits");
    scan->has_nul |= unit == 0;
    if (is_low_surrogate(unit))
        return scan_fail(scan, "a low surrogate without a high one");
    if (is_high_surrogate(unit)) {
        if (scan->at[6] != '\\' || scan->at[7] != 'u' || !is_low_surrogate(hex_unit(scan->at + 8)))
            return scan_fail(scan, "a high surrogate without a low one");
        scan->at += 6;
    }
    scan->at += 6;
    return true;
}

static bool skip_escape(struct scan *scan)
{
    scan->has_escape = true;
    if (scan->at[1] == 'u')
        return skip_unicode_escape(scan);
    if (scan->at[1] == '\n' || strchr("\"\\/bfnrt", scan->at[1]) == NULL || scan->at[1] == '\0')
        return scan_fail(scan, "a backslash before something that needs none");
    scan->at += 2;
    return true;
}

/* at: the opening quote; afterwards behind the closing one. */
static bool skip_string(struct scan *scan)
{
    scan->at++;
    for (;;) {
        scan->at = skip_plain(scan->at, scan->end);
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (*scan->at == '\\') {
            if (!skip_escape(scan))
                return false;
        } else if ((unsigned char)*scan->at >= 0x80) {
            size_t length = utf8_length(scan->at, (size_t)(scan->end - scan->at));
            if (length == 0)
                return scan_fail(scan, "invalid UTF-8");
            scan->at += length;
        } else if (scan->at == scan->end) {
            return scan_fail(scan, "the line ends within a string");
        } else {
            return scan_fail(scan, "a control character within a string");
        }
    }
}

bool scan_string(struct scan *scan, struct scan_value *value)
{
    const char *start = scan->at + 1;

    scan->has_escape = false;
    scan->has_nul = false;
    if (!skip_string(scan))
        return false;
    *value = (struct scan_value){.kind = SCAN_STRING,
                                 .has_escape = scan->has_escape,
                                 .has_nul = scan->has_nul,
                                 .text = start,
                                 .size = (size_t)(scan->at - 1 - start)};
    return true;
}

void scan_unescape(const struct scan_value *string, struct buf *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = string->text, *end = at + string->size;

    while (at < end) {
        const char *next = memchr(at, '\\', (size_t)(end - at));
        buf_append(out, at, (size_t)((next != NULL ? next : end) - at));
        if (next == NULL)
            return;
        if (next[1] != 'u') {
            buf_append_char(out, to[strchr(from, next[1]) - from]);
            at = next + 2;
            continue;
        }
        uint32_t unit = (uint32_t)hex_unit(next + 2);
        at = next + 6;
        if (is_high_surrogate((int)unit)) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (uint32_t)hex_unit(at + 2) - 0xdc00;
            at += 6;
        }
        char bytes[4];
        buf_append(out, bytes, utf8_encode(unit, bytes));
    }
}

/* --------------------------------------------------------------------------------- other values */

static bool skip_number(struct scan *scan)
{
    const char *at = scan->at;

    at += *at == '-';
    scan->at = at;
    if (!number_is_digit(*at))
        return scan_fail(scan, "a minus sign without a digit");
    if (*at == '0' && number_is_digit(at[1]))
        return scan_fail(scan, "a number that begins with 0");
    while (number_is_digit(*at))
        at++;
    if (*at == '.') {
        scan->at = ++at;
        if (!number_is_digit(*at))
            return scan_fail(scan, "a decimal point without a digit");
        while (number_is_digit(*at))
            at++;
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        scan->at = at;
        if (!number_is_digit(*at))
            return scan_fail(scan, "an exponent without a digit");
        while (number_is_digit(*at))
            at++;
    }
    scan->at = at;
    return true;
}

/* By hand: strncmp may read on behind a difference, and the line may end there. */
static bool skip_word(struct scan *scan, const char *word)
{
    const char *at = scan->at;

    for (; *word != '\0'; word++)
        if (*at++ != *word)
            return scan_fail(scan, "a word that is none of true, false, null");
    scan->at = at;
    return true;
}

bool scan_member_name(struct scan *scan, struct scan_value *name)
{
    if (*scan->at != '"')
        return scan_fail(scan, "no member name in quotes");
    if (!(name != NULL ? scan_string(scan, name) : skip_string(scan)))
        return false;
    scan_blanks(scan);
    if (*scan->at != ':')
        return scan_fail(scan, "no colon after a member name");
    scan->at++;
    scan_blanks(scan);
    return true;
}

/* at: the opening bracket. */
static bool skip_nested(struct scan *scan)
{
    bool is_object = *scan->at == '{';
    char close = is_object ? '}' : ']';

    if (scan->depth >= LIMIT_NESTING)
        return scan_fail(scan, "objects and arrays nested too deep");
    scan->depth++;
    scan->at++;
    scan_blanks(scan);
    if (*scan->at != close) {
        for (;;) {
            if (is_object && !scan_member_name(scan, NULL))
                return false;
            if (!skip_value(scan))
                return false;
            scan_blanks(scan);
            if (*scan->at != ',')
                break;
            scan->at++;
            scan_blanks(scan);
        }
        if (*scan->at != close)
            return scan_fail(scan, is_object ? "no comma or } after a member"
                                             : "no comma or ] after an element");
    }
    scan->at++;
    scan->depth--;
    return true;
}

static bool skip_value(struct scan *scan)
{
    switch (*scan->at) {
    case '"': return skip_string(scan);
    case '{':
    case '[': return skip_nested(scan);
    case 't': return skip_word(scan, "true");
    case 'f': return skip_word(scan, "false");
    case 'n': return skip_word(scan, "null");
    case '\n': return scan_fail(scan, "the line ends where a value should be");
    default: break;
    }
    if (*scan->at == '-' || number_is_digit(*scan->at))
        return skip_number(scan);
    return scan_fail(scan, "no value where one should be");
}

static enum scan_kind kind_of(char c)
{
    switch (c) {
    case '{': return SCAN_OBJECT;
    case '[': return SCAN_ARRAY;
    case 't': return SCAN_TRUE;
    case 'f': return SCAN_FALSE;
    case 'n': return SCAN_NULL;
    default: return SCAN_NUMBER;
    }
}

bool scan_value(struct scan *scan, struct scan_value *value)
{
    const char *start = scan->at;

    if (*start == '"')
        return scan_string(scan, value);
    scan->has_nul = false;
    if (!skip_value(scan))
        return false;
    *value = (struct scan_value){.kind = kind_of(*start),
                                 .has_nul = scan->has_nul,
                                 .text = start,
                                 .size = (size_t)(scan->at - start)};
    return true;
}

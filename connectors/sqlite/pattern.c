#include "sqlite/pattern.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Compiling takes memory far beyond the text's size ("(a{99}){99}"). */
enum { EXPRESSION_BYTES = 4096 };

struct pattern {
    regex_t compiled;
    locale_t locale; /* UTF-8, or 0 where the C library has none */
};

/* What stands for an escape outside and inside of brackets; NULL: not possible there. */
static const struct {
    char letter;
    const char *outside;
    const char *inside;
} escapes[] = {
    {'d', "[0-9]", "0-9"},
    {'D', "[^0-9]", NULL},
    {'s', "[[:space:]]", "[:space:]"},
    {'S', "[^[:space:]]", NULL},
    {'w', "[[:alnum:]_]", "[:alnum:]_"},
    {'W', "[^[:alnum:]_]", NULL},
    {'t', "\t", "\t"},
    {'n', "\n", "\n"},
    {'r', "\r", "\r"},
};

/* Appends what the escape \c means. POSIX knows no escapes inside of brackets. */
static bool translate_escape(struct buf *out, char c, bool in_brackets)
{
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
        if (escapes[i].letter == c) {
            const char *meaning = in_brackets ? escapes[i].inside : escapes[i].outside;
            if (meaning != NULL)
                buf_append_str(out, meaning);
            return meaning != NULL;
        }
    if (in_brackets && (c == ']' || c == '^' || c == '-' || c == '['))
        return false; /* would be read as part of the brackets' own grammar */
    if (!in_brackets)
        buf_append_char(out, '\\');
    buf_append_char(out, c);
    return c != '\0';
}

/* Copies the brackets that begin at p; returns behind them, or NULL. */
static const char *translate_brackets(struct buf *out, const char *p)
{
    buf_append_char(out, *p++);
    if (*p == '^')
        buf_append_char(out, *p++);
    if (*p == ']')
        buf_append_char(out, *p++);
    while (*p != '\0' && *p != ']') {
        if (*p == '\\') {
            if (!translate_escape(out, p[1], true))
                return NULL;
            p += 2;
        } else if (*p == '[' && p[1] == ':') {
            const char *end = strstr(p, ":]");
            if (end == NULL)
                return NULL;
            buf_append(out, p, (size_t)(end + 2 - p));
            p = end + 2;
        } else {
            buf_append_char(out, *p++);
        }
    }
    if (*p == '\0')
        return NULL;
    buf_append_char(out, ']');
    return p + 1;
}

static bool translate(struct buf *out, const char *p)
{
    while (p != NULL && *p != '\0') {
        if (*p == '\\') {
            if (!translate_escape(out, p[1], false))
                return false;
            p += 2;
        } else if (*p == '[') {
            p = translate_brackets(out, p);
        } else if (strncmp(p, "(?", 2) == 0) {
            if (p[2] != ':')
                return false;
            buf_append_char(out, '(');
            p += 3;
        } else {
            buf_append_char(out, *p++);
        }
    }
    return p != NULL;
}

/* The C library matches by the thread's locale: bytes in "C", characters in UTF-8. */
static locale_t enter_locale(locale_t locale)
{
    return locale != (locale_t)0 ? uselocale(locale) : (locale_t)0;
}

static void leave_locale(locale_t before)
{
    if (before != (locale_t)0)
        uselocale(before);
}

struct pattern *pattern_new(const char *expression, char *problem, size_t problem_size)
{
    int flags = REG_EXTENDED | REG_NOSUB;
    const char *rest = expression;
    struct pattern *pattern = NULL;
    struct buf posix;
    char said[100];

    buf_init(&posix);
    if (strncmp(rest, "(?i)", 4) == 0) {
        flags |= REG_ICASE;
        rest += 4;
    }
    if (strlen(rest) > EXPRESSION_BYTES || !translate(&posix, rest)) {
        snprintf(problem, problem_size,
                 "regular expression '%.100s' is too long, or has what "
                 "POSIX expressions cannot say",
                 expression);
        goto out;
    }
    pattern = alloc_zeroed(1, sizeof *pattern);
    pattern->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = enter_locale(pattern->locale);
    int code = regcomp(&pattern->compiled, posix.data, flags);
    leave_locale(before);
    if (code != 0) {
        regerror(code, NULL, said, sizeof said);
        snprintf(problem, problem_size, "regular expression '%.80s': %s", expression, said);
        if (pattern->locale != (locale_t)0)
            freelocale(pattern->locale);
        free(pattern);
        pattern = NULL;
    }
out:
    buf_release(&posix);
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return;
    regfree(&pattern->compiled);
    if (pattern->locale != (locale_t)0)
        freelocale(pattern->locale);
    free(pattern);
}

bool pattern_is_in(const struct pattern *pattern, const char *text, size_t size)
{
    /* REG_STARTEND: the text may hold NULs. */
    regmatch_t range = {0, (regoff_t)size};
    locale_t before = enter_locale(pattern->locale);
    bool found = regexec(&pattern->compiled, text, 1, &range, REG_STARTEND) == 0;

    leave_locale(before);
    return found;
}

#include "cli/terminal.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct {
    const char *word, *escape;
} colours[] = {
    {"failed", "\033[31m"},    {"rejected", "\033[31m"},    {"fail", "\033[31m"},
    {"stale", "\033[33m"},     {"skipped", "\033[33m"},     {"canceled", "\033[33m"},
    {"warn", "\033[33m"},      {"interrupted", "\033[33m"}, {"succeeded", "\033[32m"},
    {"published", "\033[32m"}, {"fresh", "\033[32m"},       {"running", "\033[36m"},
    {"never", "\033[2m"},
};

size_t terminal_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 0;
    return size.ws_col;
}

static bool has_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL &&
           term[0] != '\0' && strcmp(term, "dumb") != 0;
}

const char *terminal_colour(const char *word)
{
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strcmp(colours[i].word, word) == 0)
            return has_colour() ? colours[i].escape : "";
    return "";
}

const char *terminal_plain(const char *word)
{
    return terminal_colour(word)[0] != '\0' ? "\033[0m" : "";
}

size_t terminal_text_width(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Bytes of the control character at `at`, or 0: ASCII's, and those of U+0080 to U+009F, which some
 * terminals obey. */
static size_t control_size(const char *at)
{
    unsigned char first = (unsigned char)at[0], second = first != 0 ? (unsigned char)at[1] : 0;

    if (first < 0x20 || first == 0x7f)
        return 1;
    return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

static size_t plain_size(const char *text)
{
    size_t size = 0;

    while (text[size] != '\0' && control_size(text + size) == 0)
        size++;
    return size;
}

const char *terminal_text(const char *text, struct arena *arena)
{
    static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
    size_t size = plain_size(text);
    struct buf out;

    if (text[size] == '\0')
        return text;
    buf_init(&out);
    for (; text[size] != '\0'; size = plain_size(text)) {
        unsigned char c = (unsigned char)text[size];
        buf_append(&out, text, size);
        text += size + control_size(text + size);
        if (c < sizeof letters && letters[c] != 0)
            buf_printf(&out, "\\%c", letters[c]);
        else
            buf_printf(&out, "\\x%02x", c < 0x80 ? c : (unsigned char)text[-1]);
    }
    buf_append(&out, text, size);
    text = arena_strndup(arena, out.data, out.size);
    buf_release(&out);
    return text;
}

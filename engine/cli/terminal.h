/*
 * Standard output as a terminal: how wide it is, and whether it may have colours.
 */
#ifndef AORTA_CLI_TERMINAL_H
#define AORTA_CLI_TERMINAL_H

#include "base/arena.h"

#include <stddef.h>

/* Its columns, or 0 when it is no terminal: then nothing needs to fit. */
size_t terminal_width(void);

/* What stands before and behind a word in its colour: failed red, stale yellow, fresh green, …
 * Both are "" for a word that has none, when it is no terminal or one without colours (TERM not
 * set, or "dumb"), and when NO_COLOR is set (https://no-color.org). */
const char *terminal_colour(const char *word);
const char *terminal_plain(const char *word);

/* How many columns the UTF-8 text takes, a code point counting for one. */
size_t terminal_text_width(const char *text);

/* The text without control characters, which would move the cursor or worse: \n, \t, \r and \x1b
 * stand for them. What has none comes back itself, else it is in the arena. */
const char *terminal_text(const char *text, struct arena *arena);

#endif

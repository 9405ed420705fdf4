/*
 * UTF-8 as Unicode 15, table 3-7, and RFC 3629 have it: no overlong forms, no surrogates, nothing
 * above U+10FFFF.
 */
#ifndef AORTA_BASE_UTF8_H
#define AORTA_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes the character at `text` takes (1 to 4), or 0 if it is not valid. size > 0. */
size_t utf8_length(const char *text, size_t size);

bool utf8_is_valid(const char *text, size_t size);

/* The first byte that is none of UTF-8, or a NUL, and its line from 1; NULL if all is text. */
const char *utf8_find_bad(const char *text, size_t size, int *line);

/* Writes the code point's 1 to 4 bytes to out; returns how many. Surrogates give U+FFFD. */
size_t utf8_encode(uint32_t code_point, char out[4]);

#endif

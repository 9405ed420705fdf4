/*
 * Patterns of keys, as people write them for files.
 *
 *     *      any part of a name; never a slash
 *     ?      one byte of a name
 *     **     standing alone between slashes: any folders, also none; at the end, all that is below
 *
 * So topics, two stars and x-*.json, joined by slashes, are the files below topics, however deep,
 * whose names begin and end so. As in a shell, no wildcard stands for a name that begins with a
 * dot. Brackets, braces and backslashes are refused, so that nobody takes them for what they mean
 * elsewhere.
 */
#ifndef AORTA_BASE_GLOB_H
#define AORTA_BASE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with the pattern, as the end of a sentence that begins with it; NULL: nothing. */
const char *glob_problem(const char *pattern);

bool glob_match(const char *pattern, const char *key);

/* Bytes of the text before the first wildcard, which every matching key begins with. */
size_t glob_literal_size(const char *pattern);

#endif

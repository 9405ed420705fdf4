/*
 * Regular expressions as people write them for DuckDB and PostgreSQL, on the POSIX matcher of the
 * C library:
 *
 *     \d \D \s \S \w \W   become bracket expressions, inside of brackets too (not \D \S \W)
 *     \t \n \r            the characters
 *     (?:…)               a group
 *     (?i) at the start   without case
 *
 * Other groups that begin with (? are refused. Matching is by character of UTF-8, wherever in the
 * text, and takes no exponential time except with back references.
 */
#ifndef AORTA_SQLITE_PATTERN_H
#define AORTA_SQLITE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* NULL if the expression is not one; then problem says why, in one line. */
struct pattern *pattern_new(const char *expression, char *problem, size_t problem_size);
void pattern_free(struct pattern *pattern);

bool pattern_is_in(const struct pattern *pattern, const char *text, size_t size);

#endif

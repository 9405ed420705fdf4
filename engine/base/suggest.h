/*
 * "Did you mean …?": the candidate nearest to a word that somebody typed.
 */
#ifndef AORTA_BASE_SUGGEST_H
#define AORTA_BASE_SUGGEST_H

#include <stddef.h>

/* The closest of the candidates by optimal string alignment distance (Damerau 1964, restricted
 * edits), letter case ignored, or NULL when none is near enough to be what was meant: at most a
 * third of the word's letters differ. */
const char *suggest(const char *word, const char *const *candidates, size_t count);

#endif

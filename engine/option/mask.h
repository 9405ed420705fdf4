/*
 * What was given by reference is never said: a database's or a library's own words may quote an
 * option's value, and that may be a secret (invariant 7). So whoever resolves a reference notes the
 * value here, and whoever passes words on to people puts the reference in its place:
 *
 *     connect postgres://ada:hunter2@db/w: timeout   ─▶   connect env:WAREHOUSE_URL: timeout
 *
 * Of a URL the password alone is noted too. The list is the process's; any thread.
 */
#ifndef AORTA_OPTION_MASK_H
#define AORTA_OPTION_MASK_H

#include "base/arena.h"

#include <stdbool.h>

/* A value that is no secret by its declaration (a port, a flag) is noted if it is long enough to be
 * one. */
void mask_note(const char *value, const char *reference, bool is_secret);

/* The text with each noted value replaced by its reference: a copy in the arena, or the text itself
 * if nothing had to be. NULL gives NULL. */
const char *mask_text(const char *text, struct arena *arena);

#endif

/*
 * Options: what a connector declares, turned from text into values.
 *
 * The same code runs twice. The configuration parses every option to report mistakes where they
 * stand; the executor parses them again to fill the array that the connector gets. Between the two
 * an option is text, and a secret is still `env:NAME` or `file:PATH`: its value exists in executors
 * only, and only in the array.
 */
#ifndef AORTA_OPTION_OPTION_H
#define AORTA_OPTION_OPTION_H

#include "base/arena.h"
#include "base/err.h"
#include "connector.h"

#include <stdbool.h>

/* How many options the table has. */
size_t option_count(const struct aorta_option *options);

/* The index of the option of that name, or -1. */
int option_find(const struct aorta_option *options, const char *name);

/* Parses one option's text. A path is made absolute from `folder`. A secret must be a reference and
 * is kept as such. ERR_CONFIG, the message naming what is wanted but not the option. */
int option_parse(const struct aorta_option *option, const char *text, const char *folder,
                 struct arena *arena, struct aorta_option_value *value, struct err *err);

/* Fills the whole array (one value an option, in the table's order): `get(arg, name)` gives an
 * option's text or NULL; defaults and references are resolved. ERR_CONFIG names the option. */
int option_fill(const struct aorta_option *options, const char *folder,
                const char *(*get)(void *arg, const char *name), void *arg, struct arena *arena,
                struct aorta_option_value **values, struct err *err);

/* Whether the text is `env:NAME` or `file:PATH`. */
bool option_is_reference(const char *text);

/* The value behind a reference, in the arena; other text comes back as it is. ERR_CONFIG when the
 * variable is not set or the file cannot be read; the message never holds the value. */
int option_resolve(const char *text, const char *folder, struct arena *arena, const char **value,
                   struct err *err);

/* "an integer", as it stands in a message, and "integer", as it stands in a reference. */
const char *option_type_word(enum aorta_option_type type);
const char *option_type_name(enum aorta_option_type type);

#endif

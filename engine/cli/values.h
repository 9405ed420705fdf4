/*
 * What can be said as a flag's value or as a command's argument, as the tables of the commands have
 * it: words, and <kinds> of names, with blanks between them.
 *
 *     {"--role", "ROLE", "create: viewer, operator or admin", "viewer operator admin"}
 *     {"--target", "NAME", "which target of pipeline.toml", "<targets>"}
 *
 * Where there are only words, no others are taken. The names of a kind are those that cmd_names.c
 * lists, or <commands>, <folders> and <files>.
 */
#ifndef AORTA_CLI_VALUES_H
#define AORTA_CLI_VALUES_H

#include "cli/command.h"

/* A word, or all names of a kind. */
struct value {
    const char *text;
    int size; /* of the text, for "%.*s" */
    bool is_kind;
};

/* The next of them, by `rest`, which begins as the table's column and may be NULL. */
bool value_next(const char **rest, struct value *value);

bool value_is_kind(const struct value *value, const char *kind);

/* Whether the flag takes the value; one whose argument is "WORD,…" takes a list. -1 after saying
 * what it takes. */
int values_check(const struct flag *flag, const char *value, struct arena *arena);

#endif

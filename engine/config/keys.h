/*
 * Tables of keys: what may stand in a TOML table, and where it goes in a struct.
 *
 *     static const struct key pipeline_keys[] = {
 *         {"name", KEY_TEXT, offsetof(struct pipeline, name), .is_required = true},
 *         {"assets", KEY_TEXT, offsetof(struct pipeline, assets)},
 *         {0},
 *     };
 *     keys_read(node, pipeline_keys, pipeline, &where, problems);
 *
 * A key that is not in the table, a value of another type and a required key that is missing are
 * problems with file, line, column and a suggestion. What is not given keeps its default.
 */
#ifndef AORTA_CONFIG_KEYS_H
#define AORTA_CONFIG_KEYS_H

#include "config/problem.h"
#include "config/toml.h"

#include <stdbool.h>
#include <stddef.h>

struct texts {
    const char **items;
    size_t count;
    int line, column; /* of the key; 0 when it is not given */
};

enum key_kind {
    KEY_TEXT,     /* const char * */
    KEY_BOOL,     /* bool */
    KEY_INTEGER,  /* int64_t */
    KEY_DURATION, /* int64_t, milliseconds, from "30s" */
    KEY_SIZE,     /* int64_t, bytes, from "64MiB" or a number */
    KEY_CHOICE,   /* int, the index of the text in `choices` */
    KEY_TEXTS,    /* struct texts, from a list of texts or one text */
    KEY_TABLE,    /* const struct toml_node * of a table */
    KEY_LIST,     /* const struct toml_node * of a list */
    KEY_NODE,     /* const struct toml_node * of anything */
};

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
    bool is_required;
    const char *const *choices; /* ended by NULL */
};

/* Reads the table's items into *out. With `more`, keys that are not in the table are collected
 * there (arena array of nodes, ended by NULL) instead of being problems. */
void keys_read(const struct toml_node *table, const struct key *keys, void *out, const char *file,
               const struct toml_node ***more, struct problems *problems);

/* Says so if the node is a duration that is no timeout: nothing, or more than 365 days. */
void keys_check_timeout(const struct toml_node *node, const char *file, struct problems *problems);

/* "unknown key "x": did you mean "y"?" for a node whose key is none of the known ones. */
void keys_report_unknown(const struct toml_node *node, const char *what, const char *const *known,
                         size_t known_count, const char *file, struct problems *problems);

#endif

/*
 * TOML 1.0 as a tree of nodes in an arena, each knowing where it stands.
 *
 * toml.cc, the project's one C++ file, is a shim on the toml++ library; nothing else knows of it.
 */
#ifndef AORTA_CONFIG_TOML_H
#define AORTA_CONFIG_TOML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum toml_kind {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOL,
    TOML_TIME, /* dates, times and date-times: text as RFC 3339 has them */
    TOML_ARRAY,
    TOML_TABLE,
};

struct toml_node {
    enum toml_kind kind;
    int line, column; /* of the value, from 1 */
    const char *key;  /* in a table; NULL in an array and for the root */
    const char *text; /* STRING, TIME */
    size_t text_size;
    int64_t integer;          /* INTEGER, BOOL */
    double number;            /* FLOAT */
    struct toml_node **items; /* ARRAY, TABLE: in the order of the file */
    size_t item_count;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Parses a whole document. ERR_CONFIG: "FILE:LINE:COLUMN: what is wrong". */
int toml_parse(struct arena *arena, const char *file, const char *text, size_t size,
               struct toml_node **root, struct err *err);

#ifdef __cplusplus
}
#endif

/* The value of a key of a table, or NULL. */
const struct toml_node *toml_find(const struct toml_node *table, const char *key);

/* "text", "an integer", "a table", … for messages. */
const char *toml_kind_name(enum toml_kind kind);

/* Appends the node as JSON. */
void toml_to_json(const struct toml_node *node, struct buf *out);

/* The node's value as text: a string or time as it stands, numbers and booleans as TOML writes
 * them, anything else NULL. */
const char *toml_as_text(const struct toml_node *node, struct arena *arena);

#endif

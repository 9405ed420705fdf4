/*
 * Template values as JSON text and back: `tojson` and `fromjson`.
 */
#ifndef AORTA_TEMPLATE_JSON_H
#define AORTA_TEMPLATE_JSON_H

#include "template/value.h"

/* Appends the value as Python's json.dumps writes it ({"a": 1, "b": [true, null]}), in UTF-8, maps
 * in order of insertion. ERR_CONFIG for what JSON has not: undefined, functions, NaN. */
int template_to_json(struct template_value value, struct buf *out, struct err *err);

/* Parses JSON (RFC 8259) into a value in the arena; texts without escapes are borrowed from
 * `text`. ERR_CONFIG with the byte where it breaks. */
int template_from_json(const char *text, size_t size, struct arena *arena,
                       struct template_value *value, struct err *err);

#endif

/*
 * JSON text, written without building a document. (Documents are jansson's business; records
 * are data/jsonl.h's.)
 *
 *     struct json_writer json;
 *     json_writer_init(&json, &buf);
 *     json_write_object(&json);
 *     json_write_key(&json, "rows"); json_write_int(&json, 42);
 *     json_write_key(&json, "ids");  json_write_array(&json); json_write_int(&json, 1); json_write_end(&json);
 *     json_write_end(&json);                          // {"rows":42,"ids":[1]}
 *
 * Commas and quotes are the writer's; nesting is limited to 32 levels (asserted: it is always our
 * own structure). Text that is not UTF-8 comes out with U+FFFD in place of each bad byte.
 */
#ifndef AORTA_BASE_JSON_H
#define AORTA_BASE_JSON_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct json_writer {
    struct buf *out;
    uint32_t is_array; /* a bit a level */
    uint32_t has_item; /* a bit a level: the next item wants a comma */
    int depth;
    bool after_key;
};

void json_writer_init(struct json_writer *json, struct buf *out);
void json_write_object(struct json_writer *json);
void json_write_array(struct json_writer *json);
void json_write_end(struct json_writer *json); /* ends the innermost object or array */
void json_write_key(struct json_writer *json, const char *key);
void json_write_str(struct json_writer *json, const char *text); /* NULL gives null */
void json_write_strn(struct json_writer *json, const char *text, size_t size);
void json_write_int(struct json_writer *json, int64_t value);
void json_write_double(struct json_writer *json, double value); /* NaN and infinities give null */
void json_write_bool(struct json_writer *json, bool value);
void json_write_null(struct json_writer *json);
void json_write_raw(struct json_writer *json, const char *text, size_t size); /* JSON already */

/* Appends the text as a JSON string, quotes included (RFC 8259, section 7). */
void json_escape(struct buf *out, const char *text, size_t size);

#endif

/*
 * A strict scanner of JSON text (RFC 8259): says where a value ends and of what kind it is, and
 * that every byte of it is right; builds nothing.
 *
 *     struct scan scan = {.at = line, .end = newline};
 *     struct scan_value value;
 *     if (!scan_value(&scan, &value))
 *         complain(scan.problem, scan.at - line + 1);
 *
 * `end` points to a line feed, which must be readable: no JSON token within a line has one, so the
 * scanner needs no look at `end` for each byte and still never passes it. Stricter than the
 * grammar in one thing: \u escapes of surrogates must come in pairs. Nesting up to LIMIT_NESTING.
 */
#ifndef AORTA_DATA_SCAN_H
#define AORTA_DATA_SCAN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum scan_kind {
    SCAN_NULL,
    SCAN_FALSE,
    SCAN_TRUE,
    SCAN_NUMBER,
    SCAN_STRING,
    SCAN_OBJECT,
    SCAN_ARRAY,
};

struct scan_value {
    enum scan_kind kind;
    bool has_escape;  /* STRING: a backslash is in it */
    bool has_nul;     /* an \u0000 is in it, in an object or array anywhere */
    const char *text; /* as it stands; a STRING without its quotes */
    size_t size;
};

struct scan {
    const char *at;
    const char *end;     /* a line feed */
    const char *problem; /* what is wrong at `at`, once a function has returned false */
    int depth;           /* objects and arrays around `at`; the caller counts those it opened */
    bool has_escape;     /* seen since somebody set it to false */
    bool has_nul;
};

/* Passes blanks (space, tab, carriage return). */
static inline void scan_blanks(struct scan *scan)
{
    while (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r')
        scan->at++;
}

/* The value at `at`, which no blank may precede; afterwards `at` is behind it. */
bool scan_value(struct scan *scan, struct scan_value *value);

/* The string at `at`. */
bool scan_string(struct scan *scan, struct scan_value *value);

/* The name of a member at `at`, its colon and the blanks around that; `name` may be NULL. */
bool scan_member_name(struct scan *scan, struct scan_value *name);

/* Sets the problem; always false. */
bool scan_fail(struct scan *scan, const char *problem);

/* Appends the UTF-8 text of a STRING that was scanned. */
void scan_unescape(const struct scan_value *string, struct buf *out);

#endif

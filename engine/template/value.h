/*
 * What a template computes with.
 *
 *     none  true  42  0.5  'text'  ['a', 'b']  ('a', 'b')  {'key': 1}  a function  undefined
 *
 * A value is small and copied freely; its text, list or map lives in an arena (a render's, or a
 * context's) or is borrowed from whoever made it. Texts never change. Lists and maps do, and are
 * shared by reference, as in Python; those of a context are frozen, because what a template would
 * add to them dies with the render.
 *
 * A map may stand for a thing of the engine: `text` is what it prints as, `function` is what it
 * does when it is called. So {{ this }} prints a quoted name while {{ this.schema }} is one part,
 * and config(…) can be called while config.get(…) exists.
 *
 * `undefined` is a name that nothing defines. It may be tested (`is defined`) and defaulted; any
 * other use of it is an error that says its name.
 *
 * Rules and texts (truth, equality, how a double prints) are Python's, as Jinja's users expect;
 * integers have 64 bits, and leaving them is an error.
 */
#ifndef AORTA_TEMPLATE_VALUE_H
#define AORTA_TEMPLATE_VALUE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct template_call;
struct template_list; /* template/collection.h */
struct template_map;
struct template_value;

/* A function that a template may call. `call` returns 0 with *result set, whose parts live in
 * call->arena or longer, or -1; the template's file, line and column are put before its error. */
struct template_function {
    const char *name;
    int (*call)(void *self, const struct template_call *call, struct template_value *result,
                struct err *err);
    void *self;
};

enum template_kind {
    TEMPLATE_UNDEFINED,
    TEMPLATE_NONE,
    TEMPLATE_BOOL,
    TEMPLATE_INT,
    TEMPLATE_DOUBLE,
    TEMPLATE_STRING,
    TEMPLATE_LIST,
    TEMPLATE_MAP,
    TEMPLATE_FUNCTION,
};

struct template_value {
    enum template_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct {
            const char *data; /* UTF-8, not ended by a NUL */
            size_t size;
        } string; /* of TEMPLATE_UNDEFINED: its name */
        struct template_list *list;
        struct template_map *map;
        const struct template_function *function;
    };
};

/* Values. Texts are borrowed. */
struct template_value template_undefined(const char *name);
struct template_value template_none(void);
struct template_value template_bool(bool boolean);
struct template_value template_int(int64_t integer);
struct template_value template_double(double real);
struct template_value template_string(const char *text);
struct template_value template_string_n(const char *data, size_t size);
struct template_value template_list_value(struct template_list *list);
struct template_value template_map_value(struct template_map *map);
struct template_value template_function_value(const struct template_function *function);

/* Whether it can be the key of a map: none, a bool, a number or a string. */
bool template_is_key(struct template_value value);

/* "a string", "a list", … as error messages say it. */
const char *template_kind_name(struct template_value value);

/* Whether the value is that text. */
bool template_is_text(struct template_value value, const char *text);

/* False: none, false, 0, 0.0, '', and lists and maps without an item. */
bool template_is_true(struct template_value value);

/* Python's ==: 1, 1.0 and true are equal, a list and a tuple are not. */
bool template_equal(struct template_value a, struct template_value b);

/* Sets *order below, at or above 0. Numbers with numbers, texts by code point, lists item by item;
 * anything else has no order: ERR_CONFIG. */
int template_compare(struct template_value a, struct template_value b, int *order, struct err *err);

/* Appends the value as {{ value }} prints it. ERR_CONFIG for undefined, a function without a text,
 * and a result past LIMIT_RENDERED_BYTES. */
int template_print(struct template_value value, struct buf *out, struct err *err);

#endif

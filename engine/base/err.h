/*
 * How a function says that it failed.
 *
 * A function that can fail returns 0 or -1 and takes a `struct err *` last, on its caller's stack:
 *
 *     struct err err;
 *     if (seed_load(path, &err) < 0)
 *         return err_wrap(&err, "asset %s", name);      // -1, the message now begins "asset x: "
 *
 * The code is what the scheduler will do. The message is what a person will read: lower case, no
 * newline, values quoted, innermost cause last. An error is returned or logged, never both, and
 * never holds a secret. Only the function that fails writes to it: on success it is untouched.
 */
#ifndef AORTA_BASE_ERR_H
#define AORTA_BASE_ERR_H

#include <stddef.h>

enum err_code {
    ERR_CONFIG,    /* a person must change something: never retried */
    ERR_TRANSIENT, /* may pass by itself: retried with backoff */
    ERR_DATA,      /* these rows are bad: quarantined or failed, never retried blindly */
    ERR_CANCELED,  /* somebody asked for it */
    ERR_BROKEN,    /* our own state makes no sense: stop and say so */
};

struct err {
    enum err_code code;
    char message[512];
};

/* Sets the error and returns -1. A message that is too long keeps its beginning. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the message, keeps the code, returns -1. A message that becomes too long
 * loses its middle: the end is the innermost cause, which a person needs most. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ERR_TRANSIENT for errno values that may pass by themselves, ERR_CONFIG for the others. */
enum err_code err_code_of_errno(int error);

/* "config", "transient", ... as they stand in the run store and in messages. */
const char *err_code_name(enum err_code code);

/* The code of that name, or ERR_BROKEN for a name that is none. */
enum err_code err_code_from_name(const char *name);

#endif

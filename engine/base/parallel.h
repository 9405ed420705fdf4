/*
 * Several things done at once.
 *
 *     parallel_run(count, 16, put_one, &put, err)      put_one(&put, 0, …), put_one(&put, 1, …), …
 *
 * The threads end before the function returns, so what they work on may be lent.
 */
#ifndef AORTA_BASE_PARALLEL_H
#define AORTA_BASE_PARALLEL_H

#include "base/err.h"

#include <stdint.h>

enum { PARALLEL_MAX = 32 }; /* at once, whatever the caller says */

/* Calls run(arg, index, err) for the indices below count, at most `at_once` at a time, this thread
 * among them; with 1 in this thread and in order. They begin in order; after a failure none begins.
 * -1 with the error of the first that failed; any of the others may have been done. */
int parallel_run(int32_t count, int32_t at_once,
                 int (*run)(void *arg, int32_t index, struct err *err), void *arg, struct err *err);

#endif

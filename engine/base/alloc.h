/*
 * Heap memory that is always there.
 *
 * Out of memory ends the process with a message. That is safe because whatever comes from outside
 * has a limit (base/limits.h), and restart is the tested recovery.
 */
#ifndef AORTA_BASE_ALLOC_H
#define AORTA_BASE_ALLOC_H

#include <stddef.h>

/* Uninitialised memory; size 0 gives a valid pointer. */
void *alloc_bytes(size_t size) __attribute__((malloc, returns_nonnull));

/* Zeroed memory for count objects. */
void *alloc_zeroed(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* Like realloc; size 0 gives a valid pointer. */
void *alloc_resize(void *memory, size_t size) __attribute__((returns_nonnull));

/* A copy on the heap, ending with a NUL. */
char *alloc_strdup(const char *text) __attribute__((malloc, returns_nonnull));

/* Says how much was asked for and ends the process. */
_Noreturn void alloc_fail(size_t size);

#endif

/*
 * Memory that dies together.
 *
 * Configuration, a plan, a request, a batch: what is made for one purpose comes from one arena and
 * is given back at once. Nothing in an arena is freed alone. Out of memory ends the process (see
 * base/alloc.h).
 */
#ifndef AORTA_BASE_ARENA_H
#define AORTA_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head; /* the block that is being filled, older ones behind it */
    size_t used;              /* bytes taken of head */
    size_t total_bytes;       /* all that was handed out since the last reset */
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);

/* Empties the arena and keeps its newest block. */
void arena_reset(struct arena *arena);

/* All that is in `from` is in `into` from now on, where it was; `from` is empty. */
void arena_join(struct arena *into, struct arena *from);

/* Zeroed memory, aligned for any type. size may be 0: the pointer is valid and unique. */
void *arena_alloc(struct arena *arena, size_t size);

/* count * size zeroed bytes; ends the process if the product overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* Copies; the result ends with a NUL. arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t size);
void *arena_memdup(struct arena *arena, const void *data, size_t size);

char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

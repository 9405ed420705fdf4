/*
 * All that is wrong with a pipeline, not the first of it.
 *
 *     problem_add(&problems, file, node->line, node->column, "unknown key \"%s\"", key);
 *
 * Reading goes on after a problem with what can still be understood; whoever asked prints them all
 * and stops. Lives in an arena.
 */
#ifndef AORTA_CONFIG_PROBLEM_H
#define AORTA_CONFIG_PROBLEM_H

#include "base/arena.h"
#include "base/err.h"

struct problem {
    const char *file; /* relative to the pipeline's folder, or NULL */
    int line, column; /* 0: unknown */
    const char *message;
};

struct problems {
    struct arena *arena;
    struct problem *items;
    size_t count;
    size_t capacity;
};

void problems_init(struct problems *problems, struct arena *arena);

void problem_add(struct problems *problems, const char *file, int line, int column, const char *fmt,
                 ...) __attribute__((format(printf, 5, 6)));

/* Adds a failure. A message that begins with "FILE:LINE:COLUMN: " says where. */
void problem_add_err(struct problems *problems, const struct err *err);

/* Adds those of another list, whose texts are borrowed. */
void problems_copy(struct problems *problems, const struct problems *from);

/* Puts them into the order of files, lines and columns. */
void problems_sort(struct problems *problems);

/* "FILE:LINE:COLUMN: message", without what is not known, in the arena. */
const char *problem_text(const struct problem *problem, struct arena *arena);

#endif

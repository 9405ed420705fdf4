#include "config/problem.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void problems_init(struct problems *problems, struct arena *arena)
{
    *problems = (struct problems){.arena = arena};
}

static struct problem *next_item(struct problems *problems)
{
    if (problems->count == problems->capacity) {
        size_t capacity = problems->capacity < 16 ? 16 : problems->capacity * 2;
        struct problem *items = arena_calloc(problems->arena, capacity, sizeof *items);
        if (problems->count > 0)
            memcpy(items, problems->items, problems->count * sizeof *items);
        problems->items = items;
        problems->capacity = capacity;
    }
    return &problems->items[problems->count++];
}

void problem_add(struct problems *problems, const char *file, int line, int column, const char *fmt,
                 ...)
{
    char message[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    *next_item(problems) =
        (struct problem){file, line, column, arena_strdup(problems->arena, message)};
}

void problems_copy(struct problems *problems, const struct problems *from)
{
    for (size_t i = 0; i < from->count; i++)
        *next_item(problems) = from->items[i];
}

/* Reads ":NUMBER" off the text. */
static bool take_number(const char **text, int *number)
{
    char *end;

    if ((*text)[0] != ':' || (*text)[1] < '1' || (*text)[1] > '9')
        return false;
    long value = strtol(*text + 1, &end, 10);
    if (value > INT_MAX)
        return false;
    *number = (int)value;
    *text = end;
    return true;
}

void problem_add_err(struct problems *problems, const struct err *err)
{
    struct problem *problem = next_item(problems);
    const char *colon = strchr(err->message, ':');
    const char *rest = colon;

    *problem = (struct problem){0};
    if (colon != NULL && take_number(&rest, &problem->line) &&
        take_number(&rest, &problem->column) && strncmp(rest, ": ", 2) == 0) {
        problem->file =
            arena_strndup(problems->arena, err->message, (size_t)(colon - err->message));
        problem->message = arena_strdup(problems->arena, rest + 2);
        return;
    }
    *problem = (struct problem){.message = arena_strdup(problems->arena, err->message)};
}

static int compare(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;

    if (a->file == NULL && b->file == NULL)
        return strcmp(a->message, b->message);
    if (a->file == NULL || b->file == NULL)
        return (a->file != NULL) - (b->file != NULL);
    int order = strcmp(a->file, b->file);
    if (order != 0)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->message, b->message);
}

void problems_sort(struct problems *problems)
{
    if (problems->count > 0)
        qsort(problems->items, problems->count, sizeof *problems->items, compare);
}

const char *problem_text(const struct problem *problem, struct arena *arena)
{
    if (problem->file == NULL)
        return problem->message;
    if (problem->line == 0)
        return arena_printf(arena, "%s: %s", problem->file, problem->message);
    if (problem->column == 0)
        return arena_printf(arena, "%s:%d: %s", problem->file, problem->line, problem->message);
    return arena_printf(arena, "%s:%d:%d: %s", problem->file, problem->line, problem->column,
                        problem->message);
}

/* Hours as an executor tells them. */
#include "executor/hours.h"
#include "test.h"

#include <string.h>

/* The texts, each behind a space. */
static const char *told(struct hours *hours, struct arena *arena)
{
    const char *all = "";
    size_t count;
    const char **texts = hours_texts(hours, arena, &count);

    for (size_t i = 0; i < count; i++)
        all = arena_printf(arena, "%s %s", all, texts[i]);
    return all;
}

TEST("hours are told in order, each once, neighbours as one")
{
    struct hours hours = {0};
    struct arena arena;

    arena_init(&arena);
    check_str(told(&hours, &arena), "");
    hours_add(&hours, 12, 12);
    hours_add(&hours, 12, 12);
    hours_add(&hours, 10, 10);
    hours_add(&hours, 11, 11);
    hours_add(&hours, -5, -4);
    hours_add(&hours, 20, 43);
    hours_add(&hours, 30, 31);
    hours_add(&hours, 45, 45);
    check_str(told(&hours, &arena), " -5..-4 10..12 20..43 45");
    hours_add(&hours, 44, 44);
    check_str(told(&hours, &arena), " -5..-4 10..12 20..45");
    hours_release(&hours);
    arena_release(&arena);
}

TEST("there is an end to telling")
{
    struct hours hours = {0};
    struct arena arena;
    size_t count;

    arena_init(&arena);
    for (int64_t i = 0; i < HOURS_MOST + 10; i++)
        hours_add(&hours, 2 * i, 2 * i);
    const char **texts = hours_texts(&hours, &arena, &count);
    check_int((int64_t)count, HOURS_MOST);
    check_str(texts[0], "0");
    hours_release(&hours);
    arena_release(&arena);
}

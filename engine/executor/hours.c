#include "executor/hours.h"

#include "base/alloc.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

void hours_add(struct hours *hours, int64_t first, int64_t last)
{
    struct hours_range *newest = hours->count > 0 ? &hours->items[hours->count - 1] : NULL;

    /* They mostly come in order, many times the same. */
    if (newest != NULL && first >= newest->first && first <= newest->last + 1) {
        newest->last = last > newest->last ? last : newest->last;
        return;
    }
    if (hours->count == hours->capacity) {
        hours->capacity = hours->capacity > 0 ? hours->capacity * 2 : 64;
        hours->items = alloc_resize(hours->items, hours->capacity * sizeof *hours->items);
    }
    assert(hours->items != NULL); /* there is room */
    hours->items[hours->count++] = (struct hours_range){first, last};
}

void hours_release(struct hours *hours)
{
    free(hours->items);
    *hours = (struct hours){0};
}

static int compare(const void *left, const void *right)
{
    const struct hours_range *a = left, *b = right;

    return a->first < b->first ? -1 : a->first > b->first;
}

static void tidy(struct hours *hours)
{
    size_t kept = 0;

    if (hours->count > 1)
        qsort(hours->items, hours->count, sizeof *hours->items, compare);
    for (size_t i = 0; i < hours->count; i++) {
        struct hours_range *before = kept > 0 ? &hours->items[kept - 1] : NULL;
        if (before == NULL || hours->items[i].first > before->last + 1)
            hours->items[kept++] = hours->items[i];
        else if (hours->items[i].last > before->last)
            before->last = hours->items[i].last;
    }
    hours->count = kept;
}

const char **hours_texts(struct hours *hours, struct arena *arena, size_t *count)
{
    tidy(hours);
    *count = hours->count < HOURS_MOST ? hours->count : HOURS_MOST;
    const char **texts = arena_calloc(arena, *count + 1, sizeof *texts);
    for (size_t i = 0; i < *count; i++) {
        const struct hours_range *range = &hours->items[i];
        texts[i] = range->first == range->last
                       ? arena_printf(arena, "%" PRId64, range->first)
                       : arena_printf(arena, "%" PRId64 "..%" PRId64, range->first, range->last);
    }
    return texts;
}

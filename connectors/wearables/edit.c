#include "edit.h"

#include "base/alloc.h"

#include <stdlib.h>

void agenda_release(struct agenda *agenda)
{
    free(agenda->edits);
    *agenda = (struct agenda){0};
}

void agenda_add(struct agenda *agenda, const struct edit *edit)
{
    if (agenda->count == agenda->capacity) {
        agenda->capacity = agenda->capacity == 0 ? 256 : agenda->capacity * 2;
        agenda->edits = alloc_resize(agenda->edits, agenda->capacity * sizeof *agenda->edits);
    }
    agenda->edits[agenda->count] = *edit;
    agenda->edits[agenda->count].order = agenda->count;
    agenda->count++;
}

static int compare(const void *left, const void *right)
{
    const struct edit *a = left, *b = right;

    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

void agenda_sort(struct agenda *agenda)
{
    if (agenda->count > 1)
        qsort(agenda->edits, agenda->count, sizeof *agenda->edits, compare);
}

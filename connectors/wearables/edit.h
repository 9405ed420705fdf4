/*
 * A change that is planned, and a day's list of them.
 */
#ifndef AORTA_WEARABLES_EDIT_H
#define AORTA_WEARABLES_EDIT_H

#include <stddef.h>
#include <stdint.h>

enum edit_kind {
    EDIT_CREATE,
    EDIT_WEIGHT,
    EDIT_HEIGHT,
    EDIT_ADDRESS,
    EDIT_RENAME,
    EDIT_TOUCH, /* nothing but last_update */
    EDIT_DELETE,
    EDIT_RETURN, /* who was deleted longest ago comes back */
};

enum { EDIT_SAME_AS_BEFORE = -1 };

struct edit {
    int64_t at_us;
    enum edit_kind kind;
    int32_t who;     /* an index, or EDIT_SAME_AS_BEFORE: whom the edit before this one was of */
    uint64_t chance; /* what its details are drawn from */
    size_t order;    /* among those of one instant */
};

struct agenda {
    struct edit *edits;
    size_t count;
    size_t capacity;
};

void agenda_release(struct agenda *agenda);

/* Copies the edit; its order is that of adding. */
void agenda_add(struct agenda *agenda, const struct edit *edit);

/* By time, then by order. */
void agenda_sort(struct agenda *agenda);

#endif

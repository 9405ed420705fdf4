#include "base/arena.h"

#include "base/alloc.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Blocks grow with the arena: what of the last one is not used is a small part of the whole. */
enum {
    MIN_BLOCK_BYTES = 16 * 1024,
    MAX_BLOCK_BYTES = 1024 * 1024,
    PART_OF_WHOLE = 8,
    LARGE_BLOCK_BYTES = 64 * 1024, /* from where on its pages are asked for together */
};

struct arena_block {
    struct arena_block *next;
    size_t capacity;
    alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_release(struct arena *arena)
{
    if (arena == NULL)
        return;
    free_blocks(arena->head);
    arena_init(arena);
}

void arena_reset(struct arena *arena)
{
    if (arena->head != NULL) {
        free_blocks(arena->head->next);
        arena->head->next = NULL;
    }
    arena->used = 0;
    arena->total_bytes = 0;
}

void arena_join(struct arena *into, struct arena *from)
{
    struct arena_block *last = from->head;

    if (into->head == NULL) {
        *into = *from;
    } else if (last != NULL) {
        while (last->next != NULL)
            last = last->next;
        last->next = into->head->next; /* behind the block that is being filled */
        into->head->next = from->head;
        into->total_bytes += from->total_bytes;
    }
    arena_init(from);
}

static size_t next_capacity(const struct arena *arena, size_t at_least)
{
    size_t capacity = arena->total_bytes / PART_OF_WHOLE;

    if (capacity < MIN_BLOCK_BYTES)
        capacity = MIN_BLOCK_BYTES;
    if (capacity > MAX_BLOCK_BYTES)
        capacity = MAX_BLOCK_BYTES;
    return at_least > capacity ? at_least : capacity;
}

/* One by one, when each is first written to, a thousand pages take milliseconds. What the kernel does
 * not do at once, it does later. */
static void touch_pages(char *data, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t before = (page - (uintptr_t)data % page) % page;

    (void)madvise(data + before, (size - before) / page * page, MADV_POPULATE_WRITE);
}

static void add_block(struct arena *arena, size_t at_least)
{
    size_t capacity = next_capacity(arena, at_least);
    struct arena_block *block = alloc_bytes(sizeof *block + capacity);

    if (capacity >= LARGE_BLOCK_BYTES && capacity <= MAX_BLOCK_BYTES)
        touch_pages(block->data, capacity);

    block->next = arena->head;
    block->capacity = capacity;
    arena->head = block;
    arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);

    if (size > SIZE_MAX / 2)
        alloc_fail(size);
    size_t rounded = (size + align) / align * align; /* at least one unit: pointers stay unique */
    if (arena->head == NULL || arena->head->capacity - arena->used < rounded)
        add_block(arena, rounded);
    void *result = arena->head->data + arena->used;
    arena->used += rounded;
    arena->total_bytes += rounded;
    return memset(result, 0, rounded);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        alloc_fail(SIZE_MAX);
    return arena_alloc(arena, bytes);
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (size > 0)
        memcpy(copy, text, size);
    return copy;
}

void *arena_memdup(struct arena *arena, const void *data, size_t size)
{
    void *copy = arena_alloc(arena, size);

    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args, again;

    va_start(args, fmt);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = arena_alloc(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, fmt, again);
    va_end(again);
    return text;
}

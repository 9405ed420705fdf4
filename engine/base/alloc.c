#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void alloc_fail(size_t size)
{
    fprintf(stderr, "aorta: out of memory (%zu bytes asked for)\n", size);
    abort();
}

void *alloc_bytes(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL)
        alloc_fail(size);
    return memory;
}

void *alloc_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

    if (memory == NULL)
        alloc_fail(count * size);
    return memory;
}

void *alloc_resize(void *memory, size_t size)
{
    void *resized = realloc(memory, size > 0 ? size : 1);

    if (resized == NULL)
        alloc_fail(size);
    return resized;
}

char *alloc_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(alloc_bytes(size), text, size);
}

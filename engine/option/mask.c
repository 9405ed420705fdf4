#include "option/mask.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NOTED = 256, LEAST_BYTES = 6 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char *value;
    char *reference;
} noted[NOTED]; /* the longest first */
static size_t noted_count;

/* Under the lock. What does not fit the list pushes the shortest out. */
static void insert(const char *value, const char *reference)
{
    size_t size = strlen(value), at = 0;

    for (size_t i = 0; i < noted_count; i++)
        if (strcmp(noted[i].value, value) == 0)
            return;
    while (at < noted_count && strlen(noted[at].value) >= size)
        at++;
    if (at == NOTED)
        return;
    if (noted_count == NOTED) {
        noted_count--;
        free(noted[noted_count].value);
        free(noted[noted_count].reference);
    }
    memmove(&noted[at + 1], &noted[at], (noted_count - at) * sizeof *noted);
    noted[at].value = alloc_strdup(value);
    noted[at].reference = alloc_strdup(reference);
    noted_count++;
}

/* "hunter2" of "postgres://ada:hunter2@db/w", in the arena; NULL if there is none. */
static const char *password_of(const char *url, struct arena *arena)
{
    const char *authority = strstr(url, "://");

    if (authority == NULL)
        return NULL;
    authority += strlen("://");
    size_t size = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', size);
    const char *colon = memchr(authority, ':', size);
    if (at == NULL || colon == NULL || colon + 1 >= at)
        return NULL;
    return arena_strndup(arena, colon + 1, (size_t)(at - colon - 1));
}

void mask_note(const char *value, const char *reference, bool is_secret)
{
    struct arena arena;

    if (value[0] == '\0' || (!is_secret && strlen(value) < LEAST_BYTES))
        return;
    arena_init(&arena);
    const char *password = password_of(value, &arena);
    pthread_mutex_lock(&lock);
    insert(value, reference);
    if (password != NULL)
        insert(password, reference);
    pthread_mutex_unlock(&lock);
    arena_release(&arena);
}

/* Under the lock: the one that begins here, or noted_count; *size is how much of the text it is. At
 * its end a message may have been cut, in the middle of a value. */
static size_t find_at(const char *at, size_t left, size_t *size)
{
    for (size_t i = 0; i < noted_count; i++) {
        *size = strlen(noted[i].value);
        if (left >= *size && memcmp(at, noted[i].value, *size) == 0)
            return i;
    }
    *size = left;
    for (size_t i = 0; left >= LEAST_BYTES && i < noted_count; i++)
        if (strncmp(at, noted[i].value, left) == 0)
            return i;
    return noted_count;
}

const char *mask_text(const char *text, struct arena *arena)
{
    const char *masked = text;
    struct buf out;

    if (text == NULL)
        return NULL;
    buf_init(&out);
    pthread_mutex_lock(&lock);
    for (const char *at = text; noted_count > 0 && *at != '\0';) {
        size_t size, found = find_at(at, strlen(at), &size);
        if (found == noted_count) {
            buf_append_char(&out, *at++);
            continue;
        }
        buf_append_str(&out, noted[found].reference);
        at += size;
        masked = NULL;
    }
    pthread_mutex_unlock(&lock);
    if (masked == NULL)
        masked = arena_strndup(arena, out.data, out.size);
    buf_release(&out);
    return masked;
}

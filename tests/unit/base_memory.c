/*
 * Arenas, growing text, maps.
 */
#include "test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST("an arena gives zeroed, aligned, distinct memory, also for nothing")
{
    struct arena arena;
    char *before = NULL;

    arena_init(&arena);
    for (size_t size = 0; size < 3000; size++) {
        char *memory = arena_alloc(&arena, size);
        check((uintptr_t)memory % 16 == 0);
        check(memory != before);
        for (size_t i = 0; i < size; i++)
            check_int(memory[i], 0);
        memset(memory, 0xff, size);
        before = memory;
    }
    check(arena.total_bytes >= 3000 * 2999 / 2);
    arena_release(&arena);
}

TEST("an arena that was reset gives zeroed memory again")
{
    struct arena arena;

    arena_init(&arena);
    memset(arena_alloc(&arena, 1000), 0xff, 1000);
    memset(arena_alloc(&arena, 100000), 0xff, 100000);
    arena_reset(&arena);
    check_int(arena.total_bytes, 0);
    const char *again = arena_alloc(&arena, 100000);
    for (size_t i = 0; i < 100000; i++)
        check_int(again[i], 0);
    arena_release(&arena);
    arena_release(&arena);
}

TEST("what was in two arenas is in one, where it was, and both go on")
{
    struct arena into, from;

    arena_init(&into);
    arena_init(&from);
    arena_join(&into, &from);
    char *first = arena_strdup(&from, "first");
    arena_join(&into, &from); /* into an empty one */
    check(from.head == NULL && from.total_bytes == 0);
    char *second = arena_strdup(&into, "second"), *third = arena_strdup(&from, "third");
    char *large = memset(arena_alloc(&from, 100000), 'x', 100000);
    size_t bytes = into.total_bytes + from.total_bytes;
    arena_join(&into, &from);
    check_int(into.total_bytes, bytes);
    check_int(from.total_bytes, 0);
    arena_release(&from);
    char *fourth = arena_strdup(&into, "fourth");
    check_str(first, "first");
    check_str(second, "second");
    check_str(third, "third");
    check_str(fourth, "fourth");
    check(large[0] == 'x' && large[99999] == 'x');
    arena_reset(&into);
    arena_release(&into);
}

TEST("copies of an arena end with a NUL, and nothing copies to nothing")
{
    struct arena arena;

    arena_init(&arena);
    check(arena_strdup(&arena, NULL) == NULL);
    check_str(arena_strdup(&arena, ""), "");
    check_str(arena_strndup(&arena, "hours", 4), "hour");
    check_str(arena_strndup(&arena, NULL, 0), "");
    check(memcmp(arena_memdup(&arena, "a\0b", 3), "a\0b", 3) == 0);
    check_str(arena_printf(&arena, "%s-%d", "step", 7), "step-7");
    char *large = arena_printf(&arena, "%*d", 100000, 1);
    check_int(strlen(large), 100000);
    arena_release(&arena);
}

TEST("an empty buffer is a text, before the first append and after a release")
{
    struct buf buf;

    buf_init(&buf);
    check_str(buf.data, "");
    buf_append(&buf, NULL, 0);
    buf_append_str(&buf, "");
    check_str(buf.data, "");
    char *taken = buf_take(&buf);
    check_str(taken, "");
    free(taken);
    buf_append_str(&buf, "x");
    buf_release(&buf);
    check_str(buf.data, "");
    check_int(buf.size, 0);
    buf_release(&buf);
    buf_release(NULL);
}

TEST("a buffer holds bytes of any kind, as many as there are")
{
    struct buf buf;

    buf_init(&buf);
    for (int i = 0; i < 100000; i++)
        buf_append_char(&buf, (char)(i % 256));
    check_int(buf.size, 100000);
    for (int i = 0; i < 100000; i++)
        check_int((unsigned char)buf.data[i], i % 256);
    check_int(buf.data[buf.size], 0);
    buf_release(&buf);
}

TEST("a buffer is cut at both ends")
{
    struct buf buf;

    buf_init(&buf);
    buf_printf(&buf, "%s %d", "hours", 24);
    buf_consume(&buf, 2);
    check_str(buf.data, "urs 24");
    buf_truncate(&buf, 3);
    check_str(buf.data, "urs");
    buf_consume(&buf, 3);
    check_str(buf.data, "");
    buf_append_str(&buf, "again");
    char *taken = buf_take(&buf);
    check_str(taken, "again");
    check_str(buf.data, "");
    free(taken);
    buf_release(&buf);
}

TEST("a map keeps the order of insertion and finds what it holds")
{
    static char keys[5000][8];
    struct map map;

    map_init(&map);
    check(map_find(&map, "k1") == NULL);
    for (int i = 0; i < 5000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        check(map_put(&map, keys[i], keys[i]) == NULL);
    }
    check_int(map.count, 5000);
    for (int i = 0; i < 5000; i++) {
        check_str(map.entries[i].key, keys[i]);
        check(map_find(&map, keys[i]) == keys[i]);
    }
    check(map_find(&map, "k5000") == NULL);
    map_release(&map);
    check(map_find(&map, "k1") == NULL);
    map_release(NULL);
}

TEST("a map replaces a value and says which it was")
{
    int one = 1, two = 2;
    struct map map;

    map_init(&map);
    check(map_put(&map, "a", &one) == NULL);
    check(map_put(&map, "a", &two) == &one);
    check(map_find(&map, "a") == &two);
    check_int(map.count, 1);
    map_release(&map);
}

TEST("a map finds a key within a longer text, and no key by its beginning")
{
    int one = 1, two = 2;
    struct map map;

    map_init(&map);
    map_put(&map, "stg", &one);
    map_put(&map, "", &two);
    check(map_find_n(&map, "stg_users", 3) == &one);
    check(map_find_n(&map, "stg_users", 4) == NULL);
    check(map_find_n(&map, "stg_users", 2) == NULL);
    check(map_find_n(&map, "stg_users", 0) == &two);
    map_release(&map);
}

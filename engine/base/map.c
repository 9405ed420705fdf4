#include "base/map.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void map_init(struct map *map)
{
    *map = (struct map){0};
}

void map_release(struct map *map)
{
    if (map == NULL)
        return;
    free(map->entries);
    free(map->slots);
    map_init(map);
}

static bool has_key(const struct map_entry *entry, uint64_t hash, const char *key, size_t size)
{
    return entry->hash == hash && strncmp(entry->key, key, size) == 0 && entry->key[size] == '\0';
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find_slot(const struct map *map, uint64_t hash, const char *key, size_t size)
{
    size_t mask = map->slot_count - 1;
    size_t slot = (size_t)hash & mask;

    while (map->slots[slot] != 0) {
        if (has_key(&map->entries[map->slots[slot] - 1], hash, key, size))
            break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static void grow(struct map *map)
{
    if (map->count == map->capacity) {
        map->capacity = map->capacity < 8 ? 8 : map->capacity * 2;
        map->entries = alloc_resize(map->entries, map->capacity * sizeof *map->entries);
    }
    if (map->count * 2 < map->slot_count)
        return;
    free(map->slots);
    map->slot_count = map->slot_count < 16 ? 16 : map->slot_count * 2;
    map->slots = alloc_zeroed(map->slot_count, sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++) {
        const struct map_entry *entry = &map->entries[i];
        size_t slot = find_slot(map, entry->hash, entry->key, strlen(entry->key));
        map->slots[slot] = (uint32_t)(i + 1);
    }
}

void *map_put(struct map *map, const char *key, void *value)
{
    size_t size = strlen(key);
    uint64_t hash = hash_bytes(key, size);

    assert(value != NULL);
    grow(map);
    size_t slot = find_slot(map, hash, key, size);
    if (map->slots[slot] != 0) {
        struct map_entry *entry = &map->entries[map->slots[slot] - 1];
        void *old = entry->value;
        entry->value = value;
        return old;
    }
    map->entries[map->count] = (struct map_entry){key, value, hash};
    map->slots[slot] = (uint32_t)++map->count;
    return NULL;
}

void *map_find_n(const struct map *map, const char *key, size_t size)
{
    if (map->count == 0)
        return NULL;
    uint32_t index = map->slots[find_slot(map, hash_bytes(key, size), key, size)];
    return index == 0 ? NULL : map->entries[index - 1].value;
}

void *map_find(const struct map *map, const char *key)
{
    return map_find_n(map, key, strlen(key));
}

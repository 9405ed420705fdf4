/*
 * A map from text to pointers, in the order of insertion.
 *
 *     struct map assets;
 *     map_init(&assets);
 *     map_put(&assets, "raw.users", asset);
 *     for (size_t i = 0; i < assets.count; i++)
 *         show(assets.entries[i].key, assets.entries[i].value);
 *
 * Keys are borrowed: they must live as long as the map. Values are never touched.
 */
#ifndef AORTA_BASE_MAP_H
#define AORTA_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_entry {
    const char *key;
    void *value;
    uint64_t hash;
};

struct map {
    struct map_entry *entries; /* in order of insertion */
    size_t count;
    size_t capacity;
    uint32_t *slots; /* index + 1 into entries, 0 when free; a power of two of them */
    size_t slot_count;
};

void map_init(struct map *map);
void map_release(struct map *map);

/* Adds or replaces; returns the value that was there, or NULL. value may not be NULL. */
void *map_put(struct map *map, const char *key, void *value);

/* The value, or NULL. */
void *map_find(const struct map *map, const char *key);

/* As map_find, for a key that does not end with a NUL. */
void *map_find_n(const struct map *map, const char *key, size_t size);

#endif

#include "template/collection.h"

#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Up to here a map is searched from the first entry to the last. */
enum { SMALL_MAP = 8 };

/* ---- lists ----------------------------------------------------------------------------------- */

struct template_list *template_list_new(struct arena *arena)
{
    struct template_list *list = arena_alloc(arena, sizeof *list);

    list->arena = arena;
    return list;
}

/* Twice the room; the old one stays in the arena, which costs no more than it holds. */
static void grow_list(struct template_list *list)
{
    size_t capacity = list->capacity < 4 ? 4 : list->capacity * 2;
    struct template_value *items = arena_calloc(list->arena, capacity, sizeof *items);

    if (list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->capacity = capacity;
}

void template_list_append(struct template_list *list, struct template_value value)
{
    if (list->count == list->capacity)
        grow_list(list);
    list->items[list->count++] = value;
}

void template_list_insert(struct template_list *list, size_t index, struct template_value value)
{
    assert(index <= list->count);
    template_list_append(list, value);
    memmove(list->items + index + 1, list->items + index,
            (list->count - 1 - index) * sizeof *list->items);
    list->items[index] = value;
}

struct template_value template_list_remove(struct template_list *list, size_t index)
{
    assert(index < list->count);
    struct template_value value = list->items[index];

    list->count--;
    memmove(list->items + index, list->items + index + 1,
            (list->count - index) * sizeof *list->items);
    return value;
}

/* ---- maps ------------------------------------------------------------------------------------ */

struct template_map *template_map_new(struct arena *arena)
{
    struct template_map *map = arena_alloc(arena, sizeof *map);

    map->arena = arena;
    return map;
}

/* Keys that are equal hash equally: 1, 1.0 and true are one key. */
static uint64_t hash_key(struct template_value key)
{
    assert(template_is_key(key));
    switch (key.kind) {
    case TEMPLATE_STRING: return hash_bytes(key.string.data, key.string.size);
    case TEMPLATE_BOOL: return hash_mix(key.boolean);
    case TEMPLATE_INT: return hash_mix((uint64_t)key.integer);
    case TEMPLATE_DOUBLE:
        if (fabs(key.real) < 0x1p63)
            return hash_mix((uint64_t)(int64_t)key.real);
        return 2;
    case TEMPLATE_NONE: return 1;
    case TEMPLATE_UNDEFINED:
    case TEMPLATE_LIST:
    case TEMPLATE_MAP:
    case TEMPLATE_FUNCTION: break;
    }
    return 0;
}

static struct template_entry *find_small(const struct template_map *map, uint64_t hash,
                                         struct template_value key)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->entries[i].hash == hash && template_equal(map->entries[i].key, key))
            return &map->entries[i];
    return NULL;
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(const struct template_map *map, uint64_t hash, struct template_value key)
{
    size_t mask = map->slot_count - 1;
    size_t slot = (size_t)hash & mask;

    while (map->slots[slot] != 0) {
        const struct template_entry *entry = &map->entries[map->slots[slot] - 1];
        if (entry->hash == hash && template_equal(entry->key, key))
            break;
        slot = (slot + 1) & mask;
    }
    return &map->slots[slot];
}

static struct template_entry *find_entry(const struct template_map *map, uint64_t hash,
                                         struct template_value key)
{
    if (map->slots == NULL)
        return find_small(map, hash, key);
    uint32_t index = *find_slot(map, hash, key);
    return index == 0 ? NULL : &map->entries[index - 1];
}

/* Slots for all entries, and as many free. */
static void index_entries(struct template_map *map)
{
    if (map->slot_count < map->capacity * 2) {
        map->slot_count = map->capacity * 2;
        map->slots = arena_calloc(map->arena, map->slot_count, sizeof *map->slots);
    } else {
        memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    }
    for (size_t i = 0; i < map->count; i++)
        *find_slot(map, map->entries[i].hash, map->entries[i].key) = (uint32_t)(i + 1);
}

static void grow_map(struct template_map *map)
{
    size_t capacity = map->capacity < SMALL_MAP ? SMALL_MAP : map->capacity * 2;
    struct template_entry *entries = arena_calloc(map->arena, capacity, sizeof *entries);

    if (map->entries != NULL)
        memcpy(entries, map->entries, map->count * sizeof *entries);
    map->entries = entries;
    map->capacity = capacity;
    if (capacity > SMALL_MAP)
        index_entries(map);
}

void template_map_put_value(struct template_map *map, struct template_value key,
                            struct template_value value)
{
    uint64_t hash = hash_key(key);
    struct template_entry *entry = find_entry(map, hash, key);

    if (entry != NULL) {
        entry->value = value;
        return;
    }
    if (map->count == map->capacity)
        grow_map(map);
    assert(map->entries != NULL);
    map->entries[map->count++] = (struct template_entry){key, value, hash};
    if (map->slots != NULL)
        *find_slot(map, hash, key) = (uint32_t)map->count;
}

const struct template_value *template_map_find_value(const struct template_map *map,
                                                     struct template_value key)
{
    const struct template_entry *entry = find_entry(map, hash_key(key), key);

    return entry == NULL ? NULL : &entry->value;
}

void template_map_put(struct template_map *map, const char *key, struct template_value value)
{
    template_map_put_value(map, template_string(key), value);
}

const struct template_value *template_map_find(const struct template_map *map, const char *key)
{
    return template_map_find_value(map, template_string(key));
}

bool template_map_remove(struct template_map *map, struct template_value key,
                         struct template_value *value)
{
    struct template_entry *entry = find_entry(map, hash_key(key), key);

    if (entry == NULL)
        return false;
    *value = entry->value;
    size_t behind = map->count - 1 - (size_t)(entry - map->entries);
    memmove(entry, entry + 1, behind * sizeof *entry);
    map->count--;
    if (map->slots != NULL)
        index_entries(map);
    return true;
}

void template_freeze(struct template_value value)
{
    if (value.kind == TEMPLATE_LIST && !value.list->is_frozen) {
        value.list->is_frozen = true;
        for (size_t i = 0; i < value.list->count; i++)
            template_freeze(value.list->items[i]);
    }
    if (value.kind == TEMPLATE_MAP && !value.map->is_frozen) {
        value.map->is_frozen = true;
        for (size_t i = 0; i < value.map->count; i++)
            template_freeze(value.map->entries[i].value);
    }
}

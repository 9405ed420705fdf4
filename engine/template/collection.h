/*
 * Lists and maps of template values.
 *
 *     struct template_map *target = template_map_new(&arena);
 *     template_map_put(target, "name", template_string("dev"));
 *     template_context_set(context, "target", template_map_value(target));
 *
 * Both grow in the arena they were made with and are never freed alone. What was put into a map
 * under a key keeps its place when it is replaced, as in Python.
 */
#ifndef AORTA_TEMPLATE_COLLECTION_H
#define AORTA_TEMPLATE_COLLECTION_H

#include "template/value.h"

struct template_list {
    struct template_value *items;
    size_t count;
    size_t capacity;
    struct arena *arena;
    bool is_tuple;  /* prints with round brackets */
    bool is_frozen; /* a template may not change it */
};

struct template_entry {
    struct template_value key;
    struct template_value value;
    uint64_t hash;
};

/* In order of insertion. */
struct template_map {
    struct template_entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *slots; /* index + 1 into entries, 0 when free; NULL while the map is small */
    size_t slot_count;
    struct arena *arena;
    const char *text;                         /* what it prints as, or NULL: as a map */
    const struct template_function *function; /* what calling it does, or NULL */
    bool is_frozen;                           /* a template may not change it */
    bool is_namespace;                        /* made by namespace(): `set name.key = …` works */
};

struct template_list *template_list_new(struct arena *arena);
void template_list_append(struct template_list *list, struct template_value value);

/* Puts the value before the item at `index` (at most count). */
void template_list_insert(struct template_list *list, size_t index, struct template_value value);

/* Takes the item at `index` (below count) out. */
struct template_value template_list_remove(struct template_list *list, size_t index);

struct template_map *template_map_new(struct arena *arena);

/* Adds, or replaces the value where the key is. The key is borrowed. */
void template_map_put(struct template_map *map, const char *key, struct template_value value);

/* NULL if it is not there. Borrowed until the map changes. */
const struct template_value *template_map_find(const struct template_map *map, const char *key);

/* The same with any key that template_is_key says is one. */
void template_map_put_value(struct template_map *map, struct template_value key,
                            struct template_value value);
const struct template_value *template_map_find_value(const struct template_map *map,
                                                     struct template_value key);

/* Takes an entry out; false if it is not there. Costs as much as the map is large. */
bool template_map_remove(struct template_map *map, struct template_value key,
                         struct template_value *value);

/* Makes a value and all that it holds unchangeable for templates. */
void template_freeze(struct template_value value);

#endif

#include "executor/lake_window.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "executor/key_hour.h"
#include "executor/module.h"

#include <stdlib.h>
#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)
enum { HOURS_PER_DAY = 24 };

/* ------------------------------------------------------------------------------------ the folders */

struct listing {
    struct lake_window *window;
    struct buf topic; /* what keys of the topic begin with */
    struct buf key;
    struct lake_window_object *objects;
    size_t count, capacity;
    struct err *err;
    bool has_failed;
};

/* Takes a key apart; false if the sink would not have written it so. */
static bool read_key(struct listing *l, const char *key, struct lake_window_object *object,
                     int64_t *hour)
{
    const char *topic = l->window->place.topic, *name = strrchr(key, '/');
    size_t size = strlen(topic);
    struct sink_object named;
    struct key_hour time;
    char *end;

    if (name == NULL || strncmp(name + 1, topic, size) != 0 || name[1 + size] != '+' ||
        !key_hour_find(key + l->topic.size, &time))
        return false;
    long long partition = strtoll(name + 1 + size + 1, &end, 10);
    if (*end != '+' || partition < 0 || partition > INT32_MAX)
        return false;
    named =
        (struct sink_object){.hour = time.us / US_PER_HOUR, .first = strtoll(end + 1, &end, 10)};
    sink_key_object(&l->key, topic, (int32_t)partition, &named);
    object->partition = (int32_t)partition;
    object->first = named.first;
    *hour = named.hour;
    return strcmp(l->key.data, key) == 0;
}

static int add(struct listing *l, const struct aorta_object *found)
{
    struct lake_window *window = l->window;
    struct lake_window_object object = {.modified_us = found->modified_us,
                                        .size_bytes = found->size_bytes};
    int64_t hour;

    if (window->cancel != NULL && atomic_load(window->cancel) != 0)
        return err_set(l->err, ERR_CANCELED, "canceled");
    if (!read_key(l, found->key, &object, &hour) || hour < window->from_hour ||
        hour >= window->until_hour)
        return 0;
    if (l->count == LIMIT_LOAD_FILES)
        return err_set(l->err, ERR_CONFIG,
                       "there are more than %d objects, too many for one load: ask for fewer hours "
                       "at a time",
                       LIMIT_LOAD_FILES);
    object.key = arena_strdup(window->arena, found->key);
    object.etag = arena_strdup(window->arena, found->etag != NULL ? found->etag : "");
    if (l->count == l->capacity) {
        l->capacity = l->capacity > 0 ? l->capacity * 2 : 64;
        l->objects = alloc_resize(l->objects, l->capacity * sizeof *l->objects);
    }
    l->objects[l->count++] = object;
    return 0;
}

static int take_object(void *arg, const struct aorta_object *object)
{
    struct listing *l = arg;

    l->has_failed = add(l, object) < 0;
    return l->has_failed;
}

static int list(struct listing *l, const struct buf *prefix)
{
    const struct sink_lake_place *place = &l->window->place;
    struct aorta_error error;

    if (place->store->list(place->connection, prefix->data, NULL, take_object, l, &error) < 0)
        return module_error(&error, prefix->data, l->err);
    return l->has_failed ? -1 : 0;
}

/* One hour by itself; of more whole days, which are fewer requests. */
static int list_folders(struct listing *l)
{
    const struct lake_window *window = l->window;
    const char *topic = window->place.topic;
    int64_t hour = window->from_hour;
    struct buf prefix;
    int result = 0;

    buf_init(&prefix);
    if (window->until_hour - hour == 1) {
        sink_key_hour(&prefix, topic, hour);
        result = list(l, &prefix);
    } else {
        for (; hour < window->until_hour && result == 0;
             hour += HOURS_PER_DAY - hour % HOURS_PER_DAY) {
            sink_key_day(&prefix, topic, hour);
            result = list(l, &prefix);
        }
    }
    buf_release(&prefix);
    return result;
}

/* ------------------------------------------------------------------------------------- the chains */

/* A partition's chain, while its objects are looked for in their order. */
struct search {
    struct sink_chain chain;
    struct arena arena; /* of the entry */
    int64_t low;        /* an entry that begins at the number looked for, or before it; 0: none */
    int64_t loaded;     /* the entry's place; 0: none */
    struct sink_entry entry;
    enum sink_outcome outcome;
};

/* 1, 0 if it is not there, -1. */
static int load(struct search *s, int64_t sequence, struct err *err)
{
    if (s->loaded == sequence)
        return 1;
    s->loaded = 0;
    arena_reset(&s->arena);
    int found = sink_chain_load(&s->chain, sequence, &s->arena, &s->entry, &s->outcome, err);
    if (found > 0)
        s->loaded = sequence;
    return found;
}

/* Whether the entry is there and begins at the number, or before it: 1, 0, -1. */
static int begins_by(struct search *s, int64_t sequence, int64_t number, struct err *err)
{
    int found = load(s, sequence, err);

    return found > 0 ? s->entry.start <= number : found;
}

static int take_first(void *arg, const struct aorta_object *object)
{
    struct search *s = arg;
    int32_t partition;
    int64_t sequence;
    bool is_seal;

    if (!sink_key_parse(object->key, s->chain.topic, &partition, &sequence, &is_seal) || is_seal)
        return 0;
    s->low = sequence;
    return 1;
}

/* The first entry that there is: others may have been removed with the data of their time. */
static int find_first(struct search *s, struct err *err)
{
    struct aorta_error error;
    struct buf prefix;

    buf_init(&prefix);
    sink_key_chain(&prefix, s->chain.topic, s->chain.partition);
    int result =
        s->chain.store->list(s->chain.connection, prefix.data, NULL, take_first, s, &error);
    if (result < 0)
        result = module_error(&error, prefix.data, err);
    buf_release(&prefix);
    return result;
}

/* Moves `low` to the last entry that begins at the number or before it, and loads that: 1, 0 if the
 * chain begins behind it, -1. */
static int find_entry(struct search *s, int64_t number, struct err *err)
{
    int64_t step = 1, high;
    int by = s->low > 0 ? begins_by(s, s->low, number, err) : 0;

    if (by <= 0)
        return by;
    for (high = s->low + step; (by = begins_by(s, high, number, err)) > 0; high = s->low + step) {
        s->low = high;
        step *= 2;
    }
    while (by >= 0 && high - s->low > 1) {
        int64_t middle = s->low + (high - s->low) / 2;
        by = begins_by(s, middle, number, err);
        *(by > 0 ? &s->low : &high) = middle;
    }
    return by < 0 ? -1 : load(s, s->low, err);
}

/* How the chain has it, if it has. */
static void settle(const struct search *s, int64_t next, int32_t given,
                   struct lake_window_object *object, struct buf *key)
{
    for (int32_t i = 0; i < s->entry.object_count; i++) {
        const struct sink_object *planned = &s->entry.objects[i];
        if (planned->first != object->first)
            continue;
        sink_key_object(key, s->chain.topic, s->chain.partition, planned);
        object->is_finished = s->outcome == SINK_DONE && strcmp(key->data, object->key) == 0;
        object->is_ahead = s->loaded > next || (s->loaded == next && i >= given);
        object->count = planned->count;
    }
}

/* Objects of one partition, by their numbers. */
static int search_chain(struct lake_window *window, struct lake_window_object **objects,
                        size_t count, struct buf *key, struct err *err)
{
    const struct sink_lake_place *place = &window->place;
    struct search s = {.chain = {.store = place->store,
                                 .connection = place->connection,
                                 .topic = place->topic,
                                 .partition = objects[0]->partition,
                                 .single_writer = true}};
    int64_t next = 1;
    int32_t given = 0;

    arena_init(&s.arena);
    int result =
        sink_lake_given(place->topic, window->position, s.chain.partition, &next, &given, err);
    if (result == 0)
        result = find_first(&s, err);
    for (size_t i = 0; i < count && result == 0; i++) {
        int found = find_entry(&s, objects[i]->first, err);
        if (found > 0)
            settle(&s, next, given, objects[i], key);
        result = found < 0 ? -1 : 0;
        if (window->cancel != NULL && atomic_load(window->cancel) != 0)
            result = err_set(err, ERR_CANCELED, "canceled");
    }
    arena_release(&s.arena);
    return result;
}

static int compare_numbers(const void *left, const void *right)
{
    const struct lake_window_object *const *a = left, *const *b = right;

    if ((*a)->partition != (*b)->partition)
        return (*a)->partition < (*b)->partition ? -1 : 1;
    return (*a)->first < (*b)->first ? -1 : (*a)->first > (*b)->first;
}

static int search_chains(struct listing *l)
{
    struct lake_window_object **by_number = alloc_zeroed(l->count + 1, sizeof(void *));
    int result = 0;

    for (size_t i = 0; i < l->count; i++)
        by_number[i] = &l->objects[i];
    qsort(by_number, l->count, sizeof(struct lake_window_object *), compare_numbers);
    for (size_t from = 0, to; from < l->count && result == 0; from = to) {
        for (to = from + 1; to < l->count; to++)
            if (by_number[to]->partition != by_number[from]->partition)
                break;
        result = search_chain(l->window, &by_number[from], to - from, &l->key, l->err);
    }
    free(by_number);
    return result;
}

/* --------------------------------------------------------------------------------------- together */

static void keep_finished(const struct listing *l)
{
    struct lake_window *window = l->window;

    window->objects = arena_calloc(window->arena, l->count + 1, sizeof *window->objects);
    for (size_t i = 0; i < l->count; i++) {
        if (!l->objects[i].is_finished)
            continue;
        window->objects[window->count++] = l->objects[i];
        window->ahead += l->objects[i].is_ahead;
    }
}

int lake_window_find(struct lake_window *window, struct err *err)
{
    struct listing l = {.window = window, .err = err};

    window->count = window->ahead = 0;
    buf_init(&l.topic);
    buf_init(&l.key);
    buf_printf(&l.topic, "topics/%s/", window->place.topic);
    int result = list_folders(&l) < 0 || search_chains(&l) < 0 ? -1 : 0;
    if (result == 0)
        keep_finished(&l);
    free(l.objects);
    buf_release(&l.key);
    buf_release(&l.topic);
    return result;
}

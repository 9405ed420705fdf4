#include "schedule/partition.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/suggest.h"
#include "schedule/partition_time.h"

#include <stdlib.h>
#include <string.h>

const char *const partition_unit_names[] = {
    [PARTITION_STATIC] = "static", [PARTITION_HOUR] = "hour",   [PARTITION_DAY] = "day",
    [PARTITION_WEEK] = "week",     [PARTITION_MONTH] = "month",
};

/* How its keys are written, and the shortest that it can be. */
static const struct unit {
    const char *example;
    int64_t shortest_us;
} units[] = {
    [PARTITION_STATIC] = {"", 0},
    [PARTITION_HOUR] = {"2024-04-04T13", CLOCK_US_PER_DAY / 24},
    [PARTITION_DAY] = {"2024-04-04", CLOCK_US_PER_DAY},
    [PARTITION_WEEK] = {"2024-W14", 7 * CLOCK_US_PER_DAY},
    [PARTITION_MONTH] = {"2024-04", 28 * CLOCK_US_PER_DAY},
};

/* More are not looked through for what was meant. */
enum { SUGGESTED_FROM = 10000 };

/* --- definitions ------------------------------------------------------------------------------- */

/* The first partition that begins at an instant or later. */
static int64_t first_from(const struct partitions *partitions, int64_t us)
{
    struct partition partition;

    partition_time_at(partitions, us, &partition);
    return partition.start_us == us ? us : partition.end_us;
}

static int read_start(struct partitions *partitions, const char *start, struct err *err)
{
    struct partition partition;
    int64_t us, instants[2];
    bool is_key, has_time;

    if (partition_time_find(partitions, start, &partition, &is_key)) {
        partitions->first_us = partition.start_us;
        return 0;
    }
    if (!clock_parse(start, strlen(start), &us, &has_time, NULL) || has_time ||
        us < PARTITION_BEGIN_US || us >= PARTITION_END_US)
        return err_set(err, ERR_CONFIG,
                       "partitions cannot start at \"%.40s\": write a date, as \"2024-04-01\", or "
                       "the key of a partition, as \"%s\"",
                       start, units[partitions->unit].example);
    (void)zone_find(partitions->zone, us, instants);
    partitions->first_us = first_from(partitions, instants[0]);
    return 0;
}

int partitions_init_time(struct partitions *partitions, enum partition_unit unit,
                         const struct zone *zone, int64_t offset_us, const char *start,
                         struct err *err)
{
    struct partitions made = {.unit = unit, .zone = zone, .offset_us = offset_us};

    if (offset_us < 0 || offset_us >= units[unit].shortest_us ||
        offset_us % CLOCK_US_PER_SECOND != 0)
        return err_set(
            err, ERR_CONFIG, "an offset of partitions by %s is whole seconds, less than %lld",
            partition_unit_names[unit], (long long)(units[unit].shortest_us / CLOCK_US_PER_SECOND));
    map_init(&made.by_key);
    if (read_start(&made, start != NULL ? start : "1970-01-01", err) < 0)
        return -1;
    *partitions = made;
    return 0;
}

static int check_key(const char *key, struct err *err)
{
    size_t size = strnlen(key, PARTITION_KEY_SIZE);

    if (size == 0 || size == PARTITION_KEY_SIZE)
        return err_set(err, ERR_CONFIG, "partition \"%.*s\": a key has 1 to %d bytes", (int)size,
                       key, PARTITION_KEY_SIZE - 1);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)key[i] < ' ' || key[i] == 0x7f)
            return err_set(err, ERR_CONFIG, "a partition's key has a control character in it");
    if (strchr(key, ',') != NULL || strstr(key, "..") != NULL)
        return err_set(err, ERR_CONFIG,
                       "partition \"%s\": a comma and \"..\" stand between keys, not in them", key);
    return 0;
}

static int add_keys(struct partitions *partitions, const char *const *keys, size_t count,
                    struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (check_key(keys[i], err) < 0)
            return -1;
        memcpy(partitions->keys[i], keys[i], strlen(keys[i]));
        if (map_put(&partitions->by_key, partitions->keys[i], &partitions->keys[i]) != NULL)
            return err_set(err, ERR_CONFIG, "partition \"%s\" is listed twice", keys[i]);
    }
    return 0;
}

int partitions_init_static(struct partitions *partitions, const char *const *keys, size_t count,
                           struct err *err)
{
    struct partitions made = {.unit = PARTITION_STATIC, .key_count = count};

    if (count == 0 || count > PARTITIONS_MOST)
        return err_set(err, ERR_CONFIG, "static partitions are a list of 1 to %d keys",
                       PARTITIONS_MOST);
    made.keys = alloc_zeroed(count, sizeof *made.keys);
    map_init(&made.by_key);
    if (add_keys(&made, keys, count, err) < 0) {
        partitions_release(&made);
        return -1;
    }
    *partitions = made;
    return 0;
}

void partitions_release(struct partitions *partitions)
{
    map_release(&partitions->by_key);
    free(partitions->keys);
    partitions->keys = NULL;
    partitions->key_count = 0;
}

/* --- partitions -------------------------------------------------------------------------------- */

static void take_static(const struct partitions *partitions, size_t index,
                        struct partition *partition)
{
    *partition = (struct partition){.index = index};
    memcpy(partition->key, partitions->keys[index], sizeof partition->key);
}

static int unknown_key(const struct partitions *partitions, const char *key, struct err *err)
{
    const char *meant = NULL;

    if (partitions->key_count <= SUGGESTED_FROM) {
        const char **keys = alloc_zeroed(partitions->key_count, sizeof *keys);
        for (size_t i = 0; i < partitions->key_count; i++)
            keys[i] = partitions->keys[i];
        meant = suggest(key, keys, partitions->key_count);
        free(keys);
    }
    if (meant != NULL)
        return err_set(err, ERR_CONFIG, "there is no partition \"%.63s\": did you mean \"%s\"?",
                       key, meant);
    return err_set(err, ERR_CONFIG, "there is no partition \"%.63s\": the first is \"%s\"", key,
                   partitions->keys[0]);
}

static int unknown_time(const struct partitions *partitions, const char *key, bool is_key,
                        struct err *err)
{
    const char *unit = partition_unit_names[partitions->unit];

    if (!is_key)
        return err_set(err, ERR_CONFIG, "partition \"%.63s\" is no %s: write it as \"%s\"", key,
                       unit, units[partitions->unit].example);
    return err_set(err, ERR_CONFIG,
                   "there is no partition \"%.63s\": the clocks of %s do not show that %s%s", key,
                   zone_name(partitions->zone), unit, strlen(key) > 13 ? " a second time" : "");
}

int partition_find(const struct partitions *partitions, const char *key,
                   struct partition *partition, struct err *err)
{
    struct partition found, first;
    bool is_key;

    if (partitions->unit == PARTITION_STATIC) {
        char(*known)[PARTITION_KEY_SIZE] = map_find(&partitions->by_key, key);
        if (known == NULL)
            return unknown_key(partitions, key, err);
        take_static(partitions, (size_t)(known - partitions->keys), partition);
        return 0;
    }
    if (!partition_time_find(partitions, key, &found, &is_key))
        return unknown_time(partitions, key, is_key, err);
    if (found.start_us < partitions->first_us) {
        partition_time_at(partitions, partitions->first_us, &first);
        return err_set(err, ERR_CONFIG, "there is no partition \"%s\": the first is \"%s\"", key,
                       first.key);
    }
    *partition = found;
    return 0;
}

bool partition_at(const struct partitions *partitions, int64_t us, struct partition *partition)
{
    if (partitions->unit == PARTITION_STATIC || us < partitions->first_us || us >= PARTITION_END_US)
        return false;
    partition_time_at(partitions, us, partition);
    return true;
}

bool partition_next(const struct partitions *partitions, const struct partition *at,
                    struct partition *next)
{
    if (partitions->unit != PARTITION_STATIC)
        return partition_at(partitions, at->end_us, next);
    if (at->index + 1 >= partitions->key_count)
        return false;
    take_static(partitions, at->index + 1, next);
    return true;
}

bool partition_previous(const struct partitions *partitions, const struct partition *at,
                        struct partition *previous)
{
    if (partitions->unit != PARTITION_STATIC)
        return partition_at(partitions, at->start_us - 1, previous);
    if (at->index == 0)
        return false;
    take_static(partitions, at->index - 1, previous);
    return true;
}

bool partition_first(const struct partitions *partitions, struct partition *first)
{
    if (partitions->unit != PARTITION_STATIC)
        return partition_at(partitions, partitions->first_us, first);
    take_static(partitions, 0, first);
    return true;
}

bool partition_last(const struct partitions *partitions, int64_t now_us, struct partition *last)
{
    struct partition current;

    if (partitions->unit == PARTITION_STATIC) {
        take_static(partitions, partitions->key_count - 1, last);
        return true;
    }
    return partition_at(partitions, now_us, &current) &&
           partition_previous(partitions, &current, last);
}

int64_t partitions_change_us(const struct partitions *partitions, int64_t now_us)
{
    struct partition at;
    bool is_found = partitions->unit != PARTITION_STATIC &&
                    (partition_at(partitions, now_us, &at) || partition_first(partitions, &at));

    return is_found && at.end_us > now_us ? at.end_us : INT64_MAX;
}

/* The first of them that ends behind the instant. */
static size_t first_behind(const struct partition *list, size_t count, int64_t us)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list[middle].end_us <= us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void partition_overlap(const struct partition *list, size_t count, int64_t start_us, int64_t end_us,
                       size_t *from, size_t *to)
{
    *from = first_behind(list, count, start_us);
    for (*to = *from; *to < count && list[*to].start_us < end_us;)
        ++*to;
}

int partition_list(const struct partitions *partitions, const char *from, const char *to,
                   struct arena *arena, struct partition **list, size_t *count, struct err *err)
{
    struct partition at, first = {.index = 0}, last = first;
    size_t found = 1;

    if (partition_find(partitions, from, &first, err) < 0 ||
        partition_find(partitions, to, &last, err) < 0)
        return -1;
    if (first.start_us > last.start_us || first.index > last.index)
        return err_set(err, ERR_CONFIG, "partitions \"%s\" to \"%s\": the range goes back", from,
                       to);
    /* Counted before memory is taken for them. */
    for (at = first; strcmp(at.key, last.key) != 0; found++)
        if (found == PARTITIONS_MOST || !partition_next(partitions, &at, &at))
            return err_set(err, ERR_CONFIG,
                           "partitions \"%s\" to \"%s\" are more than %d: choose a shorter range",
                           from, to, PARTITIONS_MOST);
    *list = arena_calloc(arena, found, sizeof **list);
    (*list)[0] = first;
    for (size_t i = 1; i < found; i++)
        (void)partition_next(partitions, &(*list)[i - 1], &(*list)[i]);
    *count = found;
    return 0;
}

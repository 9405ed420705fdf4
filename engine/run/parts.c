#include "run/parts.h"

#include "base/clock.h"
#include "schedule/partitioned.h"
#include "store/partitions.h"

#include <string.h>

const char *const part_state_names[] = {
    [PART_MISSING] = "missing", [PART_PRESENT] = "present", [PART_STALE] = "stale",
    [PART_FAILED] = "failed",   [PART_RUNNING] = "running",
};

struct parts_reading {
    const struct loaded *loaded;
    struct store_reader *reader;
    struct arena *arena;
    bool is_alive;
    struct part *parts;
    size_t count;
    bool is_static;
};

/* The first of the parts that ends behind the instant. */
static size_t first_behind(const struct parts_reading *r, int64_t us)
{
    size_t low = 0, high = r->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->parts[middle].partition.end_us <= us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ----------------------------------------------------------------------------------- its own rows */

static struct part *find_part(const struct parts_reading *r, const struct map *by_key,
                              const struct store_partition *row)
{
    if (r->is_static)
        return map_find(by_key, row->key);
    size_t i = first_behind(r, row->start_us);
    bool found = i < r->count && strcmp(r->parts[i].partition.key, row->key) == 0;
    return found ? &r->parts[i] : NULL;
}

static void settle(const struct parts_reading *r, struct part *part,
                   const struct store_partition *row)
{
    if (row->running_run_id != NULL && r->is_alive) {
        part->state = PART_RUNNING;
        part->run_id = row->running_run_id;
        part->at_us = row->published_us;
    } else if (row->failed_us > 0) {
        part->state = PART_FAILED;
        part->run_id = row->failed_run_id;
        part->at_us = row->failed_us;
    } else if (row->published_us > 0) {
        part->state = PART_PRESENT;
        part->run_id = row->run_id;
        part->at_us = row->published_us;
    }
}

/* ----------------------------------------------------------------------------- what it is made of */

static void age(struct part *part, int64_t began_us, int64_t published_us)
{
    if (part->state == PART_PRESENT && published_us > began_us)
        part->state = PART_STALE;
}

static void age_by(const struct parts_reading *r, const struct map *by_key, const int64_t *began_us,
                   const struct store_partition *row)
{
    if (row->published_us == 0)
        return;
    if (r->is_static) {
        struct part *part = map_find(by_key, row->key);
        if (part != NULL)
            age(part, began_us[part - r->parts], row->published_us);
        return;
    }
    for (size_t i = first_behind(r, row->start_us);
         i < r->count && r->parts[i].partition.start_us < row->end_us; i++)
        age(&r->parts[i], began_us[i], row->published_us);
}

static int age_by_inputs(const struct parts_reading *r, const struct asset *asset,
                         const struct map *by_key, const int64_t *began_us, struct err *err)
{
    const char *target = r->loaded->pipeline.target->name;

    for (size_t i = 0; i < asset->sql_input_count; i++) {
        const struct asset *input = asset->sql_inputs[i];
        struct store_partition *rows;
        size_t count;
        bool is_view = input->kind == ASSET_MODEL && input->materialized == ASSET_VIEW;
        if (is_view && age_by_inputs(r, input, by_key, began_us, err) < 0)
            return -1;
        if ((input->partitioned.by == ASSET_PARTITIONS_STATIC) != r->is_static ||
            partitioned_find(&r->loaded->partitioned, input) == NULL)
            continue;
        if (store_read_partitions(r->reader, input->key, target, r->arena, &rows, &count, err) < 0)
            return -1;
        for (size_t j = 0; j < count; j++)
            age_by(r, by_key, began_us, &rows[j]);
    }
    return 0;
}

/* --------------------------------------------------------------------------------------- reading */

static int list_parts(struct parts_reading *r, const struct partitions *partitions,
                      const struct asset *asset, struct err *err)
{
    struct partition first, last, *list;

    if (!partition_first(partitions, &first) ||
        !partitioned_last(partitions, asset, clock_now_us(), &last))
        return 0;
    if (partition_list(partitions, first.key, last.key, r->arena, &list, &r->count, err) < 0)
        return -1;
    r->parts = arena_calloc(r->arena, r->count, sizeof *r->parts);
    for (size_t i = 0; i < r->count; i++)
        r->parts[i].partition = list[i];
    return 0;
}

int parts_read(const struct loaded *loaded, const struct asset *asset, struct store_reader *reader,
               bool is_alive, struct arena *arena, struct part **parts, size_t *count,
               struct err *err)
{
    const struct partitions *partitions = partitioned_find(&loaded->partitioned, asset);
    struct parts_reading r = {
        .loaded = loaded, .reader = reader, .arena = arena, .is_alive = is_alive};
    struct store_partition *rows = NULL;
    size_t row_count = 0;
    struct map by_key;
    int result = -1;

    map_init(&by_key);
    if (partitions != NULL) {
        r.is_static = partitions->unit == PARTITION_STATIC;
        if (list_parts(&r, partitions, asset, err) < 0)
            goto out;
    }
    if (r.count > 0 && reader != NULL &&
        store_read_partitions(reader, asset->key, loaded->pipeline.target->name, arena, &rows,
                              &row_count, err) < 0)
        goto out;
    int64_t *began_us = arena_calloc(arena, r.count + 1, sizeof *began_us);
    for (size_t i = 0; r.is_static && i < r.count; i++)
        map_put(&by_key, r.parts[i].partition.key, &r.parts[i]);
    for (size_t i = 0; i < row_count; i++) {
        struct part *part = find_part(&r, &by_key, &rows[i]);
        if (part == NULL)
            continue; /* of another definition, or of the future */
        settle(&r, part, &rows[i]);
        began_us[part - r.parts] = rows[i].began_us;
    }
    if (row_count > 0 && age_by_inputs(&r, asset, &by_key, began_us, err) < 0)
        goto out;
    *parts = r.parts;
    *count = r.count;
    result = 0;
out:
    map_release(&by_key);
    return result;
}

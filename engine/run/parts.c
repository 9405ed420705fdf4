#include "run/parts.h"

#include "base/clock.h"
#include "run/parts_input.h"

#include <string.h>

const char *const part_state_names[] = {
    [PART_MISSING] = "missing", [PART_PRESENT] = "present", [PART_STALE] = "stale",
    [PART_FAILED] = "failed",   [PART_RUNNING] = "running",
};

/* ------------------------------------------------------------------------------ which there are */

static int list_declared(struct parts_reading *r, const struct partitions *partitions,
                         const struct asset *asset, struct err *err)
{
    struct partition first, last, *list;

    if (!partition_first(partitions, &first) ||
        !partitioned_last(partitions, asset, clock_now_us(), &last))
        return 0;
    if (partition_list(partitions, first.key, last.key, r->arena, &list, &r->count, err) < 0)
        return -1;
    r->list = list;
    return 0;
}

/* Of what is not made by partitions, those that something is known of. */
static void list_known(struct parts_reading *r, const struct partitions *partitions,
                       const struct store_partition *rows, size_t count)
{
    struct partition *list = arena_calloc(r->arena, count + 1, sizeof *list);
    struct err err;

    for (size_t i = 0; i < count; i++)
        r->count += partition_find(partitions, rows[i].key, &list[r->count], &err) == 0;
    r->list = list;
}

static int list_parts(struct parts_reading *r, const struct asset *asset,
                      const struct store_partition *rows, size_t row_count, struct err *err)
{
    const struct partitions *partitions = partitioned_known(&r->loaded->partitioned, asset);
    bool is_declared = partitioned_find(&r->loaded->partitioned, asset) != NULL;

    r->is_static = partitions->unit == PARTITION_STATIC;
    if (!is_declared)
        list_known(r, partitions, rows, row_count);
    else if (list_declared(r, partitions, asset, err) < 0)
        return -1;
    r->parts = arena_calloc(r->arena, r->count + 1, sizeof *r->parts);
    for (size_t i = 0; i < r->count; i++)
        r->parts[i].partition = r->list[i];
    for (size_t i = 0; r->is_static && i < r->count; i++)
        map_put(&r->by_key, r->parts[i].partition.key, &r->parts[i]);
    return 0;
}

/* ------------------------------------------------------------------------------------ its own rows */

static struct part *find_part(const struct parts_reading *r, const struct store_partition *row)
{
    size_t from, to;

    if (r->is_static)
        return map_find(&r->by_key, row->key);
    partition_overlap(r->list, r->count, row->start_us, row->start_us + 1, &from, &to);
    bool found = from < to && strcmp(r->list[from].key, row->key) == 0;
    return found ? &r->parts[from] : NULL;
}

static void settle(struct part *part, const struct store_partition *row, bool is_alive)
{
    part->is_published = row->published_us > 0;
    if (row->running_run_id != NULL && is_alive) {
        part->state = PART_RUNNING;
        part->run_id = row->running_run_id;
        part->at_us = row->published_us;
    } else if (row->failed_us > 0) {
        part->state = PART_FAILED;
        part->run_id = row->failed_run_id;
        part->at_us = row->failed_us;
        part->among = row->failed_among;
    } else if (row->published_us > 0) {
        part->state = part->input_us > row->began_us ? PART_STALE : PART_PRESENT;
        part->run_id = row->run_id;
        part->at_us = row->published_us;
    }
}

/* ----------------------------------------------------------------------------------------- reading */

static int read_parts(struct parts_reading *r, const struct asset *asset, bool is_alive,
                      struct err *err)
{
    const char *target = r->loaded->pipeline.target->name;
    struct store_partition *rows = NULL;
    size_t row_count = 0;

    if (r->reader != NULL &&
        store_read_partitions(r->reader, asset->key, target, r->arena, &rows, &row_count, err) < 0)
        return -1;
    if (list_parts(r, asset, rows, row_count, err) < 0 ||
        (r->count > 0 && r->reader != NULL && asset->kind != ASSET_STREAM &&
         parts_find_inputs(r, asset, err) < 0))
        return -1;
    for (size_t i = 0; i < row_count; i++) {
        struct part *part = find_part(r, &rows[i]);
        if (part != NULL) /* else of another definition, or of the future */
            settle(part, &rows[i], is_alive);
    }
    return 0;
}

int parts_read(const struct loaded *loaded, const struct asset *asset, struct store_reader *reader,
               bool is_alive, struct arena *arena, struct part **parts, size_t *count,
               struct err *err)
{
    struct parts_reading r = {.loaded = loaded, .reader = reader, .arena = arena};
    int result = 0;

    map_init(&r.by_key);
    if (partitioned_known(&loaded->partitioned, asset) != NULL)
        result = read_parts(&r, asset, is_alive, err);
    map_release(&r.by_key);
    *parts = r.parts;
    *count = result == 0 ? r.count : 0;
    return result;
}

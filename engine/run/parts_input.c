#include "run/parts_input.h"

#include "base/clock.h"
#include "run/freshness.h"

#include <string.h>

/* One asset that the parts are made of. */
struct input {
    const struct asset *asset;
    const struct partitions *partitions; /* NULL: it is made as one */
    struct store_partition *rows;
    size_t row_count;
};

static void note(const struct parts_reading *r, size_t from, size_t to, int64_t us)
{
    for (size_t i = from; i < to; i++)
        if (r->parts[i].input_us < us)
            r->parts[i].input_us = us;
}

/* The parts that a partition of the input belongs to. */
static void find_parts(const struct parts_reading *r, const struct partition *of, size_t *from,
                       size_t *to)
{
    if (!r->is_static) {
        partition_overlap(r->list, r->count, of->start_us, of->end_us, from, to);
        return;
    }
    const struct part *part = map_find(&r->by_key, of->key);
    *from = part != NULL ? (size_t)(part - r->parts) : 0;
    *to = part != NULL ? *from + 1 : 0;
}

static struct partition partition_of(const struct store_partition *row)
{
    struct partition partition = {.start_us = row->start_us, .end_us = row->end_us};
    size_t size = strnlen(row->key, sizeof partition.key - 1);

    memcpy(partition.key, row->key, size);
    return partition;
}

/* Of a model each partition is made at some time, so none may be missing. Of hours that come from
 * outside some never have anything: one is enough. */
static bool needs_all(const struct asset *asset)
{
    return asset->kind == ASSET_MODEL;
}

/* Which partitions of the input there are to be made. */
static int list_wanted(const struct parts_reading *r, const struct input *input,
                       struct partition **list, size_t *count, struct err *err)
{
    struct partition first, last;

    *count = 0;
    if (!needs_all(input->asset) || !partition_first(input->partitions, &first) ||
        !partitioned_last(input->partitions, input->asset, clock_now_us(), &last))
        return 0;
    return partition_list(input->partitions, first.key, last.key, r->arena, list, count, err);
}

/* Marks the parts that have to wait for the input. */
static int find_lacking(const struct parts_reading *r, const struct input *input,
                        const bool *has_some, struct err *err)
{
    struct partition *list = NULL;
    size_t count, from, to;
    struct map present;

    if (list_wanted(r, input, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; !needs_all(input->asset) && i < r->count; i++)
        r->parts[i].lacks_input |= !has_some[i];
    map_init(&present);
    for (size_t i = 0; i < input->row_count; i++)
        if (input->rows[i].published_us > 0)
            map_put(&present, input->rows[i].key, &input->rows[i]);
    for (size_t i = 0; i < count; i++) {
        if (map_find(&present, list[i].key) != NULL)
            continue;
        find_parts(r, &list[i], &from, &to);
        for (; from < to; from++)
            r->parts[from].lacks_input = true;
    }
    map_release(&present);
    return 0;
}

static int find_by_partition(const struct parts_reading *r, const struct input *input,
                             struct err *err)
{
    bool *has_some = arena_calloc(r->arena, r->count + 1, sizeof *has_some);
    size_t from, to;

    for (size_t i = 0; i < input->row_count; i++) {
        struct partition partition = partition_of(&input->rows[i]);
        if (input->rows[i].published_us == 0)
            continue;
        find_parts(r, &partition, &from, &to);
        note(r, from, to, input->rows[i].published_us);
        for (; from < to; from++)
            has_some[from] = true;
    }
    return find_lacking(r, input, has_some, err);
}

static int find_of(const struct parts_reading *r, const struct asset *asset, struct err *err)
{
    const char *target = r->loaded->pipeline.target->name;
    struct input input = {.asset = asset,
                          .partitions = partitioned_known(&r->loaded->partitioned, asset)};
    struct store_materialization *newest;

    if (input.partitions != NULL && (input.partitions->unit == PARTITION_STATIC) == r->is_static) {
        if (store_read_partitions(r->reader, asset->key, target, r->arena, &input.rows,
                                  &input.row_count, err) < 0)
            return -1;
        return find_by_partition(r, &input, err);
    }
    if (store_read_newest(r->reader, asset->key, target, r->arena, &newest, err) < 0)
        return -1;
    if (newest != NULL)
        note(r, 0, r->count, newest->at_us);
    return 0;
}

int parts_find_inputs(const struct parts_reading *reading, const struct asset *asset,
                      struct err *err)
{
    for (size_t i = 0; i < asset->parent_count; i++) {
        const struct asset *parent = asset->parents[i];
        bool is_view = parent->kind == ASSET_MODEL && parent->materialized == ASSET_VIEW;
        if (!freshness_is_input(asset, parent))
            continue;
        if (is_view ? parts_find_inputs(reading, parent, err) < 0
                    : find_of(reading, parent, err) < 0)
            return -1;
    }
    return 0;
}

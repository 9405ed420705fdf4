#include "daemon/parts.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "run/window.h"
#include "store/partitions.h"

#include <stdlib.h>
#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * CLOCK_US_PER_SECOND)
#define HOURS_FAR (INT64_C(1) << 31) /* that can be told in microseconds */

/* [["2024-04-04", start_us, end_us], …], in the arena. */
static const char *list_of(const struct partition *list, size_t count, struct arena *arena)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    json_write_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_write_array(&json);
        json_write_str(&json, list[i].key);
        json_write_int(&json, list[i].start_us);
        json_write_int(&json, list[i].end_us);
        json_write_end(&json);
    }
    json_write_end(&json);
    const char *copy = arena_strndup(arena, text.data, text.size);
    buf_release(&text);
    return copy;
}

static struct store_window window_of(const struct run *run, const struct run_step *step,
                                     int64_t now_us)
{
    return (struct store_window){
        .asset = step->asset->key,
        .target = run->plan->pipeline->target->name,
        .run_id = run->id,
        .at_us = now_us,
    };
}

static const struct partitions *partitions_of(const struct run *run, const struct run_step *step)
{
    return partitioned_known(&run->plan->loaded->partitioned, step->asset);
}

/* A stream has partitions, but is not made by them. */
static bool is_made_by_them(const struct run *run, const struct run_step *step)
{
    return partitioned_find(&run->plan->loaded->partitioned, step->asset) != NULL;
}

/* Whether it failed because of rows, of which it is not known whose they are. */
static bool is_by_rows(const struct run_step *step)
{
    return step->state == STEP_REJECTED || (step->state == STEP_FAILED && step->code == ERR_DATA);
}

/* Writes those that the texts mean; longer lists than there may be are not written. */
static void write_texts(struct store *store, const struct run *run, const struct run_step *step,
                        const struct texts *texts, struct store_window *window,
                        void (*write)(struct store *store, const struct store_window *window))
{
    struct partition *list;
    struct arena arena;
    size_t count;
    struct err err;

    arena_init(&arena);
    if (window_read(partitions_of(run, step), texts->items, texts->count, INT64_MAX, &arena, &list,
                    &count, &err) == 0) {
        window->list = list_of(list, count, &arena);
        window->among = is_by_rows(step) ? (int64_t)count : 0;
        write(store, window);
    }
    arena_release(&arena);
}

/* ---- hours ----------------------------------------------------------------------------------- */

struct found {
    struct partition *list;
    size_t count, capacity;
};

static void find_one(struct found *found, const struct partition *partition)
{
    const struct partition *newest = found->count > 0 ? &found->list[found->count - 1] : NULL;

    if ((newest != NULL && newest->start_us >= partition->start_us) ||
        found->count == PARTITIONS_MOST)
        return;
    if (found->count == found->capacity) {
        found->capacity = found->capacity > 0 ? found->capacity * 2 : 16;
        found->list = alloc_resize(found->list, found->capacity * sizeof *found->list);
    }
    found->list[found->count++] = *partition;
}

/* The partitions that have something of those hours: executor/hours.h. */
static void find_hours(const struct partitions *partitions, const char *text, struct found *found)
{
    char *end;
    int64_t first = strtoll(text, &end, 10), last = first;
    struct partition at;

    if (strncmp(end, "..", 2) == 0)
        last = strtoll(end + 2, &end, 10);
    if (*end != '\0' || first < -HOURS_FAR || last > HOURS_FAR)
        return; /* nobody's hour */
    int64_t from_us = first * US_PER_HOUR, until_us = (last + 1) * US_PER_HOUR;
    from_us = from_us > partitions->first_us ? from_us : partitions->first_us;
    for (bool more = partition_at(partitions, from_us, &at); more && at.start_us < until_us;
         more = partition_next(partitions, &at, &at))
        find_one(found, &at);
}

static void publish_hours(struct store *store, const struct run *run, const struct run_step *step,
                          const struct texts *hours, struct store_window *window)
{
    const struct partitions *partitions = partitions_of(run, step);
    struct found found = {0};
    struct arena arena;

    arena_init(&arena);
    for (size_t i = 0; partitions->unit != PARTITION_STATIC && i < hours->count; i++)
        find_hours(partitions, hours->items[i], &found);
    window->list = list_of(found.list, found.count, &arena);
    store_partitions_publish(store, window);
    free(found.list);
    arena_release(&arena);
}

/* ---- what happens to a step ------------------------------------------------------------------ */

/* What was asked for; if nothing was, which it will be is not known before it is. */
static struct texts asked(const struct run *run)
{
    return (struct texts){.items = run->plan->partitions, .count = run->plan->partition_count};
}

void parts_begin(struct store *store, const struct run *run, const struct run_step *step)
{
    struct store_window window = window_of(run, step, clock_now_us());
    const struct texts texts = asked(run);

    if (is_made_by_them(run, step) && texts.count > 0)
        write_texts(store, run, step, &texts, &window, store_partitions_begin);
}

void parts_publish(struct store *store, const struct run *run, const struct run_step *step,
                   const struct report *report, int64_t now_us)
{
    struct store_window window = window_of(run, step, now_us);
    const struct texts texts = {.items = report->partitions, .count = report->partition_count};
    const struct texts hours = {.items = report->hours, .count = report->hour_count};

    if (partitions_of(run, step) == NULL)
        return;
    window.is_whole = report->is_whole;
    if (texts.count > 0)
        write_texts(store, run, step, &texts, &window, store_partitions_publish);
    else if (step->asset->kind == ASSET_SOURCE)
        publish_hours(store, run, step, &hours, &window);
}

void parts_confirm(struct store *store, const struct run *run, const struct run_step *step,
                   const struct report *report)
{
    const struct store_window window = window_of(run, step, 0);

    if (report->confirms && is_made_by_them(run, step))
        store_partitions_confirm(store, &window);
}

void parts_wrote(struct store *store, const struct run *run, struct run_step *step,
                 const struct progress *progress, int64_t now_us)
{
    struct store_window window = window_of(run, step, now_us);
    const struct texts hours = {.items = progress->hours, .count = progress->hour_count};

    if (step->asset->kind != ASSET_STREAM || progress->lake_position == NULL ||
        partitions_of(run, step) == NULL)
        return;
    publish_hours(store, run, step, &hours, &window);
    store_lake_position_put(store, window.asset, window.target, progress->lake_position);
    free(step->lake_position);
    step->lake_position = alloc_strdup(progress->lake_position);
}

static int read_positions(struct plan *plan, struct store_reader *reader, struct err *err)
{
    const struct graph *graph = plan->graph;

    for (size_t i = 0; i < graph->count; i++)
        if (plan->is_selected[i] && graph->assets[i]->kind == ASSET_STREAM &&
            store_read_lake_position(reader, graph->assets[i]->key, plan->pipeline->target->name,
                                     &plan->arena, &plan->lake_positions[i], err) < 0)
            return -1;
    return 0;
}

int parts_read_positions(struct plan *plan, const char *store_path, struct err *err)
{
    struct store_reader *reader;
    bool has_streams = false;

    for (size_t i = 0; i < plan->graph->count; i++)
        has_streams |= plan->is_selected[i] && plan->graph->assets[i]->kind == ASSET_STREAM;
    if (!has_streams)
        return 0;
    plan->lake_positions =
        arena_calloc(&plan->arena, plan->graph->count, sizeof *plan->lake_positions);
    if (store_reader_open(store_path, &reader, err) < 0)
        return -1;
    int result = read_positions(plan, reader, err);
    store_reader_close(reader);
    return result;
}

const char *parts_position(const struct run *run, const struct run_step *step)
{
    const char **known = run->plan->lake_positions;

    if (step->lake_position != NULL)
        return step->lake_position;
    return known != NULL ? known[step->asset->order] : NULL;
}

void parts_end(struct store *store, const struct run *run, const struct run_step *step,
               bool has_failed, int64_t now_us)
{
    struct store_window window = window_of(run, step, now_us);
    const struct texts texts = asked(run);

    if (!is_made_by_them(run, step))
        return;
    store_partitions_end(store, &window);
    if (has_failed && texts.count > 0)
        write_texts(store, run, step, &texts, &window, store_partitions_fail);
}

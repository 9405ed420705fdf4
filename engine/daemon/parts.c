#include "daemon/parts.h"

#include "base/clock.h"
#include "run/window.h"
#include "store/partitions.h"

#include <string.h>

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
    return partitioned_find(&run->plan->loaded->partitioned, step->asset);
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
        write(store, window);
    }
    arena_release(&arena);
}

/* What was asked for; if nothing was, which it will be is not known before it is. */
static struct texts asked(const struct run *run)
{
    return (struct texts){.items = run->plan->partitions, .count = run->plan->partition_count};
}

void parts_begin(struct store *store, const struct run *run, const struct run_step *step)
{
    struct store_window window = window_of(run, step, clock_now_us());
    const struct texts texts = asked(run);

    if (partitions_of(run, step) != NULL && texts.count > 0)
        write_texts(store, run, step, &texts, &window, store_partitions_begin);
}

void parts_publish(struct store *store, const struct run *run, const struct run_step *step,
                   const struct report *report, int64_t now_us)
{
    struct store_window window = window_of(run, step, now_us);
    const struct texts texts = {.items = report->partitions, .count = report->partition_count};

    if (partitions_of(run, step) == NULL || texts.count == 0)
        return;
    window.is_whole = report->is_whole;
    write_texts(store, run, step, &texts, &window, store_partitions_publish);
}

void parts_end(struct store *store, const struct run *run, const struct run_step *step,
               bool has_failed, int64_t now_us)
{
    struct store_window window = window_of(run, step, now_us);
    const struct texts texts = asked(run);

    if (partitions_of(run, step) == NULL)
        return;
    store_partitions_end(store, &window);
    if (has_failed && texts.count > 0)
        write_texts(store, run, step, &texts, &window, store_partitions_fail);
}

#include "run/window.h"

#include "base/clock.h"
#include "schedule/partitioned.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ asked for */

static int compare(const void *left, const void *right)
{
    const struct partition *a = left, *b = right;

    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static int read_one(const struct partitions *partitions, const char *text, struct arena *arena,
                    struct partition **list, size_t *count, struct err *err)
{
    const char *dots = strstr(text, "..");
    const char *from = dots != NULL ? arena_strndup(arena, text, (size_t)(dots - text)) : text;

    return partition_list(partitions, from, dots != NULL ? dots + 2 : text, arena, list, count,
                          err);
}

/* Sorted, each once. */
static size_t tidy(struct partition *list, size_t count)
{
    size_t kept = 0;

    qsort(list, count, sizeof *list, compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    return kept;
}

static int check_begun(const struct partitions *partitions, const struct partition *list,
                       size_t count, int64_t now_us, struct err *err)
{
    for (size_t i = 0; partitions->unit != PARTITION_STATIC && i < count; i++)
        if (list[i].start_us > now_us)
            return err_set(err, ERR_CONFIG, "partition \"%s\" has not begun yet", list[i].key);
    return 0;
}

static int check_gaps(const struct partitions *partitions, const struct partition *list,
                      size_t count, struct err *err)
{
    for (size_t i = 1; partitions->unit != PARTITION_STATIC && i < count; i++)
        if (list[i].start_us != list[i - 1].end_us)
            return err_set(err, ERR_CONFIG,
                           "a run makes partitions that follow each other, and between \"%s\" and "
                           "\"%s\" there are others: ask for all of them, or for one part at a "
                           "time",
                           list[i - 1].key, list[i].key);
    return 0;
}

int window_read_any(const struct partitions *partitions, const char *const *texts, size_t count,
                    int64_t now_us, struct arena *arena, struct partition **list,
                    size_t *list_count, struct err *err)
{
    struct partition *all = NULL;
    size_t all_count = 0;

    for (size_t i = 0; i < count; i++) {
        struct partition *some;
        size_t some_count;
        if (read_one(partitions, texts[i], arena, &some, &some_count, err) < 0)
            return -1;
        if (all_count + some_count > PARTITIONS_MOST)
            return err_set(err, ERR_CONFIG, "a run makes at most %d partitions", PARTITIONS_MOST);
        struct partition *joined = arena_calloc(arena, all_count + some_count, sizeof *joined);
        if (all_count > 0)
            memcpy(joined, all, all_count * sizeof *joined);
        memcpy(joined + all_count, some, some_count * sizeof *joined);
        all = joined;
        all_count = tidy(joined, all_count + some_count);
    }
    if (check_begun(partitions, all, all_count, now_us, err) < 0)
        return -1;
    *list = all;
    *list_count = all_count;
    return 0;
}

int window_read(const struct partitions *partitions, const char *const *texts, size_t count,
                int64_t now_us, struct arena *arena, struct partition **list, size_t *list_count,
                struct err *err)
{
    struct partition *all = NULL;
    size_t all_count = 0;

    if (window_read_any(partitions, texts, count, now_us, arena, &all, &all_count, err) < 0 ||
        check_gaps(partitions, all, all_count, err) < 0)
        return -1;
    *list = all;
    *list_count = all_count;
    return 0;
}

void window_check(struct plan *plan, bool is_rest)
{
    size_t found = 0;

    if (plan->partition_count == 0)
        return;
    for (size_t i = 0; i < plan->graph->count; i++) {
        const struct asset *asset = plan->graph->assets[i];
        const struct partitions *partitions = partitioned_find(&plan->loaded->partitioned, asset);
        struct partition *list;
        size_t count;
        struct err err;
        if (!plan->is_selected[i] || partitions == NULL)
            continue;
        found++;
        if (window_read(partitions, plan->partitions, plan->partition_count, plan->now_us,
                        &plan->arena, &list, &count, &err) < 0)
            problem_add(&plan->problems, NULL, 0, 0, "%s: %s", asset->key, err.message);
    }
    if (found == 0 && !is_rest)
        problem_add(&plan->problems, NULL, 0, 0,
                    "partitions are asked for, but nothing that is selected is made in partitions");
}

/* ---------------------------------------------------------------------------------- for an order */

/* A border as SQL reads it, in UTC. At midnight it is a date: that is less than each time of the
 * day also where times are texts. */
static const char *border(int64_t us, struct arena *arena)
{
    char text[CLOCK_TEXT_SIZE];

    if (us % CLOCK_US_PER_DAY == 0)
        clock_format_date(text, us / CLOCK_US_PER_DAY);
    else
        clock_format_sql(text, us, 0);
    return arena_strdup(arena, text);
}

/* The date that a calendar there shows. Midnight may have been skipped. */
static const char *local_date(const struct partitions *partitions, int64_t us, struct arena *arena)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t wall_us = zone_wall_us(partitions->zone, us);
    int64_t days = wall_us / CLOCK_US_PER_DAY - (wall_us % CLOCK_US_PER_DAY < 0);

    return arena_strdup(arena, clock_format_date(text, days));
}

static void set_times(struct order_window *window, const struct partitions *partitions,
                      const struct partition *first, const struct partition *last,
                      struct arena *arena)
{
    window->start = border(first->start_us, arena);
    window->end = border(last->end_us, arena);
    if (partitions->unit == PARTITION_HOUR)
        return;
    window->start_date = local_date(partitions, first->start_us, arena);
    window->end_date = local_date(partitions, last->end_us, arena);
}

static struct order_window of_range(const struct partitions *partitions,
                                    const struct partition *first, const struct partition *last,
                                    struct arena *arena)
{
    bool is_one = first->start_us == last->start_us;
    struct order_window window = {.first = arena_strdup(arena, first->key),
                                  .last = arena_strdup(arena, last->key)};

    window.label = is_one ? window.first : arena_printf(arena, "%s..%s", window.first, window.last);
    window.is_one = is_one;
    set_times(&window, partitions, first, last, arena);
    return window;
}

static struct order_window of_list(const struct partition *list, size_t count, struct arena *arena)
{
    struct order_window window = {.first = arena_strdup(arena, list[0].key),
                                  .last = arena_strdup(arena, list[count - 1].key),
                                  .is_one = count == 1};
    struct buf label;

    buf_init(&label);
    window.keys = arena_calloc(arena, count, sizeof *window.keys);
    for (size_t i = 0; i < count; i++) {
        window.keys[window.keys_count++] = arena_strdup(arena, list[i].key);
        buf_printf(&label, "%s%s", i > 0 ? "," : "", list[i].key);
    }
    window.label = arena_strndup(arena, label.data, label.size);
    buf_release(&label);
    return window;
}

/* What a run that asks for none makes: `latest` if the table is there, `all` if not. */
static int fill_default(struct order *order, const struct plan *plan, const struct asset *asset,
                        struct arena *arena, struct err *err)
{
    const struct partitions *partitions = partitioned_find(&plan->loaded->partitioned, asset);
    struct partition first, last, *list;

    if (partitions->unit == PARTITION_STATIC) {
        size_t count = partitions->key_count;
        if (partition_list(partitions, partitions->keys[0], partitions->keys[count - 1], arena,
                           &list, &count, err) < 0)
            return -1;
        order->windows[0] = order->windows[1] = of_list(list, count, arena);
    } else if (partition_first(partitions, &first) &&
               partitioned_last(partitions, asset, plan->now_us, &last)) {
        order->windows[0] = of_range(partitions, &last, &last, arena);
        order->windows[1] = of_range(partitions, &first, &last, arena);
    } else {
        return 0;
    }
    order->windows_count = 2;
    return 0;
}

int window_fill(struct order *order, const struct plan *plan, const struct asset *asset,
                struct arena *arena, struct err *err)
{
    const struct partitions *partitions = partitioned_find(&plan->loaded->partitioned, asset);
    struct partition *list = NULL;
    size_t count = 0;

    if (partitions == NULL)
        return 0;
    order->is_partitioned = true;
    order->windows = arena_calloc(arena, 2, sizeof *order->windows);
    if (plan->partition_count == 0)
        return fill_default(order, plan, asset, arena, err);
    if (window_read(partitions, plan->partitions, plan->partition_count, plan->now_us, arena, &list,
                    &count, err) < 0)
        return -1;
    assert(list != NULL && count > 0); /* each text names one at least */
    order->windows[0] = partitions->unit == PARTITION_STATIC
                            ? of_list(list, count, arena)
                            : of_range(partitions, &list[0], &list[count - 1], arena);
    order->windows_count = 1;
    return 0;
}

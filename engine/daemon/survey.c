#include "daemon/survey.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdlib.h>

struct survey_running {
    uv_work_t work;
    struct arena arena; /* of the items */
    char *store;
    void (*done)(void *arg, struct survey *survey);
    void *arg;
};

bool survey_is_needed(const struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->graph.count; i++)
        if (owed_applies(loaded, loaded->graph.assets[i]))
            return true;
    return false;
}

static int look_at(struct survey *survey, const struct asset *asset, struct store_reader *reader)
{
    const struct loaded *loaded = survey->loaded;
    const struct partitions *partitions = partitioned_find(&loaded->partitioned, asset);
    struct survey_item *item = &survey->items[asset->order];

    if (owed_read(loaded, asset, reader, &survey->running->arena, &item->owed, &survey->err) < 0)
        return -1;
    item->again_us = partitions_change_us(partitions, clock_now_us());
    return 0;
}

static void look_in_pool(uv_work_t *work)
{
    struct survey *survey = work->data;
    const struct graph *graph = &survey->loaded->graph;
    struct store_reader *reader;

    if (store_reader_open(survey->running->store, &reader, &survey->err) < 0) {
        survey->has_failed = true;
        return;
    }
    for (size_t i = 0; i < graph->count && !survey->has_failed; i++)
        if (owed_applies(survey->loaded, graph->assets[i]))
            survey->has_failed = look_at(survey, graph->assets[i], reader) < 0;
    store_reader_close(reader);
}

static void has_looked(uv_work_t *work, int status)
{
    struct survey *survey = work->data;

    (void)status;
    survey->running->done(survey->running->arg, survey);
}

void survey_begin(uv_loop_t *loop, struct loaded *loaded, const char *store,
                  void (*done)(void *arg, struct survey *survey), void *arg)
{
    struct survey *survey = alloc_zeroed(1, sizeof *survey);
    struct survey_running *running = alloc_zeroed(1, sizeof *running);

    survey->loaded = loaded_retain(loaded);
    survey->running = running;
    arena_init(&running->arena);
    survey->items = arena_calloc(&running->arena, loaded->graph.count + 1, sizeof *survey->items);
    running->store = alloc_strdup(store);
    running->done = done;
    running->arg = arg;
    running->work.data = survey;
    uv_queue_work(loop, &running->work, look_in_pool, has_looked);
}

void survey_free(struct survey *survey)
{
    if (survey == NULL)
        return;
    loaded_release(survey->loaded);
    arena_release(&survey->running->arena);
    free(survey->running->store);
    free(survey->running);
    free(survey);
}

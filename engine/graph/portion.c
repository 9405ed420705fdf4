#include "graph/portion.h"

#include "base/parallel.h"

#include <sched.h>

enum {
    MOST = 4,
    LEAST_WORTH = 100, /* assets: to read fewer takes hardly longer than to start a thread */
};

struct portions {
    struct portion items[MOST];
    void (*work)(const void *arg, struct portion *portion);
    const void *arg;
};

static size_t portions_of(size_t count)
{
    cpu_set_t processors;
    size_t most = sched_getaffinity(0, sizeof processors, &processors) == 0
                      ? (size_t)CPU_COUNT(&processors)
                      : 1;

    if (most > MOST)
        most = MOST;
    if (most > count / LEAST_WORTH)
        most = count / LEAST_WORTH;
    return most > 0 ? most : 1;
}

static int work_on(void *arg, int32_t index, struct err *err)
{
    struct portions *portions = arg;

    (void)err; /* what is wrong is a problem */
    portions->work(portions->arg, &portions->items[index]);
    return 0;
}

void portions_run(const struct pipeline *pipeline, size_t count,
                  void (*work)(const void *arg, struct portion *portion), const void *arg,
                  struct problems *problems)
{
    struct portions portions = {.work = work, .arg = arg};
    size_t portion_count = portions_of(count);
    struct err err;

    for (size_t i = 0; i < portion_count; i++) {
        struct portion *portion = &portions.items[i];
        portion->pipeline = *pipeline;
        portion->pipeline.arena = &portion->arena;
        arena_init(&portion->arena);
        problems_init(&portion->problems, &portion->arena);
        portion->begin = count * i / portion_count;
        portion->end = count * (i + 1) / portion_count;
    }
    (void)parallel_run((int32_t)portion_count, (int32_t)portion_count, work_on, &portions, &err);
    for (size_t i = 0; i < portion_count; i++) {
        problems_copy(problems, &portions.items[i].problems);
        arena_join(pipeline->arena, &portions.items[i].arena);
    }
}

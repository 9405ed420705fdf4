#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>

struct parallel {
    int (*run)(void *arg, int32_t index, struct err *err);
    void *arg;
    int32_t count;

    pthread_mutex_t lock; /* guards the rest */
    int32_t next;
    int32_t failed; /* `count`: none has */
    struct err err;
};

static bool take(struct parallel *parallel, int32_t *index)
{
    pthread_mutex_lock(&parallel->lock);
    bool is_there = parallel->next < parallel->count && parallel->failed == parallel->count;
    if (is_there)
        *index = parallel->next++;
    pthread_mutex_unlock(&parallel->lock);
    return is_there;
}

static void note_failure(struct parallel *parallel, int32_t index, const struct err *err)
{
    pthread_mutex_lock(&parallel->lock);
    if (index < parallel->failed) {
        parallel->failed = index;
        parallel->err = *err;
    }
    pthread_mutex_unlock(&parallel->lock);
}

static void *work(void *arg)
{
    struct parallel *parallel = arg;
    struct err err;
    int32_t index;

    while (take(parallel, &index)) {
        if (parallel->run(parallel->arg, index, &err) < 0)
            note_failure(parallel, index, &err);
    }
    return NULL;
}

int parallel_run(int32_t count, int32_t at_once,
                 int (*run)(void *arg, int32_t index, struct err *err), void *arg, struct err *err)
{
    struct parallel parallel = {.run = run, .arg = arg, .count = count, .failed = count};
    pthread_t threads[PARALLEL_MAX];
    int32_t started = 0;

    if (at_once > PARALLEL_MAX)
        at_once = PARALLEL_MAX;
    pthread_mutex_init(&parallel.lock, NULL);
    while (started + 1 < at_once && started + 1 < count &&
           pthread_create(&threads[started], NULL, work, &parallel) == 0)
        started++; /* if there are no more threads, fewer do it */
    work(&parallel);
    for (int32_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&parallel.lock);
    if (parallel.failed == count)
        return 0;
    *err = parallel.err;
    return -1;
}

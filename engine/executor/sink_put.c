#include "executor/sink_put.h"

#include <pthread.h>

struct put {
    const struct sink_chain *chain;
    const struct sink_entry *entry;
    const struct sink_batch *batch;
    int32_t end;

    pthread_mutex_t lock; /* guards the rest */
    int32_t next;
    int32_t failed; /* `end`: none has */
    struct err err;
};

static bool take_object(struct put *put, int32_t *index)
{
    pthread_mutex_lock(&put->lock);
    bool is_there = put->next < put->end && put->failed == put->end;
    if (is_there)
        *index = put->next++;
    pthread_mutex_unlock(&put->lock);
    return is_there;
}

static void note_failure(struct put *put, int32_t index, const struct err *err)
{
    pthread_mutex_lock(&put->lock);
    if (index < put->failed) {
        put->failed = index;
        put->err = *err;
    }
    pthread_mutex_unlock(&put->lock);
}

static void *put_objects(void *arg)
{
    struct put *put = arg;
    struct buf bytes;
    struct err err;
    int32_t index;

    buf_init(&bytes);
    while (take_object(put, &index)) {
        buf_reset(&bytes);
        sink_batch_render(put->batch, put->entry, index, &bytes);
        if (sink_chain_put_object(put->chain, put->entry, index, &bytes, &err) < 0)
            note_failure(put, index, &err);
    }
    buf_release(&bytes);
    return NULL;
}

int sink_put_objects(const struct sink_chain *chain, const struct sink_entry *entry,
                     const struct sink_batch *batch, int32_t first, int32_t count, int32_t at_once,
                     struct err *err)
{
    struct put put = {.chain = chain,
                      .entry = entry,
                      .batch = batch,
                      .next = first,
                      .end = first + count,
                      .failed = first + count};
    pthread_t threads[SINK_PUTS_MAX];
    int32_t started = 0;

    if (at_once > SINK_PUTS_MAX)
        at_once = SINK_PUTS_MAX;
    pthread_mutex_init(&put.lock, NULL);
    while (started + 1 < at_once && started + 1 < count &&
           pthread_create(&threads[started], NULL, put_objects, &put) == 0)
        started++; /* if there are no more threads, fewer do it */
    put_objects(&put);
    for (int32_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&put.lock);
    if (put.failed == put.end)
        return 0;
    *err = put.err;
    return -1;
}

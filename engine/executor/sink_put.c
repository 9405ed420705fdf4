#include "executor/sink_put.h"

#include "base/parallel.h"

struct put {
    const struct sink_chain *chain;
    const struct sink_entry *entry;
    const struct sink_batch *batch;
    int32_t first;
};

static int put_object(void *arg, int32_t index, struct err *err)
{
    const struct put *put = arg;
    struct buf space;

    buf_init(&space);
    struct sink_bytes bytes = sink_batch_render(put->batch, put->entry, put->first + index, &space);
    int result = sink_chain_put_object(put->chain, put->entry, put->first + index, bytes.data,
                                       bytes.size, err);
    buf_release(&space);
    return result;
}

int sink_put_objects(const struct sink_chain *chain, const struct sink_entry *entry,
                     const struct sink_batch *batch, int32_t first, int32_t count, int32_t at_once,
                     struct err *err)
{
    struct put put = {chain, entry, batch, first};

    return parallel_run(count, at_once, put_object, &put, err);
}

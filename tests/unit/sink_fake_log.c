#include "sink_fakes.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* A consumer: everything of the topic is assigned to it at its first poll. */
struct fake_consumer {
    struct fake_log_client *client;
    bool is_told;
    bool is_assigned[FAKE_PARTITIONS];
    int64_t position[FAKE_PARTITIONS]; /* -1: it was not sought yet */
    int32_t told[FAKE_PARTITIONS];
    struct aorta_record *records[2]; /* the last poll's, and the one's before */
    int newest;
};

static int die(struct aorta_error *error)
{
    return aorta_fail(error, AORTA_TRANSIENT, "process died");
}

/* Log calls read or do not matter, so a process that dies in one dies before it. */
static bool is_alive(struct fake_process *process)
{
    if (process->calls_left == 0)
        process->is_dead = true;
    if (!process->is_dead) {
        process->calls++;
        process->calls_left--;
    }
    return !process->is_dead;
}

static int log_incarnation(void *connection, const char *topic, const char **incarnation,
                           struct aorta_error *error)
{
    static _Thread_local char text[32]; /* lent until the thread's next call */
    const struct fake_log_client *client = connection;

    (void)topic;
    pthread_mutex_lock(&fake_lock);
    bool alive = is_alive(client->process);
    pthread_mutex_unlock(&fake_lock);
    if (!alive)
        return die(error);
    snprintf(text, sizeof text, "k%d", client->log->incarnation);
    *incarnation = text;
    return 0;
}

static int log_watermarks(void *connection, const char *topic, int32_t partition,
                          struct aorta_watermarks *watermarks, struct aorta_error *error)
{
    struct fake_log_client *client = connection;
    const struct fake_partition *log = &client->log->partitions[partition];

    (void)topic;
    if (!is_alive(client->process))
        return die(error);
    *watermarks = (struct aorta_watermarks){.low = log->low, .high = log->count};
    return 0;
}

static void describe(const struct fake_partition *log, int32_t partition, int64_t offset,
                     struct aorta_record *record)
{
    const struct fake_record *kept = &log->records[offset];

    *record = (struct aorta_record){.partition = partition,
                                    .offset = offset,
                                    .timestamp_ms = kept->timestamp_ms,
                                    .value = kept->value,
                                    .value_size = kept->size,
                                    .header = kept->header,
                                    .header_size = kept->header ? strlen(kept->header) : 0};
}

static int log_last_record(void *connection, const char *topic, int32_t partition,
                           struct aorta_record *record, struct aorta_error *error)
{
    struct fake_log_client *client = connection;
    const struct fake_partition *log = &client->log->partitions[partition];

    (void)topic;
    if (!is_alive(client->process))
        return die(error);
    if (log->count > log->low)
        describe(log, partition, log->count - 1, record);
    return log->count > log->low;
}

static int log_consumer_open(void *connection, const char *topic, const char *group, bool alone,
                             void **consumer, struct aorta_error *error)
{
    struct fake_log_client *client = connection;

    (void)topic, (void)group, (void)alone;
    if (!is_alive(client->process))
        return die(error);
    struct fake_consumer *made = alloc_zeroed(1, sizeof *made);
    made->client = client;
    for (int i = 0; i < 2; i++)
        made->records[i] = alloc_zeroed((size_t)client->log->batch, sizeof *made->records[i]);
    *consumer = made;
    return 0;
}

static void tell(struct fake_consumer *consumer, enum aorta_poll kind, int32_t partition,
                 struct aorta_polled *polled)
{
    const struct fake_log *log = consumer->client->log;

    polled->kind = kind;
    polled->partitions = consumer->told;
    for (int32_t i = 0; i < log->partition_count; i++) {
        if (partition >= 0 && partition != i)
            continue;
        consumer->told[polled->partition_count++] = i;
        consumer->is_assigned[i] = kind == AORTA_POLL_ASSIGNED;
        consumer->position[i] = -1;
    }
}

static int give_records(struct fake_consumer *consumer, struct aorta_polled *polled,
                        struct aorta_error *error)
{
    struct fake_log *log = consumer->client->log;

    struct aorta_record *records = consumer->records[1 - consumer->newest];

    consumer->newest = 1 - consumer->newest;
    polled->records = records;
    for (int32_t i = 0; i < log->partition_count; i++) {
        struct fake_partition *partition = &log->partitions[i];
        if (!consumer->is_assigned[i] || consumer->position[i] < 0)
            continue;
        if (consumer->position[i] < partition->low || consumer->position[i] > partition->count)
            return aorta_fail(error, AORTA_DATA, "partition %d: offset %lld is out of range", i,
                              (long long)consumer->position[i]);
        while (consumer->position[i] < partition->count && polled->record_count < log->batch)
            describe(partition, i, consumer->position[i]++, &records[polled->record_count++]);
    }
    if (polled->record_count > 0)
        polled->kind = AORTA_POLL_RECORDS;
    return 0;
}

static int log_consumer_poll(void *opaque, int32_t timeout_ms, struct aorta_polled *polled,
                             struct aorta_error *error)
{
    struct fake_consumer *consumer = opaque;
    struct fake_log *log = consumer->client->log;

    (void)timeout_ms;
    if (!is_alive(consumer->client->process))
        return die(error);
    if (log->on_poll != NULL)
        log->on_poll(log, log->arg);
    *polled = (struct aorta_polled){.kind = AORTA_POLL_NOTHING};
    if (!consumer->is_told) {
        consumer->is_told = true;
        tell(consumer, AORTA_POLL_ASSIGNED, -1, polled);
    } else if (log->event != AORTA_POLL_NOTHING) {
        tell(consumer, log->event, log->event_partition, polled);
        log->event = AORTA_POLL_NOTHING;
    } else {
        return give_records(consumer, polled, error);
    }
    return 0;
}

static int log_consumer_seek(void *opaque, int32_t partition, int64_t offset,
                             struct aorta_error *error)
{
    struct fake_consumer *consumer = opaque;

    if (!is_alive(consumer->client->process))
        return die(error);
    if (!consumer->is_assigned[partition])
        return aorta_fail(error, AORTA_BROKEN, "partition %d is not assigned", partition);
    consumer->position[partition] = offset;
    return 0;
}

static int log_consumer_commit(void *opaque, int32_t partition, int64_t offset,
                               struct aorta_error *error)
{
    struct fake_consumer *consumer = opaque;

    pthread_mutex_lock(&fake_lock);
    bool alive = is_alive(consumer->client->process);
    pthread_mutex_unlock(&fake_lock);
    if (!alive)
        return die(error);
    if (consumer->client->log->refuses_commits)
        return aorta_fail(error, AORTA_TRANSIENT, "the group is being rebalanced");
    consumer->client->log->committed[partition] = offset;
    return 0;
}

static void log_consumer_close(void *opaque)
{
    struct fake_consumer *consumer = opaque;

    free(consumer->records[0]);
    free(consumer->records[1]);
    free(consumer);
}

const struct aorta_message_log fake_log_table = {.topic_incarnation = log_incarnation,
                                                 .watermarks = log_watermarks,
                                                 .last_record = log_last_record,
                                                 .consumer_open = log_consumer_open,
                                                 .consumer_poll = log_consumer_poll,
                                                 .consumer_seek = log_consumer_seek,
                                                 .consumer_commit = log_consumer_commit,
                                                 .consumer_close = log_consumer_close};

void fake_log_init(struct fake_log *log, int32_t partition_count)
{
    *log = (struct fake_log){.partition_count = partition_count, .incarnation = 1, .batch = 7};
}

static void empty(struct fake_log *log)
{
    for (int32_t i = 0; i < FAKE_PARTITIONS; i++) {
        for (int64_t j = 0; j < log->partitions[i].count; j++) {
            free(log->partitions[i].records[j].value);
            free(log->partitions[i].records[j].header);
        }
        free(log->partitions[i].records);
        log->partitions[i] = (struct fake_partition){0};
    }
}

void fake_log_release(struct fake_log *log)
{
    empty(log);
}

void fake_log_restart(struct fake_log *log)
{
    empty(log);
    log->incarnation++;
}

static struct fake_record *append(struct fake_log *log, int32_t partition)
{
    struct fake_partition *kept = &log->partitions[partition];

    kept->records = alloc_resize(kept->records, (size_t)(kept->count + 1) * sizeof *kept->records);
    return &kept->records[kept->count++];
}

void fake_log_add(struct fake_log *log, int32_t partition, const char *value, const char *header)
{
    *append(log, partition) =
        (struct fake_record){.value = alloc_strdup(value),
                             .size = strlen(value),
                             .header = header != NULL ? alloc_strdup(header) : NULL};
}

void fake_log_add_bytes(struct fake_log *log, int32_t partition, const void *value, size_t size,
                        int64_t timestamp_ms)
{
    struct fake_record *record = append(log, partition);

    *record = (struct fake_record){
        .value = alloc_bytes(size), .size = size, .timestamp_ms = timestamp_ms};
    memcpy(record->value, value, size);
}

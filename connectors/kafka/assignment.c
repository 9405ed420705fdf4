#include "consumer.h"

#include "base/alloc.h"

#include <string.h>

enum { HURRY_MS = 1 };

struct partition *partition_get(struct consumer *consumer, int32_t id)
{
    if (id >= consumer->partition_count) {
        size_t count = (size_t)id + 1;
        size_t old = (size_t)consumer->partition_count;
        consumer->partitions =
            alloc_resize(consumer->partitions, count * sizeof *consumer->partitions);
        memset(consumer->partitions + old, 0, (count - old) * sizeof *consumer->partitions);
        consumer->partition_count = (int32_t)count;
    }
    return &consumer->partitions[id];
}

struct partition *partition_find(struct consumer *consumer, int32_t id)
{
    return id >= 0 && id < consumer->partition_count ? &consumer->partitions[id] : NULL;
}

rd_kafka_topic_partition_list_t *partition_list(const struct consumer *consumer, int32_t id)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, consumer->topic, id);
    return list;
}

static int report(struct consumer *consumer, rd_kafka_error_t *failure, const char *verb,
                  struct aorta_error *error)
{
    if (failure == NULL)
        return 0;
    client_fail(&consumer->client, rd_kafka_error_code(failure), error, "%s partitions of '%s': %s",
                verb, consumer->topic, rd_kafka_error_string(failure));
    rd_kafka_error_destroy(failure);
    return -1;
}

/* Stops reading what of the list is being read. */
static int leave(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list,
                 struct aorta_error *error)
{
    rd_kafka_topic_partition_list_t *reading = rd_kafka_topic_partition_list_new(list->cnt);

    for (int i = 0; i < list->cnt; i++) {
        struct partition *partition = partition_get(consumer, list->elems[i].partition);
        if (partition->is_reading)
            rd_kafka_topic_partition_list_add(reading, consumer->topic, list->elems[i].partition);
        partition->is_reading = false;
    }
    /* A pause would outlive the assignment. */
    if (reading->cnt > 0)
        rd_kafka_resume_partitions(consumer->client.rk, reading);
    int result = report(consumer, rd_kafka_incremental_unassign(consumer->client.rk, reading),
                        "leave", error);
    rd_kafka_topic_partition_list_destroy(reading);
    return result;
}

/* A question to the leaders finds out who they are, and wakes the threads that fetch from them. Its
 * answer is worth nothing, so nobody waits for it. */
void assignment_hurry(struct consumer *consumer)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(consumer->partition_count);

    for (int32_t id = 0; id < consumer->partition_count; id++)
        if (consumer->partitions[id].is_reading)
            rd_kafka_topic_partition_list_add(list, consumer->topic, id)->offset =
                RD_KAFKA_OFFSET_END;
    rd_kafka_offsets_for_times(consumer->client.rk, list, HURRY_MS);
    rd_kafka_topic_partition_list_destroy(list);
}

/* Reads the list's partitions from the offsets in it. An empty list is an answer too. */
static int enter(struct consumer *consumer, const rd_kafka_topic_partition_list_t *list,
                 struct aorta_error *error)
{
    int result =
        report(consumer, rd_kafka_incremental_assign(consumer->client.rk, list), "enter", error);

    for (int i = 0; i < list->cnt && result == 0; i++) {
        struct partition *partition = partition_get(consumer, list->elems[i].partition);
        partition->is_reading = true;
        partition->is_sought = false;
        if (partition->is_paused)
            result = consumer_pause(consumer, list->elems[i].partition, true, error);
    }
    if (list->cnt > 0 && result == 0)
        assignment_hurry(consumer);
    return result;
}

static void forget_change(struct consumer *consumer)
{
    if (consumer->change.list != NULL)
        rd_kafka_topic_partition_list_destroy(consumer->change.list);
    consumer->change = (struct change){0};
}

/* Takes up the offsets that were sought; in answer to an assignment also if there are none. */
static int start_sought(struct consumer *consumer, bool is_answer, struct aorta_error *error)
{
    rd_kafka_topic_partition_list_t *sought =
        rd_kafka_topic_partition_list_new(consumer->partition_count);
    bool reads_one = false;
    int result = 0;

    for (int32_t id = 0; id < consumer->partition_count; id++) {
        const struct partition *partition = &consumer->partitions[id];
        if (!partition->is_ours || !partition->is_sought)
            continue;
        rd_kafka_topic_partition_list_add(sought, consumer->topic, id)->offset = partition->offset;
        reads_one = reads_one || partition->is_reading;
    }
    if (reads_one)
        result = leave(consumer, sought, error);
    if (result == 0 && (sought->cnt > 0 || is_answer))
        result = enter(consumer, sought, error);
    rd_kafka_topic_partition_list_destroy(sought);
    return result;
}

int assignment_catch_up(struct consumer *consumer, struct aorta_error *error)
{
    struct change *change = &consumer->change;

    if (change->list == NULL)
        return start_sought(consumer, false, error);
    /* librdkafka would take a seek's unassign for the answer. */
    if (!change->is_told)
        return 0;
    bool is_revoke = change->is_revoke;
    if (is_revoke && leave(consumer, change->list, error) < 0)
        return -1;
    forget_change(consumer);
    return start_sought(consumer, !is_revoke, error);
}

/* The answer to a change that the caller will not hear of. */
static void answer_at_once(struct consumer *consumer, bool is_revoke,
                           const rd_kafka_topic_partition_list_t *list)
{
    struct aorta_error ignored;

    if (is_revoke) {
        leave(consumer, list, &ignored);
        return;
    }
    rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(0);
    enter(consumer, none, &ignored);
    rd_kafka_topic_partition_list_destroy(none);
}

void assignment_note(rd_kafka_t *rk, rd_kafka_resp_err_t kind,
                     rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct consumer *consumer = opaque;
    bool is_revoke = kind != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;

    consumer->has_joined = true;
    /* The group may change without a change for us. */
    if (consumer->is_closing || list->cnt == 0) {
        answer_at_once(consumer, is_revoke, list);
        return;
    }
    forget_change(consumer);
    consumer->change.list = rd_kafka_topic_partition_list_copy(list);
    consumer->change.is_revoke = is_revoke;
    rd_kafka_yield(rk); /* the poll that we are in returns now */
}

void assignment_take_all(struct consumer *consumer, int32_t count)
{
    consumer->change.list = rd_kafka_topic_partition_list_new(count);
    rd_kafka_topic_partition_list_add_range(consumer->change.list, consumer->topic, 0, count - 1);
}

void assignment_tell(struct consumer *consumer, struct aorta_polled *polled)
{
    struct change *change = &consumer->change;
    size_t count = (size_t)change->list->cnt;

    consumer->told = alloc_resize(consumer->told, count * sizeof *consumer->told);
    for (size_t i = 0; i < count; i++) {
        int32_t id = change->list->elems[i].partition;
        struct partition *partition = partition_get(consumer, id);
        partition->is_ours = !change->is_revoke;
        partition->is_sought = false;
        partition->is_paused = false;
        consumer->told[i] = id;
    }
    change->is_told = true;
    polled->kind = change->is_revoke ? AORTA_POLL_REVOKED : AORTA_POLL_ASSIGNED;
    polled->partition_count = (int32_t)count;
    polled->partitions = consumer->told;
}

void assignment_end(struct consumer *consumer)
{
    consumer->is_closing = true;
    if (consumer->change.list != NULL)
        answer_at_once(consumer, consumer->change.is_revoke, consumer->change.list);
    forget_change(consumer);
}

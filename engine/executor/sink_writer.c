#include "executor/sink_writer.h"

#include "executor/sink_put.h"

#include "base/alloc.h"
#include "base/fault.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_HOUR (INT64_C(3600) * 1000000)
#define NO_HOUR INT64_MIN

enum { PUTS_A_THREAD = 4 };

struct sink_writer {
    struct sink_writer_config config;
    enum sink_state state;

    /* The entry that the writer stands at, in `arena`; sequence 0: before the first. */
    int64_t sequence;
    struct arena arena;
    struct sink_entry entry;
    enum sink_outcome outcome; /* as it was loaded, then as SEAL will put it */

    /* PLAN: the entry that it wants to put, in `draft_arena`. */
    struct arena draft_arena;
    struct sink_entry draft;

    struct sink_batch batch;
    int32_t next_object; /* WRITE */
    bool wants_flush;
    int64_t oldest_us;   /* when the oldest buffered record came */
    int64_t flushed_us;  /* when the last flush began */
    int64_t closed_hour; /* the newest event's, less the lateness, then; NO_HOUR: no event yet */
    struct sink_counts counts;
};

struct sink_writer *sink_writer_new(const struct sink_writer_config *config)
{
    struct sink_writer *writer = alloc_zeroed(1, sizeof *writer);

    writer->config = *config;
    writer->state = SINK_STATE_TAIL;
    writer->closed_hour = NO_HOUR;
    arena_init(&writer->arena);
    arena_init(&writer->draft_arena);
    sink_batch_init(&writer->batch, &writer->config.grouping);
    return writer;
}

void sink_writer_free(struct sink_writer *writer)
{
    if (writer == NULL)
        return;
    arena_release(&writer->arena);
    arena_release(&writer->draft_arena);
    sink_batch_release(&writer->batch);
    free(writer);
}

static bool is_ours(const struct sink_writer *writer)
{
    return strcmp(writer->entry.incarnation, writer->config.incarnation) == 0;
}

static void begin_at(struct sink_writer *writer, int64_t number)
{
    sink_batch_keep_from(&writer->batch, number);
    writer->wants_flush = false;
    writer->state = SINK_STATE_READY;
}

/* ----------------------------------------------------------------------- where the chain ends */

static int step_tail(struct sink_writer *writer, struct err *err)
{
    if (sink_chain_tail(&writer->config.chain, writer->sequence, &writer->sequence, err) < 0)
        return -1;
    writer->state = writer->sequence > 0 ? SINK_STATE_LOAD : SINK_STATE_ASK;
    return 1;
}

static int step_load(struct sink_writer *writer, struct err *err)
{
    arena_reset(&writer->arena);
    int found = sink_chain_load(&writer->config.chain, writer->sequence, &writer->arena,
                                &writer->entry, &writer->outcome, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return err_set(
            err, ERR_BROKEN, "topic \"%s\" partition %" PRId32 ": plan %" PRId64 " is gone",
            writer->config.chain.topic, writer->config.chain.partition, writer->sequence);
    if (writer->outcome == SINK_UNSEALED)
        writer->state = SINK_STATE_CHECK;
    else if (!is_ours(writer))
        writer->state = SINK_STATE_ASK;
    else if (writer->outcome == SINK_VOID)
        writer->state = SINK_STATE_OVER;
    else
        begin_at(writer, writer->entry.end);
    return 1;
}

static int step_check(struct sink_writer *writer, struct err *err)
{
    int found = sink_chain_has_objects(&writer->config.chain, &writer->entry, err);

    if (found < 0)
        return -1;
    if (found > 0) {
        writer->outcome = SINK_DONE;
        writer->state = SINK_STATE_SEAL;
    } else if (is_ours(writer)) {
        sink_batch_keep_from(&writer->batch, writer->entry.start);
        writer->state = SINK_STATE_FILL;
    } else {
        writer->outcome = SINK_VOID;
        writer->state = SINK_STATE_SEAL;
    }
    return 1;
}

/* -------------------------------------------------------------------------- a new incarnation */

static int step_ask(struct sink_writer *writer, struct err *err)
{
    const struct sink_writer_config *config = &writer->config;
    int was = sink_chain_was_opened(&config->chain, writer->sequence, config->incarnation, err);

    if (was < 0)
        return -1;
    if (was == 0 && writer->sequence > 0 && config->stop_at_new)
        return err_set(err, ERR_CONFIG,
                       "topic \"%s\" partition %" PRId32 ": this is incarnation "
                       "\"%s\", the lake has \"%s\": the topic was made again; set "
                       "on_new_incarnation = \"continue\" to put its records behind the old ones",
                       config->chain.topic, config->chain.partition, config->incarnation,
                       writer->entry.incarnation);
    int live = was > 0 ? 0 : config->is_live(config->arg, config->incarnation, err);
    if (live < 0)
        return -1;
    writer->state = live > 0 ? SINK_STATE_OPENING : SINK_STATE_OVER;
    return 1;
}

/* The newest position that the lake has: a void plan's is not. */
static int find_token(struct sink_writer *writer, const char **token, struct err *err)
{
    struct sink_entry before;
    enum sink_outcome outcome;

    *token = writer->sequence > 0 ? writer->entry.token : NULL;
    if (writer->sequence == 0 || writer->outcome != SINK_VOID)
        return 0;
    int found = sink_chain_load(&writer->config.chain, writer->sequence - 1, &writer->draft_arena,
                                &before, &outcome, err);
    if (found == 0)
        return err_set(
            err, ERR_BROKEN, "topic \"%s\" partition %" PRId32 ": plan %" PRId64 " is gone",
            writer->config.chain.topic, writer->config.chain.partition, writer->sequence - 1);
    if (found > 0)
        *token = before.token;
    return found < 0 ? -1 : 0;
}

static int step_opening(struct sink_writer *writer, struct err *err)
{
    const struct sink_writer_config *config = &writer->config;
    bool is_first = writer->sequence == 0, created;
    int64_t start = is_first ? config->first_offset : writer->entry.end;

    arena_reset(&writer->draft_arena);
    writer->draft = (struct sink_entry){
        .kind = SINK_OPEN,
        .topic = config->chain.topic,
        .partition = config->chain.partition,
        .sequence = writer->sequence + 1,
        .opened = writer->sequence + 1,
        .incarnation = config->incarnation,
        .base = start - config->first_offset,
        .start = start,
        .end = start,
    };
    if (find_token(writer, &writer->draft.token, err) < 0)
        return -1;
    if (sink_chain_put_entry(&config->chain, &writer->draft, &created, err) < 0)
        return -1;
    writer->sequence++;
    writer->state = SINK_STATE_LOAD; /* ours, or somebody's */
    return 1;
}

/* -------------------------------------------------------------------------------- records come */

int64_t sink_writer_next_offset(const struct sink_writer *writer)
{
    return writer->batch.next - writer->entry.base;
}

int64_t sink_writer_sealed_offset(const struct sink_writer *writer)
{
    return writer->batch.start - writer->entry.base;
}

int sink_writer_push(struct sink_writer *writer, const struct aorta_record *record, int64_t now_us,
                     struct err *err)
{
    struct sink_batch *batch = &writer->batch;

    assert(writer->state == SINK_STATE_READY || writer->state == SINK_STATE_FILL);
    if (batch->count == 0)
        writer->oldest_us = now_us;
    if (sink_batch_push(batch, record, writer->entry.base + record->offset, err) < 0)
        return err_wrap(err, "topic \"%s\" partition %" PRId32, writer->config.chain.topic,
                        writer->config.chain.partition);
    if (writer->closed_hour == NO_HOUR && batch->max_us != INT64_MIN)
        writer->closed_hour = (batch->max_us - writer->config.limits.lateness_us) / US_PER_HOUR;
    return 0;
}

/* The plan was there before the records: what they make must be what it says. */
static int compare_with_plan(const struct sink_writer *writer, const struct sink_entry *made,
                             struct err *err)
{
    const struct sink_entry *plan = &writer->entry;
    bool equal = made->object_count == plan->object_count && made->dead.count == plan->dead.count &&
                 made->dead.bytes == plan->dead.bytes;

    for (int32_t i = 0; equal && i < plan->object_count; i++) {
        const struct sink_object *a = &made->objects[i], *b = &plan->objects[i];
        equal = a->hour == b->hour && a->first == b->first && a->count == b->count &&
                a->bytes == b->bytes;
    }
    if (!equal)
        return err_set(err, ERR_BROKEN,
                       "topic \"%s\" partition %" PRId32 ": the log does not have "
                       "the records that plan %" PRId64 " was made of",
                       plan->topic, plan->partition, plan->sequence);
    return 0;
}

static bool has_filled(const struct sink_writer *writer)
{
    return writer->batch.next >= writer->entry.end;
}

static int step_fill(struct sink_writer *writer, struct err *err)
{
    struct sink_entry made = writer->entry;

    if (!has_filled(writer))
        return 0;
    arena_reset(&writer->draft_arena);
    sink_batch_group(&writer->batch, &writer->draft_arena, &made);
    if (compare_with_plan(writer, &made, err) < 0)
        return -1;
    writer->next_object = 0;
    writer->state = SINK_STATE_WRITE;
    return 1;
}

static bool has_crossed_hour(const struct sink_writer *writer, int64_t now_us)
{
    const struct sink_limits *limits = &writer->config.limits;

    return limits->closes_hours && writer->closed_hour != NO_HOUR &&
           now_us - writer->flushed_us >= limits->pause_us &&
           (writer->batch.max_us - limits->lateness_us) / US_PER_HOUR > writer->closed_hour;
}

static bool must_flush(const struct sink_writer *writer, int64_t now_us)
{
    const struct sink_limits *limits = &writer->config.limits;
    const struct sink_batch *batch = &writer->batch;

    if (batch->count == 0)
        return false;
    return writer->wants_flush || batch->hour_count >= SINK_PLAN_OBJECTS ||
           (limits->records > 0 && batch->count >= (uint64_t)limits->records) ||
           (limits->bytes > 0 && sink_batch_bytes(batch) >= (uint64_t)limits->bytes) ||
           (limits->age_us > 0 && now_us - writer->oldest_us >= limits->age_us) ||
           has_crossed_hour(writer, now_us);
}

/* -------------------------------------------------------------------------------------- a flush */

static int step_ready(struct sink_writer *writer, int64_t now_us)
{
    const struct sink_batch *batch = &writer->batch;

    if (!must_flush(writer, now_us))
        return 0;
    writer->flushed_us = now_us;
    if (batch->max_us != INT64_MIN)
        writer->closed_hour = (batch->max_us - writer->config.limits.lateness_us) / US_PER_HOUR;
    arena_reset(&writer->draft_arena);
    writer->draft = (struct sink_entry){
        .kind = SINK_FLUSH,
        .topic = writer->config.chain.topic,
        .partition = writer->config.chain.partition,
        .sequence = writer->sequence + 1,
        .opened = writer->entry.opened,
        .incarnation = writer->config.incarnation,
        .base = writer->entry.base,
        .start = batch->start,
        .end = batch->next,
        .token = arena_strdup(&writer->draft_arena,
                              batch->has_token ? batch->token.data : writer->entry.token),
        .grouping = writer->config.grouping,
    };
    sink_batch_group(&writer->batch, &writer->draft_arena, &writer->draft);
    writer->state = SINK_STATE_PLAN;
    return 1;
}

static int step_plan(struct sink_writer *writer, struct err *err)
{
    bool created;

    if (sink_chain_put_entry(&writer->config.chain, &writer->draft, &created, err) < 0)
        return -1;
    writer->sequence++;
    if (!created) {
        writer->state = SINK_STATE_LOAD;
        return 1;
    }
    /* What the entry points to lies in the draft's arena: the arenas change places. */
    struct arena spare = writer->arena;
    writer->arena = writer->draft_arena;
    writer->draft_arena = spare;
    writer->entry = writer->draft;
    writer->next_object = 0;
    writer->state = SINK_STATE_WRITE;
    return 1;
}

static int32_t count_objects(const struct sink_entry *entry)
{
    return entry->object_count + (entry->dead.count > 0);
}

static int step_write(struct sink_writer *writer, struct err *err)
{
    /* A step that takes not too long: between two of them one can cancel. */
    const int32_t at_once = writer->config.puts_at_once;
    const int32_t most = at_once > 1 ? PUTS_A_THREAD * at_once : 1;
    int32_t left = count_objects(&writer->entry) - writer->next_object;
    int32_t count = left < most ? left : most;

    if (sink_put_objects(&writer->config.chain, &writer->entry, &writer->batch, writer->next_object,
                         count, at_once, err) < 0)
        return -1;
    writer->next_object += count;
    if (writer->next_object < count_objects(&writer->entry))
        return 1;
    writer->outcome = SINK_DONE;
    writer->state = SINK_STATE_SEAL;
    return 1;
}

static void count_flush(struct sink_writer *writer)
{
    const struct sink_entry *entry = &writer->entry;
    struct sink_counts *counts = &writer->counts;

    counts->flushes++;
    counts->objects += count_objects(entry);
    counts->dead += entry->dead.count;
    counts->records += entry->dead.count;
    counts->bytes += entry->dead.bytes;
    for (int32_t i = 0; i < entry->object_count; i++) {
        counts->records += entry->objects[i].count;
        counts->bytes += entry->objects[i].bytes;
    }
}

static int step_seal(struct sink_writer *writer, struct err *err)
{
    bool created;

    if (sink_chain_put_seal(&writer->config.chain, writer->sequence, writer->outcome, &created,
                            err) < 0)
        return -1;
    if (created && writer->outcome == SINK_DONE)
        count_flush(writer);
    writer->state = created && is_ours(writer) ? SINK_STATE_COMMIT : SINK_STATE_LOAD;
    return 1;
}

static int step_commit(struct sink_writer *writer, struct err *err)
{
    const struct sink_writer_config *config = &writer->config;

    if (config->commit != NULL) {
        fault_point("sink.offset.commit.before");
        if (config->commit(config->arg, config->chain.partition,
                           writer->entry.end - writer->entry.base, err) < 0)
            return -1;
        fault_point("sink.offset.commit.after");
    }
    begin_at(writer, writer->entry.end);
    return 1;
}

static int step_over(const struct sink_writer *writer, struct err *err)
{
    return err_set(err, ERR_TRANSIENT,
                   "topic \"%s\" partition %" PRId32 ": its incarnation \"%s\" "
                   "is over: the broker was started again or the topic made again",
                   writer->config.chain.topic, writer->config.chain.partition,
                   writer->config.incarnation);
}

/* --------------------------------------------------------------------------------------- public */

bool sink_writer_has_step(const struct sink_writer *writer, int64_t now_us)
{
    if (writer->state == SINK_STATE_READY)
        return must_flush(writer, now_us);
    return writer->state != SINK_STATE_FILL || has_filled(writer);
}

int sink_writer_step(struct sink_writer *writer, int64_t now_us, struct err *err)
{
    switch (writer->state) {
    case SINK_STATE_TAIL: return step_tail(writer, err);
    case SINK_STATE_LOAD: return step_load(writer, err);
    case SINK_STATE_CHECK: return step_check(writer, err);
    case SINK_STATE_ASK: return step_ask(writer, err);
    case SINK_STATE_OPENING: return step_opening(writer, err);
    case SINK_STATE_FILL: return step_fill(writer, err);
    case SINK_STATE_READY: return step_ready(writer, now_us);
    case SINK_STATE_PLAN: return step_plan(writer, err);
    case SINK_STATE_WRITE: return step_write(writer, err);
    case SINK_STATE_SEAL: return step_seal(writer, err);
    case SINK_STATE_COMMIT: return step_commit(writer, err);
    case SINK_STATE_OVER: return step_over(writer, err);
    }
    return err_set(err, ERR_BROKEN, "sink: no such state");
}

enum sink_state sink_writer_state(const struct sink_writer *writer)
{
    return writer->state;
}

void sink_writer_flush(struct sink_writer *writer)
{
    writer->wants_flush = true;
}

void sink_writer_set_puts(struct sink_writer *writer, int32_t puts_at_once)
{
    writer->config.puts_at_once = puts_at_once;
}

bool sink_writer_is_empty(const struct sink_writer *writer)
{
    return writer->state == SINK_STATE_READY && writer->batch.count == 0;
}

size_t sink_writer_bytes(const struct sink_writer *writer)
{
    return sink_batch_bytes(&writer->batch);
}

int64_t sink_writer_opened(const struct sink_writer *writer)
{
    return writer->entry.opened;
}

const struct sink_counts *sink_writer_counts(const struct sink_writer *writer)
{
    return &writer->counts;
}

int64_t sink_writer_newest_us(const struct sink_writer *writer)
{
    return writer->batch.max_us;
}

/*
 * Drives the sink by the histories of the model (sink_prove.py --emit FILE), step for step, and asks
 * the same of it: the chains of plans must end up equal to the model's, entry for entry, and a
 * reader that tails the lake must have seen each record once, in its own hour.
 *
 * A history is these lines; every writer's step is one call of sink_writer_step:
 *     H 17 2 0                its number, how many partitions, and 1 if who asks for the topic's
 *                             incarnation is told the one that he knows, dead or not
 *     S 0 0,0 1,0 2,1 …       the source of partition 0: each record's hours by fields a and b
 *     O W0,3,1,0 P0 s0 …      what happens, in this order:
 *         Wp,l,f,c   a writer for partition p: at most l records a flush, hours by field f (0: a),
 *                    c: hours that close make a flush; writers are numbered from 0
 *         s4         writer 4 takes a step (and up to three records, if it wants some)
 *         f4         writer 4 is asked to flush        x4   it dies
 *         P0         partition 0's producer: a step    N0   it is started anew
 *         B          the broker loses everything       R    the reader reads on
 *     E 0 o1:0:-1 f0-5:4:done:0+0+4,1+4+1 …        the chain of partition 0 in the end
 *
 * Usage: sink_histories FILE
 */
#include "base/alloc.h"
#include "executor/sink_lake.h"
#include "executor/sink_writer.h"
#include "sink_fakes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2024-04-01T00Z: the model's hour 0. */
#define FIRST_HOUR INT64_C(475536)

enum { MAX_WRITERS = 4096, MAX_SOURCE = 64, FETCH = 3, LINE_BYTES = 1 << 20 };

struct actor {
    struct sink_writer *writer; /* NULL: dead */
    struct fake_log_client broker;
    char incarnation[32];
    int32_t partition;
    bool is_cached;
};

struct producer {
    struct actor opener;
    int64_t next; /* index in the source; -1: not known */
};

struct history {
    int64_t number;
    int32_t partition_count;
    bool is_cached;
    int64_t hours[FAKE_PARTITIONS][MAX_SOURCE][2];
    int64_t source_size[FAKE_PARTITIONS];
    int64_t seen[FAKE_PARTITIONS][MAX_SOURCE]; /* how often the reader met the record */
    struct fake_process process;
    struct fake_lake lake;
    struct fake_lake_client client;
    struct fake_log log;
    struct actor writers[MAX_WRITERS];
    size_t writer_count;
    struct producer producers[FAKE_PARTITIONS];
    char *position; /* of the reader */
};

static const char *const fields[] = {"a", "b"};

_Noreturn static void die(const struct history *history, const char *what, const char *more)
{
    fprintf(stderr, "history %" PRId64 ": %s: %s\n", history->number, what, more);
    exit(1);
}

/* --------------------------------------------------------------------------------------- actors */

static int is_live(void *arg, const char *incarnation, struct err *err)
{
    struct actor *actor = arg;
    struct aorta_error error;
    const char *now;

    if (fake_log_table.topic_incarnation(&actor->broker, "t", &now, &error) < 0)
        return err_set(err, ERR_TRANSIENT, "%s", error.message);
    return actor->is_cached || strcmp(now, incarnation) == 0;
}

static void start_writer(struct history *history, struct actor *actor, int32_t partition,
                         const struct sink_limits *limits, int field)
{
    *actor = (struct actor){.broker = {&history->log, &history->process},
                            .partition = partition,
                            .is_cached = history->is_cached};
    snprintf(actor->incarnation, sizeof actor->incarnation, "k%d", history->log.incarnation);
    struct sink_writer_config config = {
        .chain = {.store = &fake_lake_table,
                  .connection = &history->client,
                  .topic = "t",
                  .partition = partition},
        .incarnation = actor->incarnation,
        .grouping = {.time_field = fields[field], .unit = SINK_SECONDS},
        .limits = *limits,
        .is_live = is_live,
        .arg = actor,
    };
    actor->writer = sink_writer_new(&config);
}

/* Up to three records, if the broker that had them is alive. */
static void fetch(struct history *history, struct actor *actor)
{
    const struct fake_partition *log = &history->log.partitions[actor->partition];
    char now[32];
    struct err err;

    snprintf(now, sizeof now, "k%d", history->log.incarnation);
    if (strcmp(now, actor->incarnation) != 0)
        return;
    for (int i = 0; i < FETCH; i++) {
        int64_t offset = sink_writer_next_offset(actor->writer);
        if (offset >= log->count)
            return;
        const struct fake_record *kept = &log->records[offset];
        struct aorta_record record = {.partition = actor->partition,
                                      .offset = offset,
                                      .value = kept->value,
                                      .value_size = kept->size,
                                      .header = kept->header,
                                      .header_size = strlen(kept->header)};
        if (sink_writer_push(actor->writer, &record, 0, &err) < 0)
            die(history, "push", err.message);
    }
}

static void step(struct history *history, struct actor *actor)
{
    struct err err;

    switch (sink_writer_state(actor->writer)) {
    case SINK_STATE_OVER: return;
    case SINK_STATE_READY:
    case SINK_STATE_FILL: fetch(history, actor); break;
    case SINK_STATE_TAIL:
    case SINK_STATE_LOAD:
    case SINK_STATE_CHECK:
    case SINK_STATE_ASK:
    case SINK_STATE_OPENING:
    case SINK_STATE_PLAN:
    case SINK_STATE_WRITE:
    case SINK_STATE_SEAL:
    case SINK_STATE_COMMIT: break;
    }
    if (sink_writer_step(actor->writer, 0, &err) < 0)
        die(history, "step", err.message);
}

static void start_producer(struct history *history, int32_t partition)
{
    struct producer *producer = &history->producers[partition];
    const struct sink_limits none = {0};

    sink_writer_free(producer->opener.writer);
    start_writer(history, &producer->opener, partition, &none, 0);
    producer->next = -1;
}

static void find_position(struct history *history, struct producer *producer)
{
    const struct fake_partition *log = &history->log.partitions[producer->opener.partition];
    struct sink_chain chain = {.store = &fake_lake_table,
                               .connection = &history->client,
                               .topic = "t",
                               .partition = producer->opener.partition};
    struct sink_entry opening;
    enum sink_outcome outcome;
    struct arena arena;
    struct err err;

    if (log->count > 0) {
        producer->next = atoll(log->records[log->count - 1].header) + 1;
        return;
    }
    arena_init(&arena);
    if (sink_chain_load(&chain, sink_writer_opened(producer->opener.writer), &arena, &opening,
                        &outcome, &err) != 1)
        die(history, "opening", err.message);
    producer->next = opening.token != NULL ? atoll(opening.token) + 1 : 0;
    arena_release(&arena);
}

static void produce(struct history *history, struct producer *producer)
{
    int32_t partition = producer->opener.partition;
    const int64_t *hours = history->hours[partition][producer->next];
    char value[128], header[24];

    snprintf(value, sizeof value, "{\"id\":%" PRId64 ",\"a\":%" PRId64 ",\"b\":\"%" PRId64 "\"}",
             producer->next, (FIRST_HOUR + hours[0]) * 3600 + 59,
             (FIRST_HOUR + hours[1]) * 3600 + 3599);
    snprintf(header, sizeof header, "%" PRId64, producer->next);
    fake_log_add(&history->log, partition, value, header);
    producer->next++;
}

static void step_producer(struct history *history, struct producer *producer)
{
    char now[32];
    enum sink_state state = sink_writer_state(producer->opener.writer);

    snprintf(now, sizeof now, "k%d", history->log.incarnation);
    if (state == SINK_STATE_OVER || strcmp(producer->opener.incarnation, now) != 0)
        return;
    if (state != SINK_STATE_READY)
        step(history, &producer->opener);
    else if (producer->next < 0)
        find_position(history, producer);
    else if (producer->next < history->source_size[producer->opener.partition])
        produce(history, producer);
}

/* --------------------------------------------------------------------------------------- reader */

static void see(struct history *history, const struct sink_lake_object *object)
{
    const char *line = fake_lake_text(&history->lake, object->key);
    int64_t count = 0, id, a, b;

    if (line == NULL)
        die(history, "a finished plan names an object that is not there", object->key);
    for (; *line != '\0'; line = strchr(line, '\n') + 1, count++) {
        if (sscanf(line, "{\"id\":%" SCNd64 ",\"a\":%" SCNd64 ",\"b\":\"%" SCNd64 "\"}\n", &id, &a,
                   &b) != 3)
            die(history, "a line of the lake", line);
        if (a / 3600 != object->hour && b / 3600 != object->hour)
            die(history, "a record is not in its hour", object->key);
        history->seen[object->partition][id]++;
    }
    if (count != object->count)
        die(history, "an object has not the count of its plan", object->key);
}

static void read_on(struct history *history)
{
    const struct sink_lake_place place = {&fake_lake_table, &history->client, "t"};
    struct sink_lake_object object;
    struct sink_lake *lake;
    struct err err;
    int result;

    if (sink_lake_open(&place, history->position, &lake, &err) < 0)
        die(history, "reader", err.message);
    while ((result = sink_lake_next(lake, &object, &err)) > 0)
        see(history, &object);
    if (result < 0)
        die(history, "reader", err.message);
    free(history->position);
    history->position = alloc_strdup(sink_lake_position(lake));
    sink_lake_close(lake);
}

/* ------------------------------------------------------------------------------------ operations */

static void spawn(struct history *history, const char *word)
{
    int partition, limit, field, closes;

    if (sscanf(word, "W%d,%d,%d,%d", &partition, &limit, &field, &closes) != 4 ||
        history->writer_count == MAX_WRITERS)
        die(history, "operation", word);
    struct sink_limits limits = {.records = limit, .closes_hours = closes != 0};
    start_writer(history, &history->writers[history->writer_count++], partition, &limits, field);
}

static struct actor *find_writer(struct history *history, const char *word)
{
    size_t number = strtoull(word + 1, NULL, 10);

    if (number >= history->writer_count || history->writers[number].writer == NULL)
        die(history, "no such writer", word);
    return &history->writers[number];
}

static void operate(struct history *history, const char *word)
{
    struct actor *actor;

    switch (word[0]) {
    case 'W': spawn(history, word); return;
    case 's': step(history, find_writer(history, word)); return;
    case 'f': sink_writer_flush(find_writer(history, word)->writer); return;
    case 'x':
        actor = find_writer(history, word);
        sink_writer_free(actor->writer);
        actor->writer = NULL;
        return;
    case 'P': step_producer(history, &history->producers[atoi(word + 1)]); return;
    case 'N': start_producer(history, atoi(word + 1)); return;
    case 'B': fake_log_restart(&history->log); return;
    case 'R': read_on(history); return;
    default: die(history, "operation", word);
    }
}

/* ----------------------------------------------------------------------------------------- judge */

static void describe_entry(const struct sink_entry *entry, enum sink_outcome outcome,
                           struct buf *text)
{
    static const char *const outcomes[] = {
        [SINK_UNSEALED] = "unsealed", [SINK_DONE] = "done", [SINK_VOID] = "void"};
    const char *token = entry->token != NULL ? entry->token : "-1";

    if (entry->kind == SINK_OPEN) {
        buf_printf(text, " o%s:%" PRId64 ":%s", entry->incarnation + 1, entry->start, token);
        return;
    }
    buf_printf(text, " f%" PRId64 "-%" PRId64 ":%s:%s:", entry->start, entry->end, token,
               outcomes[outcome]);
    for (int32_t i = 0; i < entry->object_count; i++)
        buf_printf(text, "%s%" PRId64 "+%" PRId64 "+%" PRId64, i > 0 ? "," : "",
                   entry->objects[i].hour - FIRST_HOUR, entry->objects[i].first,
                   entry->objects[i].count);
}

static void compare_chain(struct history *history, const char *line)
{
    struct sink_chain chain = {.store = &fake_lake_table,
                               .connection = &history->client,
                               .topic = "t",
                               .partition = atoi(line + 2)};
    struct sink_entry entry;
    enum sink_outcome outcome;
    struct arena arena;
    struct err err;
    struct buf text;

    arena_init(&arena);
    buf_init(&text);
    buf_printf(&text, "E %d", chain.partition);
    for (int64_t i = 1; sink_chain_load(&chain, i, &arena, &entry, &outcome, &err) > 0; i++)
        describe_entry(&entry, outcome, &text);
    if (strcmp(text.data, line) != 0) {
        fprintf(stderr, "model  %s\nC      %s\n", line, text.data);
        die(history, "the chains differ", "see above");
    }
    buf_release(&text);
    arena_release(&arena);
}

static void judge(struct history *history)
{
    char what[64];

    for (int32_t i = 0; i < history->partition_count; i++) {
        for (int64_t j = 0; j < history->source_size[i]; j++) {
            snprintf(what, sizeof what, "record %" PRId64 " of partition %" PRId32, j, i);
            if (history->seen[i][j] != 1)
                die(history, what, history->seen[i][j] == 0 ? "lost" : "more than once");
        }
    }
    if (history->lake.changed > 0)
        die(history, "lake", "an object was replaced by other bytes");
}

/* ----------------------------------------------------------------------------------------- lines */

static void begin(struct history *history, const char *line)
{
    int is_cached;

    if (sscanf(line, "H %" SCNd64 " %" SCNd32 " %d", &history->number, &history->partition_count,
               &is_cached) != 3)
        die(history, "line", line);
    history->is_cached = is_cached != 0;
    history->process = (struct fake_process){.calls_left = -1};
    history->client = (struct fake_lake_client){&history->lake, &history->process};
    fake_log_init(&history->log, history->partition_count);
    for (int32_t i = 0; i < history->partition_count; i++)
        start_producer(history, i);
}

static void end(struct history *history)
{
    judge(history);
    for (size_t i = 0; i < history->writer_count; i++)
        sink_writer_free(history->writers[i].writer);
    for (int32_t i = 0; i < history->partition_count; i++)
        sink_writer_free(history->producers[i].opener.writer);
    fake_lake_release(&history->lake);
    fake_log_release(&history->log);
    free(history->position);
    memset(history, 0, offsetof(struct history, writers));
    memset(history->producers, 0, sizeof history->producers);
    history->writer_count = 0;
    history->position = NULL;
}

static void add_source(struct history *history, char *line)
{
    int32_t partition = atoi(line + 2);
    int64_t(*hours)[2] = history->hours[partition];
    char *rest = NULL;

    strtok_r(line, " ", &rest);
    strtok_r(NULL, " ", &rest);
    for (char *word = strtok_r(NULL, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        int64_t *pair = hours[history->source_size[partition]++];
        if (sscanf(word, "%" SCNd64 ",%" SCNd64, &pair[0], &pair[1]) != 2)
            die(history, "source", word);
    }
}

static void run_line(struct history *history, char *line)
{
    char *rest = NULL;

    line[strcspn(line, "\n")] = '\0';
    switch (line[0]) {
    case 'H': begin(history, line); return;
    case 'S': add_source(history, line); return;
    case 'O':
        strtok_r(line, " ", &rest);
        for (char *word = strtok_r(NULL, " ", &rest); word != NULL;
             word = strtok_r(NULL, " ", &rest))
            operate(history, word);
        return;
    case 'E':
        compare_chain(history, line);
        if (atoi(line + 2) == history->partition_count - 1)
            end(history);
        return;
    default: die(history, "line", line);
    }
}

int main(int argc, char **argv)
{
    static struct history history;
    static char line[LINE_BYTES];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    int64_t count = 0;

    if (file == NULL) {
        fprintf(stderr, "usage: sink_histories FILE\n");
        return 2;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        count += line[0] == 'H';
        run_line(&history, line);
    }
    fclose(file);
    printf("%" PRId64 " histories: nothing lost, nothing twice, the model's chains\n", count);
    return count > 0 ? 0 : 1;
}

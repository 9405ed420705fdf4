#include "executor/sink_lake.h"

#include "base/alloc.h"
#include "base/json.h"
#include "executor/module.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { POSITION_VERSION = 1 };

/* One chain and how far it is read. */
struct cursor {
    int32_t partition;
    int64_t next;  /* entry to go on with */
    int32_t given; /* of that entry's objects */
    int64_t last;  /* entry to end with, fixed at the opening; 0: not listed */
    int64_t first; /* entry that the read begins with */
};

struct sink_lake {
    struct sink_chain chain; /* its partition is the current cursor's */
    struct cursor *cursors;  /* partitions ascending */
    size_t count;
    size_t current;
    bool has_entry; /* of the current cursor's next */
    struct arena arena;
    struct sink_entry entry;
    enum sink_outcome outcome;
    struct buf key;
    struct buf position;
};

/* The partition's cursor; made if it is not there. */
static struct cursor *get_cursor(struct sink_lake *lake, int32_t partition)
{
    size_t at = 0;

    while (at < lake->count && lake->cursors[at].partition < partition)
        at++;
    if (at < lake->count && lake->cursors[at].partition == partition)
        return &lake->cursors[at];
    lake->cursors = alloc_resize(lake->cursors, (lake->count + 1) * sizeof *lake->cursors);
    memmove(&lake->cursors[at + 1], &lake->cursors[at], (lake->count - at) * sizeof *lake->cursors);
    lake->count++;
    lake->cursors[at] = (struct cursor){.partition = partition, .next = 1};
    return &lake->cursors[at];
}

/* ------------------------------------------------------------------------------------- position */

static int read_cursor(struct sink_lake *lake, const char *name, const json_t *pair)
{
    const json_t *next = json_array_get(pair, 0), *given = json_array_get(pair, 1);
    char *end;
    long partition = strtol(name, &end, 10);

    if (end == name || *end != '\0' || partition < 0 || partition > INT32_MAX ||
        !json_is_integer(next) || !json_is_integer(given) || json_integer_value(next) < 1 ||
        json_integer_value(given) < 0 || json_integer_value(given) > SINK_PLAN_OBJECTS)
        return -1;
    struct cursor *cursor = get_cursor(lake, (int32_t)partition);
    cursor->next = json_integer_value(next);
    cursor->given = (int32_t)json_integer_value(given);
    return 0;
}

static int read_position(struct sink_lake *lake, const char *text, struct err *err)
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *partitions = json_object_get(root, "partitions"), *pair;
    const char *name;
    int result = 0;

    if (json_integer_value(json_object_get(root, "version")) != POSITION_VERSION ||
        !json_is_object(partitions))
        result = -1;
    json_object_foreach(partitions, name, pair)
    {
        if (result == 0)
            result = read_cursor(lake, name, pair);
    }
    json_decref(root);
    if (result < 0)
        return err_set(err, ERR_BROKEN, "topic \"%s\": \"%.200s\" is no position in the lake",
                       lake->chain.topic, text);
    return 0;
}

int sink_lake_given(const char *topic, const char *position, int32_t partition, int64_t *next,
                    int32_t *given, struct err *err)
{
    struct sink_lake lake = {.chain = {.topic = topic}};
    int result = position != NULL ? read_position(&lake, position, err) : 0;

    if (result == 0) {
        const struct cursor *cursor = get_cursor(&lake, partition);
        *next = cursor->next;
        *given = cursor->given;
    }
    free(lake.cursors);
    return result;
}

const char *sink_lake_position(struct sink_lake *lake)
{
    struct json_writer json;
    char name[16];

    buf_reset(&lake->position);
    json_writer_init(&json, &lake->position);
    json_write_object(&json);
    json_write_key(&json, "version"), json_write_int(&json, POSITION_VERSION);
    json_write_key(&json, "partitions"), json_write_object(&json);
    for (size_t i = 0; i < lake->count; i++) {
        snprintf(name, sizeof name, "%" PRId32, lake->cursors[i].partition);
        json_write_key(&json, name), json_write_array(&json);
        json_write_int(&json, lake->cursors[i].next), json_write_int(&json, lake->cursors[i].given);
        json_write_end(&json);
    }
    json_write_end(&json);
    json_write_end(&json);
    return lake->position.data;
}

/* -------------------------------------------------------------------------------------- opening */

struct partition_search {
    const char *topic;
    int32_t partition; /* -1: there is none */
};

static int take_first(void *arg, const struct aorta_object *object)
{
    struct partition_search *search = arg;
    int64_t sequence;
    bool is_seal;

    return sink_key_parse(object->key, search->topic, &search->partition, &sequence, &is_seal);
}

/* Finds the partitions that have a chain: a short look behind each. */
static int find_partitions(struct sink_lake *lake, struct err *err)
{
    struct partition_search search = {.topic = lake->chain.topic};
    struct aorta_error error;
    struct buf prefix, after;
    int result = 0;

    buf_init(&prefix);
    buf_init(&after);
    sink_key_topic(&prefix, search.topic);
    do {
        search.partition = -1;
        result = lake->chain.store->list(lake->chain.connection, prefix.data,
                                         after.size > 0 ? after.data : NULL, take_first, &search,
                                         &error);
        if (result < 0) {
            result = module_error(&error, prefix.data, err);
        } else if (search.partition >= 0) {
            get_cursor(lake, search.partition);
            sink_key_chain(&after, search.topic, search.partition);
            buf_append_char(&after, '~'); /* behind every entry */
        }
    } while (result == 0 && search.partition >= 0);
    buf_release(&prefix);
    buf_release(&after);
    return result;
}

static int fix_ends(struct sink_lake *lake, struct err *err)
{
    for (size_t i = 0; i < lake->count; i++) {
        struct cursor *cursor = &lake->cursors[i];
        lake->chain.partition = cursor->partition;
        cursor->first = cursor->next > 1 ? cursor->next : 2; /* the first of all has no objects */
        if (sink_chain_tail(&lake->chain, cursor->next - 1, &cursor->last, err) < 0)
            return -1;
    }
    return 0;
}

int sink_lake_open(const struct sink_lake_place *place, const char *position,
                   struct sink_lake **lake, struct err *err)
{
    struct sink_lake *made = alloc_zeroed(1, sizeof *made);

    /* Reading needs no put-if-absent. */
    made->chain = (struct sink_chain){.store = place->store,
                                      .connection = place->connection,
                                      .topic = place->topic,
                                      .single_writer = true};
    arena_init(&made->arena);
    buf_init(&made->key);
    buf_init(&made->position);
    if (sink_chain_check(&made->chain, err) < 0 ||
        (position != NULL && read_position(made, position, err) < 0) ||
        find_partitions(made, err) < 0 || fix_ends(made, err) < 0) {
        sink_lake_close(made);
        return -1;
    }
    *lake = made;
    return 0;
}

void sink_lake_close(struct sink_lake *lake)
{
    if (lake == NULL)
        return;
    arena_release(&lake->arena);
    buf_release(&lake->key);
    buf_release(&lake->position);
    free(lake->cursors);
    free(lake);
}

/* -------------------------------------------------------------------------------------- reading */

/* Reads the cursor's next entry: 1, 0 if the partition has no more, -1. */
static int load_entry(struct sink_lake *lake, const struct cursor *cursor, struct err *err)
{
    if (cursor->next > cursor->last)
        return 0;
    arena_reset(&lake->arena);
    lake->chain.partition = cursor->partition;
    int found = sink_chain_load(&lake->chain, cursor->next, &lake->arena, &lake->entry,
                                &lake->outcome, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return err_set(err, ERR_DATA,
                       "topic \"%s\" partition %" PRId32 ": plan %" PRId64 " is gone, plan %" PRId64
                       " is there",
                       lake->chain.topic, cursor->partition, cursor->next, cursor->last);
    return lake->outcome != SINK_UNSEALED;
}

int sink_lake_next(struct sink_lake *lake, struct sink_lake_object *object, struct err *err)
{
    while (lake->current < lake->count) {
        struct cursor *cursor = &lake->cursors[lake->current];
        if (!lake->has_entry) {
            int found = load_entry(lake, cursor, err);
            if (found < 0)
                return -1;
            lake->has_entry = found > 0;
            lake->current += found == 0;
            continue;
        }
        bool is_read = lake->outcome == SINK_DONE; /* an opening has no objects */
        if (!is_read || cursor->given >= lake->entry.object_count) {
            cursor->next++;
            cursor->given = 0;
            lake->has_entry = false;
            continue;
        }
        const struct sink_object *planned = &lake->entry.objects[cursor->given++];
        sink_key_object(&lake->key, lake->chain.topic, cursor->partition, planned);
        *object = (struct sink_lake_object){.key = lake->key.data,
                                            .partition = cursor->partition,
                                            .hour = planned->hour,
                                            .first = planned->first,
                                            .count = planned->count,
                                            .bytes = planned->bytes};
        return 1;
    }
    return 0;
}

double sink_lake_share(const struct sink_lake *lake)
{
    double all = 0, given = 0;

    for (size_t i = 0; i < lake->count; i++) {
        const struct cursor *cursor = &lake->cursors[i];
        if (cursor->last < cursor->first)
            continue;
        all += (double)(cursor->last - cursor->first + 1);
        if (cursor->next > cursor->first)
            given += (double)(cursor->next - cursor->first);
        if (i == lake->current && lake->has_entry && lake->entry.object_count > 0)
            given += (double)cursor->given / (double)lake->entry.object_count;
    }
    return all > 0 ? given / all : 0;
}

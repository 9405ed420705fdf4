#include "executor/sink_chain.h"

#include "base/fault.h"
#include "executor/module.h"

#include <inttypes.h>
#include <string.h>

/* Names that Kafka allows: they need no quoting in a key. */
#define TOPIC_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
enum { TOPIC_BYTES = 249 };

int sink_chain_check(const struct sink_chain *chain, struct err *err)
{
    size_t size = strlen(chain->topic);

    if (size == 0 || size > TOPIC_BYTES || chain->topic[0] == '.' ||
        strspn(chain->topic, TOPIC_CHARACTERS) != size)
        return err_set(err, ERR_CONFIG,
                       "\"%.300s\" cannot be a topic's name: letters, digits, "
                       "\".\", \"_\" and \"-\" can, at most %d of them",
                       chain->topic, TOPIC_BYTES);
    if (!chain->store->has_put_if_absent && !chain->single_writer)
        return err_set(err, ERR_CONFIG,
                       "%s cannot create an object only if it is absent, so two "
                       "sinks would overwrite each other: set single_writer = true if there will "
                       "never be two",
                       chain->store->url(chain->connection));
    return 0;
}

/* ---------------------------------------------------------------------------------------- reads */

struct tail_search {
    const struct sink_chain *chain;
    int64_t last;
};

static int note_entry(void *arg, const struct aorta_object *object)
{
    struct tail_search *search = arg;
    int32_t partition;
    int64_t sequence;
    bool is_seal;

    if (sink_key_parse(object->key, search->chain->topic, &partition, &sequence, &is_seal) &&
        !is_seal && sequence > search->last)
        search->last = sequence;
    return 0;
}

int sink_chain_tail(const struct sink_chain *chain, int64_t after, int64_t *sequence,
                    struct err *err)
{
    struct tail_search search = {.chain = chain, .last = after};
    struct aorta_error error;
    struct buf prefix, start;

    buf_init(&prefix);
    buf_init(&start);
    sink_key_chain(&prefix, chain->topic, chain->partition);
    if (after > 0)
        sink_key_plan(&start, chain->topic, chain->partition, after);
    int result = chain->store->list(chain->connection, prefix.data, after > 0 ? start.data : NULL,
                                    note_entry, &search, &error);
    if (result < 0)
        result = module_error(&error, prefix.data, err);
    else
        *sequence = search.last;
    buf_release(&prefix);
    buf_release(&start);
    return result;
}

int sink_chain_read(const struct sink_chain *chain, const char *key, size_t limit_bytes,
                    struct buf *out, struct err *err)
{
    struct aorta_object object;
    struct aorta_error error;
    size_t got = 0;
    int found = chain->store->stat(chain->connection, key, &object, &error);

    if (found < 0)
        return module_error(&error, key, err);
    if (found == 0)
        return 0;
    if (object.size_bytes < 0 || (uint64_t)object.size_bytes > limit_bytes)
        return err_set(err, ERR_BROKEN, "%s: %" PRId64 " bytes are more than it can have", key,
                       object.size_bytes);
    size_t size = (size_t)object.size_bytes;
    buf_reserve(out, size);
    if (chain->store->read(chain->connection, key, 0, out->data + out->size, size, &got, &error) <
        0)
        return module_error(&error, key, err);
    out->size += got;
    out->data[out->size] = '\0';
    return 1;
}

static int load_outcome(const struct sink_chain *chain, int64_t sequence,
                        enum sink_outcome *outcome, struct err *err)
{
    struct buf key, text;

    buf_init(&key);
    buf_init(&text);
    sink_key_seal(&key, chain->topic, chain->partition, sequence);
    int result = sink_chain_read(chain, key.data, SINK_PLAN_BYTES, &text, err);
    if (result == 0)
        *outcome = SINK_UNSEALED;
    else if (result > 0 && sink_seal_parse(text.data, text.size, outcome, err) < 0)
        result = err_wrap(err, "%s", key.data);
    buf_release(&key);
    buf_release(&text);
    return result < 0 ? -1 : 0;
}

int sink_chain_load(const struct sink_chain *chain, int64_t sequence, struct arena *arena,
                    struct sink_entry *entry, enum sink_outcome *outcome, struct err *err)
{
    struct sink_entry parsed;
    struct buf key, text;

    buf_init(&key);
    buf_init(&text);
    sink_key_plan(&key, chain->topic, chain->partition, sequence);
    int result = sink_chain_read(chain, key.data, SINK_PLAN_BYTES, &text, err);
    if (result <= 0)
        goto out;
    if (sink_plan_parse(text.data, text.size, arena, &parsed, err) < 0) {
        result = err_wrap(err, "%s", key.data);
        goto out;
    }
    if (strcmp(parsed.topic, chain->topic) != 0 || parsed.partition != chain->partition ||
        parsed.sequence != sequence) {
        result = err_set(err, ERR_BROKEN, "%s: the plan is another partition's", key.data);
        goto out;
    }
    if (parsed.kind == SINK_OPEN)
        *outcome = SINK_DONE;
    else if (load_outcome(chain, sequence, outcome, err) < 0)
        result = -1;
    if (result > 0)
        *entry = parsed;
out:
    buf_release(&key);
    buf_release(&text);
    return result;
}

static int has_object(const struct sink_chain *chain, const char *key, int64_t bytes,
                      struct err *err)
{
    struct aorta_object object;
    struct aorta_error error;
    int found = chain->store->stat(chain->connection, key, &object, &error);

    if (found < 0)
        return module_error(&error, key, err);
    return found > 0 && object.size_bytes == bytes;
}

int sink_chain_has_objects(const struct sink_chain *chain, const struct sink_entry *entry,
                           struct err *err)
{
    struct buf key;
    int found = 1;

    buf_init(&key);
    for (int32_t i = 0; i < entry->object_count && found > 0; i++) {
        sink_key_object(&key, chain->topic, chain->partition, &entry->objects[i]);
        found = has_object(chain, key.data, entry->objects[i].bytes, err);
    }
    if (found > 0 && entry->dead.count > 0) {
        sink_key_dead(&key, chain->topic, chain->partition, entry->dead.first);
        found = has_object(chain, key.data, entry->dead.bytes, err);
    }
    buf_release(&key);
    return found;
}

int sink_chain_was_opened(const struct sink_chain *chain, int64_t sequence, const char *incarnation,
                          struct err *err)
{
    struct arena arena;
    struct sink_entry entry = {.incarnation = ""};
    enum sink_outcome outcome;
    int result = 0;

    arena_init(&arena);
    while (sequence > 0 && result == 0) {
        arena_reset(&arena);
        int found = sink_chain_load(chain, sequence, &arena, &entry, &outcome, err);
        if (found < 0)
            result = -1;
        else if (found == 0)
            break; /* what came before was removed with the data of its time */
        else if (strcmp(entry.incarnation, incarnation) == 0)
            result = 1;
        else
            sequence = entry.opened - 1;
    }
    arena_release(&arena);
    return result;
}

/* --------------------------------------------------------------------------------------- writes */

static int put_if_absent(const struct sink_chain *chain, const char *key, const struct buf *text,
                         bool *created, struct err *err)
{
    struct aorta_object object;
    struct aorta_error error;
    bool if_absent = chain->store->has_put_if_absent;

    if (!if_absent) {
        int found = chain->store->stat(chain->connection, key, &object, &error);
        if (found < 0)
            return module_error(&error, key, err);
        if (found > 0) {
            *created = false;
            return 0;
        }
    }
    bool is_new = true;
    if (chain->store->put(chain->connection, key, text->data, text->size, if_absent, &is_new,
                          &error) < 0)
        return module_error(&error, key, err);
    *created = !if_absent || is_new;
    return 0;
}

int sink_chain_put_entry(const struct sink_chain *chain, const struct sink_entry *entry,
                         bool *created, struct err *err)
{
    struct buf key, text;

    buf_init(&key);
    buf_init(&text);
    sink_key_plan(&key, chain->topic, chain->partition, entry->sequence);
    sink_plan_encode(entry, &text);
    fault_point("sink.plan.put.before");
    int result = put_if_absent(chain, key.data, &text, created, err);
    fault_point("sink.plan.put.after");
    buf_release(&key);
    buf_release(&text);
    return result;
}

int sink_chain_put_seal(const struct sink_chain *chain, int64_t sequence, enum sink_outcome outcome,
                        bool *created, struct err *err)
{
    struct buf key, text;

    buf_init(&key);
    buf_init(&text);
    sink_key_seal(&key, chain->topic, chain->partition, sequence);
    sink_seal_encode(outcome, &text);
    fault_point("sink.seal.put.before");
    int result = put_if_absent(chain, key.data, &text, created, err);
    fault_point("sink.seal.put.after");
    buf_release(&key);
    buf_release(&text);
    return result;
}

int sink_chain_put_object(const struct sink_chain *chain, const struct sink_entry *entry,
                          int32_t index, const void *data, size_t size, struct err *err)
{
    struct aorta_error error;
    struct buf key;
    bool created;

    buf_init(&key);
    if (index < entry->object_count)
        sink_key_object(&key, chain->topic, chain->partition, &entry->objects[index]);
    else
        sink_key_dead(&key, chain->topic, chain->partition, entry->dead.first);
    fault_point("sink.object.put.before");
    int result =
        chain->store->put(chain->connection, key.data, data, size, false, &created, &error);
    fault_point("sink.object.put.after");
    if (result < 0)
        result = module_error(&error, key.data, err);
    buf_release(&key);
    return result;
}

#include "daemon/idempotency.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "store/read.h"
#include "store/write.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 100000 /* some 300 bytes each */ };

#define KEPT_US CLOCK_US_PER_DAY
#define LOOK_US (CLOCK_US_PER_DAY / 24) /* when there are too many: not for each of them */

struct idempotency {
    struct arena arena;
    struct map by_key; /* of struct store_key */
    int64_t begun_us;  /* when the arena was made: once a day */
};

static const char *whole_key(const struct request *request, struct arena *arena)
{
    return arena_printf(arena, "%s\n%s", request->actor != NULL ? request->actor : "",
                        request->idempotency_key);
}

/* Of all that was asked for, but for who and how he waits. */
static void hash_request(const struct request *request, char hex[HASH_HEX_SIZE + 1])
{
    struct request asked = *request;
    struct hash *hash = hash_new();
    struct json_writer json;
    struct buf text;

    asked.environment = asked.idempotency_key = asked.address = NULL;
    asked.detaches = false;
    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &request_shape, &asked);
    hash_add(hash, text.data, text.size);
    hash_finish(hash, hex);
    buf_release(&text);
}

static void add(struct idempotency *keys, const struct store_key *key)
{
    struct store_key *kept = arena_alloc(&keys->arena, sizeof *kept);

    *kept = (struct store_key){
        .key = arena_strdup(&keys->arena, key->key),
        .request_hash = arena_strdup(&keys->arena, key->request_hash),
        .run_id = arena_strdup(&keys->arena, key->run_id),
        .at_us = key->at_us,
    };
    map_put(&keys->by_key, kept->key, kept);
}

static int read_keys(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct idempotency *keys = arg;
    struct store_key *items;
    size_t count;

    if (store_read_keys(reader, keys->begun_us - KEPT_US, MAX_KEYS, arena, &items, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        add(keys, &items[i]);
    return 0;
}

struct idempotency *idempotency_open(struct daemon *daemon, struct err *err)
{
    struct idempotency *keys = alloc_zeroed(1, sizeof *keys);

    arena_init(&keys->arena);
    map_init(&keys->by_key);
    keys->begun_us = clock_now_us();
    if (journal_read(daemon->journal, read_keys, keys, err) == 0)
        return keys;
    idempotency_close(keys);
    return NULL;
}

static void free_map(struct idempotency *keys)
{
    map_release(&keys->by_key);
    arena_release(&keys->arena);
}

void idempotency_close(struct idempotency *keys)
{
    if (keys == NULL)
        return;
    free_map(keys);
    free(keys);
}

/* Begins anew with those that count. */
static void forget_old(struct idempotency *keys, int64_t now_us)
{
    bool is_full = keys->by_key.count >= MAX_KEYS;
    struct idempotency before = *keys;

    if (now_us - keys->begun_us < (is_full ? LOOK_US : KEPT_US))
        return;
    arena_init(&keys->arena);
    map_init(&keys->by_key);
    keys->begun_us = now_us;
    for (size_t i = 0; i < before.by_key.count; i++) {
        const struct store_key *key = before.by_key.entries[i].value;
        if (key->at_us >= now_us - KEPT_US)
            add(keys, key);
    }
    free_map(&before);
}

struct told_once {
    struct job *job;
    const char *line;
};

/* The same run or backfill, told when it is in the store. */
static void tell_same(void *arg)
{
    struct job *job = arg;
    const struct event accepted = {.type = "accepted", .run = job->run.id, .message = job->run.id};
    const struct event ended = {.type = "ended", .run = job->run.id, .state = "queued"};

    work_tell(job, &accepted);
    work_tell(job, &ended);
    work_forget(job);
}

static void refuse_again(void *arg)
{
    const struct told_once *again = arg;

    work_refuse_as(again->job, "conflict", again->line);
}

/* Whether the key cannot be taken; else what it made, or NULL if it is new. */
static bool is_refused(struct job *job, const struct store_key **made)
{
    struct idempotency *keys = job->daemon->idempotency;
    const struct store_key *known = NULL;
    char hex[HASH_HEX_SIZE + 1];

    *made = NULL;
    if (keys == NULL || job->request->idempotency_key == NULL)
        return false;
    int64_t now_us = clock_now_us();
    forget_old(keys, now_us);
    known = map_find(&keys->by_key, whole_key(job->request, &job->arena));
    if (known == NULL && keys->by_key.count >= MAX_KEYS) {
        work_refuse_as(job, "busy",
                       "too many idempotency keys were used today: ask without one, or later");
        return true;
    }
    if (known == NULL || known->at_us < now_us - KEPT_US)
        return false;
    hash_request(job->request, hex);
    if (strcmp(known->request_hash, hex) != 0) {
        work_refuse_as(job, "conflict",
                       "this idempotency key was used for another request: take a new one");
        return true;
    }
    *made = known;
    return false;
}

bool idempotency_answer(struct job *job)
{
    const struct store_key *made;

    if (is_refused(job, &made))
        return true;
    if (made == NULL)
        return false;
    snprintf(job->run.id, sizeof job->run.id, "%s", made->run_id);
    journal_barrier(job->daemon->journal, (struct journal_then){tell_same, job, NULL});
    return true;
}

bool idempotency_answer_once(struct job *job, const char *line)
{
    const struct store_key *made;
    struct told_once *again;

    if (is_refused(job, &made))
        return true;
    if (made == NULL)
        return false;
    again = arena_alloc(&job->arena, sizeof *again);
    *again = (struct told_once){job, line};
    journal_barrier(job->daemon->journal, (struct journal_then){refuse_again, again, NULL});
    return true;
}

void idempotency_note(const struct job *job, const char *id)
{
    struct idempotency *keys = job->daemon->idempotency;
    char hex[HASH_HEX_SIZE + 1];
    struct arena arena;

    if (keys == NULL || job->request->idempotency_key == NULL)
        return;
    arena_init(&arena);
    hash_request(job->request, hex);
    const struct store_key key = {
        .key = whole_key(job->request, &arena),
        .request_hash = hex,
        .run_id = id,
        .at_us = clock_now_us(),
    };
    add(keys, &key);
    store_key_put(journal_store(job->daemon->journal), &key);
    arena_release(&arena);
}

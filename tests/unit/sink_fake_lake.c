#include "sink_fakes.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

pthread_mutex_t fake_lock = PTHREAD_MUTEX_INITIALIZER;

/* Counts a call. False if the process is dead, or dies now before the call has an effect. */
static bool is_alive(struct fake_process *process, struct aorta_error *error)
{
    if (!process->is_dead && process->calls_left == 0) {
        process->is_dead = true;
        if (process->dies_after)
            return true;
    }
    if (process->is_dead) {
        aorta_fail(error, AORTA_TRANSIENT, "process died");
        return false;
    }
    process->calls++;
    process->calls_left--;
    return true;
}

/* The result, unless the process died in the call. */
static int answer(const struct fake_process *process, int result, struct aorta_error *error)
{
    return process->is_dead ? aorta_fail(error, AORTA_TRANSIENT, "process died") : result;
}

/* Where the key is or belongs. */
static size_t find_place(const struct fake_lake *lake, const char *key, bool *is_there)
{
    size_t low = 0, high = lake->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(lake->objects[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *is_there = low < lake->count && strcmp(lake->objects[low].key, key) == 0;
    return low;
}

static struct aorta_object describe(const struct fake_object *object)
{
    return (struct aorta_object){
        .key = object->key, .size_bytes = (int64_t)object->bytes.size, .etag = "fake"};
}

static int list(void *connection, const char *prefix, const char *start_after,
                int (*each)(void *arg, const struct aorta_object *object), void *arg,
                struct aorta_error *error)
{
    struct fake_lake_client *client = connection;
    const struct fake_lake *lake = client->lake;
    bool is_there;

    if (!is_alive(client->process, error))
        return -1;
    bool is_behind = start_after != NULL && strcmp(start_after, prefix) > 0;
    size_t at = find_place(lake, is_behind ? start_after : prefix, &is_there);
    at += is_behind && is_there;
    for (; at < lake->count; at++) {
        struct aorta_object object = describe(&lake->objects[at]);
        if (strncmp(object.key, prefix, strlen(prefix)) != 0 || each(arg, &object) != 0)
            break;
    }
    return answer(client->process, 0, error);
}

static int find(void *connection, const char *key, struct aorta_object *object,
                struct aorta_error *error)
{
    struct fake_lake_client *client = connection;
    bool is_there;

    if (!is_alive(client->process, error))
        return -1;
    size_t at = find_place(client->lake, key, &is_there);
    if (is_there)
        *object = describe(&client->lake->objects[at]);
    return answer(client->process, is_there, error);
}

static int read_bytes(void *connection, const char *key, int64_t offset, void *data, size_t size,
                      size_t *got, struct aorta_error *error)
{
    struct fake_lake_client *client = connection;
    bool is_there;

    if (!is_alive(client->process, error))
        return -1;
    size_t at = find_place(client->lake, key, &is_there);
    if (!is_there)
        return aorta_fail(error, AORTA_DATA, "no object \"%s\"", key);
    const struct buf *bytes = &client->lake->objects[at].bytes;
    size_t from = (size_t)offset < bytes->size ? (size_t)offset : bytes->size;
    *got = size < bytes->size - from ? size : bytes->size - from;
    memcpy(data, bytes->data + from, *got);
    return answer(client->process, 0, error);
}

static struct fake_object *insert(struct fake_lake *lake, size_t at, const char *key)
{
    if (lake->count == lake->capacity) {
        lake->capacity = lake->capacity > 0 ? lake->capacity * 2 : 64;
        lake->objects = alloc_resize(lake->objects, lake->capacity * sizeof *lake->objects);
    }
    memmove(&lake->objects[at + 1], &lake->objects[at], (lake->count - at) * sizeof *lake->objects);
    lake->count++;
    lake->objects[at].key = alloc_strdup(key);
    buf_init(&lake->objects[at].bytes);
    return &lake->objects[at];
}

static int put(void *connection, const char *key, const void *data, size_t size, bool if_absent,
               bool *created, struct aorta_error *error)
{
    struct fake_lake_client *client = connection;
    struct fake_lake *lake = client->lake;
    bool is_there;

    if (!is_alive(client->process, error))
        return -1;
    if (lake->failing != NULL && strstr(key, lake->failing) != NULL)
        return aorta_fail(error, AORTA_TRANSIENT, "put \"%s\": no space left on device", key);
    size_t at = find_place(lake, key, &is_there);
    *created = !is_there;
    if (!is_there || !if_absent) {
        struct fake_object *object = is_there ? &lake->objects[at] : insert(lake, at, key);
        lake->changed +=
            is_there && (object->bytes.size != size || memcmp(object->bytes.data, data, size) != 0);
        buf_reset(&object->bytes);
        buf_append(&object->bytes, data, size);
    }
    return answer(client->process, 0, error);
}

static int drop(void *connection, const char *key, struct aorta_error *error)
{
    struct fake_lake_client *client = connection;
    struct fake_lake *lake = client->lake;
    bool is_there;

    if (!is_alive(client->process, error))
        return -1;
    size_t at = find_place(lake, key, &is_there);
    if (is_there) {
        free(lake->objects[at].key);
        buf_release(&lake->objects[at].bytes);
        lake->count--;
        memmove(&lake->objects[at], &lake->objects[at + 1],
                (lake->count - at) * sizeof *lake->objects);
    }
    return answer(client->process, 0, error);
}

static int lake_list(void *connection, const char *prefix, const char *start_after,
                     int (*each)(void *arg, const struct aorta_object *object), void *arg,
                     struct aorta_error *error)
{
    pthread_mutex_lock(&fake_lock);
    int result = list(connection, prefix, start_after, each, arg, error);
    pthread_mutex_unlock(&fake_lock);
    return result;
}

static int lake_stat(void *connection, const char *key, struct aorta_object *object,
                     struct aorta_error *error)
{
    pthread_mutex_lock(&fake_lock);
    int result = find(connection, key, object, error);
    pthread_mutex_unlock(&fake_lock);
    return result;
}

static int lake_read(void *connection, const char *key, int64_t offset, void *data, size_t size,
                     size_t *got, struct aorta_error *error)
{
    pthread_mutex_lock(&fake_lock);
    int result = read_bytes(connection, key, offset, data, size, got, error);
    pthread_mutex_unlock(&fake_lock);
    return result;
}

static int lake_put(void *connection, const char *key, const void *data, size_t size,
                    bool if_absent, bool *created, struct aorta_error *error)
{
    pthread_mutex_lock(&fake_lock);
    int result = put(connection, key, data, size, if_absent, created, error);
    pthread_mutex_unlock(&fake_lock);
    return result;
}

static int lake_remove(void *connection, const char *key, struct aorta_error *error)
{
    pthread_mutex_lock(&fake_lock);
    int result = drop(connection, key, error);
    pthread_mutex_unlock(&fake_lock);
    return result;
}

static const char *lake_url(void *connection)
{
    (void)connection;
    return "memory://";
}

const struct aorta_object_store fake_lake_table = {.has_put_if_absent = true,
                                                   .list = lake_list,
                                                   .stat = lake_stat,
                                                   .read = lake_read,
                                                   .put = lake_put,
                                                   .remove = lake_remove,
                                                   .url = lake_url};

const struct aorta_object_store fake_plain_lake_table = {.has_put_if_absent = false,
                                                         .list = lake_list,
                                                         .stat = lake_stat,
                                                         .read = lake_read,
                                                         .put = lake_put,
                                                         .remove = lake_remove,
                                                         .url = lake_url};

void fake_lake_release(struct fake_lake *lake)
{
    for (size_t i = 0; i < lake->count; i++) {
        free(lake->objects[i].key);
        buf_release(&lake->objects[i].bytes);
    }
    free(lake->objects);
    *lake = (struct fake_lake){0};
}

const char *fake_lake_text(const struct fake_lake *lake, const char *key)
{
    bool is_there;
    size_t at = find_place(lake, key, &is_there);

    return is_there ? lake->objects[at].bytes.data : NULL;
}

int64_t fake_lake_count(const struct fake_lake *lake, const char *part)
{
    int64_t count = 0;

    for (size_t i = 0; i < lake->count; i++)
        count += strstr(lake->objects[i].key, part) != NULL;
    return count;
}

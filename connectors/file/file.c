/*
 * The connector "file": a local folder as an object store. store.h has the whole story.
 */
#include "store.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_PATH, OPTION_SYNC };

static const struct aorta_option options[] = {
    [OPTION_PATH] = {"path", AORTA_OPTION_PATH, true, false, NULL,
                     "The folder that holds the objects, made if it is not there"},
    [OPTION_SYNC] = {"sync", AORTA_OPTION_BOOL, false, false, "true",
                     "Whether an object is on the disk, safe from a power cut, when it is put"},
    {0},
};

static void store_close(void *connection)
{
    struct store *store = connection;

    if (store == NULL)
        return;
    if (store->root >= 0)
        close(store->root);
    free(store->path);
    free(store->url);
    free(store);
}

static char *make_url(const char *path)
{
    struct buf url;

    buf_init(&url);
    buf_printf(&url, "file://%s", path);
    return buf_take(&url);
}

static int store_open(const struct aorta_host *host, const struct aorta_option_value *values,
                      void **connection, struct aorta_error *error)
{
    const char *path = values[OPTION_PATH].text;
    struct err err;

    if (file_make_folders(path, &err) < 0)
        return aorta_fail(error, (enum aorta_error_code)err.code, "%s", err.message);
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        int cause = errno;
        return aorta_fail(error, (enum aorta_error_code)err_code_of_errno(cause), "open %.400s: %s",
                          path, strerror(cause));
    }
    struct store *store = alloc_zeroed(1, sizeof *store);
    store->host = host;
    store->root = root;
    store->sync = values[OPTION_SYNC].integer != 0;
    store->path = alloc_strdup(path);
    store->url = make_url(path);
    *connection = store;
    return 0;
}

/* The status of the object's file; 1, 0 if there is no such object, or -1. */
static int find_object(struct store *store, const char *key, struct stat *status,
                       struct aorta_error *error)
{
    const char *name;

    if (store_check_key(key, error) < 0)
        return -1;
    int folder = store_open_folder(store, key, false, &name);
    if (folder < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : store_fail(store, "find", key, error);
    int result = fstatat(folder, name, status, AT_SYMLINK_NOFOLLOW);
    int cause = errno;
    close(folder);
    errno = cause;
    if (result == 0)
        return S_ISREG(status->st_mode) ? 1 : 0;
    return errno == ENOENT ? 0 : store_fail(store, "find", key, error);
}

static int store_stat(void *connection, const char *key, struct aorta_object *object,
                      struct aorta_error *error)
{
    static _Thread_local char etag[STORE_ETAG_SIZE]; /* lent until the thread's next call */
    struct stat status;
    int found = find_object(connection, key, &status, error);

    if (found <= 0)
        return found;
    store_describe(&status, etag, object);
    object->key = key;
    return 1;
}

static int open_object(const struct store *store, const char *key)
{
    const char *name;
    struct stat status;
    int folder = store_open_folder(store, key, false, &name);

    if (folder < 0)
        return -1;
    /* O_NONBLOCK: a pipe that lies about does not hold us up. */
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int cause = errno;
    close(folder);
    if (fd >= 0 && fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
        close(fd);
        fd = -1;
        cause = ENOENT;
    }
    errno = cause;
    return fd;
}

static int store_read(void *connection, const char *key, int64_t offset, void *data, size_t size,
                      size_t *got, struct aorta_error *error)
{
    const struct store *store = connection;
    size_t done = 0;
    int result = 0;

    if (store_check_key(key, error) < 0)
        return -1;
    int fd = open_object(store, key);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
        return aorta_fail(error, AORTA_DATA, "there is no object '%.300s'", key);
    if (fd < 0)
        return store_fail(store, "open", key, error);
    while (done < size) {
        ssize_t part = pread(fd, (char *)data + done, size - done, (off_t)offset + (off_t)done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            result = store_fail(store, "read", key, error);
        if (part <= 0)
            break;
        done += (size_t)part;
    }
    close(fd);
    if (result == 0)
        *got = done;
    return result;
}

static int store_remove(void *connection, const char *key, struct aorta_error *error)
{
    const struct store *store = connection;
    const char *name;

    if (store_check_key(key, error) < 0)
        return -1;
    int folder = store_open_folder(store, key, false, &name);
    if (folder < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : store_fail(store, "remove", key, error);
    int result = unlinkat(folder, name, 0);
    if (result < 0 && errno == ENOENT)
        result = 0;
    else if (result == 0 && store->sync)
        result = fsync(folder);
    int cause = errno;
    close(folder);
    errno = cause;
    return result == 0 ? 0 : store_fail(store, "remove", key, error);
}

static const char *store_url(void *connection)
{
    const struct store *store = connection;

    return store->url;
}

static const struct aorta_object_store object_store = {
    .has_put_if_absent = true,
    .list = store_list,
    .stat = store_stat,
    .read = store_read,
    .put = store_put,
    .remove = store_remove,
    .url = store_url,
};

static const struct aorta_connector connector = {
    .abi = AORTA_ABI,
    .size = sizeof(struct aorta_connector),
    .name = "file",
    .summary = "A local folder as an object store",
    .options = options,
    .open = store_open,
    .close = store_close,
    .object_store = &object_store,
};

const struct aorta_connector *aorta_connector(void)
{
    return &connector;
}

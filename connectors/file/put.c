#include "store.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A put under way: the hidden file and where it will go. */
struct writing {
    const struct store *store;
    const char *key;  /* for messages */
    int folder;       /* descriptor of the object's folder */
    const char *name; /* the object's name there */
    char temporary[64];
    bool is_there; /* the hidden file has been made */
};

/* Threads and connections of this process never meet in a name; a leftover of an earlier process
 * with this one's id is passed over. */
static int create_temporary(struct writing *writing)
{
    static atomic_uint next;

    for (;;) {
        snprintf(writing->temporary, sizeof writing->temporary, STORE_TEMPORARY "%ld-%u",
                 (long)getpid(), atomic_fetch_add(&next, 1));
        int fd = openat(writing->folder, writing->temporary,
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) {
            writing->is_there = fd >= 0;
            return fd;
        }
    }
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

static int write_temporary(struct writing *writing, const void *data, size_t size)
{
    int fd = create_temporary(writing);

    if (fd < 0)
        return -1;
    int result = write_all(fd, data, size);
    if (result == 0 && writing->store->sync)
        result = fsync(fd);
    int cause = errno;
    if (close(fd) < 0 && result == 0)
        return -1;
    errno = cause;
    return result;
}

/* Gives the hidden file its name: the moment from which the object is there. */
static int publish(struct writing *writing, bool if_absent, bool *created)
{
    int result;

    *created = true;
    fault_point("file.put.rename.before");
    if (if_absent) {
        result = linkat(writing->folder, writing->temporary, writing->folder, writing->name, 0);
        if (result < 0 && errno == EEXIST) {
            *created = false;
            result = 0;
        }
    } else {
        result = renameat(writing->folder, writing->temporary, writing->folder, writing->name);
        writing->is_there = result < 0;
    }
    fault_point("file.put.rename.after");
    return result;
}

static void remove_temporary(const struct writing *writing)
{
    int cause = errno;

    if (writing->is_there)
        unlinkat(writing->folder, writing->temporary, 0);
    errno = cause;
}

static int put_in_folder(struct writing *writing, const void *data, size_t size, bool if_absent,
                         bool *created, struct aorta_error *error)
{
    if (write_temporary(writing, data, size) < 0)
        return store_fail(writing->store, "write", writing->key, error);
    if (publish(writing, if_absent, created) < 0)
        return store_fail(writing->store, "name", writing->key, error);
    /* Also when the object was there: whoever put it may not have synced the folder yet, and the
     * caller is about to rely on it. */
    if (writing->store->sync && fsync(writing->folder) < 0)
        return store_fail(writing->store, "sync the folder of", writing->key, error);
    return 0;
}

int store_put(void *connection, const char *key, const void *data, size_t size, bool if_absent,
              bool *created, struct aorta_error *error)
{
    struct writing writing = {.store = connection, .key = key};
    bool is_new = false;

    if (store_check_key(key, error) < 0)
        return -1;
    fault_point("file.put.before");
    writing.folder = store_open_folder(writing.store, key, true, &writing.name);
    if (writing.folder < 0)
        return store_fail(writing.store, "make the folder of", key, error);
    int result = put_in_folder(&writing, data, size, if_absent, &is_new, error);
    remove_temporary(&writing);
    close(writing.folder);
    if (result < 0)
        return -1;
    fault_point("file.put.after");
    if (created != NULL)
        *created = is_new;
    return 0;
}

#include "store.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* base/err.h and connector.h name the same five codes in the same order. */
_Static_assert((int)ERR_CONFIG == (int)AORTA_CONFIG && (int)ERR_TRANSIENT == (int)AORTA_TRANSIENT,
               "err_code_of_errno is used as it is");

static const char *segment_problem(const char *segment, size_t size)
{
    if (size == 0)
        return "has an empty segment";
    if (size > STORE_SEGMENT_BYTES)
        return "has a segment of more than 255 bytes";
    if ((size == 1 && segment[0] == '.') || (size == 2 && memcmp(segment, "..", 2) == 0))
        return "has \".\" or \"..\" as a segment";
    if (strncmp(segment, STORE_TEMPORARY, sizeof STORE_TEMPORARY - 1) == 0)
        return "has a segment that begins with \"" STORE_TEMPORARY "\"";
    return NULL;
}

static const char *key_problem(const char *key)
{
    int segments = 0;

    if (key[0] == '\0')
        return "is empty";
    if (key[0] == '/')
        return "begins with a slash";
    if (strlen(key) > STORE_KEY_BYTES)
        return "has more than 1024 bytes";
    for (const char *segment = key;; segment++) {
        size_t size = strcspn(segment, "/");
        const char *problem = segment_problem(segment, size);
        if (problem != NULL)
            return problem;
        if (++segments > STORE_SEGMENTS)
            return "has more than 32 segments";
        segment += size;
        if (*segment == '\0')
            return NULL;
    }
}

int store_check_key(const char *key, struct aorta_error *error)
{
    const char *problem = key_problem(key);

    if (problem == NULL)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "key '%.300s' %s", key, problem);
}

/* Held for reading from a folder's making until its name is on the disk: file systems sync what many
 * ask for at once about as fast as what one does. */
static pthread_rwlock_t making = PTHREAD_RWLOCK_INITIALIZER;

static int make_folder(const struct store *store, int parent, const char *name)
{
    int result = -1;

    pthread_rwlock_rdlock(&making);
    /* Also when another process made it: its sync may not have happened yet. */
    if (mkdirat(parent, name, 0777) == 0 || errno == EEXIST)
        result = store->sync ? fsync(parent) : 0;
    int cause = errno;
    pthread_rwlock_unlock(&making);
    errno = cause;
    return result;
}

/* What another thread is about to make, and we have just found, is then on the disk, too. */
static void await_folders(void)
{
    pthread_rwlock_wrlock(&making);
    pthread_rwlock_unlock(&making);
}

/* The folder `name` below parent. O_NOFOLLOW with O_DIRECTORY gives ENOTDIR for a link. */
static int open_below(const struct store *store, int parent, const char *name, bool make)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 || errno != ENOENT || !make)
        return fd;
    if (make_folder(store, parent, name) < 0)
        return -1;
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int store_open_folder(const struct store *store, const char *key, bool make, const char **name)
{
    char segment[STORE_SEGMENT_BYTES + 1];
    int fd = fcntl(store->root, F_DUPFD_CLOEXEC, 0);

    *name = key;
    while (fd >= 0) {
        const char *slash = strchr(*name, '/');
        if (slash == NULL) {
            if (make && store->sync)
                await_folders();
            return fd;
        }
        size_t size = (size_t)(slash - *name);
        memcpy(segment, *name, size);
        segment[size] = '\0';
        int below = open_below(store, fd, segment, make);
        int cause = errno;
        close(fd);
        errno = cause;
        fd = below;
        *name = slash + 1;
    }
    return -1;
}

void store_describe(const struct stat *status, char etag[STORE_ETAG_SIZE],
                    struct aorta_object *object)
{
    uint64_t modified_ns =
        (uint64_t)status->st_mtim.tv_sec * 1000000000U + (uint64_t)status->st_mtim.tv_nsec;

    snprintf(etag, STORE_ETAG_SIZE, "%llx-%llx-%llx", (unsigned long long)status->st_size,
             (unsigned long long)modified_ns, (unsigned long long)status->st_ino);
    object->size_bytes = (int64_t)status->st_size;
    object->modified_us = (int64_t)(modified_ns / 1000);
    object->etag = etag;
}

int store_fail(const struct store *store, const char *verb, const char *key,
               struct aorta_error *error)
{
    int cause = errno;

    switch (cause) {
    case ENOSPC:
    case EDQUOT:
        return aorta_fail(error, AORTA_TRANSIENT, "%s '%.200s': the disk of %.200s is full", verb,
                          key, store->path);
    case ENOTDIR:
        return aorta_fail(error, AORTA_CONFIG,
                          "%s '%.300s': a file or a link is where a folder must be", verb, key);
    case ENOENT: /* a leftover was swept, a folder removed: the next try makes them again */
        return aorta_fail(error, AORTA_TRANSIENT, "%s '%.300s': %s", verb, key, strerror(cause));
    default:
        return aorta_fail(error, (enum aorta_error_code)err_code_of_errno(cause), "%s '%.300s': %s",
                          verb, key, strerror(cause));
    }
}

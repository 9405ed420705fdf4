#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct err *err, const char *verb, const char *path)
{
    int error = errno;

    return err_set(err, err_code_of_errno(error), "%s %s: %s", verb, path, strerror(error));
}

static int read_all(int fd, const char *path, size_t limit_bytes, struct buf *out, struct err *err)
{
    size_t before = out->size;

    for (;;) {
        buf_reserve(out, 64 * 1024);
        ssize_t got = read(fd, out->data + out->size, 64 * 1024);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(err, "read", path);
        if (got == 0)
            return 0;
        out->size += (size_t)got;
        out->data[out->size] = '\0';
        if (out->size - before > limit_bytes)
            return err_set(err, ERR_CONFIG, "%s: larger than %zu bytes", path, limit_bytes);
    }
}

int file_read(const char *path, size_t limit_bytes, struct buf *out, struct err *err)
{
    size_t before = out->size;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail(err, "open", path);
    int result = read_all(fd, path, limit_bytes, out, err);
    if (result < 0)
        buf_truncate(out, before);
    close(fd);
    return result;
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

static int sync_folder_of(const char *path, struct err *err)
{
    struct buf folder;
    const char *slash = strrchr(path, '/');

    buf_init(&folder);
    if (slash == NULL)
        buf_append_char(&folder, '.');
    else
        buf_append(&folder, path, slash == path ? 1 : (size_t)(slash - path));
    int fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 || fsync(fd) < 0 ? fail(err, "sync", folder.data) : 0;
    if (fd >= 0)
        close(fd);
    buf_release(&folder);
    return result;
}

int file_write_atomic(const char *path, const void *data, size_t size, struct err *err)
{
    struct buf beside;
    int result = -1;

    buf_init(&beside);
    buf_printf(&beside, "%s.new-%ld", path, (long)getpid());
    int fd = open(beside.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        fail(err, "create", beside.data);
        goto out;
    }
    bool written = write_all(fd, data, size) == 0 && fsync(fd) == 0;
    if (!written)
        fail(err, "write", beside.data);
    close(fd);
    if (!written) {
        unlink(beside.data);
        goto out;
    }
    if (rename(beside.data, path) < 0) {
        fail(err, "rename to", path);
        unlink(beside.data);
        goto out;
    }
    result = sync_folder_of(path, err);
out:
    buf_release(&beside);
    return result;
}

int file_make_folders(const char *path, struct err *err)
{
    struct buf part;
    int result = 0;

    if (path[0] == '\0')
        return err_set(err, ERR_CONFIG, "a folder without a name");
    buf_init(&part);
    buf_append_str(&part, path);
    for (char *p = part.data + 1; result == 0; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char c = *p;
        *p = '\0';
        if (mkdir(part.data, 0777) < 0 && errno != EEXIST)
            result = fail(err, "create folder", part.data);
        *p = c;
        if (c == '\0')
            break;
    }
    buf_release(&part);
    return result;
}

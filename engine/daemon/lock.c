#include "daemon/lock.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

static const char LOCK_NAME[] = "lock";
static const char LEASE_PREFIX[] = "executor-";
static const char LEASE_SUFFIX[] = ".lock";

enum { KILL_WAIT_MS = 10000 };

enum { NOBODY = 0, INVISIBLE = -1 };

/* The process that holds a write lock on the file; INVISIBLE if the kernel cannot name it to us: it
 * is in another container, or on another host. */
static pid_t holder_of(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_GETLK, &lock) < 0)
        return INVISIBLE;
    if (lock.l_type == F_UNLCK)
        return NOBODY;
    return lock.l_pid > 0 ? lock.l_pid : INVISIBLE;
}

/* The run store and the control socket are for its owner alone. One that exists stays as it is. */
static int make_state_folder(const char *folder, struct err *err)
{
    bool is_there = access(folder, F_OK) == 0;

    if (file_make_folders(folder, err) < 0)
        return -1;
    if (!is_there && chmod(folder, 0700) < 0)
        return err_set(err, err_code_of_errno(errno), "close %s to others: %s", folder,
                       strerror(errno));
    return 0;
}

int lock_take(const char *folder, int *fd, pid_t *holder, struct err *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct buf path;
    int result = -1;

    if (make_state_folder(folder, err) < 0)
        return err_wrap(err, "state folder");
    buf_init(&path);
    buf_printf(&path, "%s/%s", folder, LOCK_NAME);
    int opened = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) {
        err_set(err, err_code_of_errno(errno), "state folder: open %s: %s", path.data,
                strerror(errno));
    } else if (fcntl(opened, F_SETLK, &lock) == 0) {
        *fd = opened;
        result = 1;
    } else if (errno == EAGAIN || errno == EACCES) {
        *holder = holder_of(opened);
        result = 0;
    } else {
        err_set(err, err_code_of_errno(errno), "lock %s: %s", path.data, strerror(errno));
    }
    if (result != 1 && opened >= 0)
        close(opened);
    buf_release(&path);
    return result;
}

bool lock_is_held(const char *folder)
{
    struct buf path;

    buf_init(&path);
    buf_printf(&path, "%s/%s", folder, LOCK_NAME);
    int fd = open(path.data, O_RDONLY | O_CLOEXEC);
    bool held = fd >= 0 && holder_of(fd) != NOBODY;
    if (fd >= 0)
        close(fd);
    buf_release(&path);
    return held;
}

char *lock_lease_path(const char *folder, const char *executor)
{
    struct buf path;

    buf_init(&path);
    buf_printf(&path, "%s/%s%s%s", folder, LEASE_PREFIX, executor, LEASE_SUFFIX);
    return buf_take(&path);
}

/* The pid may be another process by now: the lock is asked again once the pidfd pins it. */
static int end_holder(int fd, pid_t pid, const char *lease, struct err *err)
{
    int process;

    if (pid == INVISIBLE)
        return err_set(
            err, ERR_CONFIG,
            "%s is held by a process that cannot be seen from here: end it where it runs, "
            "in another container or on another host",
            lease);
    process = pidfd_open(pid, 0);
    if (process < 0 && errno == ESRCH)
        return 0; /* it ended meanwhile */
    if (process < 0)
        return err_set(err, ERR_CONFIG, "executor %ld holds %s and cannot be ended: %s", (long)pid,
                       lease, strerror(errno));
    if (holder_of(fd) == pid)
        pidfd_send_signal(process, SIGKILL, NULL, 0);
    struct pollfd wait = {process, POLLIN, 0};
    int ended = poll(&wait, 1, KILL_WAIT_MS);
    close(process);
    if (ended > 0 || holder_of(fd) != pid)
        return 0;
    return err_set(err, ERR_TRANSIENT, "executor %ld holds %s and cannot be ended", (long)pid,
                   lease);
}

static int end_executor(const char *lease, int *killed, struct err *err)
{
    int fd = open(lease, O_RDWR | O_CLOEXEC);
    int result = 0;
    pid_t pid;

    if (fd < 0)
        return err_set(err, err_code_of_errno(errno), "open %s: %s", lease, strerror(errno));
    while (result == 0 && (pid = holder_of(fd)) != NOBODY) {
        result = end_holder(fd, pid, lease, err);
        if (result == 0 && killed != NULL)
            ++*killed;
    }
    close(fd);
    return result;
}

static int is_lease(const char *name)
{
    size_t size = strlen(name), end = sizeof LEASE_SUFFIX - 1;

    return strncmp(name, LEASE_PREFIX, sizeof LEASE_PREFIX - 1) == 0 && size > end &&
           strcmp(name + size - end, LEASE_SUFFIX) == 0;
}

int lock_end_executors(const char *folder, int *killed, struct err *err)
{
    struct buf path;
    int result = 0;
    DIR *dir = opendir(folder);

    if (killed != NULL)
        *killed = 0;
    if (dir == NULL)
        return err_set(err, err_code_of_errno(errno), "state folder %s: %s", folder,
                       strerror(errno));
    buf_init(&path);
    for (struct dirent *entry; result == 0 && (entry = readdir(dir)) != NULL;) {
        if (!is_lease(entry->d_name))
            continue;
        buf_reset(&path);
        buf_printf(&path, "%s/%s", folder, entry->d_name);
        result = end_executor(path.data, killed, err);
    }
    buf_release(&path);
    closedir(dir);
    return result;
}

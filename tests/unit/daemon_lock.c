/*
 * Who is the daemon, and what becomes of executors whose daemon died.
 */
#include "test.h"

#include "daemon/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that takes what `take` takes, says so, and waits for its end. */
static pid_t start_holder(int (*take)(void))
{
    int ready[2];
    char byte;

    test_folder(); /* made by us, not by the child */
    check(pipe(ready) == 0);
    pid_t child = fork();
    if (child == 0) {
        byte = take() >= 0 ? 'y' : 'n';
        _exit(write(ready[1], &byte, 1) == 1 ? pause() : 1);
    }
    close(ready[1]);
    check(read(ready[0], &byte, 1) == 1);
    close(ready[0]);
    check_int(byte, 'y');
    return child;
}

static int take_lock(void)
{
    struct err err;
    pid_t holder;
    int fd;

    return lock_take(test_folder(), &fd, &holder, &err) == 1 ? fd : -1;
}

static int take_lease_of(const char *executor)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *path = lock_lease_path(test_folder(), executor);
    int fd = open(path, O_RDWR | O_CREAT, 0666);

    free(path);
    return fd < 0 ? -1 : fcntl(fd, F_SETLK, &lock);
}

static int take_lease(void)
{
    return take_lease_of("warehouse");
}

static int take_other_lease(void)
{
    return take_lease_of("main");
}

/* Whether the child was ended by SIGKILL. */
static bool was_killed(pid_t child)
{
    int status;

    check_int(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST("a state folder has one daemon, which dies with its process")
{
    pid_t child = start_holder(take_lock);
    pid_t holder = 0;
    struct err err;
    int fd = -1;

    check_int(lock_take(test_folder(), &fd, &holder, &err), 0);
    check_int(holder, child);
    check_int(fd, -1);
    kill(child, SIGKILL);
    check(was_killed(child));
    check_int(lock_take(test_folder(), &fd, &holder, &err), 1);
    check(fd >= 0);
    check((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST("the lock is inherited by no child")
{
    struct err err;
    pid_t holder;
    int fd, status;

    check_int(lock_take(test_folder(), &fd, &holder, &err), 1);
    pid_t child = fork();
    if (child == 0) {
        pid_t seen = 0;
        int other;
        int taken = lock_take(test_folder(), &other, &seen, &err);
        _exit(taken == 0 && seen == getppid() ? 0 : 1);
    }
    check_int(waitpid(child, &status, 0), child);
    check_int(status, 0);
}

TEST("the state folder is made, and what is in its way is named")
{
    char path[512];
    struct err err;
    pid_t holder;
    int fd;

    snprintf(path, sizeof path, "%s/a/b", test_folder());
    check_int(lock_take(path, &fd, &holder, &err), 1);
    snprintf(path, sizeof path, "%s/a/b/lock/c", test_folder());
    check_fails(lock_take(path, &fd, &holder, &err), ERR_CONFIG, "state folder: create folder");
}

TEST("executors that hold a lease are ended, also stopped ones, and waited for")
{
    pid_t one = start_holder(take_lease), other = start_holder(take_other_lease);
    struct err err;
    int killed = -1;

    kill(other, SIGSTOP);
    check_ok(lock_end_executors(test_folder(), &killed, &err));
    check_int(killed, 2);
    check(was_killed(one) && was_killed(other));
    check_int(take_lease(), 0);
}

TEST("a holder that the kernel does not name is not believed to be dead")
{
    /* Of an open file description's lock there is no process to be told, as of a process in a pid
     * namespace that is not ours. */
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char *path = lock_lease_path(test_folder(), "warehouse");
    int fd = open(path, O_RDWR | O_CREAT, 0666);
    struct err err;
    int killed;

    check(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0);
    check_fails(lock_end_executors(test_folder(), &killed, &err), ERR_CONFIG,
                "executor-warehouse.lock is held by a process that cannot be seen from here: end "
                "it where it runs");
    check_int(killed, 0);
    close(fd);
    check_ok(lock_end_executors(test_folder(), &killed, &err));
    check_int(killed, 0);
    free(path);
}

TEST("who holds no lease is left alone, whatever files there are")
{
    pid_t child = start_holder(take_lock);
    struct err err;
    int killed = -1;

    check_ok(lock_end_executors(test_folder(), &killed, &err));
    check_int(killed, 0);
    pid_t gone = start_holder(take_lease);
    kill(gone, SIGKILL);
    check(was_killed(gone));
    check_ok(lock_end_executors(test_folder(), NULL, &err));
    check_int(kill(child, 0), 0);
    kill(child, SIGKILL);
    check(was_killed(child));
    check_fails(lock_end_executors("/nonexistent", NULL, &err), ERR_CONFIG, "state folder");
}

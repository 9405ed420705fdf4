#include "executor/process.h"

#include "message/frame.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* A lake of thousands of partitions has a file open for each at most; a leak is found. */
enum { DESCRIPTORS = 8192 };

static void limit(int what, rlim_t most)
{
    struct rlimit limits;

    if (getrlimit((__rlimit_resource_t)what, &limits) < 0)
        return;
    if (limits.rlim_max > most)
        limits.rlim_max = most;
    limits.rlim_cur = limits.rlim_max;
    setrlimit((__rlimit_resource_t)what, &limits);
}

void process_confine(void)
{
    sigset_t all;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL); /* the daemon decides when we end */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    fcntl(MESSAGE_CONTROL_FD, F_SETFD, FD_CLOEXEC);
    fcntl(MESSAGE_ROWS_FD, F_SETFD, FD_CLOEXEC);
}

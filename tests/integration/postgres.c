#include "postgres.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POSTGRES_BIN "/usr/lib/postgresql/15/bin/"

enum { START_SECONDS = 60 };

static pid_t server;
static pid_t owner; /* the process that stops it: children of the test inherit atexit */
static char conninfo[512];

/* What postgres may be: the user itself, or root's stand-in. */
static void become_postgres(void)
{
    const struct passwd *user;

    if (geteuid() != 0)
        return;
    user = getpwnam("postgres");
    if (user == NULL || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0) {
        fprintf(stderr, "cannot become the user postgres: %s\n", strerror(errno));
        _exit(1);
    }
}

static pid_t start_program(const char *folder, const char *log, char *const argv[])
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd >= 0) {
        dup2(fd, 1);
        dup2(fd, 2);
    }
    become_postgres();
    prctl(PR_SET_PDEATHSIG, SIGQUIT); /* a test that is killed leaves no server behind */
    if (chdir(folder) < 0)
        _exit(1);
    execv(argv[0], argv);
    _exit(127);
}

/* An orderly end would wait for clients and write a checkpoint; nothing here is worth it. */
static void stop_server(void)
{
    if (getpid() != owner || server <= 0)
        return;
    kill(server, SIGQUIT);
    waitpid(server, NULL, 0);
}

static void make_folder(const char *folder)
{
    const struct passwd *user = getpwnam("postgres");

    check(mkdir(folder, 0755) == 0);
    if (geteuid() == 0)
        check(user != NULL && chown(folder, user->pw_uid, user->pw_gid) == 0);
}

static void wait_until_ready(const char *log)
{
    struct timespec pause = {.tv_nsec = 20000000};

    for (int i = 0; i < START_SECONDS * 50; i++) {
        if (PQping(conninfo) == PQPING_OK)
            return;
        if (waitpid(server, NULL, WNOHANG) == server)
            break;
        nanosleep(&pause, NULL);
    }
    test_fail(__FILE__, __LINE__, "PostgreSQL does not start, see %s", log);
}

const char *postgres_start(const char *folder)
{
    static char home[256], data[300], log[300];
    int status;

    if (conninfo[0] != '\0')
        return conninfo;
    chmod(folder, 0755); /* the user postgres must get through */
    snprintf(home, sizeof home, "%s/postgres", folder);
    snprintf(data, sizeof data, "%s/data", home);
    snprintf(log, sizeof log, "%s/postgres.log", folder);
    make_folder(home);
    char *const initdb[] = {(char[]){POSTGRES_BIN "initdb"},
                            (char[]){"-D"},
                            data,
                            (char[]){"-A"},
                            (char[]){"trust"},
                            (char[]){"-U"},
                            (char[]){"postgres"},
                            (char[]){"--no-sync"},
                            (char[]){"--no-locale"},
                            (char[]){"-E"},
                            (char[]){"UTF8"},
                            NULL};
    pid_t pid = start_program(home, log, initdb);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        test_fail(__FILE__, __LINE__, "initdb failed, see %s", log);
    char *const postgres[] = {(char[]){POSTGRES_BIN "postgres"},
                              (char[]){"-D"},
                              data,
                              (char[]){"-k"},
                              home,
                              (char[]){"-h"},
                              (char[]){""},
                              (char[]){"-F"},
                              NULL};
    owner = getpid();
    server = start_program(home, log, postgres);
    atexit(stop_server);
    snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=postgres", home);
    wait_until_ready(log);
    return conninfo;
}

#include "postgres.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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
static pid_t owner; /* the program: tests, which are its children, inherit what it does at exit */
static char home[64], data[80], log_path[80];
static char conninfo[256]; /* of this test's database */

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

static pid_t start_program(char *const argv[])
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd >= 0) {
        dup2(fd, 1);
        dup2(fd, 2);
    }
    become_postgres();
    prctl(PR_SET_PDEATHSIG, SIGQUIT); /* a test that is killed leaves no server behind */
    if (chdir(home) < 0)
        _exit(1);
    execv(argv[0], argv);
    _exit(127);
}

static int remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
    (void)stat;
    (void)kind;
    (void)ftw;
    return remove(path);
}

/* An orderly end would wait for clients and write a checkpoint; nothing here is worth it. */
static void stop_server(void)
{
    if (getpid() != owner)
        return;
    if (server > 0) {
        kill(server, SIGQUIT);
        waitpid(server, NULL, 0);
    }
    nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_home(void)
{
    const struct passwd *user = getpwnam("postgres");

    snprintf(home, sizeof home, "/tmp/aorta-postgres-XXXXXX"); /* a socket's path is short */
    check(mkdtemp(home) != NULL);
    owner = getpid();
    atexit(stop_server);
    if (geteuid() == 0)
        check(user != NULL && chown(home, user->pw_uid, user->pw_gid) == 0);
    snprintf(data, sizeof data, "%s/data", home);
    snprintf(log_path, sizeof log_path, "%s/log", home);
    close(open(log_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

/* Ends the program with what PostgreSQL had to say. */
_Noreturn static void give_up(const char *what)
{
    char text[4096] = "";
    FILE *file = fopen(log_path, "re");

    if (file != NULL) {
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
    }
    test_fail(__FILE__, __LINE__, "%s: %s", what, text);
}

static void wait_until_ready(void)
{
    struct timespec pause = {.tv_nsec = 20000000};

    for (int i = 0; i < START_SECONDS * 50; i++) {
        if (PQping(conninfo) == PQPING_OK)
            return;
        if (waitpid(server, NULL, WNOHANG) == server)
            break;
        nanosleep(&pause, NULL);
    }
    give_up("PostgreSQL does not start");
}

__attribute__((constructor)) static void start_server(void)
{
    static char initdb_path[] = POSTGRES_BIN "initdb", postgres_path[] = POSTGRES_BIN "postgres";
    static char folder[] = "-D", trust[] = "--auth=trust", user[] = "--username=postgres",
                fast[] = "--no-sync", locale[] = "--no-locale", encoding[] = "--encoding=UTF8",
                sockets[] = "-k", no_tcp[] = "--listen_addresses=", no_sync[] = "-F";
    int status;

    make_home();
    pid_t pid = start_program(
        (char *[]){initdb_path, folder, data, trust, user, fast, locale, encoding, NULL});
    if (waitpid(pid, &status, 0) != pid || status != 0)
        give_up("initdb failed");
    server = start_program(
        (char *[]){postgres_path, folder, data, sockets, home, no_tcp, no_sync, NULL});
    snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=postgres", home);
    wait_until_ready();
    conninfo[0] = '\0';
}

const char *postgres_database(void)
{
    char sql[64];

    if (conninfo[0] != '\0')
        return conninfo;
    snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=postgres", home);
    PGconn *conn = PQconnectdb(conninfo);
    snprintf(sql, sizeof sql, "CREATE DATABASE test_%d", (int)getpid());
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=test_%d", home,
             (int)getpid());
    return conninfo;
}

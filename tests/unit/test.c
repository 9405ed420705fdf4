#include "test.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEST_SECONDS = 300 };

static struct test *first;
static struct test **last = &first;
static char folder[256];

void test_register(struct test *test)
{
    *last = test;
    last = &test->next;
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "%s:%d: ", file, line);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void test_check_str(const char *file, int line, const char *expr, const char *got,
                    const char *wanted)
{
    if (got == NULL || strcmp(got, wanted) != 0)
        test_fail(file, line, "%s\n    is      %s\n    and not %s", expr, got ? got : "(null)",
                  wanted);
}

void test_check_int(const char *file, int line, const char *expr, int64_t got, int64_t wanted)
{
    if (got != wanted)
        test_fail(file, line, "%s is %lld and not %lld", expr, (long long)got, (long long)wanted);
}

void test_check_contains(const char *file, int line, const char *got, const char *part)
{
    if (strstr(got, part) == NULL)
        test_fail(file, line, "not in the text: %s\n    the text: %s", part, got);
}

static int remove_entry(const char *path, const struct stat *stat, int kind, struct FTW *ftw)
{
    (void)stat;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
    const char *base = getenv("TMPDIR");

    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "%s/aorta-test-XXXXXX", base != NULL ? base : "/tmp");
        if (mkdtemp(folder) == NULL)
            test_fail(__FILE__, __LINE__, "no folder %s", folder);
        atexit(remove_folder);
    }
    return folder;
}

static bool passes(const struct test *test)
{
    int status = 0;

    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(TEST_SECONDS);
        test->run();
        exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return false;
    if (WIFSIGNALED(status))
        fprintf(stderr, "ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    int failed = 0, run = 0;

    for (struct test *test = first; test != NULL; test = test->next) {
        if (argc > 1 && strstr(test->name, argv[1]) == NULL)
            continue;
        bool ok = passes(test);
        printf("%s  %s\n", ok ? "ok    " : "FAILED", test->name);
        failed += !ok;
        run++;
    }
    printf("%d passed, %d failed\n", run - failed, failed);
    return failed > 0 || run == 0;
}

#include "base/fault.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TRACED = 512 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char armed_name[128];
static int armed_pass = 1;
static int armed_signal = SIGKILL;
static int passes;
static const char *once_path;
static const char *trace_path;
static const char *traced[MAX_TRACED];
static int traced_count;

bool fault_is_armed;

__attribute__((constructor)) static void read_environment(void)
{
    const char *fault = getenv("AORTA_FAULT");
    char action[8] = "";

    once_path = getenv("AORTA_FAULT_ONCE");
    trace_path = getenv("AORTA_FAULT_TRACE");
    if (fault != NULL && sscanf(fault, "%127[^:]:%d:%7s", armed_name, &armed_pass, action) >= 1 &&
        strcmp(action, "stop") == 0)
        armed_signal = SIGSTOP;
    fault_is_armed = trace_path != NULL || armed_name[0] != '\0';
}

static void trace(const char *name)
{
    char line[160];

    for (int i = 0; i < traced_count; i++)
        if (strcmp(traced[i], name) == 0)
            return;
    if (traced_count < MAX_TRACED)
        traced[traced_count++] = name;
    int fd = open(trace_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    int size = snprintf(line, sizeof line, "%s\n", name);
    if (write(fd, line, (size_t)size) != size)
        perror("fault trace");
    close(fd);
}

static bool is_first(void)
{
    if (once_path == NULL)
        return true;
    int fd = open(once_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void fault_pass(const char *name)
{
    pthread_mutex_lock(&lock);
    if (trace_path != NULL)
        trace(name);
    if (armed_name[0] != '\0' && strcmp(name, armed_name) == 0 && ++passes == armed_pass &&
        is_first())
        pthread_kill(pthread_self(), armed_signal); /* of a process: this thread may get further */
    pthread_mutex_unlock(&lock);
}

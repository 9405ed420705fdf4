#include "daemon/child.h"

#include "base/alloc.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REAP_WITHIN_MS = 20, /* as good as all have ended by then, and it is known how */
    REAP_EVERY_MS = 100,
};

static int spawn(const char *word, const char *argument, int control, int rows, pid_t *pid)
{
    char *argv[] = {(char[]){"aorta"}, NULL, NULL, NULL};
    char *word_copy = alloc_strdup(word);
    char *argument_copy = argument != NULL ? alloc_strdup(argument) : NULL;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    argv[1] = word_copy;
    argv[2] = argument_copy;
    posix_spawn_file_actions_init(&actions);
    /* What it has to say to people goes to standard error, and nobody types anything for it. */
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, control, MESSAGE_CONTROL_FD);
    posix_spawn_file_actions_adddup2(&actions, rows, MESSAGE_ROWS_FD);
    posix_spawn_file_actions_addclosefrom_np(&actions, MESSAGE_ROWS_FD + 1);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    /* A group of its own: Ctrl-C on the terminal is for the daemon, which decides. */
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(pid, "/proc/self/exe", &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(word_copy);
    free(argument_copy);
    return error;
}

/* A pair whose descriptors are above those that the child is given, so that dup2 overwrites none. */
static int make_pair(int pair[2])
{
    int made[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        pair[i] = fcntl(made[i], F_DUPFD_CLOEXEC, 10);
        close(made[i]);
    }
    return pair[0] < 0 || pair[1] < 0 ? -1 : 0;
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct child *child = handle->data;
    struct buf *in =
        handle == (uv_handle_t *)&child->control ? &child->control_in : &child->rows_in;

    (void)suggested;
    buf_reserve(in, 64 * 1024);
    *out = uv_buf_init(in->data + in->size, 64 * 1024);
}

static void describe_end(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(text, size, "was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
}

/* Whether it has ended. */
static bool reap(const struct child *child, int *status)
{
    pid_t ended;

    do
        ended = waitpid(child->pid, status, WNOHANG);
    while (ended < 0 && errno == EINTR);
    return ended != 0;
}

static void look_again(uv_timer_t *timer)
{
    struct child *child = timer->data;
    int status;

    if (!reap(child, &status))
        return;
    uv_timer_stop(timer);
    child->lingers = false;
    child->events->reaped(child);
}

/* It waits for a disk that does not answer, or gives back very much memory: the loop does not wait. */
static void linger(struct child *child)
{
    log_warn("%s: process %ld was killed and has not ended yet", child->name, (long)child->pid);
    child->lingers = true;
    uv_timer_init(child->control.loop, &child->reaping);
    child->reaping.data = child;
    child->open_handles++;
    uv_timer_start(&child->reaping, look_again, REAP_EVERY_MS, REAP_EVERY_MS);
}

/* Its end of the socket is closed: if it still runs it must not. */
static void end_child(struct child *child)
{
    char how[128] = "was killed, and has not ended yet";
    int status = 0;
    bool has_ended;

    if (child->is_gone)
        return;
    child->is_gone = true;
    uv_read_stop((uv_stream_t *)&child->control);
    uv_read_stop((uv_stream_t *)&child->rows);
    kill(child->pid, SIGKILL);
    for (int i = 0; !(has_ended = reap(child, &status)) && i < REAP_WITHIN_MS; i++)
        poll(NULL, 0, 1);
    if (has_ended)
        describe_end(status, how, sizeof how);
    else
        linger(child);
    child->events->gone(child, how);
}

static void hear(uv_stream_t *stream, ssize_t got, const uv_buf_t *unused)
{
    struct child *child = stream->data;
    bool is_row = stream == (uv_stream_t *)&child->rows;
    struct buf *in = is_row ? &child->rows_in : &child->control_in;
    struct frame frame;
    struct err err;
    size_t used;
    int found;

    (void)unused;
    if (got < 0) {
        if (!is_row)
            end_child(child);
        return;
    }
    in->size += (size_t)got;
    in->data[in->size] = '\0';
    while ((found = frame_find(in, &frame, &used, &err)) > 0) {
        child->events->frame(child, &frame, is_row);
        buf_consume(in, used);
    }
    if (found < 0) {
        log_warn("%s: it is ended, because it sent what cannot be read: %s", child->name,
                 err.message);
        end_child(child);
    }
}

static void open_pipe(struct child *child, uv_loop_t *loop, uv_pipe_t *pipe, int fd)
{
    int error = uv_pipe_init(loop, pipe, 0);

    if (error == 0)
        error = uv_pipe_open(pipe, fd);
    assert(error == 0);
    pipe->data = child;
    child->open_handles++;
    uv_read_start((uv_stream_t *)pipe, give_buffer, hear);
}

struct child *child_spawn(uv_loop_t *loop, const char *word, const char *argument, const char *name,
                          const struct child_events *events, void *owner, struct err *err)
{
    int control[2] = {-1, -1}, rows[2] = {-1, -1};
    struct child *child = NULL;
    pid_t pid;

    if (make_pair(control) < 0 || make_pair(rows) < 0) {
        err_set(err, ERR_TRANSIENT, "start %s: socketpair: %s", name, strerror(errno));
        goto out;
    }
    int error = spawn(word, argument, control[1], rows[1], &pid);
    if (error != 0) {
        err_set(err, ERR_TRANSIENT, "start %s: %s", name, strerror(error));
        goto out;
    }
    child = alloc_zeroed(1, sizeof *child);
    child->pid = pid;
    child->events = events;
    child->owner = owner;
    child->name = alloc_strdup(name);
    buf_init(&child->control_in);
    buf_init(&child->rows_in);
    open_pipe(child, loop, &child->control, control[0]);
    open_pipe(child, loop, &child->rows, rows[0]);
    control[0] = rows[0] = -1;
out:
    for (int i = 0; i < 2; i++) {
        if (control[i] >= 0)
            close(control[i]);
        if (rows[i] >= 0)
            close(rows[i]);
    }
    return child;
}

struct sending {
    uv_write_t write;
    char *data;
};

static void sent(uv_write_t *write, int status)
{
    struct sending *sending = (struct sending *)write;

    (void)status; /* a child that hears nothing more is found gone by its socket's end */
    free(sending->data);
    free(sending);
}

void child_send(struct child *child, struct buf *frame)
{
    struct sending *sending = alloc_zeroed(1, sizeof *sending);
    uv_buf_t part;

    part.len = frame->size;
    part.base = sending->data = buf_take(frame);
    if (child->is_gone ||
        uv_write(&sending->write, (uv_stream_t *)&child->control, &part, 1, sent) != 0) {
        free(sending->data);
        free(sending);
    }
}

void child_pause_rows(struct child *child, bool pause)
{
    if (child->is_gone)
        return;
    if (pause)
        uv_read_stop((uv_stream_t *)&child->rows);
    else
        uv_read_start((uv_stream_t *)&child->rows, give_buffer, hear);
}

void child_kill(struct child *child)
{
    end_child(child);
}

static void closed(uv_handle_t *handle)
{
    struct child *child = handle->data;

    if (--child->open_handles > 0)
        return;
    buf_release(&child->control_in);
    buf_release(&child->rows_in);
    free(child->name);
    free(child->address);
    free(child);
}

void child_free(struct child *child)
{
    if (child == NULL)
        return;
    assert(child->is_gone);
    uv_close((uv_handle_t *)&child->control, closed);
    uv_close((uv_handle_t *)&child->rows, closed);
    if (child->reaping.data != NULL)
        uv_close((uv_handle_t *)&child->reaping, closed);
}

#include "executor/executor.h"

#include "base/fault.h"
#include "base/log.h"
#include "executor/process.h"
#include "executor/query.h"
#include "executor/step.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    INTERRUPT_EVERY_MS = 50, /* how often a canceled step is interrupted again */
    IDLE_MS = 2000,          /* after that, embedded files are closed */
};

static pthread_mutex_t send_lock = PTHREAD_MUTEX_INITIALIZER;
static int wake_fd = -1;
static struct step *steps;

_Noreturn static void leave(int status)
{
    /* Not exit(): step threads still run, and nothing of theirs may be torn down under them. */
    _exit(status);
}

void executor_send(const struct buf *frame)
{
    struct err err;

    pthread_mutex_lock(&send_lock);
    int result = frame_write_all(MESSAGE_CONTROL_FD, frame, &err);
    pthread_mutex_unlock(&send_lock);
    if (result < 0)
        leave(1);
}

void executor_wake(void)
{
    uint64_t one = 1;

    if (write(wake_fd, &one, sizeof one) < 0) {
        /* The counter is full: the main thread wakes up anyway. */
    }
}

static int take_lease(const char *path, struct err *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0)
        return err_set(err, ERR_BROKEN, "lease %s: %s", path, strerror(errno));
    return 0; /* the descriptor stays open: closing it would give the lease away */
}

static struct step *find_step(int64_t number)
{
    struct step *step = steps;

    while (step != NULL && step->order->step != number)
        step = step->next;
    return step;
}

static int start_step(const struct frame *frame, struct err *err)
{
    struct arena arena;
    struct order *order;

    arena_init(&arena);
    order = arena_alloc(&arena, sizeof *order);
    struct step *step = NULL;
    if (record_decode(frame->text, frame->size, &order_shape, &arena, order, err) == 0)
        step = step_start(&arena, order, err);
    if (step == NULL) {
        arena_release(&arena);
        return -1;
    }
    step->next = steps;
    steps = step;
    return 0;
}

static int cancel_step(const struct frame *frame, struct err *err)
{
    struct cancel_order cancel = {0};
    struct arena arena;

    arena_init(&arena);
    int result = record_decode(frame->text, frame->size, &cancel_order_shape, &arena, &cancel, err);
    struct step *step = result == 0 ? find_step(cancel.step) : NULL;
    if (step != NULL)
        step_cancel(step);
    else if (result == 0)
        query_cancel(cancel.step);
    arena_release(&arena);
    return result;
}

/* It may be over: it had nothing to show. */
static int hear_stored(const struct frame *frame, struct err *err)
{
    struct stored_order stored = {0};
    struct arena arena;

    arena_init(&arena);
    int result = record_decode(frame->text, frame->size, &stored_order_shape, &arena, &stored, err);
    struct step *step = result == 0 ? find_step(stored.step) : NULL;
    if (step != NULL)
        step_stored(step);
    arena_release(&arena);
    return result;
}

static int obey(const struct frame *frame, struct err *err)
{
    switch (frame->kind) {
    case MESSAGE_ORDER: return start_step(frame, err);
    case MESSAGE_STORED: return hear_stored(frame, err);
    case MESSAGE_CANCEL: return cancel_step(frame, err);
    case MESSAGE_QUERY: return query_start(frame, err);
    case MESSAGE_STOP:
        connection_close_idle(); /* so that an embedded file is left whole, without a log beside it */
        leave(0);
    case MESSAGE_HELLO:
    case MESSAGE_PROGRESS:
    case MESSAGE_REPORT:
    case MESSAGE_ROWS:
    case MESSAGE_REQUEST:
    case MESSAGE_EVENT: break;
    }
    return err_set(err, ERR_BROKEN, "message '%c' is not for an executor", frame->kind);
}

static int obey_all(struct buf *in, struct err *err)
{
    struct frame frame;
    size_t used;
    int found;

    while ((found = frame_find(in, &frame, &used, err)) > 0) {
        if (obey(&frame, err) < 0)
            return -1;
        buf_consume(in, used);
    }
    return found;
}

/* Reads what is there. 0 at the end of the stream. */
static ssize_t read_some(struct buf *in)
{
    buf_reserve(in, 64 * 1024);
    ssize_t got = read(MESSAGE_CONTROL_FD, in->data + in->size, 64 * 1024);
    if (got > 0) {
        in->size += (size_t)got;
        in->data[in->size] = '\0';
    }
    return got < 0 && errno == EINTR ? 1 : got;
}

/* Frees steps that are over, interrupts the canceled ones again; says how long to sleep. */
static int tend_steps(void)
{
    int timeout = query_tend();

    if (timeout < 0)
        timeout = steps == NULL ? IDLE_MS : -1;

    for (struct step **at = &steps; *at != NULL;) {
        struct step *step = *at;
        if (atomic_load(&step->is_over)) {
            *at = step->next;
            step_free(step);
            timeout = steps == NULL && timeout < 0 ? IDLE_MS : timeout;
            continue;
        }
        if (atomic_load(&step->cancel) != 0) {
            step_cancel(step);
            timeout = INTERRUPT_EVERY_MS;
        }
        at = &step->next;
    }
    return timeout;
}

static int listen_to_daemon(struct err *err)
{
    struct pollfd fds[] = {{MESSAGE_CONTROL_FD, POLLIN, 0}, {wake_fd, POLLIN, 0}};
    struct buf in;

    buf_init(&in);
    for (;;) {
        int timeout = tend_steps();
        int ready = poll(fds, 2, timeout);
        if (ready == 0 && steps == NULL && !query_is_running())
            connection_close_idle();
        if (ready <= 0)
            continue;
        if (fds[1].revents != 0) {
            uint64_t count;
            if (read(wake_fd, &count, sizeof count) < 0)
                continue;
        }
        if (fds[0].revents == 0)
            continue;
        if (read_some(&in) <= 0)
            leave(0);
        if (obey_all(&in, err) < 0)
            return -1;
    }
}

int executor_main(const char *lease)
{
    struct hello hello = {.version = MESSAGE_VERSION, .pid = getpid()};
    struct err err;

    process_confine();
    /* What one of a database's threads frees serves the others, instead of staying with it: some
     * tens of megabytes beside its memory_limit. */
    mallopt(M_ARENA_MAX, 2);
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (take_lease(lease, &err) == 0) {
        fault_point("executor.lease.after");
        step_send(MESSAGE_HELLO, &hello_shape, &hello);
        listen_to_daemon(&err);
    }
    log_error("executor: %s", err.message);
    return 1;
}

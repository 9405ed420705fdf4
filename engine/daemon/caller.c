#include "daemon/caller.h"

#include "base/clock.h"
#include "daemon/address.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_ANSWER_MS = 60000 /* a daemon that is stopped accepts, and says nothing */ };

static int connect_socket(const char *state_folder, struct err *err)
{
    struct sockaddr_un address;
    int folder = address_open(state_folder, &address, err);
    int fd;

    if (folder < 0)
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        fd = -1;
    }
    close(folder);
    return fd;
}

static bool is_last(const struct frame *frame)
{
    struct event event = {0};
    struct arena arena;
    struct err err;
    bool last = false;

    if (frame->kind != MESSAGE_EVENT)
        return false;
    arena_init(&arena);
    if (record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0 &&
        event.type != NULL)
        last = strcmp(event.type, "ended") == 0 || strcmp(event.type, "refused") == 0;
    arena_release(&arena);
    return last;
}

static int send_frame(int fd, enum message_kind kind, const struct record_shape *shape,
                      const void *record, struct err *err)
{
    struct buf out;

    buf_init(&out);
    if (record != NULL)
        frame_append_record(&out, kind, shape, record);
    else
        frame_append(&out, kind, "{}", 2);
    int result = frame_write_all(fd, &out, err);
    buf_release(&out);
    return result;
}

struct waiting {
    struct listener *listener;
    int interrupts;
};

/* The next wait: until the listener's tick, or until the daemon is given up. */
static int poll_ms(const struct listener *listener, int64_t give_up_us)
{
    int64_t left_ms = (give_up_us - clock_monotonic_us()) / 1000;

    if (give_up_us == 0)
        return listener->tick != NULL ? LISTENER_TICK_MS : -1;
    left_ms = left_ms > 0 ? left_ms : 0;
    return listener->tick != NULL && left_ms > LISTENER_TICK_MS ? LISTENER_TICK_MS : (int)left_ms;
}

/* A signal asks the daemon to cancel; the second one leaves. timeout_ms -1: for ever. */
static int wait_readable(int fd, int signals, int timeout_ms, struct waiting *waiting,
                         struct err *err)
{
    struct pollfd fds[] = {{fd, POLLIN, 0}, {signals, POLLIN, 0}};
    struct listener *listener = waiting->listener;
    struct signalfd_siginfo info;
    int64_t give_up_us = timeout_ms < 0 ? 0 : clock_monotonic_us() + timeout_ms * INT64_C(1000);

    for (;;) {
        int ready = poll(fds, 2, poll_ms(listener, give_up_us));
        if (ready < 0 && errno != EINTR)
            return err_set(err, ERR_TRANSIENT, "poll: %s", strerror(errno));
        if (listener->tick != NULL)
            listener->tick(listener);
        if (ready == 0 && give_up_us != 0 && clock_monotonic_us() >= give_up_us)
            return err_set(err, ERR_TRANSIENT,
                           "the daemon of this state folder does not answer: is it stopped?");
        if (ready <= 0)
            continue;
        if (fds[1].revents != 0 && read(signals, &info, sizeof info) > 0) {
            if (++waiting->interrupts > 1)
                return err_set(err, ERR_CANCELED, "left; the daemon goes on canceling");
            listener_cancel(listener);
            if (send_frame(fd, MESSAGE_CANCEL, NULL, NULL, err) < 0)
                return -1;
        }
        if (fds[0].revents != 0)
            return 0;
    }
}

/* 1 when the last event was heard; 0 when the daemon left before it said anything. */
static int hear_all(int fd, int signals, struct listener *listener, struct err *err)
{
    struct buf in;
    struct frame frame;
    size_t used;
    struct waiting waiting = {listener, 0};
    int result = -1;
    int timeout_ms = FIRST_ANSWER_MS;
    bool heard = false, found_nobody = false, has_canceled = false;

    buf_init(&in);
    for (;;) {
        int found = frame_find(&in, &frame, &used, err);
        if (found == 0 && wait_readable(fd, signals, timeout_ms, &waiting, err) == 0)
            found = frame_read(fd, &in, &frame, &used, err);
        else if (found == 0)
            found = -1;
        if (found == 0)
            err_set(err, ERR_TRANSIENT, "the daemon ended before the request did");
        found_nobody = found == 0 && !heard;
        if (found <= 0)
            break;
        heard = true;
        timeout_ms = -1;
        listener->hear(listener, &frame);
        if (is_last(&frame)) {
            result = 1;
            break;
        }
        if (listener->wants_no_more && !has_canceled) {
            has_canceled = true;
            if (send_frame(fd, MESSAGE_CANCEL, NULL, NULL, err) < 0)
                break;
        }
        buf_consume(&in, used);
    }
    buf_release(&in);
    return found_nobody ? 0 : result;
}

int caller_request(const char *state_folder, const struct request *request,
                   struct listener *listener, struct err *err)
{
    sigset_t set, before;
    int fd = connect_socket(state_folder, err);
    int result = -1;

    if (fd < 0)
        return 0;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, &before);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    /* A daemon that left while we wrote is one that was not there. */
    if (send_frame(fd, MESSAGE_REQUEST, &request_shape, request, err) < 0)
        result = 0;
    else
        result = hear_all(fd, signals, listener, err);
    close(signals);
    close(fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}

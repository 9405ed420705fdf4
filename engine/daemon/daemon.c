#include "daemon/daemon.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/caller.h"
#include "daemon/client.h"
#include "daemon/lock.h"
#include "daemon/work.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CONNECT_EVERY_MS = 20, /* while another daemon starts or ends */
    CONNECT_WITHIN_MS = 10000,
    LEAVE_WITHIN_MS = 5000, /* executors that have not ended by then are killed */
};

struct own {
    struct daemon daemon;
    uv_loop_t loop;
    uv_signal_t signals[2];
    uv_timer_t ticking;
    uv_timer_t closing; /* close_all, but not in the middle of what asked for it */
    struct client_server *server;
    struct listener *listener;
    struct err *err;
    bool has_failed;
    bool is_closing;
    int interrupts;
};

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Everything that keeps the loop alive is closed: uv_run returns. */
static void close_all(struct own *own)
{
    if (own->is_closing)
        return;
    own->is_closing = true;
    client_close(own->server);
    close_handle((uv_handle_t *)&own->daemon.retry_timer);
    close_handle((uv_handle_t *)&own->daemon.grace_timer);
    close_handle((uv_handle_t *)&own->closing);
    close_handle((uv_handle_t *)&own->ticking);
    close_handle((uv_handle_t *)&own->signals[0]);
    close_handle((uv_handle_t *)&own->signals[1]);
    journal_close(own->daemon.journal);
}

static void end_at_once(uv_timer_t *timer)
{
    struct own *own = timer->data;

    work_end_now(&own->daemon);
    close_all(own);
}

/* No job is left: nobody may connect any more, and the executors are given time to close their
 * files. Called by a timer, not in the middle of what noticed it. */
static void leave(uv_timer_t *timer)
{
    struct own *own = timer->data;

    if (own->daemon.jobs != NULL)
        return; /* somebody came meanwhile */
    client_close(own->server);
    own->server = NULL;
    work_end(&own->daemon);
    if (own->daemon.child_count == 0)
        close_all(own);
    else
        uv_timer_start(timer, end_at_once, LEAVE_WITHIN_MS, 0);
}

static void idle(struct daemon *daemon)
{
    struct own *own = (struct own *)daemon;

    uv_timer_start(&own->closing, daemon->is_ending ? end_at_once : leave, 0, 0);
}

static void journal_failed(void *arg, const struct err *err)
{
    struct own *own = arg;

    if (!own->has_failed)
        *own->err = *err;
    own->has_failed = true;
    own->daemon.is_ending = true; /* nothing more is dispatched */
    uv_timer_start(&own->closing, end_at_once, 0, 0);
}

void listener_cancel(struct listener *listener)
{
    if (listener->canceling != NULL)
        listener->canceling(listener);
    else
        log_warn("canceling; once more ends at once");
}

static void tick(uv_timer_t *timer)
{
    struct own *own = timer->data;

    own->listener->tick(own->listener);
}

static void interrupted(uv_signal_t *handle, int signal)
{
    struct own *own = handle->data;

    (void)signal;
    if (++own->interrupts > 1)
        _exit(130); /* the executors see our end of their sockets close, and end too */
    listener_cancel(own->listener);
    work_cancel(&own->daemon, own->listener);
}

static void watch_signal(struct own *own, int index, int signal)
{
    uv_signal_init(&own->loop, &own->signals[index]);
    own->signals[index].data = own;
    uv_signal_start(&own->signals[index], interrupted, signal);
    uv_unref((uv_handle_t *)&own->signals[index]);
}

static void accept_own(struct own *own, const struct request *request)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &request_shape, request);
    work_accept(&own->daemon, text.data, text.size, own->listener);
    buf_release(&text);
}

static int be_daemon(const char *state_folder, const struct request *request,
                     struct listener *listener, struct err *err)
{
    struct own *own = alloc_zeroed(1, sizeof *own);
    int killed, result = -1;

    own->listener = listener;
    own->err = err;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails, as on a full disk */
    if (lock_end_executors(state_folder, &killed, err) < 0) {
        free(own);
        return -1;
    }
    if (killed > 0)
        log_warn("ended %d executors of a daemon that died", killed);
    uv_loop_init(&own->loop);
    own->daemon.loop = &own->loop;
    own->daemon.state_folder = state_folder;
    own->daemon.idle = idle;
    uv_timer_init(&own->loop, &own->daemon.retry_timer);
    uv_timer_init(&own->loop, &own->daemon.grace_timer);
    uv_timer_init(&own->loop, &own->closing);
    uv_timer_init(&own->loop, &own->ticking);
    own->daemon.retry_timer.data = own->daemon.grace_timer.data = &own->daemon;
    own->closing.data = own->ticking.data = own;
    if (listener->tick != NULL)
        uv_timer_start(&own->ticking, tick, LISTENER_TICK_MS, LISTENER_TICK_MS);
    uv_unref((uv_handle_t *)&own->ticking);
    uv_unref((uv_handle_t *)&own->daemon.grace_timer);
    watch_signal(own, 0, SIGINT);
    watch_signal(own, 1, SIGTERM);
    own->daemon.journal = journal_open(&own->loop, state_folder, journal_failed, own, err);
    if (own->daemon.journal != NULL)
        own->server = client_listen(&own->daemon, &own->loop, state_folder, err);
    bool is_ready = own->server != NULL;
    if (is_ready)
        accept_own(own, request);
    else
        close_all(own);
    uv_run(&own->loop, UV_RUN_DEFAULT);
    work_forget_all(&own->daemon);
    if (is_ready && !own->has_failed)
        result = 0;
    uv_loop_close(&own->loop);
    free(own);
    return result;
}

static int fail_silent(pid_t holder, const char *state_folder, struct err *err)
{
    if (holder <= 0)
        return err_set(
            err, ERR_TRANSIENT,
            "a process that cannot be seen from here, in another container or on another "
            "host, holds %s/lock and does not answer: end it, or wait",
            state_folder);
    return err_set(err, ERR_TRANSIENT,
                   "process %ld holds %s/lock and does not answer: end it, or wait", (long)holder,
                   state_folder);
}

int daemon_request(const char *state_folder, const struct request *request,
                   struct listener *listener, struct err *err)
{
    int64_t give_up = clock_monotonic_us() + CONNECT_WITHIN_MS * INT64_C(1000);

    for (;;) {
        pid_t holder = 0;
        int lock = -1;
        int taken = lock_take(state_folder, &lock, &holder, err);
        if (taken < 0)
            return -1;
        if (taken > 0) {
            int result = be_daemon(state_folder, request, listener, err);
            close(lock);
            return result;
        }
        int asked = caller_request(state_folder, request, listener, err);
        if (asked != 0)
            return asked < 0 ? -1 : 0;
        if (clock_monotonic_us() > give_up)
            return fail_silent(holder, state_folder, err);
        poll(NULL, 0, CONNECT_EVERY_MS);
    }
}

#include "daemon/daemon.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/actor.h"
#include "daemon/caller.h"
#include "daemon/life.h"
#include "daemon/lock.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CONNECT_EVERY_MS = 20, /* while another daemon starts or ends */
    CONNECT_WITHIN_MS = 10000,
};

/* A daemon for the one request of its own. */
struct own {
    struct life life;
    struct listener *listener;
    int interrupts;
};

/* No job is left: the executors are given time to close their files. */
static void leave(uv_timer_t *timer)
{
    struct life *life = timer->data;

    if (life->daemon.jobs == NULL) /* else somebody came meanwhile */
        life_leave(life);
}

static void leave_at_once(uv_timer_t *timer)
{
    life_leave_at_once(timer->data);
}

static void idle(struct daemon *daemon)
{
    struct life *life = (struct life *)daemon;

    uv_timer_start(&life->closing, daemon->is_ending ? leave_at_once : leave, 0, 0);
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
    work_cancel(&own->life.daemon, own->listener);
}

static int be_daemon(const char *state_folder, const struct request *request,
                     struct listener *listener, struct err *err)
{
    struct own *own = alloc_zeroed(1, sizeof *own);
    struct life *life = &own->life;
    int result = life_begin(life, state_folder, err);

    own->listener = listener;
    life->daemon.idle = idle;
    if (result == 0) {
        life_watch_signal(life, SIGINT, interrupted);
        life_watch_signal(life, SIGTERM, interrupted);
        if (listener->tick != NULL)
            uv_timer_start(&life->ticking, tick, LISTENER_TICK_MS, LISTENER_TICK_MS);
        struct request whole = *request;
        char actor[ACTOR_BYTES];
        whole.actor = actor_of_user(getuid(), actor);
        work_request(&life->daemon, &whole, listener);
        life_run(life);
    }
    if (life_end(life) < 0)
        result = -1;
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

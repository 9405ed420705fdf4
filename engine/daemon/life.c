#include "daemon/life.h"

#include "base/alloc.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/lock.h"
#include "daemon/pruner.h"
#include "daemon/tokens.h"

#include <signal.h>
#include <stdlib.h>

enum { LEAVE_WITHIN_MS = 5000 /* executors that have not ended by then are killed */ };

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Everything that keeps the loop alive is closed: uv_run returns. */
static void close_all(struct life *life)
{
    if (life->is_closing)
        return;
    life->is_closing = true;
    if (life->leaving != NULL)
        life->leaving(life);
    /* What is still at work was ended with its executor. */
    struct journal *journal = life->daemon.journal;
    if (journal != NULL && !life->has_failed &&
        (life->daemon.jobs != NULL || journal_trouble(journal) != NULL) &&
        journal_interrupt(journal, life->err) < 0)
        life->has_failed = true;
    client_close(life->server);
    work_abandon(&life->daemon);
    close_handle((uv_handle_t *)&life->daemon.retry_timer);
    close_handle((uv_handle_t *)&life->daemon.grace_timer);
    close_handle((uv_handle_t *)&life->closing);
    close_handle((uv_handle_t *)&life->ticking);
    for (size_t i = 0; i < life->signal_count; i++)
        close_handle((uv_handle_t *)&life->signals[i]);
    alerts_close(life->daemon.alerts);
    pruner_close(life->daemon.pruner);
    tokens_close(life->daemon.tokens);
    life->daemon.tokens = NULL;
    journal_close(life->daemon.journal);
}

void life_leave_at_once(struct life *life)
{
    work_end_now(&life->daemon);
    close_all(life);
}

static void leave_at_once(uv_timer_t *timer)
{
    life_leave_at_once(timer->data);
}

void life_leave(struct life *life)
{
    client_close(life->server);
    life->server = NULL;
    work_end(&life->daemon);
    if (life->daemon.child_count == 0)
        close_all(life);
    else
        uv_timer_start(&life->closing, leave_at_once, LEAVE_WITHIN_MS, 0);
}

static void journal_failed(void *arg, const struct err *err)
{
    struct life *life = arg;

    if (!life->has_failed)
        *life->err = *err;
    life->has_failed = true;
    life->daemon.is_ending = true; /* nothing more is dispatched */
    uv_timer_start(&life->closing, leave_at_once, 0, 0);
}

static void init_timer(struct life *life, uv_timer_t *timer, void *data)
{
    uv_timer_init(&life->loop, timer);
    timer->data = data;
}

int life_begin(struct life *life, const char *state_folder, struct err *err)
{
    int killed;

    life->err = err;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails, as on a full disk */
    uv_loop_init(&life->loop);
    life->daemon.loop = &life->loop;
    life->daemon.state_folder = state_folder;
    init_timer(life, &life->daemon.retry_timer, &life->daemon);
    init_timer(life, &life->daemon.grace_timer, &life->daemon);
    init_timer(life, &life->closing, life);
    init_timer(life, &life->ticking, life);
    uv_unref((uv_handle_t *)&life->ticking);
    uv_unref((uv_handle_t *)&life->daemon.grace_timer);
    if (lock_end_executors(state_folder, &killed, err) < 0)
        return -1;
    if (killed > 0)
        log_warn("ended %d executor%s of a daemon that died", killed, killed == 1 ? "" : "s");
    life->daemon.journal = journal_open(&life->loop, state_folder, journal_failed, life, err);
    if (life->daemon.journal == NULL)
        return -1;
    life->daemon.store_path = alloc_strdup(journal_path(life->daemon.journal));
    life->server = client_listen(&life->daemon, &life->loop, state_folder, err);
    return life->server != NULL ? 0 : -1;
}

void life_watch_signal(struct life *life, int signal, uv_signal_cb call)
{
    uv_signal_t *handle = &life->signals[life->signal_count++];

    uv_signal_init(&life->loop, handle);
    handle->data = life;
    uv_signal_start(handle, call, signal);
    uv_unref((uv_handle_t *)handle);
}

void life_run(struct life *life)
{
    uv_run(&life->loop, UV_RUN_DEFAULT);
}

int life_end(struct life *life)
{
    close_all(life);
    uv_run(&life->loop, UV_RUN_DEFAULT);
    work_forget_all(&life->daemon);
    loaded_release(life->daemon.loaded);
    uv_loop_close(&life->loop);
    free(life->daemon.store_path);
    return life->has_failed ? -1 : 0;
}

#include "daemon/reload.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/audit.h"
#include "daemon/timetable.h"

#include <stdlib.h>

enum {
    LOOK_EVERY_MS = 2000,
    SHARE = 200, /* looking takes no more than this part of the time */
};

struct reload {
    struct daemon *daemon;
    struct request request;
    uv_timer_t timer;
    uv_work_t work;
    struct loaded *believed; /* lent to the work */
    struct loaded *read;     /* by the work; NULL: nothing has changed */
    bool is_forced, is_busy, is_closing, is_asked_again;
    int64_t took_us;
    uint64_t bad_signature; /* of what was refused last: said once */
    int64_t taken, refused;
};

static void take_over(struct daemon *daemon, struct loaded *loaded)
{
    if (!serve_settings_same_door(&daemon->loaded->pipeline.serve, &loaded->pipeline.serve))
        log_warn("[serve]: address, certificate, key and hosts are taken up when aorta serve is "
                 "started the next time");
    loaded_release(daemon->loaded);
    daemon->loaded = loaded_retain(loaded);
    if (daemon->reload != NULL)
        daemon->reload->taken++;
    log_info("the pipeline is read: %zu assets", loaded->graph.count);
    alerts_configure(daemon->alerts, daemon->loaded);
    if (daemon->timetable != NULL)
        timetable_reload(daemon->timetable);
    if (daemon->reloaded != NULL)
        daemon->reloaded(daemon);
}

void reload_offer(struct daemon *daemon, struct loaded *loaded)
{
    if (daemon->reload == NULL || loaded == daemon->loaded || loaded->problems.count > 0 ||
        !loaded_fits(loaded, &daemon->reload->request) ||
        loaded->begun_us <= daemon->loaded->begun_us)
        return;
    if (loaded->signature != daemon->loaded->signature)
        take_over(daemon, loaded);
}

/* ------------------------------------------------------------------------- looking by itself */

static void look_in_pool(uv_work_t *work)
{
    struct reload *reload = work->data;
    int64_t begin = clock_monotonic_us();

    if (reload->is_forced || !loaded_is_current(reload->believed))
        reload->read = loaded_read(&reload->request);
    reload->took_us = clock_monotonic_us() - begin;
}

static void say_problems(struct reload *reload, const struct loaded *loaded)
{
    struct arena arena;

    reload->refused++;
    if (loaded->signature == reload->bad_signature)
        return;
    reload->bad_signature = loaded->signature;
    arena_init(&arena);
    log_warn("the pipeline's files have changed, and are not taken over:");
    for (size_t i = 0; i < loaded->problems.count; i++)
        log_warn("%s", problem_text(&loaded->problems.items[i], &arena));
    arena_release(&arena);
}

static void look(uv_timer_t *timer);

static void freed(uv_handle_t *handle)
{
    free(handle->data);
}

static void looked(uv_work_t *work, int status)
{
    struct reload *reload = work->data;
    struct loaded *read = reload->read;
    bool again = reload->is_asked_again;

    (void)status;
    reload->is_busy = reload->is_forced = reload->is_asked_again = false;
    reload->read = NULL;
    loaded_release(reload->believed);
    reload->believed = NULL;
    if (reload->is_closing) {
        loaded_release(read);
        uv_close((uv_handle_t *)&reload->timer, freed);
        return;
    }
    if (read != NULL && read->begun_us <= reload->daemon->loaded->begun_us)
        again = true; /* a request has read the files since, and what it found is believed */
    else if (read != NULL && read->problems.count > 0)
        say_problems(reload, read);
    else if (read != NULL)
        take_over(reload->daemon, read);
    loaded_release(read);
    if (again)
        reload_now(reload);
    int64_t rest_ms = reload->took_us / 1000 * SHARE;
    uv_timer_start(&reload->timer, look,
                   (uint64_t)(rest_ms > LOOK_EVERY_MS ? rest_ms : LOOK_EVERY_MS), 0);
}

static void begin_look(struct reload *reload)
{
    if (reload->is_busy || reload->daemon->is_ending)
        return;
    reload->is_busy = true;
    reload->believed = loaded_retain(reload->daemon->loaded);
    reload->work.data = reload;
    uv_queue_work(reload->daemon->loop, &reload->work, look_in_pool, looked);
}

static void look(uv_timer_t *timer)
{
    begin_look(timer->data);
}

void reload_now(struct reload *reload)
{
    reload->is_asked_again = reload->is_busy;
    reload->is_forced = true;
    reload->bad_signature = 0;
    begin_look(reload);
}

struct reload *reload_open(struct daemon *daemon, const struct request *request,
                           struct loaded *loaded)
{
    struct reload *reload = alloc_zeroed(1, sizeof *reload);

    reload->daemon = daemon;
    reload->request = (struct request){.folder = request->folder, .target = request->target};
    daemon->loaded = loaded_retain(loaded);
    reload->taken = 1;
    uv_timer_init(daemon->loop, &reload->timer);
    reload->timer.data = reload;
    uv_unref((uv_handle_t *)&reload->timer);
    uv_timer_start(&reload->timer, look, LOOK_EVERY_MS, 0);
    return reload;
}

void reload_close(struct reload *reload)
{
    reload->is_closing = true;
    uv_timer_stop(&reload->timer);
    if (!reload->is_busy)
        uv_close((uv_handle_t *)&reload->timer, freed);
}

void reload_counts(const struct reload *reload, int64_t *taken, int64_t *refused)
{
    *taken = reload->taken;
    *refused = reload->refused;
}

/* ---------------------------------------------------------------------------- for who asks */

/* The daemon may have ended before the thread pool comes to it: nothing of that is touched there. */
struct rereading {
    uv_work_t work;
    struct job *job;
    struct request request;
    struct loaded *loaded;
};

static void read_in_pool(uv_work_t *work)
{
    struct rereading *rereading = work->data;

    rereading->loaded = loaded_read(&rereading->request);
}

static void answer(struct job *job, struct loaded *loaded)
{
    const struct event accepted = {.type = "accepted"};

    if (loaded->problems.count > 0) {
        job->daemon->reload->refused++;
        work_refuse_problems(job, &loaded->problems);
        return;
    }
    take_over(job->daemon, loaded);
    audit_job(job, AUDIT_ACCEPTED);
    work_tell(job, &accepted);
    work_finish(job, "succeeded");
}

static void has_read(uv_work_t *work, int status)
{
    struct rereading *rereading = work->data;

    (void)status;
    if (!rereading->job->daemon->is_ending)
        answer(rereading->job, rereading->loaded);
    loaded_release(rereading->loaded);
    free(rereading);
}

void reload_begin(struct job *job)
{
    if (job->daemon->reload == NULL) {
        work_refuse_as(job, "conflict", "no daemon stays here: a command reads the files anyway");
        return;
    }
    struct rereading *rereading = alloc_zeroed(1, sizeof *rereading);
    rereading->job = job;
    rereading->request = job->daemon->reload->request;
    rereading->work.data = rereading;
    uv_queue_work(job->daemon->loop, &rereading->work, read_in_pool, has_read);
}

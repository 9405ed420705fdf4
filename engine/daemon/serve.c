#include "daemon/serve.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/automation.h"
#include "daemon/backfill.h"
#include "daemon/dispatch.h"
#include "daemon/idempotency.h"
#include "daemon/life.h"
#include "daemon/lock.h"
#include "daemon/pauses.h"
#include "daemon/pruner.h"
#include "daemon/queue.h"
#include "daemon/reload.h"
#include "daemon/sensors.h"
#include "daemon/streams.h"
#include "daemon/timetable.h"
#include "daemon/tokens.h"
#include "store/read.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LOOK_MS = 20,   /* whether all has ended that is waited for */
    TRIM_MS = 5000, /* how often what is free goes back to the system */
};

struct server {
    struct life life;
    const struct serving *serving;
    int64_t drain_ends_us; /* monotonic */
    int interrupts;
    bool has_begun;
};

/* ------------------------------------------------------------------------------------ draining */

static bool has_running_step(const struct daemon *daemon)
{
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next)
        if (job->run.running.count > 0)
            return true;
    return false;
}

static void close_parts(struct daemon *daemon)
{
    automation_close(daemon->automation);
    backfills_close(daemon->backfills);
    timetable_close(daemon->timetable);
    sensors_close(daemon->sensors);
    pauses_close(daemon->pauses);
    reload_close(daemon->reload);
    daemon->backfills = NULL;
    daemon->automation = NULL;
    daemon->timetable = NULL;
    daemon->sensors = NULL;
    daemon->pauses = NULL;
    daemon->reload = NULL;
}

/* Who was let in by `begin` is told to go; the loop goes on until he has. */
static void end_guests(struct life *life)
{
    struct server *server = (struct server *)life;

    if (!server->has_begun)
        return;
    server->has_begun = false;
    streams_close(server->life.daemon.streams);
    server->serving->end(server->serving->arg);
    close_parts(&server->life.daemon);
}

static void look_drained(uv_timer_t *timer)
{
    struct server *server = timer->data;
    struct daemon *daemon = &server->life.daemon;

    if (daemon->is_ending ||
        (has_running_step(daemon) && clock_monotonic_us() < server->drain_ends_us))
        return;
    uv_timer_stop(timer);
    life_leave(&server->life);
}

static void drain(struct server *server)
{
    struct daemon *daemon = &server->life.daemon;
    int64_t drain_ms = daemon->loaded->pipeline.serve.drain_ms;
    struct job *following;

    log_info("ending: running steps have %lld s to finish", (long long)(drain_ms / 1000));
    daemon->is_draining = true;
    server->drain_ends_us = clock_monotonic_us() + drain_ms * 1000;
    for (struct job *job = daemon->jobs; job != NULL; job = following) {
        following = job->next;
        if (job->has_run && run_is_stream(&job->run))
            dispatch_cancel(job);
    }
    uv_timer_start(&server->life.ticking, look_drained, 0, LOOK_MS);
    uv_ref((uv_handle_t *)&server->life.ticking);
}

static void told_to_end(uv_signal_t *handle, int signal)
{
    struct server *server = handle->data;

    (void)signal;
    if (++server->interrupts > 1)
        _exit(130); /* what is at work is taken up by the next one */
    drain(server);
}

static void told_to_reload(uv_signal_t *handle, int signal)
{
    struct server *server = handle->data;

    (void)signal;
    if (server->life.daemon.reload != NULL)
        reload_now(server->life.daemon.reload);
}

/* By itself the heap shrinks from its end only, where something small may stay for days. */
static void give_memory_back(uv_timer_t *timer)
{
    (void)timer;
    malloc_trim(0);
}

/* No child is left. */
static void idle(struct daemon *daemon)
{
    struct server *server = (struct server *)daemon;

    if (daemon->is_ending)
        life_leave_at_once(&server->life);
}

/* Ticks of schedules and requests of people have to wait for room; what is at work goes on. */
static void held_up(void *arg, const char *trouble)
{
    struct server *server = arg;

    if (trouble != NULL) {
        log_error("%s: nothing is begun until then, and nothing is lost", trouble);
        return;
    }
    log_info("the run store can be written again");
    timetable_look(server->life.daemon.timetable);
    sensors_wake(server->life.daemon.sensors);
    automation_wake(server->life.daemon.automation);
    work_dispatch(&server->life.daemon);
}

/* ----------------------------------------------------------------------------------- beginning */

static int take_up(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct store_run *runs;
    size_t count;

    if (store_read_unfinished(reader, arena, &runs, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        queue_take_up(arg, &runs[i]);
    if (count > 0)
        log_info("taken up: %zu run%s of a daemon that ended", count, count == 1 ? "" : "s");
    return 0;
}

static void reloaded(struct daemon *daemon)
{
    if (daemon->streams != NULL)
        streams_configure(daemon->streams);
    automation_configure(daemon->automation);
    sensors_reload(daemon->sensors);
}

static int begin(struct server *server, struct err *err)
{
    const struct serving *serving = server->serving;
    struct daemon *daemon = &server->life.daemon;

    daemon->stays = true;
    daemon->idle = idle;
    server->life.leaving = end_guests;
    daemon->idempotency = idempotency_open(daemon, err);
    daemon->tokens = tokens_open(daemon, err);
    if (daemon->idempotency == NULL || daemon->tokens == NULL ||
        journal_read(daemon->journal, take_up, daemon, err) < 0)
        return -1;
    daemon->alerts = alerts_open(daemon->loop, daemon->journal, err);
    if (daemon->alerts == NULL)
        return -1;
    daemon->reload = reload_open(daemon, &serving->request, serving->loaded);
    alerts_configure(daemon->alerts, daemon->loaded);
    daemon->reloaded = reloaded;
    journal_be_patient(daemon->journal, held_up, server);
    /* Before anybody is told that it is ready. */
    life_watch_signal(&server->life, SIGINT, told_to_end);
    life_watch_signal(&server->life, SIGTERM, told_to_end);
    life_watch_signal(&server->life, SIGHUP, told_to_reload);
    if (pauses_open(daemon, &daemon->pauses, err) < 0 ||
        timetable_open(daemon, &daemon->timetable, err) < 0 ||
        sensors_open(daemon, &daemon->sensors, err) < 0 ||
        backfills_open(daemon, &daemon->backfills, err) < 0 ||
        serving->begin(serving->arg, daemon, err) < 0) {
        close_parts(daemon);
        return -1;
    }
    server->has_begun = true;
    journal_close_reader(daemon->journal);
    uv_timer_start(&server->life.ticking, give_memory_back, TRIM_MS, TRIM_MS);
    daemon->automation = automation_open(daemon);
    daemon->streams = streams_open(daemon);
    daemon->pruner = pruner_open(daemon);
    work_dispatch(daemon);
    return 0;
}

static int refuse_second(const char *state_folder, pid_t holder, struct err *err)
{
    if (holder <= 0)
        return err_set(err, ERR_CONFIG,
                       "%s/lock is held by a process that cannot be seen from here, in another "
                       "container or on another host",
                       state_folder);
    return err_set(err, ERR_CONFIG, "process %ld is at work in %s already: end it first, or ask it",
                   (long)holder, state_folder);
}

int serve(const struct serving *serving, struct err *err)
{
    struct server *server;
    pid_t holder = 0;
    int lock = -1;
    int taken = lock_take(serving->state_folder, &lock, &holder, err);

    if (taken < 0)
        return -1;
    if (taken == 0)
        return refuse_second(serving->state_folder, holder, err);
    server = alloc_zeroed(1, sizeof *server);
    server->serving = serving;
    int result = life_begin(&server->life, serving->state_folder, err);
    if (result == 0)
        result = begin(server, err);
    if (result == 0)
        life_run(&server->life);
    struct idempotency *keys = server->life.daemon.idempotency;
    struct streams *streams = server->life.daemon.streams;
    if (life_end(&server->life) < 0)
        result = -1;
    idempotency_close(keys);
    streams_free(streams);
    close(lock);
    free(server);
    return result;
}

void serve_count(const struct daemon *daemon, struct serve_counts *counts)
{
    *counts = (struct serve_counts){.executors = (int64_t)daemon->child_count};
    for (const struct job *job = daemon->jobs; job != NULL; job = job->next) {
        counts->queued_runs += job->is_queued;
        counts->running_runs += job->has_run && !job->is_over;
        counts->running_steps += (int64_t)job->run.running.count;
    }
    counts->succeeded_runs = daemon->ended_runs[STATE_SUCCEEDED];
    counts->failed_runs = daemon->ended_runs[STATE_FAILED];
    counts->canceled_runs = daemon->ended_runs[STATE_CANCELED];
    counts->commits = store_commit_count(journal_store(daemon->journal));
    counts->is_held_up = journal_trouble(daemon->journal) != NULL;
    if (daemon->reload != NULL)
        reload_counts(daemon->reload, &counts->loads, &counts->failed_loads);
}

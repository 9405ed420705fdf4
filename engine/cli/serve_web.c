#include "cli/serve_web.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "daemon/sensors.h"
#include "daemon/serve.h"
#include "daemon/streams.h"
#include "daemon/tokens.h"
#include "web/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct serve_web {
    struct daemon *daemon; /* NULL: it is about to end */
    struct web_backend backend;
    struct web_auth auth;
    struct web_server *server;
    struct loaded *loaded; /* whose settings are in use */
    int64_t started_us;
};

/* ------------------------------------------------------------------------------ the keyhole */

static void refuse(struct listener *listener)
{
    static const char text[] =
        "{\"type\":\"refused\",\"state\":\"busy\",\"lines\":[\"the daemon is about to end\"]}";
    const struct frame frame = {MESSAGE_EVENT, text, sizeof text - 1};

    listener->hear(listener, &frame);
}

static void request(void *arg, const struct request *asked, struct listener *listener)
{
    const struct serve_web *web = arg;
    struct request whole = *asked;

    if (web->daemon == NULL) {
        refuse(listener);
        return;
    }
    if (whole.folder == NULL)
        whole.folder = web->loaded->pipeline.folder;
    if (whole.target == NULL)
        whole.target = web->loaded->pipeline.target->name;
    work_request(web->daemon, &whole, listener);
}

static void cancel(void *arg, const struct listener *listener)
{
    const struct serve_web *web = arg;

    if (web->daemon != NULL)
        work_cancel(web->daemon, listener);
}

static void forget(void *arg, const struct listener *listener)
{
    const struct serve_web *web = arg;

    if (web->daemon != NULL)
        work_forget_listener(web->daemon, listener);
}

static struct loaded *loaded(void *arg)
{
    const struct serve_web *web = arg;

    return loaded_retain(web->daemon != NULL ? web->daemon->loaded : web->loaded);
}

static void gauges(void *arg, struct web_gauges *gauges)
{
    const struct serve_web *web = arg;
    struct serve_counts counts;

    *gauges = (struct web_gauges){.started_us = web->started_us, .is_draining = true};
    if (web->daemon == NULL)
        return;
    serve_count(web->daemon, &counts);
    gauges->queued_runs = counts.queued_runs;
    gauges->running_runs = counts.running_runs;
    gauges->succeeded_runs = counts.succeeded_runs;
    gauges->failed_runs = counts.failed_runs;
    gauges->canceled_runs = counts.canceled_runs;
    gauges->running_steps = counts.running_steps;
    gauges->executors = counts.executors;
    gauges->loads = counts.loads;
    gauges->failed_loads = counts.failed_loads;
    gauges->store_commits = counts.commits;
    gauges->is_draining = web->daemon->is_draining;
    gauges->is_held_up = counts.is_held_up;
    gauges->is_ready = !gauges->is_draining && !gauges->is_held_up;
}

static struct stream_state *streams(void *arg, struct arena *arena, size_t *count)
{
    const struct serve_web *web = arg;

    if (web->daemon != NULL && web->daemon->streams != NULL)
        return streams_list(web->daemon->streams, arena, count);
    *count = 0;
    return NULL;
}

static struct sensor_state *sensors(void *arg, struct arena *arena, size_t *count)
{
    const struct serve_web *web = arg;

    return sensors_list(web->daemon != NULL ? web->daemon->sensors : NULL, arena, count);
}

static void follow(void *arg, const struct follower *follower)
{
    const struct serve_web *web = arg;

    if (web->daemon != NULL)
        journal_follow(web->daemon->journal, follower);
}

/* ---------------------------------------------------------------------------------- who comes */

/* A daemon that is about to end lets nobody in. */
static bool is_needed(void *arg)
{
    const struct serve_web *web = arg;

    return web->daemon == NULL || tokens_are_needed(web->daemon->tokens);
}

static bool find(void *arg, const char *token, size_t size, const char *address,
                 struct web_actor *actor)
{
    const struct serve_web *web = arg;
    struct token_owner owner;

    (void)address; /* of each change it is in the audit log */
    if (web->daemon == NULL || !tokens_find(web->daemon->tokens, token, size, &owner))
        return false;
    for (int role = WEB_VIEWER; role <= WEB_ADMIN; role++)
        if (strcmp(web_role_names[role], owner.role) == 0) {
            actor->role = (enum web_role)role;
            snprintf(actor->name, sizeof actor->name, "token:%s", owner.name);
            return true;
        }
    return false;
}

/* --------------------------------------------------------------------------- opening, closing */

struct serve_web *serve_web_open(struct daemon *daemon, const char *address, struct err *err)
{
    struct serve_web *web = alloc_zeroed(1, sizeof *web);
    const struct pipeline *pipeline = &daemon->loaded->pipeline;
    const struct serve_settings *settings = &pipeline->serve;
    struct arena paths;

    arena_init(&paths);
    const struct web_options options = {
        .address = address != NULL ? address : settings->address,
        .certificate = pipeline_path(pipeline, settings->certificate, &paths),
        .key = pipeline_path(pipeline, settings->key, &paths),
        .hosts = settings->hosts.items,
        .host_count = settings->hosts.count,
        .auth = &web->auth,
        .version = AORTA_VERSION,
    };
    web->daemon = daemon;
    web->loaded = loaded_retain(daemon->loaded);
    web->started_us = clock_now_us();
    web->auth = (struct web_auth){.arg = web, .is_needed = is_needed, .find = find};
    web->backend = (struct web_backend){
        .arg = web,
        .store_path = journal_path(daemon->journal),
        .request = request,
        .cancel = cancel,
        .forget = forget,
        .loaded = loaded,
        .gauges = gauges,
        .streams = streams,
        .sensors = sensors,
        .follow = follow,
    };
    int opened = web_server_open(daemon->loop, &web->backend, &options, &web->server, err);
    arena_release(&paths);
    if (opened == 0)
        return web;
    loaded_release(web->loaded);
    free(web);
    return NULL;
}

static void stopped(void *arg)
{
    struct serve_web *web = arg;

    loaded_release(web->loaded);
    free(web);
}

void serve_web_close(struct serve_web *web)
{
    journal_follow(web->daemon->journal, NULL);
    web_server_stop(web->server, stopped, web);
    web->daemon = NULL;
}

const char *serve_web_url(const struct serve_web *web)
{
    return web_server_url(web->server);
}

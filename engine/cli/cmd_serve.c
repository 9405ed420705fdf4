#include "base/log.h"
#include "cli/command.h"
#include "cli/serve_web.h"
#include "daemon/serve.h"
#include "run/plan.h"

#include <stdlib.h>
#include <unistd.h>

struct guest {
    const char *address; /* as it was typed, or NULL */
    struct serve_web *web;
};

static int begin(void *arg, struct daemon *daemon, struct err *err)
{
    const struct loaded *loaded = daemon->loaded;
    struct guest *guest = arg;

    guest->web = serve_web_open(daemon, guest->address, err);
    if (guest->web == NULL)
        return -1;
    log_info("ready: %s, target %s, %zu assets, process %ld, %s", loaded->pipeline.name,
             loaded->pipeline.target->name, loaded->graph.count, (long)getpid(),
             serve_web_url(guest->web));
    return 0;
}

static void end(void *arg)
{
    const struct guest *guest = arg;

    serve_web_close(guest->web);
}

static int serve_with(const struct arguments *a, struct loaded *loaded)
{
    struct guest guest = {.address = a->address};
    const struct serving serving = {
        .state_folder = a->state_folder,
        .request = a->request,
        .loaded = loaded,
        .begin = begin,
        .end = end,
        .arg = &guest,
    };
    struct err err;

    if (getenv("AORTA_LOG") == NULL)
        log_set_level(LOG_INFO);
    if (serve(&serving, &err) == 0)
        return EXIT_OK;
    return command_fail(err.code == ERR_CONFIG ? EXIT_USAGE : EXIT_FAILED, "%s", err.message);
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_serve, argc, argv, &arena, &a) < 0)
        goto out;
    if (a.rest_count > 0) {
        command_fail(status, "serve takes no assets: it serves the whole pipeline");
        goto out;
    }
    a.request.verb = "check"; /* all that is wrong is said, questions included */
    struct plan *plan = plan_new(&a.request);
    command_report(plan);
    struct loaded *loaded = plan->problems.count == 0 ? loaded_retain(plan->loaded) : NULL;
    plan_free(plan);
    if (loaded != NULL)
        status = serve_with(&a, loaded);
    loaded_release(loaded);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--address", "HOST:PORT", "of the API (default: 127.0.0.1:7680); port 0: any that is free",
     NULL},
    FLAG_PROJECT,
    {"--target", "NAME", "which target of pipeline.toml", "<targets>"},
    {0},
};

const struct command cmd_serve = {
    "serve",
    "",
    NULL,
    "Stays: runs what is asked for, one after another, until it is told to end",
    "Its API is for this machine alone, unless [serve] of pipeline.toml says otherwise.\n"
    "Other commands of the same pipeline go through it. SIGHUP reads the pipeline again, which also\n"
    "happens when a file has changed. SIGTERM or Ctrl-C ends it: streams write what they have read,\n"
    "running steps have some seconds; what is at work then, or waits, is taken up by the next one.",
    flags,
    run};

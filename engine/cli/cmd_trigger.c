#include "base/ulid.h"
#include "cli/api.h"
#include "cli/command.h"
#include "cli/junit.h"
#include "cli/progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WITHIN_MS = 24 * 3600 * 1000 };

static json_t *texts(const char *const *items, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(items[i]));
    return list;
}

static void add_flag(json_t *body, const char *name, bool is_set)
{
    if (is_set)
        json_object_set_new(body, name, json_true());
}

static json_t *variables_of(const struct request *request)
{
    json_t *variables = json_object();

    for (size_t i = 0; i < request->assignment_count; i++) {
        const char *assignment = request->assignments[i];
        const char *equals = strchr(assignment, '=');
        if (equals != NULL)
            json_object_setn_new(variables, assignment, (size_t)(equals - assignment),
                                 json_string(equals + 1));
    }
    return variables;
}

static json_t *body_of(const struct arguments *a)
{
    const struct request *request = &a->request;
    json_t *body = json_object();

    if (a->rest_count > 0)
        json_object_set_new(body, "select", texts(a->rest, a->rest_count));
    if (request->exclude_count > 0)
        json_object_set_new(body, "exclude", texts(request->exclude, request->exclude_count));
    if (request->partition_count > 0)
        json_object_set_new(body, "partitions",
                            texts(request->partitions, request->partition_count));
    if (request->assignment_count > 0)
        json_object_set_new(body, "vars", variables_of(request));
    if (request->threads > 0)
        json_object_set_new(body, "threads", json_integer(request->threads));
    add_flag(body, "full_refresh", request->full_refresh);
    add_flag(body, "discard_history", request->discard_history);
    add_flag(body, "force", request->force);
    add_flag(body, "fail_fast", request->fail_fast);
    return body;
}

/* ------------------------------------------------------------------------------------- waiting */

static bool hear(void *arg, const json_t *news)
{
    struct progress_view *view = arg;
    char *text = json_dumps(json_object_get(news, "detail"), JSON_COMPACT);
    struct event event = {0};
    struct arena arena;
    struct err err;
    bool is_last = false;

    arena_init(&arena);
    if (text != NULL &&
        record_decode(text, strlen(text), &event_shape, &arena, &event, &err) == 0 &&
        event.type != NULL) {
        progress_hear(view, &event, text, strlen(text));
        is_last = strcmp(event.type, "ended") == 0;
    }
    arena_release(&arena);
    free(text);
    return is_last;
}

static int get(struct api *api, const char *run, const char *what, json_t **answer, struct err *err)
{
    char path[128];

    snprintf(path, sizeof path, "/api/v1/runs/%.40s%s", run, what);
    return api_request(api, "GET", path, NULL, NULL, answer, err);
}

static int write_junit(struct api *api, const char *run, const char *path, struct err *err)
{
    json_t *whole = NULL, *steps = NULL, *checks = NULL;
    int result = -1;

    if (get(api, run, "", &whole, err) == 0 && get(api, run, "/steps", &steps, err) == 0 &&
        get(api, run, "/checks", &checks, err) == 0)
        result = junit_write(path, whole, json_object_get(steps, "steps"),
                             json_object_get(checks, "checks"), err);
    json_decref(checks);
    json_decref(steps);
    json_decref(whole);
    return result;
}

/* What is said when a signal ends the waiting; made before, since a handler can make nothing. */
static char farewell[256];
static size_t farewell_size;

/* Says it, and ends as if the signal had not been handled. */
static void leave(int signal_number)
{
    ssize_t written = write(STDERR_FILENO, farewell, farewell_size);

    (void)written; /* there is nobody to tell */
    raise(signal_number);
}

/* Says which run it is, and what becomes of it when somebody stops waiting for it. */
static void introduce(const char *run)
{
    const struct sigaction action = {.sa_handler = leave, .sa_flags = (int)SA_RESETHAND};

    fprintf(stderr, "aorta: run %s\n", run);
    int size = snprintf(farewell, sizeof farewell,
                        "%saorta: run %.40s goes on: aorta logs %.40s --follow shows it, "
                        "aorta cancel %.40s ends it\n",
                        isatty(STDERR_FILENO) ? "\n" : "", run, run, run);
    farewell_size = size > 0 ? (size_t)size : 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int wait_for(const struct arguments *a, struct api *api, const char *run, struct err *err)
{
    introduce(run);
    struct progress_view *view = progress_new(a->as_json, false);
    int64_t within_ms = a->request.timeout_ms > 0 ? a->request.timeout_ms : WITHIN_MS;
    int followed = api_follow(api, run, within_ms, hear, view, err);
    int status = progress_end(view);
    struct err of_report;

    if (followed < 0)
        status = command_fail(EXIT_FAILED, "%s", err->message);
    if (a->junit != NULL && write_junit(api, run, a->junit, &of_report) < 0)
        status = command_fail(EXIT_FAILED, "%s: %s", a->junit, of_report.message);
    return status;
}

/* ------------------------------------------------------------------------------------- asking */

static int fail(const struct err *err)
{
    return command_fail(err->code == ERR_CONFIG ? EXIT_USAGE : EXIT_FAILED, "%s", err->message);
}

static int trigger(const struct arguments *a, struct api *api)
{
    struct ulid_source source = {0};
    char key[ULID_SIZE + 1];
    json_t *body = body_of(a), *answer = NULL;
    int status;
    struct err err;

    ulid_next(&source, key);
    int asked = api_request(api, "POST", "/api/v1/runs", body, a->key != NULL ? a->key : key,
                            &answer, &err);
    json_decref(body);
    if (asked < 0)
        return fail(&err);
    const char *run = json_string_value(json_object_get(answer, "id"));
    if (run == NULL) {
        status = command_fail(EXIT_FAILED, "the daemon's answer has no id of a run");
    } else if (a->waits || a->junit != NULL) {
        status = wait_for(a, api, run, &err);
    } else {
        puts(run);
        status = EXIT_OK;
    }
    json_decref(answer);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments a;
    struct arena arena;
    struct api *api;
    struct err err;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(&cmd_trigger, argc, argv, &arena, &a) < 0)
        goto out;
    const char *url = a.url != NULL ? a.url : getenv("AORTA_URL");
    const char *token = a.token != NULL                 ? a.token
                        : getenv("AORTA_TOKEN") != NULL ? "env:AORTA_TOKEN"
                                                        : NULL;
    if (api_open(url != NULL ? url : "http://127.0.0.1:7680", token, &api, &err) < 0) {
        status = fail(&err);
        goto out;
    }
    status = trigger(&a, api);
    api_close(api);
out:
    arena_release(&arena);
    return status;
}

static const struct flag flags[] = {
    {"--url", "URL", "of the daemon (default: AORTA_URL, or http://127.0.0.1:7680)", NULL},
    {"--token", "REFERENCE", "env:NAME or file:PATH of the token (default: AORTA_TOKEN)", NULL},
    {"--wait", NULL, "shows the run's progress, and exits as it ends", NULL},
    {"--timeout", "TIME", "with --wait: how long (default: 24h); the run goes on", NULL},
    {"--junit", "FILE", "waits, and writes steps and checks as JUnit XML", "<files>"},
    {"--key", "TEXT", "asked again with the same one, it is the same run", NULL},
    {"--full-refresh", NULL, "builds incremental assets from nothing", NULL},
    {"--discard-history", NULL, "with --full-refresh: also what cannot be read again", NULL},
    {"--force", NULL, "builds also what is fresh", NULL},
    {"--fail-fast", NULL, "starts nothing more after the first failure", NULL},
    {"--partition", "KEY", "of what is made in such: one, or FROM..TO; repeatable", NULL},
    {"--threads", "N", "steps at once", NULL},
    {"--var", "NAME=VALUE", "sets a variable of pipeline.toml; may be repeated", "<variables>"},
    {"--json", NULL, "with --wait: one JSON object an event", NULL},
    FLAGS_OF_SELECTION,
    {0},
};

const struct command cmd_trigger = {
    "trigger",
    "[SELECT…]",
    "<assets>",
    "Asks a daemon, here or elsewhere, for a run: for CI",
    "Prints the run's id, or with --wait what becomes of it. Nothing is asked for twice, however often\n"
    "the connection breaks.\n\n" HELP_OF_SELECTION,
    flags,
    run};

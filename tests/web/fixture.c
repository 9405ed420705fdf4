/*
 * The API's server before a daemon that is played: a store of its own, requests that are answered by
 * what they say, events on demand. For the tests beside it, which drive it by lines on standard
 * input and read a line for each:
 *
 *     run ID              a run that is running                  done
 *     events ID COUNT [N] so many events of it, committed; of    done
 *                         N bytes each, or few
 *     end ID              it has succeeded, with its last event  done
 *     hold                nothing goes on until the next line    held
 *     stop                stops the server, and ends             stopped
 *
 * Arguments are FOLDER [PIPELINE] and settings, NAME=VALUE: limits by their names, address, host,
 * certificate, key, token (ROLE:TOKEN). It says "ready URL" when it listens.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/read.h"
#include "store/write.h"
#include "web/routes.h"
#include "web/server.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES = 8 };

struct fixture {
    uv_loop_t loop;
    struct store *store;
    uv_async_t wake;
    uv_poll_t input;
    struct buf typed;
    const struct follower *follower;
    struct web_server *server;
    struct loaded *loaded;
    int detail_bytes;
    struct told *accepting; /* runs that are not committed yet */
    int64_t last_event, runs, forgotten, canceled;
    const char *tokens[NAMES];
    size_t token_count;
};

static void die(const struct err *err)
{
    fprintf(stderr, "fixture: %s\n", err->message);
    exit(2);
}

static void say(const char *text)
{
    puts(text);
    fflush(stdout);
}

/* ---- the store ------------------------------------------------------------------------------- */

struct told {
    struct fixture *fixture;
    struct news news;
    char run[64];
    char *detail;
    const char *says;          /* a line, when it is committed */
    struct listener *listener; /* whose run it is; NULL: nobody's, or he has gone */
    bool detaches, hangs;
    struct told *next;
};

static void tell(struct listener *listener, const struct event *event)
{
    struct json_writer json;
    struct buf text;

    buf_init(&text);
    json_writer_init(&json, &text);
    record_encode(&json, &event_shape, event);
    const struct frame frame = {MESSAGE_EVENT, text.data, text.size};
    listener->hear(listener, &frame);
    buf_release(&text);
}

/* As the daemon does, once it is committed. */
static void accept_run(struct told *told)
{
    for (struct told **at = &told->fixture->accepting; *at != NULL; at = &(*at)->next) {
        if (*at == told) {
            *at = told->next;
            break;
        }
    }
    if (told->listener != NULL)
        tell(told->listener,
             &(const struct event){.type = "accepted", .run = told->run, .total = 1});
    if (told->listener != NULL && !told->hangs)
        tell(told->listener, &(const struct event){.type = "ended",
                                                   .run = told->run,
                                                   .state = told->detaches ? "queued" : "failed"});
}

static void committed(void *arg, const struct err *err)
{
    struct told *told = arg;

    if (err != NULL)
        die(err);
    if (told->news.kind != NULL && told->fixture->follower != NULL)
        told->fixture->follower->hear(told->fixture->follower->arg, &told->news);
    if (told->says != NULL)
        say(told->says);
    accept_run(told);
    free(told->detail);
    free(told);
}

static void reap(uv_async_t *async)
{
    struct fixture *fixture = async->data;
    struct err err;

    if (store_reap(fixture->store, &err) < 0)
        die(&err);
}

static void wake(void *arg)
{
    struct fixture *fixture = arg;

    uv_async_send(&fixture->wake);
}

static struct told *append(struct fixture *fixture, const char *run, const char *kind,
                           const char *says)
{
    struct told *told = alloc_zeroed(1, sizeof *told);
    struct buf detail;

    buf_init(&detail);
    buf_printf(&detail, "{\"number\":%lld,\"text\":\"%0*d\"}", (long long)fixture->last_event + 1,
               fixture->detail_bytes, 0);
    told->detail = buf_take(&detail);

    snprintf(told->run, sizeof told->run, "%s", run);
    told->fixture = fixture;
    told->says = says;
    told->news = (struct news){.id = ++fixture->last_event,
                               .at_us = clock_now_us(),
                               .run = told->run,
                               .asset = strcmp(kind, "step") == 0 ? "core.a" : NULL,
                               .kind = kind,
                               .detail = told->detail};
    const struct store_event event = {.id = told->news.id,
                                      .run_id = told->run,
                                      .at_us = told->news.at_us,
                                      .asset = told->news.asset,
                                      .kind = kind,
                                      .detail = told->detail};
    store_event_append(fixture->store, &event, (struct store_done){committed, told});
    return told;
}

static void insert_run(struct fixture *fixture, const char *id)
{
    const struct store_run run = {.id = id,
                                  .pipeline = "shop",
                                  .target = "dev",
                                  .trigger = "manual",
                                  .selection = "core.a core.b",
                                  .state = STATE_QUEUED,
                                  .created_us = clock_now_us()};
    const struct store_step step = {
        .run_id = id, .asset = "core.a", .position = 1, .kind = "model"};

    store_run_insert(fixture->store, &run, STORE_NO_DONE);
    store_step_insert(fixture->store, &step, STORE_NO_DONE);
    store_run_change(fixture->store, id, STATE_QUEUED, STATE_RUNNING, clock_now_us(), NULL,
                     STORE_NO_DONE);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void stopped(void *arg)
{
    struct fixture *fixture = arg;

    printf("stopped %lld %lld\n", (long long)fixture->forgotten, (long long)fixture->canceled);
    fflush(stdout);
    uv_close((uv_handle_t *)&fixture->wake, NULL);
    uv_close((uv_handle_t *)&fixture->input, NULL);
}

static void obey(struct fixture *fixture, char *line)
{
    const char *word = strtok(line, " "), *run = strtok(NULL, " "), *count = strtok(NULL, " "),
               *bytes = strtok(NULL, " ");

    fixture->detail_bytes = bytes != NULL ? (int)strtol(bytes, NULL, 10) : 1;

    if (strcmp(word, "run") == 0) {
        insert_run(fixture, run);
        append(fixture, run, "accepted", "done");
    } else if (strcmp(word, "events") == 0) {
        for (long i = strtol(count, NULL, 10); i > 0; i--)
            append(fixture, run, "step", i == 1 ? "done" : NULL);
    } else if (strcmp(word, "end") == 0) {
        store_run_change(fixture->store, run, STATE_RUNNING, STATE_SUCCEEDED, clock_now_us(), NULL,
                         STORE_NO_DONE);
        append(fixture, run, "ended", "done");
    } else if (strcmp(word, "hold") == 0) {
        struct pollfd input = {STDIN_FILENO, POLLIN, 0};
        say("held");
        poll(&input, 1, -1); /* the loop stands still until the next line comes */
    } else {
        web_server_stop(fixture->server, stopped, fixture);
    }
    store_submit(fixture->store);
}

static void read_lines(uv_poll_t *poll, int status, int events)
{
    struct fixture *fixture = poll->data;
    char text[4096];
    ssize_t size = read(STDIN_FILENO, text, sizeof text);

    (void)status;
    (void)events;
    if (size <= 0) /* the test has gone */
        exit(3);
    buf_append(&fixture->typed, text, (size_t)size);
    for (char *end; (end = strchr(fixture->typed.data, '\n')) != NULL;) {
        size_t length = (size_t)(end - fixture->typed.data);
        *end = '\0';
        obey(fixture, fixture->typed.data);
        buf_consume(&fixture->typed, length + 1);
    }
}

/* ---- the daemon ------------------------------------------------------------------------------ */

static void tell_rows(struct listener *listener, const char *text)
{
    const struct frame frame = {MESSAGE_ROWS, text, strlen(text)};

    listener->hear(listener, &frame);
}

static void answer_query(struct listener *listener)
{
    const char *names[] = {"a", "b"};

    tell(listener, &(const struct event){.type = "accepted"});
    tell(listener, &(const struct event){.type = "fields", .lines = names, .line_count = 2});
    for (int i = 0; i < 300 && !listener->wants_no_more; i++)
        tell_rows(listener, "[[1,\"x\"],[null,\"y\"]]");
    tell(listener, &(const struct event){.type = "ended", .state = "succeeded"});
}

/* "refuse:STATE" is refused with it, "hang" is accepted and never ends. */
static void answer_run(struct fixture *fixture, const struct request *request,
                       struct listener *listener)
{
    const char *word = request->select_count > 0 ? request->select[0] : "";
    const char *lines[] = {"line one", "line two"};
    char id[32];

    if (strncmp(word, "refuse:", 7) == 0) {
        tell(listener, &(const struct event){
                           .type = "refused", .state = word + 7, .lines = lines, .line_count = 2});
        return;
    }
    snprintf(id, sizeof id, "01RUN%021lld", (long long)++fixture->runs);
    insert_run(fixture, id);
    struct told *told = append(fixture, id, "accepted", NULL);
    told->listener = listener;
    told->detaches = request->detaches;
    told->hangs = strcmp(word, "hang") == 0;
    told->next = fixture->accepting;
    fixture->accepting = told;
    store_submit(fixture->store);
}

static void take_request(void *arg, const struct request *request, struct listener *listener)
{
    struct fixture *fixture = arg;

    if (strcmp(request->verb, "query") == 0)
        answer_query(listener);
    else if (strcmp(request->verb, "run") == 0)
        answer_run(fixture, request, listener);
    else
        tell(listener, &(const struct event){.type = "refused", .state = "missing"});
}

static void cancel(void *arg, const struct listener *listener)
{
    struct fixture *fixture = arg;

    (void)listener;
    fixture->canceled++;
}

static void forget(void *arg, const struct listener *listener)
{
    struct fixture *fixture = arg;

    for (struct told *told = fixture->accepting; told != NULL; told = told->next)
        if (told->listener == listener)
            told->listener = NULL;
    fixture->forgotten++;
}

static struct loaded *loaded(void *arg)
{
    struct fixture *fixture = arg;

    return loaded_retain(fixture->loaded);
}

static void gauges(void *arg, struct web_gauges *gauges)
{
    const struct fixture *fixture = arg;

    *gauges = (struct web_gauges){
        .started_us = 1712000000000000, .running_runs = fixture->runs, .is_ready = true};
}

static void follow(void *arg, const struct follower *follower)
{
    struct fixture *fixture = arg;

    fixture->follower = follower;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static bool is_needed(void *arg)
{
    const struct fixture *fixture = arg;

    return fixture->token_count > 0;
}

static bool find_token(void *arg, const char *token, size_t size, const char *address,
                       struct web_actor *actor)
{
    const struct fixture *fixture = arg;

    (void)address;
    for (size_t i = 0; i < fixture->token_count; i++) {
        const char *colon = strchr(fixture->tokens[i], ':');
        if (strlen(colon + 1) != size || memcmp(colon + 1, token, size) != 0)
            continue;
        for (int role = WEB_VIEWER; role <= WEB_ADMIN; role++)
            if (strncmp(web_role_names[role], fixture->tokens[i],
                        (size_t)(colon - fixture->tokens[i])) == 0)
                actor->role = (enum web_role)role;
        snprintf(actor->name, sizeof actor->name, "token:test");
        return true;
    }
    return false;
}

/* ---- settings -------------------------------------------------------------------------------- */

struct settings {
    struct web_options options;
    struct web_limits limits;
    const char *hosts[NAMES];
};

static bool set_limit(struct web_limits *limits, const char *name, const char *value)
{
    const struct {
        const char *name;
        int64_t *at;
    } all[] = {{"head_ms", &limits->head_ms},
               {"body_ms", &limits->body_ms},
               {"answer_ms", &limits->answer_ms},
               {"heartbeat_ms", &limits->heartbeat_ms}};

    if (strncmp(name, "connections=", 12) == 0)
        limits->connections = (int)strtol(value, NULL, 10);
    if (strncmp(name, "address_connections=", 20) == 0)
        limits->address_connections = (int)strtol(value, NULL, 10);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strncmp(name, all[i].name, strlen(all[i].name)) == 0)
            *all[i].at = strtol(value, NULL, 10);
    return true;
}

static void set(struct fixture *fixture, struct settings *settings, const char *text)
{
    const char *value = strchr(text, '=') + 1;

    if (strncmp(text, "address=", 8) == 0)
        settings->options.address = value;
    else if (strncmp(text, "certificate=", 12) == 0)
        settings->options.certificate = value;
    else if (strncmp(text, "key=", 4) == 0)
        settings->options.key = value;
    else if (strncmp(text, "host=", 5) == 0)
        settings->hosts[settings->options.host_count++] = value;
    else if (strncmp(text, "token=", 6) == 0)
        fixture->tokens[fixture->token_count++] = value;
    else
        set_limit(&settings->limits, text, value);
}

static void open_store(struct fixture *fixture, const char *path)
{
    const struct store_options options = {.path = path, .wake = wake, .wake_arg = fixture};
    struct store_reader *reader = NULL;
    struct err err;

    uv_async_init(&fixture->loop, &fixture->wake, reap);
    fixture->wake.data = fixture;
    if (store_open(&options, &fixture->store, &err) < 0 ||
        store_reader_open(path, &reader, &err) < 0 ||
        store_read_last_event(reader, &fixture->last_event, &err) < 0)
        die(&err);
    store_reader_close(reader);
}

static struct sensor_state *sensors(void *arg, struct arena *arena, size_t *count)
{
    static const char *const select[] = {"tag:daily"};
    static const struct sensor_state known[] = {
        {.name = "landing",
         .kind = "objects",
         .every_ms = 30000,
         .minimum_gap_ms = 1500,
         .select = select,
         .select_count = 1,
         .state = "pending",
         .run = "01R",
         .cursor = "2 00ff 7",
         .looked_us = 1000000,
         .next_look_us = 2000000,
         .looks = 5,
         .requests = 1},
        {.name = "release",
         .kind = "http",
         .every_ms = 1000,
         .state = "failing",
         .error = "answered HTTP 500",
         .looks = 3,
         .failed_looks = 2,
         .failures = 2},
    };

    (void)arg;
    *count = sizeof known / sizeof *known;
    return arena_memdup(arena, known, sizeof known);
}

static struct stream_state *streams(void *arg, struct arena *arena, size_t *count)
{
    static const struct stream_state kept[] = {
        {.asset = "lake.readings",
         .state = "running",
         .run = "01R",
         .watermark = "2024-04-01",
         .records = 12,
         .lag = 3,
         .records_per_second = 1.5,
         .since_us = 1000000},
        {.asset = "lake.lost",
         .state = "waiting",
         .error = "no broker",
         .lag = -1,
         .restarts = 2,
         .since_us = 1000000,
         .next_start_us = 2000000},
    };

    (void)arg;
    *count = sizeof kept / sizeof *kept;
    return arena_memdup(arena, kept, sizeof kept);
}

int main(int argc, char **argv)
{
    struct fixture fixture = {0};
    const struct web_auth auth = {&fixture, is_needed, find_token};
    struct settings settings = {.limits = web_default_limits};
    char path[512];
    struct err err;

    if (argc == 1) {
        struct buf routes;
        buf_init(&routes);
        web_routes_write(&routes);
        fputs(routes.data, stdout);
        buf_release(&routes);
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    snprintf(path, sizeof path, "%s/runs.db", argv[1]);
    settings.options = (struct web_options){.address = "127.0.0.1:0",
                                            .hosts = settings.hosts,
                                            .auth = &auth,
                                            .limits = &settings.limits,
                                            .version = "1.2.3"};
    for (int i = 2; i < argc; i++) {
        if (strchr(argv[i], '=') != NULL)
            set(&fixture, &settings, argv[i]);
        else
            fixture.loaded = loaded_read(&(const struct request){.folder = argv[i]});
    }
    buf_init(&fixture.typed);
    uv_loop_init(&fixture.loop);
    open_store(&fixture, path);
    const struct web_backend backend = {
        .arg = &fixture,
        .store_path = path,
        .request = take_request,
        .cancel = cancel,
        .forget = forget,
        .loaded = loaded,
        .gauges = gauges,
        .streams = streams,
        .sensors = sensors,
        .follow = follow,
    };
    if (web_server_open(&fixture.loop, &backend, &settings.options, &fixture.server, &err) < 0)
        die(&err);
    uv_poll_init(&fixture.loop, &fixture.input, STDIN_FILENO);
    fixture.input.data = &fixture;
    uv_poll_start(&fixture.input, UV_READABLE, read_lines);
    printf("ready %s\n", web_server_url(fixture.server));
    fflush(stdout);
    uv_run(&fixture.loop, UV_RUN_DEFAULT);
    store_close(fixture.store);
    loaded_release(fixture.loaded);
    buf_release(&fixture.typed);
    uv_loop_close(&fixture.loop);
    return 0;
}

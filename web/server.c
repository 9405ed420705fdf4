#include "web/server.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "web/client.h"
#include "web/listen.h"
#include "web/problem.h"
#include "web/site.h"
#include "web/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROUNDS = 16,           /* of MHD, before others on the loop have their turn */
    STOP_MS = 2000,        /* for answers that are being sent */
    STOP_SWEEP_MS = 20,    /* how often is looked whether they have been */
    SPARE_CONNECTIONS = 8, /* MHD never has to refuse: we have */
    PEM_BYTES = 1 << 20,
};

/* What browsers and clients of today speak (RFC 8996: nothing older), with forward secrecy. */
static char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1";

const struct web_limits web_default_limits = {
    .connections = 512,
    .address_connections = 384,
    .head_ms = 30000,
    .body_ms = 30000,
    .answer_ms = 30000,
    .heartbeat_ms = 15000,
};

struct web_server {
    struct web_site site;
    struct listen_sockets sockets;
    struct MHD_Daemon *mhd;
    uv_poll_t poll;      /* of MHD's epoll descriptor */
    uv_timer_t again;    /* when MHD wants to be called without a descriptor being ready */
    uv_prepare_t before; /* the loop sleeps: who was woken has his turn */
    uv_check_t after;    /* likewise, of what woke the loop */
    uv_timer_t sweep;
    int open_handles;
    struct follower follower;
    struct buf certificate, key;
    char url[96];
    int64_t stop_ms; /* when it was told to */
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* ---- the loop -------------------------------------------------------------------------------- */

static void run_again(uv_timer_t *timer);

static void run_mhd(struct web_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 1;
    bool has_wait = true;

    server->site.now_ms = clock_monotonic_us() / 1000;
    server->site.has_woken = false;
    for (int i = 0; i < ROUNDS; i++) {
        MHD_run(server->mhd);
        has_wait = MHD_get_timeout(server->mhd, &wait_ms) == MHD_YES;
        if (!has_wait || wait_ms > 0)
            break;
    }
    if (has_wait)
        uv_timer_start(&server->again, run_again, wait_ms, 0);
    else
        uv_timer_stop(&server->again);
}

static void run_again(uv_timer_t *timer)
{
    run_mhd(timer->data);
}

static void run_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run_mhd(poll->data);
}

/* MHD does not signal that a connection was resumed while it has no thread of its own. */
static void run_before(uv_prepare_t *prepare)
{
    struct web_server *server = prepare->data;

    if (server->site.has_woken)
        run_mhd(server);
}

static void run_after(uv_check_t *check)
{
    struct web_server *server = check->data;

    if (server->site.has_woken)
        run_mhd(server);
}

static void write_mhd_log(void *cls, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

static void write_mhd_log(void *cls, const char *fmt, va_list args)
{
    char text[512];

    (void)cls;
    vsnprintf(text, sizeof text, fmt, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug("http: %s", text);
}

/* ---- connections ----------------------------------------------------------------------------- */

/* Says why before it closes; to a client that speaks TLS that cannot be said. */
static void refuse_connection(struct web_server *server, int fd, const char *detail)
{
    struct buf message;

    server->site.counts.refused_connections++;
    if (!server->site.has_tls) {
        buf_init(&message);
        problem_message(&message, 503, detail);
        (void)!write(fd, message.data, message.size);
        shutdown(fd, SHUT_WR);
        buf_release(&message);
    }
    close(fd);
}

static void take_connection(void *arg, int fd, const struct sockaddr *address, socklen_t size)
{
    struct web_server *server = arg;
    const struct web_limits *limits = server->site.limits;
    char text[LISTEN_ADDRESS_BYTES];

    listen_address_text(address, text);
    server->site.now_ms = clock_monotonic_us() / 1000;
    if (server->site.client_count >= limits->connections)
        refuse_connection(server, fd, "there are too many connections");
    else if (client_count_of(&server->site, text) >= limits->address_connections)
        refuse_connection(server, fd, "there are too many connections of your address");
    else
        MHD_add_connection(server->mhd, fd, address, size);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void finish_stop(struct web_server *server);

static void sweep(uv_timer_t *timer)
{
    struct web_server *server = timer->data;

    server->site.now_ms = clock_monotonic_us() / 1000;
    if (server->site.is_stopping) {
        client_stop_all(&server->site);
        bool is_late = server->site.now_ms - server->stop_ms > STOP_MS;
        run_mhd(server);
        if (!client_is_any_suspended(&server->site) &&
            !web_readers_are_busy(server->site.readers) &&
            (is_late || server->site.client_count == 0))
            finish_stop(server);
        return;
    }
    client_sweep(&server->site);
}

/* As often as the shortest limit asks for, at most each second. */
static uint64_t sweep_interval_ms(const struct web_limits *limits)
{
    const int64_t all[] = {limits->head_ms, limits->body_ms, limits->answer_ms,
                           limits->heartbeat_ms};
    int64_t shortest = 4000;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] < shortest)
            shortest = all[i];
    return shortest < 80 ? 20 : (uint64_t)shortest / 4;
}

static int read_certificate(struct web_server *server, const struct web_options *options,
                            struct err *err)
{
    if (options->certificate == NULL && options->key == NULL)
        return 0;
    if (options->certificate == NULL || options->key == NULL)
        return err_set(err, ERR_CONFIG, "TLS needs both a certificate and its key");
    if (file_read(options->certificate, PEM_BYTES, &server->certificate, err) < 0)
        return err_wrap(err, "certificate");
    if (file_read(options->key, PEM_BYTES, &server->key, err) < 0)
        return err_wrap(err, "key");
    server->site.has_tls = true;
    return 0;
}

static int start_mhd(struct web_server *server, struct err *err)
{
    const struct web_limits *limits = server->site.limits;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
                     MHD_USE_ERROR_LOG | (server->site.has_tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.data},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.data},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, tls_priorities},
        {MHD_OPTION_END, 0, NULL},
    };

    server->mhd = MHD_start_daemon(
        flags, 0, NULL, NULL, client_handle, &server->site, MHD_OPTION_EXTERNAL_LOGGER,
        write_mhd_log, NULL, MHD_OPTION_NOTIFY_CONNECTION, client_notify, &server->site,
        MHD_OPTION_NOTIFY_COMPLETED, client_completed, &server->site, MHD_OPTION_URI_LOG_CALLBACK,
        client_target, &server->site, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(limits->connections + SPARE_CONNECTIONS), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CLIENT_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY,
        server->site.has_tls ? tls : &tls[3], MHD_OPTION_END);
    if (server->mhd == NULL)
        return err_set(err, ERR_CONFIG, "%s",
                       server->site.has_tls
                           ? "TLS cannot be started: see that certificate and key are PEM files "
                             "and belong to each other"
                           : "the server cannot be started");
    return 0;
}

static void start_loop(struct web_server *server, uv_loop_t *loop)
{
    uint64_t interval_ms = sweep_interval_ms(server->site.limits);

    uv_poll_init(loop, &server->poll,
                 MHD_get_daemon_info(server->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
    uv_timer_init(loop, &server->again);
    uv_timer_init(loop, &server->sweep);
    uv_prepare_init(loop, &server->before);
    uv_check_init(loop, &server->after);
    server->poll.data = server->again.data = server->sweep.data = server;
    server->before.data = server->after.data = server;
    uv_prepare_start(&server->before, run_before);
    uv_check_start(&server->after, run_after);
    uv_poll_start(&server->poll, UV_READABLE, run_ready);
    uv_timer_start(&server->sweep, sweep, interval_ms, interval_ms);
}

static int check_reach(const struct web_server *server, const char *address, struct err *err)
{
    struct sockaddr_storage parsed;

    if (address == NULL)
        return 0;
    if (listen_parse(address, &parsed, err) < 0)
        return -1;
    if (listen_is_loopback(&parsed))
        return 0;
    if (!web_gate_has_tokens(server->site.gate))
        return err_set(err, ERR_CONFIG,
                       "address %s can be reached from other machines, and there are no tokens: "
                       "make one first (aorta token create --role admin --name NAME), or serve on "
                       "127.0.0.1",
                       address);
    if (!server->site.has_tls)
        log_warn("serving on %s without TLS: tokens can be read on their way", address);
    return 0;
}

static void set_url(struct web_server *server)
{
    const struct sockaddr *address = (const struct sockaddr *)&server->sockets.first;
    char text[LISTEN_ADDRESS_BYTES];
    bool is_ip6 = address->sa_family == AF_INET6;

    listen_address_text(address, text);
    snprintf(server->url, sizeof server->url, "%s://%s%s%s:%d",
             server->site.has_tls ? "https" : "http", is_ip6 ? "[" : "", text, is_ip6 ? "]" : "",
             server->sockets.port);
}

static void free_server(struct web_server *server)
{
    web_streams_free(server->site.streams);
    web_gate_free(server->site.gate);
    buf_release(&server->certificate);
    buf_release(&server->key);
    free(server);
}

int web_server_open(uv_loop_t *loop, const struct web_backend *backend,
                    const struct web_options *options, struct web_server **server, struct err *err)
{
    struct web_server *opened = alloc_zeroed(1, sizeof *opened);

    opened->site = (struct web_site){
        .backend = backend,
        .limits = options->limits != NULL ? options->limits : &web_default_limits,
        .version = options->version,
        .loop = loop,
        .gate = web_gate_new(options->auth, options->hosts, options->host_count),
        .streams = web_streams_new(),
    };
    buf_init(&opened->certificate);
    buf_init(&opened->key);
    const struct listen_taker taker = {take_connection, opened};
    if (read_certificate(opened, options, err) < 0 ||
        check_reach(opened, options->address, err) < 0 || start_mhd(opened, err) < 0 ||
        listen_open(&opened->sockets, loop, options->address, taker, err) < 0) {
        if (opened->mhd != NULL)
            MHD_stop_daemon(opened->mhd);
        free_server(opened);
        return -1;
    }
    set_url(opened);
    opened->site.readers = web_readers_new(loop, backend->store_path);
    start_loop(opened, loop);
    opened->follower = (struct follower){web_streams_hear, opened->site.streams};
    backend->follow(backend->arg, &opened->follower);
    *server = opened;
    return 0;
}

const char *web_server_url(const struct web_server *server)
{
    return server->url;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void part_closed(struct web_server *server)
{
    void (*stopped)(void *arg) = server->stopped;
    void *arg = server->stopped_arg;

    if (--server->open_handles > 0)
        return;
    free_server(server);
    stopped(arg);
}

static void handle_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

static void listener_closed(uv_handle_t *handle)
{
    struct listen_sockets *sockets = handle->data;

    part_closed(sockets->taker.arg);
}

static void readers_closed(void *arg)
{
    part_closed(arg);
}

/* Nothing is suspended, and nobody reads. */
static void finish_stop(struct web_server *server)
{
    const struct web_backend *backend = server->site.backend;

    backend->follow(backend->arg, NULL);
    uv_close((uv_handle_t *)&server->poll, handle_closed);
    uv_close((uv_handle_t *)&server->again, handle_closed);
    uv_close((uv_handle_t *)&server->before, handle_closed);
    uv_close((uv_handle_t *)&server->after, handle_closed);
    uv_close((uv_handle_t *)&server->sweep, handle_closed);
    MHD_stop_daemon(server->mhd);
    web_readers_close(server->site.readers, readers_closed, server);
}

void web_server_stop(struct web_server *server, void (*stopped)(void *arg), void *arg)
{
    server->stopped = stopped;
    server->stopped_arg = arg;
    server->site.is_stopping = true;
    server->stop_ms = clock_monotonic_us() / 1000;
    server->open_handles = 6 + server->sockets.count; /* our own five, readers */
    listen_close(&server->sockets, listener_closed);
    uv_timer_start(&server->sweep, sweep, 0, STOP_SWEEP_MS);
}

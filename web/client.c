#include "web/client.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "web/ask.h"
#include "web/body.h"
#include "web/head.h"
#include "web/problem.h"
#include "web/stream.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum client_phase { CLIENT_HEAD, CLIENT_BODY, CLIENT_WORK, CLIENT_ANSWER, CLIENT_STREAM };

/* What may be sent beyond the limit of a body before the connection is cut. */
enum { OVERFLOW_FACTOR = 4 };

struct web_client {
    struct web_exchange exchange; /* first: one leads to the other */
    struct web_site *site;
    struct web_client *next, *previous;
    struct MHD_Connection *connection;
    char address[LISTEN_ADDRESS_BYTES];
    struct buf target; /* as sent */
    const char *method;
    enum client_phase phase;
    int64_t since_ms;   /* in the phase; of a stream: the last sign of life */
    int64_t started_us; /* the head was read */
    uint64_t announced; /* bytes of the body, if its head says how many */
    size_t received;    /* those that have come */
    bool is_decided;    /* the answer is there before the body */
    bool is_gone;       /* nobody waits for the answer */
};

static struct web_client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

static int descriptor_of(const struct web_client *client)
{
    return MHD_get_connection_info(client->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
        ->connect_fd;
}

static void enter(struct web_client *client, enum client_phase phase)
{
    client->phase = phase;
    client->since_ms = client->site->now_ms;
}

static void wake(struct web_client *client)
{
    if (!client->exchange.is_suspended)
        return;
    client->exchange.is_suspended = false;
    client->site->has_woken = true;
    MHD_resume_connection(client->connection);
}

static void sleep_until_woken(struct web_client *client)
{
    client->exchange.is_suspended = true;
    MHD_suspend_connection(client->connection);
}

/* ---- connections ----------------------------------------------------------------------------- */

void client_notify(void *cls, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode code)
{
    struct web_site *site = cls;
    struct web_client *client = *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (client->previous != NULL)
            client->previous->next = client->next;
        else
            site->clients = client->next;
        if (client->next != NULL)
            client->next->previous = client->previous;
        site->client_count--;
        web_exchange_release(&client->exchange);
        buf_release(&client->target);
        free(client);
        *context = NULL;
        return;
    }
    client = alloc_zeroed(1, sizeof *client);
    client->site = site;
    client->connection = connection;
    listen_address_text(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
        client->address);
    web_exchange_init(&client->exchange, site);
    client->exchange.connection = connection;
    client->exchange.address = client->address;
    buf_init(&client->target);
    enter(client, CLIENT_HEAD);
    client->next = site->clients;
    if (client->next != NULL)
        client->next->previous = client;
    site->clients = client;
    site->client_count++;
    *context = client;
}

int client_count_of(const struct web_site *site, const char *address)
{
    int count = 0;

    for (const struct web_client *client = site->clients; client != NULL; client = client->next)
        count += strcmp(client->address, address) == 0;
    return count;
}

/* ---- the head -------------------------------------------------------------------------------- */

void *client_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct web_client *client = client_of(connection);

    (void)cls;
    buf_reset(&client->target);
    buf_append_str(&client->target, target);
    return NULL;
}

/* What makes a head wrong whatever it asks for. */
static int check_head(struct web_client *client, const struct head *head)
{
    struct web_exchange *exchange = &client->exchange;

    if (client->target.size > CLIENT_TARGET_BYTES)
        web_problem(exchange, 414, "the target has more than %d bytes", CLIENT_TARGET_BYTES);
    else if (head->size_bytes > CLIENT_HEAD_BYTES)
        web_problem(exchange, 431, "the head has more than %d bytes", CLIENT_HEAD_BYTES);
    else if (head->doubled != NULL)
        web_problem(exchange, 400, "there is more than one header %s", head->doubled);
    else if (head->blank != NULL)
        web_problem(exchange, 400, "there is a blank in the name of header \"%.40s\"", head->blank);
    else if (head->transfer_encoding != NULL && head->content_length != NULL)
        web_problem(exchange, 400, "there are both Content-Length and Transfer-Encoding");
    else if (head->transfer_encoding != NULL && strcasecmp(head->transfer_encoding, "chunked") != 0)
        web_problem(exchange, 501, "of transfer encodings only chunked is known");
    else
        return 0;
    return -1;
}

static int check_gate(struct web_client *client, const struct head *head, enum web_role role)
{
    struct web_exchange *exchange = &client->exchange;
    const struct web_credentials credentials = {
        .method = client->method,
        .host = head->host,
        .origin = head->origin,
        .fetch_site = head->fetch_site,
        .fetch_mode = head->fetch_mode,
        .authorization = head->authorization,
        .address = client->address,
    };
    struct web_refusal refusal;
    char seconds[24];

    if (web_gate_check(client->site->gate, &credentials, role, client->site->now_ms,
                       &exchange->actor, &refusal) == 0)
        return 0;
    if (refusal.status == 401) {
        web_header_add(exchange, "WWW-Authenticate", "Bearer realm=\"aorta\"");
        client->site->counts.failed_tokens += head->authorization != NULL;
    }
    if (refusal.retry_after_s > 0) {
        snprintf(seconds, sizeof seconds, "%d", refusal.retry_after_s);
        web_header_add(exchange, "Retry-After", seconds);
    }
    web_problem(exchange, refusal.status, "%s", refusal.detail);
    return -1;
}

static int check_body_head(struct web_client *client, const struct head *head)
{
    struct web_exchange *exchange = &client->exchange;

    if (!head_has_body(head)) {
        if (!exchange->route->needs_body)
            return 0;
        web_problem(exchange, 400, "this needs a body: a JSON object");
    } else if (exchange->route->body == NULL) {
        web_problem(exchange, 400, "%s %s takes no body", client->method, exchange->path);
    } else if (!head_is_json(head)) {
        web_problem(exchange, 415, "the body must be sent as Content-Type: application/json");
    } else if (client->announced > BODY_BYTES) {
        web_problem(exchange, 413, "the body has more than %zu bytes", BODY_BYTES);
    } else {
        return 0;
    }
    return -1;
}

static void answer_options(struct web_exchange *exchange, const char *allow)
{
    web_text(exchange, 204, NULL);
    web_header_add(exchange, "Allow", allow);
}

/* Finds the route and asks the gate. -1: the answer is there. */
static int begin(struct web_client *client)
{
    struct web_exchange *exchange = &client->exchange;
    struct head head;
    struct web_target target;
    struct err err;

    head_read(client->connection, &head);
    client->announced = head_announced_bytes(&head);
    exchange->path = "";
    if (check_head(client, &head) < 0)
        return -1;
    if (web_target_parse(client->target.data, &exchange->arena, &target, &err) < 0) {
        web_problem(exchange, 400, "%s", err.message);
        return -1;
    }
    exchange->path = target.path;
    struct web_match match =
        web_route_find(web_routes, client->method, &target, &exchange->arena, exchange->parts);
    exchange->route = match.route;
    /* Who may not come in does not learn what there is. */
    if (check_gate(client, &head, match.route != NULL ? match.route->role : WEB_VIEWER) < 0)
        return -1;
    if (match.route == NULL && match.allow != NULL && strcmp(client->method, "OPTIONS") == 0) {
        answer_options(exchange, match.allow);
        return -1;
    }
    if (match.route == NULL && match.allow != NULL) {
        web_header_add(exchange, "Allow", match.allow);
        web_problem(exchange, 405, "%.20s is not a method of this: there is %s", client->method,
                    match.allow);
        return -1;
    }
    if (match.route == NULL) {
        web_problem(exchange, 404,
                    "there is nothing here: /api/v1/openapi.yaml says what there is");
        return -1;
    }
    if (web_parameters_read(match.route->parameters, target.query, &exchange->arena,
                            exchange->values, &err) < 0) {
        web_problem(exchange, 400, "%s", err.message);
        return -1;
    }
    exchange->if_none_match = arena_strdup(&exchange->arena, head.if_none_match);
    exchange->last_event_id = arena_strdup(&exchange->arena, head.last_event_id);
    exchange->idempotency_key = arena_strdup(&exchange->arena, head.idempotency_key);
    return check_body_head(client, &head);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static const struct web_header usual_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

/* Strong, for it is of the bytes (RFC 9110, section 8.8.3). */
static bool is_known_already(struct web_exchange *exchange)
{
    const char *known = exchange->if_none_match;

    if (exchange->tag[0] == '\0')
        web_tag(exchange);
    web_header_add(exchange, "ETag", exchange->tag);
    return known != NULL && (strcmp(known, "*") == 0 || strstr(known, exchange->tag) != NULL);
}

static ssize_t feed_stream(void *cls, uint64_t position, char *into, size_t size)
{
    struct web_client *client = cls;
    struct web_exchange *exchange = &client->exchange;

    (void)position;
    if (client->is_gone)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    ssize_t given = web_stream_take(exchange->stream, into, size);
    if (given < 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    client->since_ms = client->site->now_ms;
    if (given == 0)
        sleep_until_woken(client);
    return given;
}

static struct MHD_Response *make_response(struct web_client *client)
{
    struct web_exchange *exchange = &client->exchange;

    if (exchange->stream != NULL)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, WEB_STREAM_BLOCK, feed_stream,
                                                 client, NULL);
    /* It stays until the request is completed: nothing is copied. */
    return MHD_create_response_from_buffer(exchange->answer.size, exchange->answer.data,
                                           MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_answer(struct web_client *client)
{
    struct web_exchange *exchange = &client->exchange;
    struct web_site *site = client->site;
    const char *cache = exchange->is_cacheable ? "private, no-cache" : "no-store";

    if (exchange->is_cacheable && is_known_already(exchange)) {
        exchange->status = 304;
        buf_reset(&exchange->answer);
    }
    struct MHD_Response *response = make_response(client);
    for (size_t i = 0; i < sizeof usual_headers / sizeof *usual_headers; i++)
        MHD_add_response_header(response, usual_headers[i].name, usual_headers[i].value);
    MHD_add_response_header(response, "Cache-Control", cache);
    if (exchange->content_type != NULL && exchange->status != 304)
        MHD_add_response_header(response, "Content-Type", exchange->content_type);
    if (site->has_tls)
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (site->is_stopping)
        MHD_add_response_header(response, "Connection", "close");
    for (size_t i = 0; i < exchange->header_count; i++)
        MHD_add_response_header(response, exchange->headers[i].name, exchange->headers[i].value);
    enum MHD_Result result =
        MHD_queue_response(client->connection, (unsigned)exchange->status, response);
    MHD_destroy_response(response);
    site->counts.answers[exchange->status / 100 % 6]++;
    enter(client, exchange->stream != NULL ? CLIENT_STREAM : CLIENT_ANSWER);
    return result;
}

/* ---- the work -------------------------------------------------------------------------------- */

void web_done(struct web_exchange *exchange)
{
    struct web_client *client = (struct web_client *)exchange;

    exchange->is_answered = true;
    if (client->phase == CLIENT_WORK)
        wake(client);
}

static void read_work(struct web_job *job, struct store_reader *reader, const struct err *err)
{
    struct web_exchange *exchange =
        (struct web_exchange *)(void *)((char *)job - offsetof(struct web_exchange, job));

    if (reader == NULL)
        web_read_failed(exchange, err);
    else
        exchange->read(exchange, reader);
    web_tag(exchange); /* not on the loop */
}

static void read_done(struct web_job *job)
{
    struct web_exchange *exchange =
        (struct web_exchange *)(void *)((char *)job - offsetof(struct web_exchange, job));

    exchange->is_reading = false;
    if (exchange->status == 0 && exchange->unread != NULL)
        exchange->unread(exchange);
    else
        web_done(exchange);
}

void web_read(struct web_exchange *exchange,
              void (*read)(struct web_exchange *exchange, struct store_reader *reader))
{
    exchange->read = read;
    exchange->is_reading = true;
    exchange->job = (struct web_job){.work = read_work, .done = read_done};
    web_readers_add(exchange->site->readers, &exchange->job);
}

void web_stream_wake(struct web_exchange *exchange)
{
    wake((struct web_client *)exchange);
}

/* The whole request is there. */
static void work(struct web_client *client)
{
    struct web_exchange *exchange = &client->exchange;
    const struct web_route *route = exchange->route;
    const struct web_backend *backend = client->site->backend;
    struct err err;

    if (route->body != NULL && exchange->body.size > 0 &&
        body_read(exchange->body.data, exchange->body.size, route->body, &exchange->arena,
                  &exchange->sent, &err) < 0) {
        web_problem(exchange, 400, "%s", err.message);
        web_done(exchange);
        return;
    }
    if (route->wants_pipeline && (exchange->loaded = backend->loaded(backend->arg)) == NULL) {
        web_header_add(exchange, "Retry-After", "1");
        web_problem(exchange, 503, "the pipeline has not been read yet");
        web_done(exchange);
        return;
    }
    if (route->now != NULL)
        route->now(exchange);
    else
        web_read(exchange, route->read);
}

static enum MHD_Result take_body(struct web_client *client, const char *upload, size_t *size)
{
    client->received += *size;
    if (client->received > OVERFLOW_FACTOR * BODY_BYTES)
        return MHD_NO;
    if (client->received > BODY_BYTES && !client->is_decided) {
        web_problem(&client->exchange, 413, "the body has more than %zu bytes", BODY_BYTES);
        client->is_decided = true;
    }
    if (!client->is_decided)
        buf_append(&client->exchange.body, upload, *size);
    *size = 0;
    return MHD_YES;
}

/* The head is there. Of a body that is small enough to be passed over the end is waited for, so that
 * the client reads the answer and the connection can go on. */
static enum MHD_Result take_head(struct web_client *client)
{
    client->started_us = clock_monotonic_us();
    client->received = 0;
    enter(client, CLIENT_BODY);
    client->is_decided = begin(client) < 0;
    if (client->is_decided && client->announced > OVERFLOW_FACTOR * BODY_BYTES)
        return send_answer(client);
    return MHD_YES;
}

enum MHD_Result client_handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    struct web_client *client = client_of(connection);
    struct web_exchange *exchange = &client->exchange;

    (void)cls;
    (void)url;
    (void)version;
    *request = client;
    client->method = method;
    if (client->phase == CLIENT_HEAD)
        return take_head(client);
    if (*upload_size > 0)
        return take_body(client, upload, upload_size);
    if (client->is_gone)
        return MHD_NO;
    if (client->is_decided)
        return send_answer(client);
    if (client->phase == CLIENT_BODY) {
        enter(client, CLIENT_WORK);
        work(client);
    }
    if (!exchange->is_answered) {
        sleep_until_woken(client);
        return MHD_YES;
    }
    client->site->counts.answer_us += clock_monotonic_us() - client->started_us;
    return send_answer(client);
}

void client_completed(void *cls, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode code)
{
    struct web_client *client = client_of(connection);

    (void)cls;
    (void)code;
    *request = NULL;
    web_exchange_reset(&client->exchange);
    client->is_decided = false;
    enter(client, CLIENT_HEAD);
}

/* ---- time ------------------------------------------------------------------------------------ */

static void cut(struct web_client *client)
{
    client->site->counts.cut_connections++;
    client->is_gone = true;
    shutdown(descriptor_of(client), SHUT_RDWR);
}

static bool has_left(const struct web_client *client)
{
    struct pollfd fd = {descriptor_of(client), POLLRDHUP, 0};

    return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* Nothing of it is still to be read: what was sent before it left is a request like others. */
static bool has_left_unheard(const struct web_client *client)
{
    char next;

    return has_left(client) && recv(descriptor_of(client), &next, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

/* One that sleeps: MHD does not look at it. What reads the store ends by itself. */
static void sweep_sleeping(struct web_client *client)
{
    struct web_exchange *exchange = &client->exchange;
    const struct web_limits *limits = client->site->limits;
    int64_t waited_ms = client->site->now_ms - client->since_ms;

    if (exchange->is_reading)
        return;
    if (exchange->stream != NULL && web_stream_is_reading(exchange->stream))
        return;
    if (has_left(client)) {
        client->is_gone = true;
        wake(client);
    } else if (client->phase == CLIENT_WORK) {
        web_ask_sweep(exchange, client->site->now_ms);
    } else if (waited_ms >= limits->heartbeat_ms) {
        web_stream_beat(exchange->stream);
        wake(client);
    }
}

void client_sweep(struct web_site *site)
{
    const struct web_limits *limits = site->limits;
    const int64_t allowed_ms[] = {
        [CLIENT_HEAD] = limits->head_ms,     [CLIENT_BODY] = limits->body_ms,
        [CLIENT_WORK] = INT64_MAX,           [CLIENT_ANSWER] = limits->answer_ms,
        [CLIENT_STREAM] = limits->answer_ms,
    };

    for (struct web_client *client = site->clients; client != NULL; client = client->next) {
        /* MHD looks for edges: an end that came with the last bytes it does not see. */
        if (client->exchange.is_suspended)
            sweep_sleeping(client);
        else if (client->phase == CLIENT_HEAD && has_left_unheard(client))
            shutdown(descriptor_of(client), SHUT_RDWR);
        else if (site->now_ms - client->since_ms > allowed_ms[client->phase])
            cut(client);
    }
}

void client_stop_all(struct web_site *site)
{
    for (struct web_client *client = site->clients; client != NULL; client = client->next) {
        struct web_exchange *exchange = &client->exchange;
        if (exchange->stream != NULL) {
            web_stream_end(exchange->stream);
            if (!web_stream_is_reading(exchange->stream))
                wake(client);
        } else if (client->phase == CLIENT_WORK && exchange->asked != NULL &&
                   !exchange->is_reading) {
            web_ask_stop(exchange);
        } else if (client->phase == CLIENT_HEAD) {
            shutdown(descriptor_of(client), SHUT_RDWR);
        }
    }
}

bool client_is_any_suspended(const struct web_site *site)
{
    for (const struct web_client *client = site->clients; client != NULL; client = client->next)
        if (client->exchange.is_suspended)
            return true;
    return false;
}

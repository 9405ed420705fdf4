#include "daemon/client.h"

#include "base/alloc.h"
#include "daemon/actor.h"
#include "daemon/address.h"
#include "daemon/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BACKLOG = 64,
    PROGRESS_BYTES = 1 << 20, /* that wait for a client: he is not told of more on the way */
};

struct client {
    struct listener listener; /* first: a listener of the daemon is a client here */
    uv_pipe_t pipe;
    struct buf in;
    struct client_server *server;
    struct client *next;
    char actor[ACTOR_BYTES];
    bool is_closing;
};

struct client_server {
    uv_pipe_t pipe;
    struct daemon *daemon;
    struct client *clients;
    char owner[ACTOR_BYTES]; /* who runs it */
    bool is_closing;
};

static void free_server(struct client_server *server)
{
    if (server->is_closing && server->clients == NULL)
        free(server);
}

static void client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    struct client_server *server = client->server;
    struct client **at = &server->clients;

    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    buf_release(&client->in);
    free(client);
    free_server(server);
}

static void close_client(struct client *client)
{
    if (client->is_closing)
        return;
    client->is_closing = true;
    work_forget_listener(client->server->daemon, &client->listener);
    uv_close((uv_handle_t *)&client->pipe, client_closed);
}

struct answer {
    uv_write_t write;
    char *data;
};

static size_t client_backlog(const struct listener *listener)
{
    const struct client *client = (const struct client *)listener;

    return uv_stream_get_write_queue_size((const uv_stream_t *)&client->pipe);
}

static void answered(uv_write_t *write, int status)
{
    struct answer *answer = (struct answer *)write;
    struct client *client = write->handle->data;

    (void)status; /* a client that is gone is found by its socket's end */
    if (!client->is_closing && client_backlog(&client->listener) == 0)
        work_drained(client->server->daemon, &client->listener);
    free(answer->data);
    free(answer);
}

/* Progress is told again, so one that does not read (he may be stopped) misses nothing. */
static bool can_wait(const struct listener *listener, const struct frame *frame)
{
    static const char progress[] = "{\"type\":\"progress\"";

    return client_backlog(listener) > PROGRESS_BYTES && frame->kind == MESSAGE_EVENT &&
           frame->size > sizeof progress && memcmp(frame->text, progress, sizeof progress - 1) == 0;
}

static void tell_client(struct listener *listener, const struct frame *frame)
{
    struct client *client = (struct client *)listener;

    if (can_wait(listener, frame))
        return;
    struct answer *answer = alloc_zeroed(1, sizeof *answer);
    struct buf out;
    uv_buf_t part;

    buf_init(&out);
    frame_append(&out, frame->kind, frame->text, frame->size);
    part.len = out.size;
    part.base = answer->data = buf_take(&out);
    if (client->is_closing ||
        uv_write(&answer->write, (uv_stream_t *)&client->pipe, &part, 1, answered) != 0) {
        free(answer->data);
        free(answer);
    }
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct client *client = handle->data;

    (void)suggested;
    buf_reserve(&client->in, 16 * 1024);
    *out = uv_buf_init(client->in.data + client->in.size, 16 * 1024);
}

static void obey(struct client *client, const struct frame *frame)
{
    struct daemon *daemon = client->server->daemon;

    if (frame->kind == MESSAGE_REQUEST)
        work_accept(daemon, frame->text, frame->size, client->actor, &client->listener);
    else if (frame->kind == MESSAGE_CANCEL)
        work_cancel(daemon, &client->listener);
}

static void hear_client(uv_stream_t *stream, ssize_t got, const uv_buf_t *unused)
{
    struct client *client = stream->data;
    struct frame frame;
    struct err err;
    size_t used;
    int found = -1;

    (void)unused;
    if (got > 0) {
        client->in.size += (size_t)got;
        client->in.data[client->in.size] = '\0';
        while ((found = frame_find(&client->in, &frame, &used, &err)) > 0) {
            obey(client, &frame);
            buf_consume(&client->in, used);
        }
    }
    if (got < 0 || (got > 0 && found < 0))
        close_client(client);
}

static void accept_client(uv_stream_t *stream, int status)
{
    struct client_server *server = stream->data;
    struct client *client;

    if (status < 0)
        return;
    client = alloc_zeroed(1, sizeof *client);
    client->listener.hear = tell_client;
    client->listener.backlog_bytes = client_backlog;
    client->server = server;
    buf_init(&client->in);
    uv_pipe_init(stream->loop, &client->pipe, 0);
    client->pipe.data = client;
    client->next = server->clients;
    server->clients = client;
    uv_os_fd_t fd;
    if (uv_accept(stream, (uv_stream_t *)&client->pipe) != 0 ||
        uv_fileno((const uv_handle_t *)&client->pipe, &fd) != 0) {
        close_client(client);
        return;
    }
    actor_of_socket(fd, getuid(), server->owner, client->actor);
    uv_read_start((uv_stream_t *)&client->pipe, give_buffer, hear_client);
}

static int bind_socket(const char *state_folder, struct err *err)
{
    struct sockaddr_un address;
    int folder = address_open(state_folder, &address, err);
    int fd = -1;

    if (folder < 0)
        return -1;
    unlink(address.sun_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t mask = umask(0177); /* the owner's alone */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        err_set(err, ERR_CONFIG, "control socket in %s: %s", state_folder, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    umask(mask);
    close(folder);
    return fd;
}

struct client_server *client_listen(struct daemon *daemon, uv_loop_t *loop,
                                    const char *state_folder, struct err *err)
{
    int fd = bind_socket(state_folder, err);
    struct client_server *server;

    if (fd < 0)
        return NULL;
    server = alloc_zeroed(1, sizeof *server);
    server->daemon = daemon;
    actor_of_user(getuid(), server->owner);
    uv_pipe_init(loop, &server->pipe, 0);
    server->pipe.data = server;
    int error = uv_pipe_open(&server->pipe, fd);
    if (error == 0)
        error = uv_listen((uv_stream_t *)&server->pipe, BACKLOG, accept_client);
    if (error == 0)
        return server;
    err_set(err, ERR_CONFIG, "control socket in %s: %s", state_folder, uv_strerror(error));
    client_close(server);
    return NULL;
}

static void server_closed(uv_handle_t *handle)
{
    struct client_server *server = handle->data;

    server->is_closing = true;
    free_server(server);
}

void client_close(struct client_server *server)
{
    if (server == NULL)
        return;
    for (struct client *client = server->clients; client != NULL; client = client->next)
        close_client(client);
    uv_close((uv_handle_t *)&server->pipe, server_closed);
}

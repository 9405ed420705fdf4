/*
 * A client that does not read: he is not told of more progress once a mebibyte waits for him, and of
 * everything else he is, to the end.
 */
#include "test.h"

#include "daemon/address.h"
#include "daemon/client.h"
#include "daemon/tokens.h"
#include "daemon/work.h"
#include "message/frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MIB = 1 << 20, PROGRESS = 5000, STEPS = 200 };

static uv_loop_t loop;
static struct daemon owner;
static struct client_server *server;
static int client;

static void failed(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "the store: %s", err->message);
}

static void connect_client(void)
{
    struct sockaddr_un address;
    struct err err;
    int folder = address_open(test_folder(), &address, &err);

    check(folder >= 0);
    client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check_int(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    check_int(fcntl(client, F_SETFL, O_NONBLOCK), 0);
    close(folder);
}

/* A client has asked for something whose end he is told when it is committed. */
static struct listener *begin(void)
{
    static const char asked[] = "{\"version\": 1, \"verb\": \"create_token\", \"subject\": \"ci\","
                                " \"role\": \"viewer\"}";
    struct buf out;
    struct err err;

    uv_loop_init(&loop);
    owner.loop = &loop;
    owner.journal = journal_open(&loop, test_folder(), failed, NULL, &err);
    check(owner.journal != NULL);
    server = client_listen(&owner, &loop, test_folder(), &err);
    check(server != NULL);
    connect_client();
    buf_init(&out);
    frame_append(&out, MESSAGE_REQUEST, asked, sizeof asked - 1);
    check_ok(frame_write_all(client, &out, &err));
    buf_release(&out);
    while (owner.jobs == NULL)
        uv_run(&loop, UV_RUN_ONCE);
    return owner.jobs->listener;
}

static void end(void)
{
    close(client);
    client_close(server);
    tokens_close(owner.tokens);
    journal_close(owner.journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
}

/* An event of a kilobyte. */
static void tell(struct listener *listener, const char *type, int number)
{
    char text[1024];
    int size = snprintf(text, sizeof text, "{\"type\":\"%s\",\"rows\":%d,\"message\":\"%900d\"}",
                        type, number, number);
    const struct frame frame = {MESSAGE_EVENT, text, (size_t)size};

    listener->hear(listener, &frame);
}

struct heard {
    int progress, steps, tokens, ends;
    bool is_in_order;
};

static void hear(struct heard *heard, const struct frame *frame)
{
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    check_ok(record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err));
    heard->progress += strcmp(event.type, "progress") == 0;
    heard->tokens += strcmp(event.type, "token") == 0;
    heard->ends += strcmp(event.type, "ended") == 0;
    if (strcmp(event.type, "step") == 0)
        heard->is_in_order &= event.rows == heard->steps++;
    arena_release(&arena);
}

/* Reads all that is told. */
static void read_all(struct listener *listener, struct heard *heard)
{
    struct frame frame;
    char part[65536];
    struct buf in;
    struct err err;
    size_t used;
    ssize_t got;

    buf_init(&in);
    do {
        got = read(client, part, sizeof part);
        if (got > 0)
            buf_append(&in, part, (size_t)got);
        while (frame_find(&in, &frame, &used, &err) > 0) {
            hear(heard, &frame);
            buf_consume(&in, used);
        }
        uv_run(&loop, UV_RUN_NOWAIT);
    } while (got > 0 || listener->backlog_bytes(listener) > 0);
    check_int(got < 0 && errno == EAGAIN, true);
    check_int(in.size, 0);
    buf_release(&in);
}

TEST("progress waits for a client that does not read, and nothing else does")
{
    struct heard heard = {.is_in_order = true};
    struct listener *listener = begin();

    for (int i = 0; i < PROGRESS; i++)
        tell(listener, "progress", i);
    size_t full = listener->backlog_bytes(listener);
    check(full > MIB && full < MIB + 2048);
    tell(listener, "progress", PROGRESS);
    check_int(listener->backlog_bytes(listener), full);
    for (int i = 0; i < STEPS; i++)
        tell(listener, "step", i);
    check(listener->backlog_bytes(listener) > full + STEPS * 900);
    while (owner.jobs != NULL) /* it is done, whether he reads or not */
        uv_run(&loop, UV_RUN_ONCE);
    read_all(listener, &heard);
    check(heard.progress > MIB / 1024 && heard.progress < PROGRESS);
    check_int(heard.steps, STEPS);
    check(heard.is_in_order);
    check_int(heard.tokens, 1);
    check_int(heard.ends, 1);

    int before = heard.progress; /* he reads again, and is told again */
    tell(listener, "progress", 0);
    read_all(listener, &heard);
    check_int(heard.progress, before + 1);
    end();
}

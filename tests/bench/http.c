/*
 * A client of the daemon's API that costs less than what it measures: requests over connections that
 * are kept open, one on its way per connection, on one thread.
 *
 *     bench_http PORT CONNECTIONS SECONDS REQUESTS [BODY] <PATHS
 *
 * The paths, a line each, are asked for in turn, with GET, or with POST if there is a body; it ends
 * after so many seconds or requests (0: no such limit), whichever is first. On stdout one object:
 *
 *     {"requests":20000,"refused":0,"seconds":1.02,"p50_us":48,"p99_us":190,"max_us":1020}
 *
 * `refused` are answers whose status is not 2xx; the first is written to stderr. A daemon that hangs up, or is silent for long, ends
 * it with a sentence on stderr.
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READY = 64, SILENCE_MS = 60000, READ_BYTES = 1 << 16 };

struct connection {
    int fd;
    struct buf in;
    int64_t sent_us;
};

struct load {
    char **requests; /* as they are sent */
    size_t request_count;
    size_t next;
    int64_t wanted; /* 0: any number */
    int64_t sent, received, refused;
    int64_t ends_us; /* monotonic */
    int *taken_us;   /* of each that was received */
    size_t capacity;
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench_http: %s: %s\n", what, strerror(errno));
    exit(1);
}

static char *request_of(const char *path, int port, const char *body)
{
    struct buf text;

    buf_init(&text);
    buf_printf(&text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", body != NULL ? "POST" : "GET",
               path, port);
    if (body != NULL)
        buf_printf(&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                   strlen(body));
    buf_append_str(&text, "\r\n");
    if (body != NULL)
        buf_append_str(&text, body);
    return buf_take(&text);
}

static void read_paths(struct load *load, int port, const char *body)
{
    char line[1024];

    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        load->requests =
            alloc_resize(load->requests, (load->request_count + 1) * sizeof *load->requests);
        load->requests[load->request_count++] = request_of(line, port, body);
    }
    if (load->request_count == 0) {
        fputs("bench_http: there are no paths on stdin\n", stderr);
        exit(2);
    }
}

static int connect_to(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

/* The next request, unless that was the last. */
static void ask(struct load *load, struct connection *connection)
{
    int64_t now = clock_monotonic_us();

    if (now >= load->ends_us || (load->wanted > 0 && load->sent >= load->wanted))
        return;
    const char *text = load->requests[load->next];
    size_t size = strlen(text);
    load->next = (load->next + 1) % load->request_count;
    connection->sent_us = now;
    load->sent++;
    if (send(connection->fd, text, size, MSG_NOSIGNAL) != (ssize_t)size)
        fail("send");
}

/* The size of the answer that `in` begins with; 0 if it is not whole. */
static size_t answer_size(const struct buf *in)
{
    const char *end = in->size > 0 ? memmem(in->data, in->size, "\r\n\r\n", 4) : NULL;
    static const char name[] = "\r\nContent-Length:";

    if (end == NULL)
        return 0;
    size_t head = (size_t)(end - in->data) + 4;
    for (const char *at = in->data; at < end; at++) {
        if (*at != '\r' || strncasecmp(at, name, sizeof name - 1) != 0)
            continue;
        size_t whole = head + strtoul(at + sizeof name - 1, NULL, 10);
        return in->size >= whole ? whole : 0;
    }
    fputs("bench_http: an answer without Content-Length\n", stderr);
    exit(1);
}

static void note(struct load *load, const struct connection *connection)
{
    if ((size_t)load->received == load->capacity) {
        load->capacity = load->capacity == 0 ? 4096 : load->capacity * 2;
        load->taken_us = alloc_resize(load->taken_us, load->capacity * sizeof *load->taken_us);
    }
    load->taken_us[load->received++] = (int)(clock_monotonic_us() - connection->sent_us);
    if (connection->in.size >= 12 && connection->in.data[9] == '2')
        return;
    if (load->refused++ == 0)
        fprintf(stderr, "bench_http: %.4000s\n", connection->in.data);
}

static void hear(struct load *load, struct connection *connection)
{
    buf_reserve(&connection->in, READ_BYTES);
    ssize_t got = recv(connection->fd, connection->in.data + connection->in.size, READ_BYTES, 0);

    if (got <= 0)
        fail(got == 0 ? "the daemon hung up" : "recv");
    connection->in.size += (size_t)got;
    connection->in.data[connection->in.size] = '\0';
    size_t size = answer_size(&connection->in);
    if (size == 0)
        return;
    note(load, connection);
    buf_reset(&connection->in); /* nothing follows: one is on its way at a time */
    ask(load, connection);
}

static void run(struct load *load, int port, size_t count)
{
    struct connection *connections = alloc_zeroed(count, sizeof *connections);
    struct epoll_event events[READY];
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        buf_init(&connections[i].in);
        connections[i].fd = connect_to(port);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event) < 0)
            fail("epoll_ctl");
        ask(load, &connections[i]);
    }
    while (load->received < load->sent) {
        int ready = epoll_wait(epoll, events, READY, SILENCE_MS);
        if (ready == 0)
            errno = ETIMEDOUT;
        if (ready <= 0)
            fail("no answer");
        for (int i = 0; i < ready; i++)
            hear(load, events[i].data.ptr);
    }
    for (size_t i = 0; i < count; i++) {
        close(connections[i].fd);
        buf_release(&connections[i].in);
    }
    close(epoll);
    free(connections);
}

static int compare(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;

    return (a > b) - (a < b);
}

static int quantile(const struct load *load, int64_t per_mille)
{
    return load->received == 0 ? 0 : load->taken_us[(load->received - 1) * per_mille / 1000];
}

int main(int argc, char **argv)
{
    struct load load = {.ends_us = INT64_MAX};

    if (argc < 5) {
        fputs("usage: bench_http PORT CONNECTIONS SECONDS REQUESTS [BODY] <PATHS\n", stderr);
        return 2;
    }
    int port = atoi(argv[1]);
    double seconds = strtod(argv[3], NULL);
    read_paths(&load, port, argc > 5 ? argv[5] : NULL);
    load.wanted = strtoll(argv[4], NULL, 10);
    int64_t started_us = clock_monotonic_us();
    if (seconds > 0)
        load.ends_us = started_us + (int64_t)(seconds * 1e6);
    run(&load, port, strtoul(argv[2], NULL, 10));
    double taken = (double)(clock_monotonic_us() - started_us) / 1e6;
    if (load.received > 0)
        qsort(load.taken_us, (size_t)load.received, sizeof *load.taken_us, compare);
    printf("{\"requests\":%lld,\"refused\":%lld,\"seconds\":%.6f,\"p50_us\":%d,\"p99_us\":%d,"
           "\"max_us\":%d}\n",
           (long long)load.received, (long long)load.refused, taken, quantile(&load, 500),
           quantile(&load, 990), quantile(&load, 1000));
    free(load.taken_us);
    for (size_t i = 0; i < load.request_count; i++)
        free(load.requests[i]);
    free(load.requests);
    return 0;
}

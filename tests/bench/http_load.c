/* Asks a server for one path over some connections, each as soon as it has its answer:
 *
 *     http_load PORT PATH CONNECTIONS SECONDS
 *
 * prints {"requests": …, "seconds": …, "p50_us": …, "p99_us": …}. An answer that is not 200 ends
 * it. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 256, ANSWER_BYTES = 1 << 18, SAMPLES = 1 << 22 };

struct plug {
    int fd;
    int64_t asked_us;
    size_t size, wanted; /* of the answer; wanted 0: its head is not whole */
    char answer[ANSWER_BYTES + 1];
};

static struct plug plugs[CONNECTIONS];
static uint32_t samples[SAMPLES];
static char request[1024];

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "http_load: %s\n", what);
    exit(1);
}

static void ask(struct plug *plug)
{
    size_t size = strlen(request);

    plug->size = plug->wanted = 0;
    plug->asked_us = now_us();
    if (write(plug->fd, request, size) != (ssize_t)size)
        die("the request was not taken");
}

static void find_size(struct plug *plug)
{
    plug->answer[plug->size] = '\0';
    const char *end = strstr(plug->answer, "\r\n\r\n");
    const char *length = strstr(plug->answer, "Content-Length: ");

    if (end == NULL)
        return;
    if (strncmp(plug->answer, "HTTP/1.1 200 ", 13) != 0 || length == NULL || length > end)
        die(plug->answer);
    plug->wanted = (size_t)(end + 4 - plug->answer) + strtoul(length + 16, NULL, 10);
    if (plug->wanted > ANSWER_BYTES)
        die("the answer is too long");
}

/* Whether the answer is whole. */
static int take(struct plug *plug)
{
    ssize_t got = read(plug->fd, plug->answer + plug->size, ANSWER_BYTES - plug->size);

    if (got <= 0)
        die("the connection was closed");
    plug->size += (size_t)got;
    if (plug->wanted == 0)
        find_size(plug);
    return plug->wanted != 0 && plug->size >= plug->wanted;
}

static int compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return left < right ? -1 : left > right;
}

static void open_plug(int poll, struct plug *plug, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = plug}};
    int one = 1;

    plug->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(plug->fd, (const struct sockaddr *)&address, sizeof address) < 0)
        die("it does not listen");
    setsockopt(plug->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_ctl(poll, EPOLL_CTL_ADD, plug->fd, &event);
    ask(plug);
}

int main(int argc, char **argv)
{
    struct epoll_event events[64];
    size_t requests = 0;

    if (argc != 5)
        die("PORT PATH CONNECTIONS SECONDS");
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    int count = atoi(argv[3]), poll = epoll_create1(0);
    if (count < 1 || count > CONNECTIONS)
        die("1 to 256 connections");
    for (int i = 0; i < count; i++)
        open_plug(poll, &plugs[i], (uint16_t)atoi(argv[1]));
    int64_t begun_us = now_us(), end_us = begun_us + (int64_t)(strtod(argv[4], NULL) * 1e6);
    while (now_us() < end_us) {
        int ready = epoll_wait(poll, events, 64, 1000);
        for (int i = 0; i < ready; i++) {
            struct plug *plug = events[i].data.ptr;
            if (!take(plug))
                continue;
            if (requests < SAMPLES)
                samples[requests] = (uint32_t)(now_us() - plug->asked_us);
            requests++;
            ask(plug);
        }
    }
    size_t kept = requests < SAMPLES ? requests : SAMPLES;
    qsort(samples, kept, sizeof *samples, compare);
    printf("{\"requests\": %zu, \"seconds\": %.3f, \"p50_us\": %u, \"p99_us\": %u}\n", requests,
           (double)(now_us() - begun_us) / 1e6, samples[kept / 2], samples[kept * 99 / 100]);
    return 0;
}

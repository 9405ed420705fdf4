#include "web/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 128, ACCEPTED_AT_ONCE = 32 };

static const char default_address[] = "127.0.0.1:7680";

static int parse_port(const char *text, in_port_t *port, struct err *err)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (end == text || *end != '\0' || text[0] < '0' || text[0] > '9' || number > 65535)
        return err_set(err, ERR_CONFIG, "\"%s\" is no port: 0 to 65535", text);
    *port = htons((in_port_t)number);
    return 0;
}

int listen_parse(const char *text, struct sockaddr_storage *address, struct err *err)
{
    struct sockaddr_in *ip4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *ip6 = (struct sockaddr_in6 *)address;
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(text, ':');
    in_port_t port = 0;

    memset(address, 0, sizeof *address);
    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        return err_set(err, ERR_CONFIG,
                       "address \"%s\" is not HOST:PORT, as 127.0.0.1:7680 or [::1]:7680", text);
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    if (parse_port(colon + 1, &port, err) < 0)
        return err_wrap(err, "address \"%s\"", text);
    size_t length = strlen(host);
    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &ip6->sin6_addr) == 1) {
            ip6->sin6_family = AF_INET6;
            ip6->sin6_port = port;
            return 0;
        }
    }
    if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &ip4->sin_addr) ==
        1) {
        ip4->sin_family = AF_INET;
        ip4->sin_port = port;
        return 0;
    }
    return err_set(err, ERR_CONFIG,
                   "address \"%s\": \"%s\" is no IP address: 127.0.0.1, 0.0.0.0, [::1], … "
                   "or localhost",
                   text, host);
}

bool listen_is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
        return IN6_IS_ADDR_LOOPBACK(&ip6->sin6_addr);
    }
    return (ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24) == 127;
}

void listen_address_text(const struct sockaddr *address, char text[LISTEN_ADDRESS_BYTES])
{
    if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text,
                  LISTEN_ADDRESS_BYTES);
    else
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text,
                  LISTEN_ADDRESS_BYTES);
}

/* Without a descriptor nobody can be answered, and the socket would be ready for ever: who knocks
 * gets the one that was kept for this, and it is closed at once. */
static void turn_away(struct listen_sockets *sockets, int listening)
{
    if (sockets->spare < 0)
        return;
    close(sockets->spare);
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    sockets->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void accept_some(uv_poll_t *poll, int status, int events)
{
    struct listen_sockets *sockets = poll->data;
    int listening, one = 1;

    (void)status;
    (void)events;
    if (uv_fileno((uv_handle_t *)poll, &listening) < 0)
        return;
    for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        int fd =
            accept4(listening, (struct sockaddr *)&address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            turn_away(sockets, listening);
        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        sockets->taker.take(sockets->taker.arg, fd, (struct sockaddr *)&address, size);
    }
}

static int port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } address;
    socklen_t size = sizeof address;

    memset(&address, 0, sizeof address);
    if (getsockname(fd, &address.any, &size) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.ip6.sin6_port : address.ip4.sin_port);
}

static int open_socket(struct listen_sockets *sockets, uv_loop_t *loop,
                       const struct sockaddr_storage *address)
{
    int one = 1;
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t size =
        address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)address, size) < 0 || listen(fd, BACKLOG) < 0) {
        int failed = errno;
        close(fd);
        errno = failed;
        return -1;
    }
    uv_poll_t *poll = &sockets->sockets[sockets->count].poll;
    uv_poll_init(loop, poll, fd);
    poll->data = sockets;
    uv_poll_start(poll, UV_READABLE, accept_some);
    sockets->sockets[sockets->count++].fd = fd;
    return port_of(fd);
}

int listen_open(struct listen_sockets *sockets, uv_loop_t *loop, const char *text,
                struct listen_taker taker, struct err *err)
{
    struct sockaddr_in6 other = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const struct in_addr usual = {htonl(INADDR_LOOPBACK)};
    struct sockaddr_storage both;

    *sockets = (struct listen_sockets){.taker = taker, .spare = -1};
    if (text == NULL)
        text = default_address;
    if (listen_parse(text, &sockets->first, err) < 0)
        return -1;
    sockets->is_loopback = listen_is_loopback(&sockets->first);
    sockets->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sockets->port = open_socket(sockets, loop, &sockets->first);
    if (sockets->port < 0)
        return err_set(err, err_code_of_errno(errno), "listen on %s: %s%s", text, strerror(errno),
                       errno == EADDRINUSE ? ": another program has that port; choose one with "
                                             "[serve] address, or --address"
                                           : "");
    /* Names like localhost lead to both. A machine without IPv6 does without the second. */
    if (sockets->first.ss_family == AF_INET &&
        ((struct sockaddr_in *)&sockets->first)->sin_addr.s_addr == usual.s_addr) {
        memset(&both, 0, sizeof both);
        other.sin6_port = htons((in_port_t)sockets->port);
        memcpy(&both, &other, sizeof other);
        (void)open_socket(sockets, loop, &both);
    }
    return 0;
}

void listen_close(struct listen_sockets *sockets, uv_close_cb closed)
{
    if (sockets->spare >= 0)
        close(sockets->spare);
    for (int i = 0; i < sockets->count; i++) {
        uv_poll_stop(&sockets->sockets[i].poll);
        close(sockets->sockets[i].fd);
        uv_close((uv_handle_t *)&sockets->sockets[i].poll, closed);
    }
}

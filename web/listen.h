/*
 * Sockets that are listened on, and how many connections there may be.
 *
 * We accept ourselves and hand connections to MHD, because only so one server can have several
 * addresses (127.0.0.1 and ::1), and can say why it takes no more instead of letting clients wait.
 */
#ifndef AORTA_WEB_LISTEN_H
#define AORTA_WEB_LISTEN_H

#include "base/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

enum { LISTEN_SOCKETS = 2, LISTEN_ADDRESS_BYTES = INET6_ADDRSTRLEN };

/* Told of each connection: the descriptor is his from then on. */
struct listen_taker {
    void (*take)(void *arg, int fd, const struct sockaddr *address, socklen_t size);
    void *arg;
};

struct listen_sockets {
    struct {
        uv_poll_t poll;
        int fd;
    } sockets[LISTEN_SOCKETS];
    int count;
    int spare; /* a descriptor for when there are no more; -1: none */
    int port;  /* the real one */
    bool is_loopback;
    struct sockaddr_storage first;
    struct listen_taker taker;
};

/* "HOST:PORT" with an address, or localhost, which is both of its addresses as 127.0.0.1 is. ERR_CONFIG
 * for what is none. */
int listen_parse(const char *text, struct sockaddr_storage *address, struct err *err);

/* Whether only this machine can reach it. */
bool listen_is_loopback(const struct sockaddr_storage *address);

int listen_open(struct listen_sockets *sockets, uv_loop_t *loop, const char *text,
                struct listen_taker taker, struct err *err);

/* Closes; `closed` is called for each handle (sockets->count of them). */
void listen_close(struct listen_sockets *sockets, uv_close_cb closed);

/* The address without the port, as text. */
void listen_address_text(const struct sockaddr *address, char text[LISTEN_ADDRESS_BYTES]);

#endif

/*
 * The API's server: libmicrohttpd on the daemon's loop, without a thread of its own.
 *
 *     listening sockets ──accept──▶ limits ──▶ MHD ◀── uv_poll on its epoll descriptor, a timer
 *                                               │
 *                     gate ─▶ route ─▶ body ◀───┘  web/exchange.h goes on from here
 *
 * While an answer is made the connection is suspended, so that MHD does not look at it. MHD does not
 * notice then that a client has gone; we look each second, and drop what nobody waits for.
 *
 * Every limit is by construction: connections (all, and of one address), the target, the header, the
 * body, the time for the head of a request and between two of them, for its body, and for the
 * answer. A client that sends a byte now and then does not get more.
 *
 * What is no HTTP at all MHD answers by itself (400, 413, 414, 431, 505) with a page of HTML, no
 * problem details, and asks nobody; nor does its interface (0.9.75) show the NUL at which it ends a
 * header's value, or that a line continued the one before, so that these are not refused here: a
 * proxy that stands before us refuses both.
 *
 * Answers are made from the store on the pool (web/readers.h), also a small one: a page of the store
 * that is not in memory is a wait for the disk, and the loop never waits for a disk. What does not
 * read the store (health, version, metrics, lineage from the loaded graph) is answered on the loop.
 */
#ifndef AORTA_WEB_SERVER_H
#define AORTA_WEB_SERVER_H

#include "base/err.h"
#include "web/backend.h"
#include "web/gate.h"

#include <uv.h>

struct web_limits {
    int connections;         /* all */
    int address_connections; /* of one address */
    int64_t head_ms;         /* from the connection, or the last answer, to the end of the head */
    int64_t body_ms;
    int64_t answer_ms; /* to take an answer; of a stream, between two signs of life */
    int64_t heartbeat_ms;
};

/* 512 connections, 384 of one address (a proxy is one), 30 s each, a heartbeat in 15 s. */
extern const struct web_limits web_default_limits;

struct web_options {
    const char
        *address; /* "127.0.0.1:7680", "[::1]:0", "localhost:7680"; NULL: the first of them */
    const char *certificate, *key; /* paths of PEM files; both or none */
    const char *const *hosts;      /* more names by which it may be asked */
    size_t host_count;
    const struct web_auth *auth;     /* NULL: no tokens */
    const struct web_limits *limits; /* NULL: web_default_limits */
    const char *version;
};

struct web_server;

/* Listens and answers from now on. CONFIG if it cannot be listened on that address, if another than
 * loopback is asked for without tokens, or if the certificate is none. */
int web_server_open(uv_loop_t *loop, const struct web_backend *backend,
                    const struct web_options *options, struct web_server **server, struct err *err);

/* "http://127.0.0.1:7680": where it really listens. */
const char *web_server_url(const struct web_server *server);

/* Takes no more connections, ends streams and waits, lets answers finish (for two seconds at most),
 * closes. Then, maybe much later, calls `stopped`; the server is gone by then. The backend must live
 * until then. */
void web_server_stop(struct web_server *server, void (*stopped)(void *arg), void *arg);

#endif

/*
 * Who comes in.
 *
 * 1. Host. A page of somebody else's can make a browser send requests here under a name that it
 *    controls (DNS rebinding). So the Host header must be an IP address, "localhost", or a name of
 *    [serve] hosts; ports do not matter.
 * 2. Origin and Sec-Fetch-Site. A page of another site may not make the browser send requests: what
 *    changes something needs the same origin, if the browser names one; what a browser says comes
 *    from another site is let in only as a navigation. There is no CORS. A body must say that it is
 *    JSON, which a form cannot.
 * 3. Authorization: Bearer TOKEN. The hook says whose it is. Failures of one address are limited: a
 *    bucket of WEB_GATE_FAILURES that fills again one in WEB_GATE_REFILL_MS (IPv6 by /64); when it is
 *    empty, requests that bring a token are answered with 429 unread.
 *
 * Without tokens, whoever reaches a loopback address may do everything: that is anybody with an
 * account on this machine. Another address is refused at start, unless there are tokens.
 *
 * Everything here is called on the loop.
 */
#ifndef AORTA_WEB_GATE_H
#define AORTA_WEB_GATE_H

#include "base/err.h"
#include "web/route.h"

#include <stddef.h>

enum { WEB_GATE_FAILURES = 10, WEB_GATE_REFILL_MS = 6000, WEB_GATE_ADDRESSES = 512 };

enum { WEB_ACTOR_BYTES = 128 };

/* Who makes a request: "token:ci" and his role; without tokens "local" and all roles. */
struct web_actor {
    enum web_role role;
    char name[WEB_ACTOR_BYTES];
};

/* Whoever knows the tokens. May not block: what it knows is in memory. */
struct web_auth {
    void *arg;
    /* Whether there are tokens, so that everybody needs one. */
    bool (*is_needed)(void *arg);
    /* Whose token it is: a text of `size` bytes from outside, compared in constant time. False for
     * one that is unknown, expired or revoked. The address is the client's, for the last use. */
    bool (*find)(void *arg, const char *token, size_t size, const char *address,
                 struct web_actor *actor);
};

/* Headers of a request that matter here, NULL where not sent; and how often those came that may come
 * once only. */
struct web_credentials {
    const char *method;
    const char *host, *origin, *fetch_site, *fetch_mode, *authorization;
    const char *address;
};

struct web_refusal {
    int status;
    int retry_after_s; /* 0: no such header */
    char detail[256];
};

struct web_gate;

/* auth NULL: there are no tokens. hosts are lent. */
struct web_gate *web_gate_new(const struct web_auth *auth, const char *const *hosts,
                              size_t host_count);
void web_gate_free(struct web_gate *gate);

/* Whether tokens are needed now. */
bool web_gate_has_tokens(const struct web_gate *gate);

/* 0 with the actor, or -1 with the refusal. now_ms is the monotonic clock's. */
int web_gate_check(struct web_gate *gate, const struct web_credentials *credentials,
                   enum web_role needed, int64_t now_ms, struct web_actor *actor,
                   struct web_refusal *refusal);

/* Whether the Host header's value (name or address, maybe with a port) is one of ours. */
bool web_gate_knows_host(const struct web_gate *gate, const char *host);

/* "viewer", "operator", "admin". */
extern const char *const web_role_names[];

#endif

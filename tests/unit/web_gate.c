/*
 * Who comes in, and how often he may try: the gate with a clock of the test's own.
 */
#include "test.h"

#include "web/gate.h"

#include <stdio.h>
#include <string.h>

static struct web_refusal refusal;
static struct web_actor actor;

static bool is_needed(void *arg)
{
    (void)arg;
    return true;
}

static bool find(void *arg, const char *token, size_t size, const char *address,
                 struct web_actor *found)
{
    (void)arg;
    (void)address;
    if (size != 5 || memcmp(token, "right", size) != 0)
        return false;
    *found = (struct web_actor){WEB_OPERATOR, "token:ci"};
    return true;
}

static const struct web_auth auth = {.is_needed = is_needed, .find = find};

/* The status of a request with the token from the address: 0 if it was let in. */
static int status_of(struct web_gate *gate, const char *address, const char *token, int64_t now_ms)
{
    char header[64];
    const struct web_credentials credentials = {
        .method = "GET", .host = "localhost", .authorization = header, .address = address};

    snprintf(header, sizeof header, "Bearer %s", token);
    return web_gate_check(gate, &credentials, WEB_VIEWER, now_ms, &actor, &refusal) == 0
               ? 0
               : refusal.status;
}

static void fail_often(struct web_gate *gate, const char *address, int count, int64_t now_ms)
{
    for (int i = 0; i < count; i++)
        check_int(status_of(gate, address, "wrong", now_ms), 401);
}

TEST("so many wrong tokens of an address are heard, then one more each time the bucket has filled")
{
    struct web_gate *gate = web_gate_new(&auth, NULL, 0);
    int64_t now_ms = 1000000;

    fail_often(gate, "10.0.0.1", WEB_GATE_FAILURES, now_ms);
    check_int(status_of(gate, "10.0.0.1", "wrong", now_ms), 429);
    check_int(status_of(gate, "10.0.0.1", "right", now_ms),
              429); /* or he would learn which it is */
    check_int(refusal.retry_after_s, WEB_GATE_REFILL_MS / 1000);
    check_int(status_of(gate, "10.0.0.2", "right", now_ms), 0);
    now_ms += WEB_GATE_REFILL_MS - 1;
    check_int(status_of(gate, "10.0.0.1", "wrong", now_ms), 429);
    check_int(refusal.retry_after_s, 1);
    now_ms += 1;
    fail_often(gate, "10.0.0.1", 1, now_ms);
    check_int(status_of(gate, "10.0.0.1", "wrong", now_ms), 429);
    now_ms += WEB_GATE_REFILL_MS;
    check_int(status_of(gate, "10.0.0.1", "right", now_ms), 0); /* which costs nothing */
    fail_often(gate, "10.0.0.1", 1, now_ms);
    now_ms += (int64_t)1000 * WEB_GATE_REFILL_MS;
    fail_often(gate, "10.0.0.1", WEB_GATE_FAILURES, now_ms); /* full is full */
    check_int(status_of(gate, "10.0.0.1", "wrong", now_ms), 429);
    web_gate_free(gate);
}

TEST("an IPv6 network is one address")
{
    struct web_gate *gate = web_gate_new(&auth, NULL, 0);
    char address[64];

    for (int i = 0; i < WEB_GATE_FAILURES; i++) {
        snprintf(address, sizeof address, "2001:db8:0:1:%x::%x", i + 1, i);
        fail_often(gate, address, 1, 0);
    }
    check_int(status_of(gate, "2001:db8:0:1::9", "right", 0), 429);
    check_int(status_of(gate, "2001:db8:0:2::9", "right", 0), 0);
    web_gate_free(gate);
}

TEST("of too many addresses the one is forgotten that has not failed for longest")
{
    struct web_gate *gate = web_gate_new(&auth, NULL, 0);
    char address[64];

    fail_often(gate, "10.0.0.1", WEB_GATE_FAILURES, 0);
    for (int i = 1; i < WEB_GATE_ADDRESSES; i++) {
        snprintf(address, sizeof address, "10.1.%d.%d", i / 256, i % 256);
        fail_often(gate, address, WEB_GATE_FAILURES, i);
    }
    check_int(status_of(gate, "10.0.0.1", "right", WEB_GATE_ADDRESSES), 429);
    fail_often(gate, "10.2.0.1", 1, WEB_GATE_ADDRESSES);
    check_int(status_of(gate, "10.0.0.1", "right", WEB_GATE_ADDRESSES), 0);
    check_int(status_of(gate, "10.1.0.1", "right", WEB_GATE_ADDRESSES), 429);
    check_int(status_of(gate, address, "right", WEB_GATE_ADDRESSES), 429);
    web_gate_free(gate);
}

TEST("who is needed to be nobody is nobody, and who has no token is the machine's")
{
    struct web_gate *guarded = web_gate_new(&auth, NULL, 0);
    struct web_gate *open = web_gate_new(NULL, NULL, 0);
    const struct web_credentials credentials = {
        .method = "GET", .host = "localhost", .address = "::1"};

    check_int(web_gate_check(guarded, &credentials, WEB_ANYBODY, 0, &actor, &refusal), 0);
    check_int(actor.role, WEB_ANYBODY);
    check_int(web_gate_check(guarded, &credentials, WEB_VIEWER, 0, &actor, &refusal), -1);
    check_int(refusal.status, 401);
    for (int i = 0; i < 2 * WEB_GATE_FAILURES; i++) /* to have none is no guess */
        check_int(web_gate_check(guarded, &credentials, WEB_VIEWER, 0, &actor, &refusal), -1);
    check_int(status_of(guarded, "::1", "right", 0), 0);
    check_str(actor.name, "token:ci");
    check_int(web_gate_check(open, &credentials, WEB_ADMIN, 0, &actor, &refusal), 0);
    check_str(actor.name, "local");
    web_gate_free(guarded);
    web_gate_free(open);
}

TEST("who may ask for more than looking is asked by whose page")
{
    static const struct {
        const char *method, *origin, *site, *mode;
        int status;
    } requests[] = {
        {"GET", NULL, NULL, NULL, 0},
        {"GET", "http://localhost:7680", NULL, NULL, 0},
        {"POST", "http://LOCALHOST:7680", "same-origin", "cors", 0},
        {"GET", "http://localhost:7680", "none", "navigate", 0},
        {"GET", NULL, "cross-site", "navigate", 0},
        {"HEAD", NULL, "same-site", "navigate", 0},
        {"GET", "http://evil.example", NULL, NULL, 403},
        {"GET", "http://localhost:7681", NULL, NULL, 403},
        {"GET", "http://localhost:76800", NULL, NULL, 403},
        {"GET", "localhost:7680", NULL, NULL, 403},
        {"GET", "null", "cross-site", "navigate", 403},
        {"GET", NULL, "cross-site", "no-cors", 403},
        {"GET", NULL, "cross-site", NULL, 403},
        {"POST", NULL, "cross-site", "navigate", 403},
        {"DELETE", NULL, "same-site", "navigate", 403},
        {"POST", NULL, "same-site", "cors", 403},
    };
    struct web_gate *gate = web_gate_new(NULL, NULL, 0);

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        const struct web_credentials credentials = {
            .method = requests[i].method,
            .host = "localhost:7680",
            .origin = requests[i].origin,
            .fetch_site = requests[i].site,
            .fetch_mode = requests[i].mode,
            .address = "::1",
        };
        refusal.status = 0;
        web_gate_check(gate, &credentials, WEB_VIEWER, 0, &actor, &refusal);
        if (refusal.status != requests[i].status)
            test_fail(__FILE__, __LINE__, "request %zu: %d", i, refusal.status);
    }
    web_gate_free(gate);
}

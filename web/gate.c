#include "web/gate.h"

#include "base/alloc.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HOST_BYTES = 256, ADDRESS_BYTES = 48 };

/* Failures of one address: a bucket that is full until they come. */
struct bucket {
    char address[ADDRESS_BYTES];
    int left;
    int64_t filled_ms; /* when `left` was right */
};

struct web_gate {
    const struct web_auth *auth;
    const char *const *hosts;
    size_t host_count;
    struct bucket buckets[WEB_GATE_ADDRESSES];
};

const char *const web_role_names[] = {"anybody", "viewer", "operator", "admin", NULL};

struct web_gate *web_gate_new(const struct web_auth *auth, const char *const *hosts,
                              size_t host_count)
{
    struct web_gate *gate = alloc_zeroed(1, sizeof *gate);

    gate->auth = auth;
    gate->hosts = hosts;
    gate->host_count = host_count;
    return gate;
}

void web_gate_free(struct web_gate *gate)
{
    free(gate);
}

bool web_gate_has_tokens(const struct web_gate *gate)
{
    return gate->auth != NULL && gate->auth->is_needed(gate->auth->arg);
}

static int refuse(struct web_refusal *refusal, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct web_refusal *refusal, int status, const char *fmt, ...)
{
    va_list args;

    refusal->status = status;
    refusal->retry_after_s = 0;
    va_start(args, fmt);
    vsnprintf(refusal->detail, sizeof refusal->detail, fmt, args);
    va_end(args);
    return -1;
}

/* ---- Host and Origin ------------------------------------------------------------------------- */

/* The name without the port, and without the brackets of IPv6. False if there is none. */
static bool host_name(const char *host, char name[HOST_BYTES])
{
    size_t length = host[0] == '[' ? strcspn(host + 1, "]") : strcspn(host, ":");
    const char *begin = host[0] == '[' ? host + 1 : host;
    const char *rest = begin + length + (host[0] == '[' && begin[length] == ']');

    if (length == 0 || length >= HOST_BYTES || (host[0] == '[' && begin[length] != ']'))
        return false;
    if (*rest != '\0' && (*rest != ':' || rest[1 + strspn(rest + 1, "0123456789")] != '\0'))
        return false;
    memcpy(name, begin, length);
    name[length] = '\0';
    return true;
}

static bool is_ip(const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

bool web_gate_knows_host(const struct web_gate *gate, const char *host)
{
    char name[HOST_BYTES];

    if (!host_name(host, name))
        return false;
    if (strcasecmp(name, "localhost") == 0 || is_ip(name))
        return true;
    for (size_t i = 0; i < gate->host_count; i++)
        if (strcasecmp(name, gate->hosts[i]) == 0)
            return true;
    return false;
}

/* "https://aorta.example:443" has the origin of "Host: aorta.example:443"; of the schemes a proxy
 * that ends TLS knows more than we do. */
static bool is_same_origin(const char *origin, const char *host)
{
    const char *after = strstr(origin, "://");

    return after != NULL && strcasecmp(after + 3, host) == 0;
}

static bool only_looks(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "OPTIONS") == 0;
}

static int check_site(const struct web_gate *gate, const struct web_credentials *credentials,
                      struct web_refusal *refusal)
{
    const char *site = credentials->fetch_site;
    bool looks = only_looks(credentials->method);

    if (credentials->host == NULL)
        return refuse(refusal, 400, "there is no Host header, or more than one");
    if (!web_gate_knows_host(gate, credentials->host))
        return refuse(refusal, 421,
                      "host \"%.100s\" is not one of this server's: add it to hosts in [serve]",
                      credentials->host);
    if (credentials->origin != NULL && !is_same_origin(credentials->origin, credentials->host))
        return refuse(refusal, 403, "requests from pages of \"%.100s\" are not answered",
                      credentials->origin);
    if (site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0)
        return 0;
    if (looks && credentials->fetch_mode != NULL &&
        strcmp(credentials->fetch_mode, "navigate") == 0)
        return 0;
    return refuse(refusal, 403, "requests from pages of other sites are not answered");
}

/* ---- tokens ---------------------------------------------------------------------------------- */

/* What counts as one address: of IPv6 its network, for a host has as many addresses as it likes. */
static void address_name(const char *address, char name[ADDRESS_BYTES])
{
    struct in6_addr ip6;

    snprintf(name, ADDRESS_BYTES, "%s", address);
    if (inet_pton(AF_INET6, address, &ip6) == 1) {
        memset(ip6.s6_addr + 8, 0, 8);
        inet_ntop(AF_INET6, &ip6, name, ADDRESS_BYTES);
    }
}

static void refill(struct bucket *bucket, int64_t now_ms)
{
    int64_t more = (now_ms - bucket->filled_ms) / WEB_GATE_REFILL_MS;

    if (bucket->left + more >= WEB_GATE_FAILURES) {
        bucket->left = WEB_GATE_FAILURES;
        bucket->filled_ms = now_ms;
    } else {
        bucket->left += (int)more;
        bucket->filled_ms += more * WEB_GATE_REFILL_MS;
    }
}

static struct bucket *find_bucket(struct web_gate *gate, const char *address)
{
    char name[ADDRESS_BYTES];

    address_name(address, name);
    for (size_t i = 0; i < WEB_GATE_ADDRESSES; i++)
        if (strcmp(gate->buckets[i].address, name) == 0)
            return &gate->buckets[i];
    return NULL;
}

/* One more failure. A new address takes the place of the one that has not failed for longest. */
static void count_failure(struct web_gate *gate, const char *address, int64_t now_ms)
{
    struct bucket *bucket = find_bucket(gate, address);

    if (bucket == NULL) {
        bucket = &gate->buckets[0];
        for (size_t i = 1; i < WEB_GATE_ADDRESSES && bucket->address[0] != '\0'; i++)
            if (gate->buckets[i].address[0] == '\0' ||
                gate->buckets[i].filled_ms < bucket->filled_ms)
                bucket = &gate->buckets[i];
        address_name(address, bucket->address);
        bucket->left = WEB_GATE_FAILURES;
        bucket->filled_ms = now_ms;
    }
    refill(bucket, now_ms);
    if (bucket->left > 0)
        bucket->left--;
}

static int check_token(struct web_gate *gate, const struct web_credentials *credentials,
                       int64_t now_ms, struct web_actor *actor, struct web_refusal *refusal)
{
    static const char scheme[] = "Bearer ";
    const char *header = credentials->authorization;
    struct bucket *bucket = find_bucket(gate, credentials->address);

    if (header == NULL)
        return refuse(refusal, 401,
                      "a token is needed: send it as \"Authorization: Bearer TOKEN\"");
    if (bucket != NULL) {
        refill(bucket, now_ms);
        if (bucket->left == 0) {
            refuse(refusal, 429, "too many wrong tokens came from this address");
            refusal->retry_after_s =
                (int)((bucket->filled_ms + WEB_GATE_REFILL_MS - now_ms + 999) / 1000);
            return -1;
        }
    }
    if (strncasecmp(header, scheme, sizeof scheme - 1) == 0) {
        const char *token = header + sizeof scheme - 1;
        if (gate->auth->find(gate->auth->arg, token, strlen(token), credentials->address, actor))
            return 0;
    }
    count_failure(gate, credentials->address, now_ms);
    return refuse(refusal, 401, "the token is unknown, has expired or was revoked");
}

int web_gate_check(struct web_gate *gate, const struct web_credentials *credentials,
                   enum web_role needed, int64_t now_ms, struct web_actor *actor,
                   struct web_refusal *refusal)
{
    *actor = (struct web_actor){WEB_ADMIN, "local"};
    if (check_site(gate, credentials, refusal) < 0)
        return -1;
    if (needed == WEB_ANYBODY || !web_gate_has_tokens(gate)) {
        if (needed == WEB_ANYBODY)
            actor->role = WEB_ANYBODY;
        return 0;
    }
    if (check_token(gate, credentials, now_ms, actor, refusal) < 0)
        return -1;
    if (actor->role < needed)
        return refuse(refusal, 403, "the token's role is %s: this needs %s",
                      web_role_names[actor->role], web_role_names[needed]);
    return 0;
}

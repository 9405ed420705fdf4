/*
 * What a URL gives:
 *
 *     resolve (pool: secrets, libcurl) ─▶ GET ─▶ look through the answer (pool) ─▶ the value
 *                                          ▲ └─ 304: nothing new        what a JSON pointer means; else
 *                                          └─── a redirect              ETag, Last-Modified, or a hash
 *
 * A redirect is followed three times at most, never from https to http, and with secrets nowhere else
 * than to the same host.
 */
#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "config/alert.h"
#include "daemon/curl_library.h"
#include "daemon/probe_way.h"
#include "daemon/transfer.h"
#include "option/option.h"
#include "schedule/sensor.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_REDIRECTS = 3,
    MAX_VALUE_BYTES = 512, /* of a value as it is; a longer one is known by its hash */
};

struct fetching {
    struct probe probe;
    uv_work_t work;
    struct arena arena;
    const char *url;
    const char **headers;
    size_t header_count;
    bool has_secrets;
    int redirects;
    bool is_transferring;
    char *answer; /* what came back */
    size_t answer_size;
    char *etag, *modified;
    struct buf value;
    struct err err;
    bool has_failed;
};

/* ---- secrets --------------------------------------------------------------------------------- */

static void wipe(const char *text)
{
    union {
        const char *lent;
        char *own;
    } secret = {text};

    explicit_bzero(secret.own, strlen(text));
}

static int resolve_header(struct fetching *f, const struct sensor_header *header,
                          const char *folder, struct err *err)
{
    const char *value;

    if (option_resolve(header->value, folder, &f->arena, &value, err) < 0)
        return err_wrap(err, "header %s", header->name);
    const char *fault = sensor_header_fault(header->name, value);
    if (fault != NULL)
        return err_set(err, ERR_CONFIG, "header %s %s", header->name, fault);
    f->has_secrets = f->has_secrets || option_is_reference(header->value);
    f->headers[f->header_count++] =
        arena_printf(&f->arena, value[0] != '\0' ? "%s: %s" : "%s;%s", header->name, value);
    if (option_is_reference(header->value))
        wipe(value);
    return 0;
}

static int resolve(struct fetching *f, struct err *err)
{
    const struct probe_ask *ask = &f->probe.ask;
    const struct sensor_config *config = ask->sensor->config;
    const char *folder = ask->loaded->pipeline.folder;

    if (curl_library_load(err) < 0)
        return -1;
    f->headers = arena_calloc(&f->arena, config->header_count + 2, sizeof *f->headers);
    for (size_t i = 0; i < config->header_count; i++)
        if (resolve_header(f, &config->headers[i], folder, err) < 0)
            return -1;
    if (option_resolve(config->url, folder, &f->arena, &f->url, err) < 0)
        return err_wrap(err, "url");
    const char *fault = alert_url_fault(ALERT_WEBHOOK, f->url, f->has_secrets);
    if (fault != NULL)
        return err_set(err, ERR_CONFIG, "url %s", fault);
    f->has_secrets = f->has_secrets || option_is_reference(config->url);
    if (ask->seen != NULL && strncmp(ask->seen, "etag ", 5) == 0)
        f->headers[f->header_count++] = arena_printf(&f->arena, "If-None-Match: %s", ask->seen + 5);
    return 0;
}

/* ---- the value ------------------------------------------------------------------------------- */

static void set_value(struct fetching *f, const char *what, const char *text, size_t size)
{
    char hex[HASH_HEX_SIZE + 1];

    if (size <= MAX_VALUE_BYTES) {
        buf_printf(&f->value, "%s %.*s", what, (int)size, text);
        return;
    }
    struct hash *hash = hash_new();
    hash_add(hash, text, size);
    hash_finish(hash, hex);
    buf_printf(&f->value, "%s-hash %s", what, hex);
}

/* The first part of a JSON pointer (RFC 6901), unescaped in place; *rest is NULL behind the last. */
static char *take_part(char **rest)
{
    char *part = *rest + 1, *end = part + strcspn(part, "/"), *to = part;

    *rest = *end != '\0' ? end : NULL;
    for (const char *from = part; from < end; from++) {
        bool is_escape = *from == '~' && from + 1 < end && (from[1] == '0' || from[1] == '1');
        if (is_escape)
            from++;
        *to++ = !is_escape ? *from : *from == '0' ? '~' : '/';
    }
    *to = '\0';
    return part;
}

static const json_t *member_of(const json_t *value, const char *part)
{
    char *end;

    if (json_is_object(value))
        return json_object_get(value, part);
    if (!json_is_array(value) || !isdigit((unsigned char)part[0]))
        return NULL;
    unsigned long index = strtoul(part, &end, 10);
    return *end == '\0' ? json_array_get(value, index) : NULL;
}

static const json_t *find(const json_t *root, const char *pointer, struct arena *arena)
{
    char *copy = arena_strdup(arena, pointer), *rest = copy[0] != '\0' ? copy : NULL;

    while (root != NULL && rest != NULL)
        root = member_of(root, take_part(&rest));
    return root;
}

static int point(struct fetching *f, const char *pointer, struct err *err)
{
    json_error_t error;
    json_t *root = json_loadb(f->answer, f->answer_size, JSON_DECODE_ANY, &error);

    if (root == NULL)
        return err_set(err, ERR_DATA, "the answer is no JSON");
    const json_t *found = find(root, pointer, &f->arena);
    char *text =
        found != NULL ? json_dumps(found, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
    if (text != NULL)
        set_value(f, "json", text, strlen(text));
    free(text);
    json_decref(root);
    if (found == NULL)
        return err_set(err, ERR_DATA, "the answer has nothing at \"%s\"", pointer);
    return 0;
}

static int look_through(struct fetching *f, struct err *err)
{
    const char *pointer = f->probe.ask.sensor->config->pointer;
    char hex[HASH_HEX_SIZE + 1];

    if (pointer != NULL)
        return point(f, pointer, err);
    if (f->etag != NULL) {
        set_value(f, "etag", f->etag, strlen(f->etag));
        return 0;
    }
    if (f->modified != NULL) {
        set_value(f, "modified", f->modified, strlen(f->modified));
        return 0;
    }
    struct hash *hash = hash_new();
    hash_add(hash, f->answer, f->answer_size);
    hash_finish(hash, hex);
    buf_printf(&f->value, "body %s", hex);
    return 0;
}

static void look_through_in_pool(uv_work_t *work)
{
    struct fetching *f = work->data;

    f->has_failed = look_through(f, &f->err) < 0;
}

static void has_looked(uv_work_t *work, int status)
{
    struct fetching *f = work->data;

    (void)status; /* it is not canceled */
    if (f->has_failed)
        probe_end(&f->probe, NULL, &f->err);
    else
        probe_end(&f->probe, f->value.data, NULL);
}

/* ---- the transfer ---------------------------------------------------------------------------- */

static void fail(struct fetching *f, const char *why)
{
    struct err err;

    err_set(&err, ERR_TRANSIENT, "%s", why);
    probe_end(&f->probe, NULL, &err);
}

static void transfer(struct fetching *f);

/* PROTOCOL://HOST:PORT is the same of both. */
static bool is_same_host(const char *url, const char *other)
{
    const char *host = strstr(url, "://");
    size_t size = host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;

    return size > 0 && strncasecmp(url, other, size) == 0 &&
           (other[size] == '\0' || strchr("/?#", other[size]) != NULL);
}

static const char *redirect_fault(const struct fetching *f, const char *to)
{
    if (f->redirects >= MAX_REDIRECTS)
        return "redirected more than three times: give the new address";
    if (strncasecmp(to, "https://", 8) != 0 &&
        (strncasecmp(to, "http://", 7) != 0 || strncasecmp(f->url, "https://", 8) == 0))
        return "redirected to another protocol, which is not followed";
    if (f->has_secrets && !is_same_host(f->url, to))
        return "redirected to another host, which is not given the secrets: give its address";
    return NULL;
}

static void follow(struct fetching *f, const char *to)
{
    const char *fault = redirect_fault(f, to);

    if (fault != NULL) {
        fail(f, fault);
        return;
    }
    f->redirects++;
    f->url = arena_strdup(&f->arena, to);
    transfer(f);
}

static char *copy_of(const char *text)
{
    return text != NULL ? alloc_strdup(text) : NULL;
}

static void take(struct fetching *f, const struct transfer_result *result)
{
    f->answer = alloc_bytes(result->answer_size + 1);
    memcpy(f->answer, result->answer, result->answer_size);
    f->answer_size = result->answer_size;
    f->etag = copy_of(result->etag);
    f->modified = copy_of(result->modified);
    f->work.data = f;
    if (uv_queue_work(f->probe.ask.daemon->loop, &f->work, look_through_in_pool, has_looked) != 0)
        fail(f, "the thread pool does not take it");
}

static void transferred(void *arg, const struct transfer_result *result)
{
    struct fetching *f = arg;
    char why[64];

    f->is_transferring = false;
    (void)snprintf(why, sizeof why, "answered HTTP %ld", result->status);
    if (result->outcome != TRANSFER_DONE)
        fail(f, result->message);
    else if (result->status == 304 && f->probe.seen != NULL)
        probe_end(&f->probe, f->probe.seen, NULL);
    else if (result->status >= 200 && result->status < 300)
        take(f, result);
    else if (result->status == 404 || result->status == 410)
        probe_end(&f->probe, SENSOR_ABSENT, NULL);
    else if (result->status >= 300 && result->status < 400 && result->redirect != NULL)
        follow(f, result->redirect);
    else
        fail(f, why);
}

static void transfer(struct fetching *f)
{
    const struct probe_ask *ask = &f->probe.ask;
    const struct transfer_request request = {
        .url = f->url,
        .headers = f->headers,
        .header_count = f->header_count,
        .is_question = true,
        .is_tag_enough = ask->sensor->config->pointer == NULL,
        .answer_bytes = LIMIT_PROBE_BYTES,
        .within_ms = ask->sensor->config->timeout_ms,
    };
    struct err err;

    if (*ask->transfers == NULL)
        *ask->transfers = transfers_open(ask->daemon->loop, &err);
    if (*ask->transfers == NULL ||
        transfer_start(*ask->transfers, &request, transferred, f, &err) < 0)
        fail(f, err.message);
    else
        f->is_transferring = true;
}

static void resolve_in_pool(uv_work_t *work)
{
    struct fetching *f = work->data;

    f->has_failed = resolve(f, &f->err) < 0;
}

static void has_resolved(uv_work_t *work, int status)
{
    struct fetching *f = work->data;

    (void)status; /* it is not canceled */
    if (f->has_failed || f->probe.is_forgotten)
        probe_end(&f->probe, NULL, &f->err);
    else
        transfer(f);
}

/* ---- its way --------------------------------------------------------------------------------- */

static int start(struct probe *probe, struct err *err)
{
    struct fetching *f = (struct fetching *)probe;

    arena_init(&f->arena);
    buf_init(&f->value);
    f->work.data = f;
    if (uv_queue_work(probe->ask.daemon->loop, &f->work, resolve_in_pool, has_resolved) == 0)
        return 1;
    return err_set(err, ERR_TRANSIENT, "the thread pool does not take it");
}

static bool abandon(struct probe *probe)
{
    const struct fetching *f = (const struct fetching *)probe;

    if (!f->is_transferring)
        return false; /* a thread has it */
    transfer_cancel(*probe->ask.transfers, f);
    return true;
}

static void release(struct probe *probe)
{
    struct fetching *f = (struct fetching *)probe;

    for (size_t i = 0; i < f->header_count; i++)
        wipe(f->headers[i]);
    if (f->url != NULL && option_is_reference(probe->ask.sensor->config->url))
        wipe(f->url);
    arena_release(&f->arena);
    buf_release(&f->value);
    free(f->answer);
    free(f->etag);
    free(f->modified);
}

const struct probe_way probe_http = {
    .size_bytes = sizeof(struct fetching),
    .start = start,
    .abandon = abandon,
    .release = release,
};

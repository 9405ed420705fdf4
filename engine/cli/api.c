#include "cli/api.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "daemon/curl_library.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_ANSWER = 64 << 20,
    MAX_LINE = 4 << 20,
    MAX_TOKEN = 4096,
    CONNECT_MS = 10 * 1000,
    ANSWER_MS = 120 * 1000,
    TRIES = 6,
    FIRST_WAIT_MS = 250,
    SILENCE_S = 60, /* a stream says something each 15 s */
};

struct api {
    CURL *easy;
    char *url;
    struct curl_slist *token; /* its header, or NULL */
};

/* ------------------------------------------------------------------------------------- opening */

static int find_token(const char *token, struct buf *out, struct err *err)
{
    if (strncmp(token, "file:", 5) == 0) {
        if (file_read(token + 5, MAX_TOKEN, out, err) < 0)
            return err_wrap(err, "token");
    } else if (strncmp(token, "env:", 4) == 0) {
        const char *value = getenv(token + 4);
        if (value == NULL)
            return err_set(err, ERR_CONFIG, "token: the environment has no %s", token + 4);
        buf_append_str(out, value);
    } else {
        return err_set(err, ERR_CONFIG,
                       "token: say env:NAME or file:PATH, others see what is on a command line");
    }
    while (out->size > 0 && (out->data[out->size - 1] == '\n' || out->data[out->size - 1] == ' '))
        out->data[--out->size] = '\0';
    for (size_t i = 0; i < out->size; i++)
        if (out->data[i] <= ' ' || out->data[i] > '~')
            return err_set(err, ERR_CONFIG, "token: it has characters that no token has");
    if (out->size == 0 || out->size > MAX_TOKEN)
        return err_set(err, ERR_CONFIG, "token: it is empty, or far too long");
    return 0;
}

static int set_token(struct api *api, const char *token, struct err *err)
{
    struct buf text, header;
    int result;

    if (token == NULL)
        return 0;
    buf_init(&text);
    buf_init(&header);
    result = find_token(token, &text, err);
    if (result == 0) {
        buf_printf(&header, "Authorization: Bearer %s", text.data);
        api->token = curl.slist_append(NULL, header.data);
    }
    buf_release(&header);
    buf_release(&text);
    return result;
}

int api_open(const char *url, const char *token, struct api **api, struct err *err)
{
    struct api *opened;
    size_t size = strlen(url);

    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return err_set(err, ERR_CONFIG, "\"%s\" is no address of a daemon: http://HOST:PORT", url);
    if (curl_library_load(err) < 0)
        return -1;
    opened = alloc_zeroed(1, sizeof *opened);
    while (size > 0 && url[size - 1] == '/')
        size--;
    opened->url = alloc_zeroed(size + 1, 1);
    memcpy(opened->url, url, size);
    opened->easy = curl.easy_init();
    if (set_token(opened, token, err) < 0) {
        api_close(opened);
        return -1;
    }
    *api = opened;
    return 0;
}

void api_close(struct api *api)
{
    if (api == NULL)
        return;
    curl.slist_free_all(api->token);
    curl.easy_cleanup(api->easy);
    free(api->url);
    free(api);
}

/* ------------------------------------------------------------------------------------ requests */

struct exchange {
    struct buf answer;
    long status;
};

static size_t take(char *data, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;

    if (exchange->answer.size + size * count > MAX_ANSWER)
        return 0;
    buf_append(&exchange->answer, data, size * count);
    return size * count;
}

/* The token goes to the address that was given, and nowhere else. */
static void prepare(struct api *api, const char *url, struct curl_slist *headers, char *error)
{
    CURL *easy = api->easy;

    curl.easy_setopt(easy, CURLOPT_URL, url);
    curl.easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
}

static struct curl_slist *headers_of(const struct api *api, const char *const *more)
{
    struct curl_slist *headers = NULL;

    if (api->token != NULL)
        headers = curl.slist_append(headers, api->token->data);
    for (; *more != NULL; more++)
        headers = curl.slist_append(headers, *more);
    return headers;
}

static CURLcode send_once(struct api *api, const char *method, const char *path, const char *body,
                          const char *key, struct exchange *exchange, char *error)
{
    char key_header[256];
    const char *more[] = {"Content-Type: application/json", NULL, NULL};
    struct buf url;

    if (key != NULL) {
        snprintf(key_header, sizeof key_header, "Idempotency-Key: %s", key);
        more[1] = key_header;
    }
    buf_init(&url);
    buf_printf(&url, "%s%s", api->url, path);
    struct curl_slist *headers = headers_of(api, body != NULL || key != NULL ? more : more + 2);
    prepare(api, url.data, headers, error);
    curl.easy_setopt(api->easy, CURLOPT_CUSTOMREQUEST, method);
    curl.easy_setopt(api->easy, CURLOPT_POSTFIELDS, body);
    if (body == NULL)
        curl.easy_setopt(api->easy, CURLOPT_HTTPGET, 1L);
    curl.easy_setopt(api->easy, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
    curl.easy_setopt(api->easy, CURLOPT_WRITEFUNCTION, take);
    curl.easy_setopt(api->easy, CURLOPT_WRITEDATA, exchange);
    buf_reset(&exchange->answer);
    CURLcode code = curl.easy_perform(api->easy);
    curl.easy_getinfo(api->easy, CURLINFO_RESPONSE_CODE, &exchange->status);
    curl.easy_setopt(api->easy, CURLOPT_HTTPHEADER, NULL);
    curl.slist_free_all(headers);
    buf_release(&url);
    return code;
}

/* A problem of RFC 9457: what the daemon says of it. */
static int refused(const struct exchange *exchange, struct err *err)
{
    json_t *problem = json_loadb(exchange->answer.data, exchange->answer.size, 0, NULL);
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *title = json_string_value(json_object_get(problem, "title"));

    err_set(err, exchange->status >= 500 ? ERR_TRANSIENT : ERR_CONFIG, "the daemon answers %ld: %s",
            exchange->status,
            detail != NULL  ? detail
            : title != NULL ? title
                            : "no reason given");
    json_decref(problem);
    return -1;
}

static bool may_pass(CURLcode code, long status)
{
    if (code == CURLE_OK)
        return status == 429 || status == 503;
    return code == CURLE_COULDNT_CONNECT || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_GOT_NOTHING || code == CURLE_OPERATION_TIMEDOUT;
}

static int exchange_with(struct api *api, const char *method, const char *path, const char *body,
                         const char *key, struct exchange *exchange, struct err *err)
{
    char error[CURL_ERROR_SIZE] = "";
    CURLcode code = CURLE_OK;

    for (int i = 0; i < TRIES; i++) {
        code = send_once(api, method, path, body, key, exchange, error);
        if (!may_pass(code, exchange->status))
            break;
        if (i + 1 < TRIES)
            poll(NULL, 0, FIRST_WAIT_MS << i);
    }
    if (code != CURLE_OK)
        return err_set(err, ERR_TRANSIENT, "%s: %s", api->url,
                       error[0] != '\0' ? error : curl.easy_strerror(code));
    return exchange->status >= 200 && exchange->status < 300 ? 0 : refused(exchange, err);
}

int api_request(struct api *api, const char *method, const char *path, const json_t *body,
                const char *key, json_t **answer, struct err *err)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    struct exchange exchange = {.status = 0};

    buf_init(&exchange.answer);
    int result = exchange_with(api, method, path, text, key, &exchange, err);
    if (result == 0) {
        *answer = json_loadb(exchange.answer.data, exchange.answer.size, 0, NULL);
        if (*answer == NULL)
            result = err_set(err, ERR_CONFIG, "%s is no daemon of ours: it does not answer in JSON",
                             api->url);
    }
    buf_release(&exchange.answer);
    free(text);
    return result;
}

/* --------------------------------------------------------------------------------- event streams */

struct following {
    struct buf line, data;
    char last[32]; /* the newest event's id */
    bool (*hear)(void *arg, const json_t *event);
    void *arg;
    bool is_over;
};

static void end_event(struct following *following)
{
    json_t *event = following->data.size > 0
                        ? json_loadb(following->data.data, following->data.size, 0, NULL)
                        : NULL;

    if (event != NULL && !following->is_over)
        following->is_over = following->hear(following->arg, event);
    json_decref(event);
    buf_reset(&following->data);
}

static void take_line(struct following *following)
{
    const char *line = following->line.data != NULL ? following->line.data : "";

    if (following->line.size == 0)
        end_event(following);
    else if (strncmp(line, "id: ", 4) == 0)
        snprintf(following->last, sizeof following->last, "%s", line + 4);
    else if (strncmp(line, "data: ", 6) == 0)
        buf_append_str(&following->data, line + 6);
    buf_reset(&following->line);
}

static size_t take_stream(char *data, size_t size, size_t count, void *arg)
{
    struct following *following = arg;

    for (size_t i = 0; i < size * count; i++) {
        if (data[i] == '\n')
            take_line(following);
        else if (following->line.size >= MAX_LINE)
            return 0;
        else
            buf_append(&following->line, &data[i], 1);
    }
    return following->is_over ? 0 : size * count;
}

static CURLcode follow_once(struct api *api, const char *url, struct following *following,
                            int64_t left_ms, long *status, char *error)
{
    char last_header[64];
    const char *more[] = {"Accept: text/event-stream", NULL, NULL};

    if (following->last[0] != '\0') {
        snprintf(last_header, sizeof last_header, "Last-Event-ID: %s", following->last);
        more[1] = last_header;
    }
    buf_reset(&following->line);
    buf_reset(&following->data);
    struct curl_slist *headers = headers_of(api, more);
    prepare(api, url, headers, error);
    curl.easy_setopt(api->easy, CURLOPT_CUSTOMREQUEST, NULL);
    curl.easy_setopt(api->easy, CURLOPT_HTTPGET, 1L);
    curl.easy_setopt(api->easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
    curl.easy_setopt(api->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl.easy_setopt(api->easy, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
    curl.easy_setopt(api->easy, CURLOPT_WRITEFUNCTION, take_stream);
    curl.easy_setopt(api->easy, CURLOPT_WRITEDATA, following);
    CURLcode code = curl.easy_perform(api->easy);
    curl.easy_getinfo(api->easy, CURLINFO_RESPONSE_CODE, status);
    curl.easy_setopt(api->easy, CURLOPT_HTTPHEADER, NULL);
    curl.easy_setopt(api->easy, CURLOPT_LOW_SPEED_TIME, 0L);
    curl.slist_free_all(headers);
    return code;
}

int api_follow(struct api *api, const char *run, int64_t within_ms,
               bool (*hear)(void *arg, const json_t *event), void *arg, struct err *err)
{
    struct following following = {.hear = hear, .arg = arg};
    int64_t end_us = clock_monotonic_us() + within_ms * 1000;
    char error[CURL_ERROR_SIZE] = "";
    int failures = 0, result = 0;
    struct buf url;

    buf_init(&following.line);
    buf_init(&following.data);
    buf_init(&url);
    buf_printf(&url, "%s/api/v1/runs/%s/events", api->url, run);
    while (!following.is_over && result == 0) {
        int64_t left_ms = (end_us - clock_monotonic_us()) / 1000;
        char before[sizeof following.last];
        long status = 0;
        memcpy(before, following.last, sizeof before);
        if (left_ms <= 0) {
            result = err_set(err, ERR_TRANSIENT, "run %s is not over yet: %s/api/v1/runs/%s", run,
                             api->url, run);
            break;
        }
        CURLcode code = follow_once(api, url.data, &following, left_ms, &status, error);
        failures = strcmp(before, following.last) != 0 ? 0 : failures + 1;
        if (!following.is_over && code == CURLE_OK && status >= 400 && status != 429 &&
            status != 503)
            result = err_set(err, ERR_CONFIG, "the daemon answers %ld to who follows run %s",
                             status, run);
        else if (!following.is_over && failures > TRIES)
            result = err_set(err, ERR_TRANSIENT, "%s: %s", api->url,
                             error[0] != '\0' ? error : "it says nothing any more");
        else if (!following.is_over)
            poll(NULL, 0, FIRST_WAIT_MS << failures);
    }
    buf_release(&url);
    buf_release(&following.data);
    buf_release(&following.line);
    return result;
}

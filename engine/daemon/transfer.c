#include "daemon/transfer.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "daemon/curl_library.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WITHIN_MS = 15000, /* as Standard Webhooks recommends: 15 to 30 s */
    MAX_ANSWER_BYTES = 64 << 10,
    WORD_SIZE = 48, /* an answer that is a word of Slack's, which says why not: "no_service" */
};

struct transfers {
    CURLM *multi;
    uv_loop_t *loop;
    uv_timer_t timer;
    struct transfer *all;
    int open_handles; /* the timer, and one for each socket */
    bool is_closing;
};

/* A socket of libcurl's that the loop watches. */
struct watched_socket {
    uv_poll_t poll;
    struct transfers *transfers;
    curl_socket_t socket;
};

struct transfer {
    struct transfer *next;
    CURL *easy;
    struct curl_slist *headers, *to;
    char *body;
    size_t size, sent;
    bool is_mail;
    char word[WORD_SIZE];
    size_t answer_bytes;
    bool is_question, is_tag_enough;
    bool is_tagged; /* and that was enough */
    size_t most_bytes;
    struct buf answer;
    transfer_done *done;
    void *arg;
};

/* ---- the loop and libcurl -------------------------------------------------------------------- */

static void end_finished(struct transfers *transfers);

static void free_when_closed(struct transfers *transfers)
{
    if (--transfers->open_handles == 0)
        free(transfers);
}

static void socket_closed(uv_handle_t *handle)
{
    struct watched_socket *watched = handle->data;

    free_when_closed(watched->transfers);
    free(watched);
}

static void timer_closed(uv_handle_t *handle)
{
    free_when_closed(handle->data);
}

static void socket_ready(uv_poll_t *poll, int status, int events)
{
    const struct watched_socket *watched = poll->data;
    struct transfers *transfers = watched->transfers;
    int flags = 0, running;

    if (status < 0)
        flags |= CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl.multi_socket_action(transfers->multi, watched->socket, flags, &running);
    end_finished(transfers); /* the socket may be no longer watched by now */
}

static void time_is_over(uv_timer_t *timer)
{
    struct transfers *transfers = timer->data;
    int running;

    curl.multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    end_finished(transfers);
}

/* libcurl says when it wants to be called; not from in here. */
static int set_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct transfers *transfers = arg;

    (void)multi;
    if (transfers->is_closing)
        return 0;
    if (timeout_ms < 0)
        uv_timer_stop(&transfers->timer);
    else
        uv_timer_start(&transfers->timer, time_is_over, (uint64_t)timeout_ms, 0);
    return 0;
}

static int watch_socket(CURL *easy, curl_socket_t socket, int action, void *arg, void *known)
{
    struct transfers *transfers = arg;
    struct watched_socket *watched = known;

    (void)easy;
    if (action == CURL_POLL_REMOVE) {
        if (watched != NULL)
            uv_close((uv_handle_t *)&watched->poll, socket_closed);
        curl.multi_assign(transfers->multi, socket, NULL);
        return 0;
    }
    if (watched == NULL) {
        watched = alloc_zeroed(1, sizeof *watched);
        watched->transfers = transfers;
        watched->socket = socket;
        if (uv_poll_init_socket(transfers->loop, &watched->poll, socket) < 0) {
            free(watched);
            return -1;
        }
        watched->poll.data = watched;
        transfers->open_handles++;
        curl.multi_assign(transfers->multi, socket, watched);
    }
    int events =
        (action & CURL_POLL_IN ? UV_READABLE : 0) | (action & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&watched->poll, events, socket_ready) < 0 ? -1 : 0;
}

struct transfers *transfers_open(uv_loop_t *loop, struct err *err)
{
    struct transfers *transfers = alloc_zeroed(1, sizeof *transfers);

    transfers->multi = curl.multi_init();
    if (transfers->multi == NULL) {
        free(transfers);
        err_set(err, ERR_TRANSIENT, "libcurl does not start");
        return NULL;
    }
    transfers->loop = loop;
    uv_timer_init(loop, &transfers->timer);
    transfers->timer.data = transfers;
    transfers->open_handles = 1;
    curl.multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl.multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
    curl.multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl.multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
    return transfers;
}

/* ---- one transfer ---------------------------------------------------------------------------- */

static void free_transfer(struct transfers *transfers, struct transfer *transfer)
{
    struct transfer **link = &transfers->all;

    while (*link != NULL && *link != transfer)
        link = &(*link)->next;
    if (*link != NULL)
        *link = transfer->next;
    if (transfer->easy != NULL) {
        curl.multi_remove_handle(transfers->multi, transfer->easy);
        curl.easy_cleanup(transfer->easy);
    }
    curl.slist_free_all(transfer->headers);
    curl.slist_free_all(transfer->to);
    buf_release(&transfer->answer);
    free(transfer->body);
    free(transfer);
}

void transfer_cancel(struct transfers *transfers, const void *arg)
{
    struct transfer *following;

    for (struct transfer *transfer = transfers != NULL ? transfers->all : NULL; transfer != NULL;
         transfer = following) {
        following = transfer->next;
        if (transfer->arg == arg)
            free_transfer(transfers, transfer);
    }
}

void transfers_close(struct transfers *transfers)
{
    if (transfers == NULL)
        return;
    transfers->is_closing = true;
    while (transfers->all != NULL)
        free_transfer(transfers, transfers->all);
    curl.multi_cleanup(transfers->multi);
    uv_close((uv_handle_t *)&transfers->timer, timer_closed);
}

/* Keeps the beginning of an answer, for as long as it is one word. */
static size_t take_answer(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t bytes = size * count;

    for (size_t i = 0; i < bytes && transfer->answer_bytes + i < sizeof transfer->word - 1; i++)
        transfer->word[transfer->answer_bytes + i] = data[i];
    transfer->answer_bytes += bytes;
    return transfer->answer_bytes > MAX_ANSWER_BYTES ? 0 : bytes;
}

static const char *header_of(const struct transfer *transfer, const char *name)
{
    struct curl_header *header;

    if (curl.easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

/* The whole of it, or nothing where a header is enough. */
static size_t keep_answer(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t bytes = size * count;

    if (transfer->is_tag_enough &&
        (header_of(transfer, "ETag") != NULL || header_of(transfer, "Last-Modified") != NULL)) {
        transfer->is_tagged = true;
        return 0;
    }
    transfer->answer_bytes += bytes;
    if (transfer->answer_bytes > transfer->most_bytes)
        return 0;
    buf_append(&transfer->answer, data, bytes);
    return bytes;
}

static size_t give_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t left = transfer->size - transfer->sent;
    size_t bytes = left < size * count ? left : size * count;

    memcpy(data, transfer->body + transfer->sent, bytes);
    transfer->sent += bytes;
    return bytes;
}

/* An option that libcurl does not take is one that it would do without: then nothing is sent. */
#define SET(option, value) \
    ok = ok && curl.easy_setopt(transfer->easy, CURLOPT_##option, value) == CURLE_OK

static bool set_common(struct transfer *transfer, const struct transfer_request *request)
{
    bool ok = true;

    SET(URL, request->url);
    SET(PRIVATE, transfer);
    SET(PROTOCOLS_STR, request->is_mail ? "smtp,smtps" : "http,https");
    SET(TIMEOUT_MS, (long)(request->within_ms > 0 ? request->within_ms : WITHIN_MS));
    SET(NOSIGNAL, 1L);
    SET(PROXY, "");
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    SET(FORBID_REUSE, 1L);
    SET(QUICK_EXIT, 1L); /* a name that is still being looked up is not waited for */
    SET(WRITEFUNCTION, request->is_question ? keep_answer : take_answer);
    SET(WRITEDATA, transfer);
    return ok;
}

static bool set_http(struct transfer *transfer, const struct transfer_request *request)
{
    bool ok = true;

    for (size_t i = 0; i < request->header_count; i++)
        transfer->headers = curl.slist_append(transfer->headers, request->headers[i]);
    transfer->headers = curl.slist_append(transfer->headers, "Expect:");
    SET(HTTPHEADER, transfer->headers);
    SET(FOLLOWLOCATION, 0L);
    SET(USERAGENT, "aorta");
    if (request->is_question)
        return ok;
    SET(POST, 1L);
    SET(POSTFIELDS, transfer->body);
    SET(POSTFIELDSIZE, (long)transfer->size);
    return ok;
}

static struct curl_slist *append_recipient(struct curl_slist *list, const char *address)
{
    char text[512];

    snprintf(text, sizeof text, "<%s>", address);
    return curl.slist_append(list, text);
}

static bool set_mail(struct transfer *transfer, const struct transfer_request *request)
{
    char from[512];
    bool ok = true;

    for (size_t i = 0; i < request->to_count; i++)
        transfer->to = append_recipient(transfer->to, request->to[i]);
    snprintf(from, sizeof from, "<%s>", request->from);
    SET(MAIL_FROM, from);
    SET(MAIL_RCPT, transfer->to);
    SET(MAIL_RCPT_ALLLOWFAILS, 1L); /* better one of them than nobody */
    SET(USE_SSL, (long)(request->must_encrypt ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (request->user != NULL) {
        SET(USERNAME, request->user);
        SET(PASSWORD, request->password);
    }
    SET(UPLOAD, 1L);
    SET(READFUNCTION, give_body);
    SET(READDATA, transfer);
    return ok;
}

#undef SET

int transfer_start(struct transfers *transfers, const struct transfer_request *request,
                   transfer_done *done, void *arg, struct err *err)
{
    struct transfer *transfer = alloc_zeroed(1, sizeof *transfer);

    transfer->done = done;
    transfer->arg = arg;
    transfer->is_mail = request->is_mail;
    transfer->is_question = request->is_question;
    transfer->is_tag_enough = request->is_tag_enough;
    transfer->most_bytes = request->answer_bytes;
    buf_init(&transfer->answer);
    transfer->size = request->size;
    transfer->body = alloc_bytes(request->size + 1);
    if (request->size > 0)
        memcpy(transfer->body, request->body, request->size);
    transfer->easy = curl.easy_init();
    if (transfer->easy == NULL || !set_common(transfer, request) ||
        !(request->is_mail ? set_mail : set_http)(transfer, request) ||
        curl.multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK) {
        free_transfer(transfers, transfer);
        return err_set(err, ERR_TRANSIENT, "libcurl does not take it");
    }
    transfer->next = transfers->all;
    transfers->all = transfer;
    return 0;
}

/* ---- how it went ----------------------------------------------------------------------------- */

static bool is_word(const struct transfer *transfer)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

    return strchr(transfer->word, '_') != NULL && transfer->answer_bytes < WORD_SIZE &&
           transfer->word[strspn(transfer->word, letters)] == '\0';
}

/* The table of Standard Webhooks, "Delivery success and failure"; 408 and 425 ask to try again. */
static void judge_http(const struct transfer *transfer, long status, struct transfer_result *result)
{
    bool may_pass = status >= 500 || status == 408 || status == 425 || status == 429;
    curl_off_t rest_s = 0;

    if (status >= 200 && status < 300) {
        result->outcome = TRANSFER_DONE;
        return;
    }
    result->outcome = may_pass ? TRANSFER_LATER : TRANSFER_REFUSED;
    curl.easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &rest_s);
    result->rest_s = rest_s;
    snprintf(result->message, sizeof result->message, "answered HTTP %ld%s%s%s", status,
             is_word(transfer) ? ": " : "", is_word(transfer) ? transfer->word : "",
             status >= 300 && status < 400 ? ": redirects are not followed, give the new address"
                                           : "");
}

/* What is answered is for the asker to judge. */
static void judge_question(const struct transfer *transfer, CURLcode code,
                           struct transfer_result *result)
{
    char *redirect = NULL;

    *result = (struct transfer_result){.outcome = TRANSFER_LATER};
    if (code != CURLE_OK && !transfer->is_tagged) {
        if (transfer->answer_bytes > transfer->most_bytes)
            snprintf(result->message, sizeof result->message,
                     "the answer is larger than the %zu bytes that it may have",
                     transfer->most_bytes);
        else
            snprintf(result->message, sizeof result->message, "not answered: %s",
                     curl.easy_strerror(code));
        return;
    }
    result->outcome = TRANSFER_DONE;
    curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &result->status);
    curl.easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &redirect);
    result->redirect = redirect;
    result->answer = transfer->answer.data;
    result->answer_size = transfer->answer.size;
}

static void judge(const struct transfer *transfer, CURLcode code, struct transfer_result *result)
{
    long status = 0;

    *result = (struct transfer_result){.outcome = TRANSFER_LATER};
    curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    bool is_answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && !transfer->is_mail);
    if (is_answered && !transfer->is_mail) {
        judge_http(transfer, status, result);
        return;
    }
    if (is_answered) {
        result->outcome = TRANSFER_DONE;
        return;
    }
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
        (transfer->is_mail && status >= 500 && status < 600))
        result->outcome = TRANSFER_REFUSED;
    if (transfer->is_mail && status >= 400)
        snprintf(result->message, sizeof result->message, "answered SMTP %ld: %s", status,
                 curl.easy_strerror(code));
    else
        snprintf(result->message, sizeof result->message, "not delivered: %s",
                 curl.easy_strerror(code));
}

static char *copy_of(const char *text)
{
    return text != NULL ? alloc_strdup(text) : NULL;
}

/* What is lent lives as long as the handle does: it is copied, so that who hears may start another
 * transfer, or end all of them. */
static void tell(struct transfers *transfers, struct transfer *transfer,
                 struct transfer_result *result)
{
    char *copies[3];
    struct buf answer = transfer->answer;
    transfer_done *done = transfer->done;
    void *arg = transfer->arg;

    result->etag = copies[0] = copy_of(header_of(transfer, "ETag"));
    result->modified = copies[1] = copy_of(header_of(transfer, "Last-Modified"));
    result->redirect = copies[2] = copy_of(result->redirect);
    buf_init(&transfer->answer);
    free_transfer(transfers, transfer);
    done(arg, result);
    buf_release(&answer);
    for (size_t i = 0; i < 3; i++)
        free(copies[i]);
}

static void end_finished(struct transfers *transfers)
{
    const CURLMsg *message;
    int left;

    while (!transfers->is_closing &&
           (message = curl.multi_info_read(transfers->multi, &left)) != NULL) {
        struct transfer_result result;
        char *private = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct transfer *transfer = (struct transfer *)(void *)private;
        assert(transfer != NULL);
        if (transfer->is_question)
            judge_question(transfer, message->data.result, &result);
        else
            judge(transfer, message->data.result, &result);
        tell(transfers, transfer, &result);
    }
}

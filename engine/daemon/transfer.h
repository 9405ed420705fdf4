/*
 * One message out of the house, by HTTP or by mail, or a question by HTTP: libcurl on the loop, which
 * never waits.
 *
 *     transfer_start(transfers, &request, done, arg);
 *     …the loop turns…                                  done(arg, &result)
 *
 * Whoever is asked to take it has 15 seconds, if the request does not say otherwise. His certificate
 * is verified, a redirect is not followed, no proxy is used because of an environment variable, no
 * protocol other than the request's is spoken, and of what he answers no more than 64 KiB is read, of
 * an answer to a question as much as the request says.
 *
 * One thread, the loop's.
 */
#ifndef AORTA_DAEMON_TRANSFER_H
#define AORTA_DAEMON_TRANSFER_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct transfers;

struct transfer_request {
    const char *url;
    const char *body;
    size_t size;

    /* By HTTP: a POST, or a question: a GET. */
    const char *const *headers; /* "name: value" */
    size_t header_count;
    bool is_question;
    bool is_tag_enough;  /* of an answer with an ETag or a Last-Modified the rest is not read */
    size_t answer_bytes; /* what an answer may have: a larger one is none */
    int64_t within_ms;   /* 0: 15 s */

    /* By mail. */
    bool is_mail;
    const char *user, *password; /* or NULL */
    const char *from;
    const char *const *to;
    size_t to_count;
    bool must_encrypt; /* smtp:// only after STARTTLS */
};

struct transfer_result {
    enum {
        TRANSFER_DONE,    /* he has taken it */
        TRANSFER_LATER,   /* it may pass: not reached, too late, busy */
        TRANSFER_REFUSED, /* he does not want it, and will not */
    } outcome;
    int64_t rest_s;    /* how long he asks to be left alone; 0: he does not */
    char message[160]; /* why not; never holds the address nor what was sent */

    /* Of a question that was answered (DONE), whatever the status; lent. */
    long status;
    const char *etag, *modified; /* as they stand in its headers, or NULL */
    const char *redirect;        /* where to, or NULL */
    const char *answer;
    size_t answer_size;
};

typedef void transfer_done(void *arg, const struct transfer_result *result);

/* curl_library_load has succeeded. */
struct transfers *transfers_open(uv_loop_t *loop, struct err *err);

/* Ends what is under way, without telling; accepts NULL. Memory is given back when the loop has
 * closed the handles. */
void transfers_close(struct transfers *transfers);

/* Copies what it needs. `done` is called on the loop, later, once. -1: it could not begin. */
int transfer_start(struct transfers *transfers, const struct transfer_request *request,
                   transfer_done *done, void *arg, struct err *err);

/* Ends those that were started with that arg, without telling. Accepts NULL. */
void transfer_cancel(struct transfers *transfers, const void *arg);

#endif

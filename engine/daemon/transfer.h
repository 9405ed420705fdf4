/*
 * One message out of the house, by HTTP or by mail: libcurl on the loop, which never waits.
 *
 *     transfer_start(transfers, &request, done, arg);
 *     …the loop turns…                                  done(arg, &result)
 *
 * Whoever is asked to take it has 15 seconds. His certificate is verified, a redirect is not
 * followed, no proxy is used because of an environment variable, no protocol other than the
 * request's is spoken, and of what he answers no more than 64 KiB is read.
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

    /* By HTTP: a POST. */
    const char *const *headers; /* "name: value" */
    size_t header_count;

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

#endif

/*
 * Errors as RFC 9457 has them, application/problem+json:
 *
 *     {"type":"about:blank","title":"Not Found","status":404,
 *      "detail":"there is no run \"01J\"","instance":"/api/v1/runs/01J"}
 *
 * `detail` is one sentence for a person, with the way out if there is one; `errors`, where it is
 * there, has all that is wrong, a text each. Titles are those of the status codes (RFC 9110), so
 * programs look at `status`.
 */
#ifndef AORTA_WEB_PROBLEM_H
#define AORTA_WEB_PROBLEM_H

#include "web/exchange.h"

#define PROBLEM_TYPE "application/problem+json"

/* "Not Found"; "Error" for a code that is none of ours. */
const char *problem_title(int status);

/* The answer becomes the problem, whatever it was before. */
void web_problem(struct web_exchange *exchange, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* With all that is wrong. One line is the detail itself; of more, `detail` says what they are. */
void web_problem_list(struct web_exchange *exchange, int status, const char *detail,
                      const char *const *lines, size_t count);

/* A whole message of HTTP/1.1 with a problem, for who has no exchange yet. */
void problem_message(struct buf *out, int status, const char *detail);

#endif

/*
 * A client of the API of a daemon, here or elsewhere (web/openapi.yaml).
 *
 * What may pass by itself (no connection, 429, 503) is tried again for a while; so what creates
 * something has a key that makes two requests one. Blocks.
 */
#ifndef AORTA_CLI_API_H
#define AORTA_CLI_API_H

#include "base/arena.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

struct api;

/* url: "http://127.0.0.1:7680", without a path. token: `env:NAME` or `file:PATH`, since what stands on a
 * command line is no secret; NULL: none. CONFIG if one of them cannot be used. */
int api_open(const char *url, const char *token, struct api **api, struct err *err);
void api_close(struct api *api);

/* Sends a request, `body` as JSON (NULL: none), `key` as Idempotency-Key (NULL: none). *answer is
 * what was answered, to be json_decref'ed. CONFIG for what the daemon refuses (4xx), in its words;
 * TRANSIENT when it could not be reached in time. */
int api_request(struct api *api, const char *method, const char *path, const json_t *body,
                const char *key, json_t **answer, struct err *err);

/* Calls for each event of a run, from the first one on and across broken connections, until `hear`
 * says that it was the last. TRANSIENT when `within_ms` have passed, or the daemon cannot be reached
 * any more. */
int api_follow(struct api *api, const char *run, int64_t within_ms,
               bool (*hear)(void *arg, const json_t *event), void *arg, struct err *err);

#endif

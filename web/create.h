/*
 * What bodies that ask for something new have in common: variables, partitions, a priority, a
 * key.
 *
 * Each fills a part of the request, in the exchange's arena, and returns 0; -1: what was sent is
 * wrong, and the answer says so.
 */
#ifndef AORTA_WEB_CREATE_H
#define AORTA_WEB_CREATE_H

#include "web/exchange.h"

enum { CREATE_VARS = 100, CREATE_KEY_BYTES = 200, CREATE_PARTITIONS = 1000 };

/* As message/record.h has lists of texts. */
struct web_texts {
    const char **texts;
    size_t count;
};

/* {"since": "2024-04-01", "count": 7}, a JSON text or NULL, as assignments. */
int web_vars_fill(struct web_exchange *exchange, const char *vars, struct request *request);

/* Keys and FROM..TO; there is a place for one more. */
int web_partitions_fill(struct web_exchange *exchange, const struct web_texts *sent,
                        struct request *request);

/* From -1000 to 1000; 0 if it was not sent. */
int web_priority_fill(struct web_exchange *exchange, int64_t sent, struct request *request);

/* The header Idempotency-Key. */
int web_key_fill(struct web_exchange *exchange, struct request *request);

#endif

/*
 * A request that is made twice with one key is one run, one backfill or one token: a CI job that lost
 * the answer asks again.
 *
 * The key is the actor's own, is kept for a day, and belongs to what was asked: with another request
 * it is refused. Draft: datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header.
 */
#ifndef AORTA_DAEMON_IDEMPOTENCY_H
#define AORTA_DAEMON_IDEMPOTENCY_H

#include "daemon/work.h"

#include <stdbool.h>

struct idempotency;

/* Reads the keys of the last day. NULL with err if the store cannot be read. */
struct idempotency *idempotency_open(struct daemon *daemon, struct err *err);
void idempotency_close(struct idempotency *keys);

/* Whether the job's key was used before: then the job is answered, or will be, and over. */
bool idempotency_answer(struct job *job);

/* The same of what is told only once: who asks again is refused, as a conflict, with that line. */
bool idempotency_answer_once(struct job *job, const char *line);

/* If it was not: notes the key, with the id of what the job gets, in the transaction that makes it. */
void idempotency_note(const struct job *job, const char *id);

#endif

/*
 * A request that is made twice with one key is one run, or one backfill: a CI job that lost the
 * answer asks again.
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

/* Whether the job's key was used before: then the job is answered and over. Else it is noted, with
 * what the job gets: to be called when run.id has the id of that. */
bool idempotency_answer(struct job *job);
void idempotency_note(const struct job *job);

#endif

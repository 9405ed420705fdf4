/*
 * What a process knows of a destination that nobody else can write: the states of its assets and the
 * names of its relations. A run in which nothing has changed is decided from that, without a
 * transaction and a query for each of its steps.
 *
 *     a session of the destination has committed ─▶ known_changed
 *     a step found its asset fresh in the database ─▶ known_learn, which reads all when it pays
 *     a step begins ─▶ known_states, known_has: as the database would say now, or no answer
 *
 * It is right by counting. Every session of the destination counts each commit, and each statement
 * outside of a transaction, before it returns (session.c); what was read is used for as long as the
 * count is what it was before the read. So an answer holds all that was committed before the question,
 * and the rows that it is taken from were there together. Where another process may write
 * (aorta_dialect.is_single_process is false) there is no such thing.
 */
#ifndef AORTA_MODEL_KNOWN_H
#define AORTA_MODEL_KNOWN_H

#include "base/arena.h"
#include "model/relation.h"
#include "model/state.h"

#include <stdbool.h>
#include <stddef.h>

struct known;
struct session;

struct known *known_new(void);
void known_free(struct known *known);

/* Something may have changed there. Any thread; `known` may be NULL. */
void known_changed(struct known *known);

/* The states of these assets, as state_read_all, in the arena: false if the database must be asked.
 * *has says whether the relation, as the database names it, is there. Any thread. */
bool known_states(struct known *known, const char *const *assets, size_t count,
                  const struct relation *physical, struct arena *arena, struct state *states,
                  bool *has);

/* A step that looked into the database found its asset fresh. After enough of them, between which
 * nothing has changed, reads the rest over the session, which has no transaction open. That this
 * fails is no matter. Any thread. */
void known_learn(struct known *known, struct session *session);

#endif

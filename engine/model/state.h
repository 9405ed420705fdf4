/*
 * What a destination knows of the assets in it: the table `_aorta_state` in its default schema.
 *
 * Invariant 2: a checkpoint is stored in the destination, in the transaction that publishes the
 * rows it covers. Invariant 3: it only moves forward, by compare-and-set from the value that the
 * attempt read; an attempt locks its row first. So lose the run database, kill any process, run two
 * of them: no row is published twice.
 *
 *     begin → state_lock → (write, audit, move rows) → state_put → commit
 *
 * Where beginning a write transaction is a lock already (one writer, one file), nothing else is
 * locked; where it is not, the row is, and is made for that if it is not there.
 *
 *     asset         TEXT   primary key
 *     epoch         TEXT   changes when history starts again: what was read before means nothing
 *     version       BIGINT 1, 2, … : one more each publication
 *     fingerprint   TEXT   of what made it; equal = fresh
 *     position      TEXT   highest published value of the asset's position column
 *     checkpoint    TEXT   JSON: a source's position, or what of each input has been read
 *     row_count     BIGINT
 *     published_at  TEXT   ISO 8601
 *     run_id        TEXT
 */
#ifndef AORTA_MODEL_STATE_H
#define AORTA_MODEL_STATE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

enum { STATE_EPOCH_SIZE = 32 };

struct state {
    const char *asset;
    bool is_there;           /* it has a row, perhaps one that was never published */
    const char *epoch;       /* never NULL; "" if version is 0 */
    int64_t version;         /* 0: never published */
    const char *fingerprint; /* the four: NULL if not set */
    const char *position;
    const char *checkpoint;
    int64_t row_count; /* -1: not known */
    const char *published_at;
    const char *run_id;
};

/* Makes the table if it is not there; the session remembers that it is. Several processes may do
 * so at once. Outside of a transaction. */
int state_create(struct session *session, struct err *err);

/* The state of an asset that has none. */
void state_clear(struct state *state, const char *asset);

/* Reads all states there are. -1 (ERR_CONFIG) also if they are more than so many, or longer. */
int state_read_everything(struct session *session, struct arena *arena, size_t max_states,
                          size_t max_bytes, struct state **states, size_t *count, struct err *err);

/* Reads one asset's state; version 0 if there is none, or no table yet. */
int state_read(struct session *session, const char *asset, struct arena *arena, struct state *state,
               struct err *err);

/* Reads those of several assets in one query, in their order. */
int state_read_all(struct session *session, const char *const *assets, size_t count,
                   struct arena *arena, struct state *states, struct err *err);

/* A query for all of them, by asset, in the order of the columns above; NULL if no table is there
 * yet. In the arena. */
int state_query(struct session *session, struct arena *arena, const char **sql, struct err *err);

/* First thing in a write transaction: sees to it that whoever else wants to publish the asset waits
 * or fails. ERR_TRANSIENT if somebody else has it. */
int state_claim(struct session *session, const char *asset, struct err *err);

/* Claims the asset and reads its state, which is what it will be until the transaction ends. */
int state_lock(struct session *session, const char *asset, struct arena *arena, struct state *state,
               struct err *err);

/* Last thing before the commit: writes `next` (all but its version) where the version is still
 * `before->version`, as the following version. next->epoch NULL keeps the epoch (or makes one if
 * there was none). ERR_TRANSIENT "somebody else published …" if the version has moved. *written is
 * what stands there now; its texts are those of next and before. */
int state_put(struct session *session, const struct state *before, const struct state *next,
              struct arena *arena, struct state *written, struct err *err);

/* After a commit or state_put failed and was rolled back: says so if the reason is that somebody
 * else published meanwhile; else leaves err as it is. Always -1. */
int state_explain(struct session *session, const struct state *before, struct err *err);

/* A new epoch, in the arena: 128 random bits in hex. */
const char *state_new_epoch(struct arena *arena);

#endif

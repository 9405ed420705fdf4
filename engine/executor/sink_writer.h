/*
 * The sink's rule: records of a partition get into the lake once each, whatever dies.
 *
 * Several writers may work on one partition without knowing of each other: after a rebalance, or
 * because a process was stopped for an hour and then woken. Any of them may die at any moment, in
 * the middle of any request. An embedded broker may die, too, and take its records with it; the
 * producer then produces them again into a new incarnation of the topic. All that decides is the
 * object store, by creating an object only if it is absent.
 *
 * The chain. A partition has entries numbered 1, 2, 3, … Each is created only if it is absent, so
 * each number has one entry for ever. There are two kinds:
 *     open    an incarnation of the topic begins here: number = base + offset in the log from now
 *             on. It holds the producer's position as of what the lake has (`token`).
 *     flush   a plan: the records [start, end), how they are grouped, and the objects they make,
 *             one for each hour; all open hours up to one offset, never one hour alone.
 * A flush gets a seal, `done` or `void`, created only if it is absent: one of them, for ever.
 *
 * The rule:
 *  1. Entry n + 1 is put only by who has seen that entry n is settled: an opening, or sealed.
 *  2. A flush follows only an entry of its own incarnation that is not void.
 *  3. An object of a flush is written only from the plan and the log of its incarnation; whoever
 *     writes it writes the same bytes. Who finds a plan where he wanted to put his adopts it.
 *  4. `done` is put only when all objects of the flush are there.
 *  5. `void` is put only by who opens another incarnation and finds objects missing: the records
 *     may be gone with their broker. Who of the two seals first is right.
 *  6. Numbers never come twice: an incarnation begins at the end of the last entry, void or not.
 *     So an object that a zombie finishes after `void` has a name that nobody else uses.
 *  7. An incarnation is opened at most once in a chain. A writer who finds that another has
 *     followed his own stops.
 *  8. A producer produces its first record into an incarnation only when it is open in that
 *     partition, and after the log's last record, or if there is none the opening's token.
 *  9. Readers read what is sealed `done`, in the order of the chain, and nothing else.
 * 10. The consumer's offset is committed last and decides nothing.
 *
 * tests/model/sink_rule.py is this rule as a model; it is run in random schedules, also with its
 * sentences left out (sink_prove.py), and the same histories drive this file (sink_histories.c).
 *
 * Sentence 7 is kept twice. The chain is searched for the incarnation; and the broker is asked
 * whether it is his still, after the chain's end was read, so that a younger one cannot have begun
 * before that end without his knowing. If the answer comes from some cache and is wrong, a zombie
 * can end a younger incarnation (whose writers then stop until the broker is started again), but
 * still nothing is lost or repeated.
 *
 * The states, an arrow a step; each step does at most one thing to the world outside, between two
 * of them the process may die. (WRITE may do several at once, which have no order among them: to
 * die there is to die after some of them.)
 *
 *     TAIL ──► LOAD ──► CHECK ──► FILL ──► WRITE ─┐
 *      │       │ │ ▲      └────────────────► SEAL ◄┘──► COMMIT ──► READY
 *      ▼       │ │ └───────────────────────────┘                    │
 *     ASK ◄────┘ └──► READY                                         ▼
 *      └──► OPENING ──► LOAD                 WRITE or LOAD ◄────── PLAN
 *
 *     TAIL     find the last entry                 FILL   wait for the records of a plan
 *     LOAD     read it and its seal                READY  wait for records, or for a reason to flush
 *     CHECK    are the plan's objects there?       PLAN   put the plan, or adopt the one found
 *     ASK      may this incarnation be opened?     WRITE  put one object, or several at once
 *     OPENING  put the opening                     SEAL   done, or void
 *     OVER     another incarnation has begun       COMMIT the consumer's offset
 *
 * Used by one thread at a time.
 */
#ifndef AORTA_EXECUTOR_SINK_WRITER_H
#define AORTA_EXECUTOR_SINK_WRITER_H

#include "executor/sink_batch.h"
#include "executor/sink_chain.h"

enum sink_state {
    SINK_STATE_TAIL,
    SINK_STATE_LOAD,
    SINK_STATE_CHECK,
    SINK_STATE_ASK,
    SINK_STATE_OPENING,
    SINK_STATE_FILL,
    SINK_STATE_READY,
    SINK_STATE_PLAN,
    SINK_STATE_WRITE,
    SINK_STATE_SEAL,
    SINK_STATE_COMMIT,
    SINK_STATE_OVER,
};

/* What makes a flush; 0 turns a reason off. */
struct sink_limits {
    int64_t records;
    int64_t bytes;
    int64_t age_us;      /* since the oldest record came */
    bool closes_hours;   /* when the newest event is in a later hour than before, */
    int64_t lateness_us; /* that much late, */
    int64_t pause_us;    /* and not sooner than this after the last flush */
};

struct sink_writer_config {
    struct sink_chain chain;
    const char *incarnation; /* of the topic, as the broker has it; lent for the writer's life */
    int64_t first_offset;    /* of the log, should the incarnation have to be opened */
    struct sink_grouping grouping;
    struct sink_limits limits;
    bool stop_at_new;     /* a chain with another incarnation's entries is an error */
    int32_t puts_at_once; /* objects of a flush; 0 is 1 */

    /* Whether the incarnation is the broker's still: 1, 0, -1. */
    int (*is_live)(void *arg, const char *incarnation, struct err *err);
    /* Stores the offset of the next record to read; NULL: nothing does. */
    int (*commit)(void *arg, int32_t partition, int64_t offset, struct err *err);
    void *arg;
};

struct sink_counts {
    int64_t flushes;
    int64_t objects;
    int64_t records; /* that are in the lake by this writer's seals, dead letters included */
    int64_t bytes;
    int64_t dead;
};

struct sink_writer;

/* The chain must have passed sink_chain_check. */
struct sink_writer *sink_writer_new(const struct sink_writer_config *config);
void sink_writer_free(struct sink_writer *writer); /* what is not flushed is still in the log */

enum sink_state sink_writer_state(const struct sink_writer *writer);

/* Whether there is a step to take now: it waits for neither records nor a reason to flush. */
bool sink_writer_has_step(const struct sink_writer *writer, int64_t now_us);

/* Takes the next step: 1 if there was one, 0 if it waits for records or for a reason to flush, -1.
 * After an error the same step can be taken again, or the writer freed. now_us: monotonic. */
int sink_writer_step(struct sink_writer *writer, int64_t now_us, struct err *err);

/* Offset in the log of the record that it wants next; in READY and FILL only. Records before it are
 * ignored. */
int64_t sink_writer_next_offset(const struct sink_writer *writer);

/* Offset behind the last record that is in the lake; in READY and FILL only. */
int64_t sink_writer_sealed_offset(const struct sink_writer *writer);

/* Takes a copy of a record; in READY and FILL only. A step after each push keeps to the limits. */
int sink_writer_push(struct sink_writer *writer, const struct aorta_record *record, int64_t now_us,
                     struct err *err);

/* Asks for a flush of what is buffered now. */
void sink_writer_flush(struct sink_writer *writer);

/* From now on so many objects of a flush are put at once. */
void sink_writer_set_puts(struct sink_writer *writer, int32_t puts_at_once);

/* Whether nothing is buffered, and no plan is being worked on. */
bool sink_writer_is_empty(const struct sink_writer *writer);
size_t sink_writer_bytes(const struct sink_writer *writer);

/* In READY and FILL: where in the chain the incarnation was opened. */
int64_t sink_writer_opened(const struct sink_writer *writer);

/* The newest event that came, in microseconds since 1970 UTC; INT64_MIN: none yet. */
int64_t sink_writer_newest_us(const struct sink_writer *writer);

const struct sink_counts *sink_writer_counts(const struct sink_writer *writer);

#endif
